"""Models counted without their weights, against the same models built and run."""

from importlib import import_module
from typing import Any

import pytest
import torch

from scalinglaws.config.modules import FAMILIES, module_name
from scalinglaws.config.plugins import names
from scalinglaws.config.spec import ModelSpec
from scalinglaws.counting.flops import model_size
from scalinglaws.counting.meta import count
from scalinglaws.tasks.core.shapes import FLOAT, TOKEN, Shapes

IMAGES, TEXT = Shapes((1, 16, 16), FLOAT, 10), Shapes((9,), TOKEN, 50)
SMALL: dict[str, tuple[Shapes, dict[str, Any]]] = {
    "deepspeech": (Shapes((40, 8), FLOAT, 5), {"width": 8}),
    "listener": (Shapes(((40, 8), (7,)), (FLOAT, TOKEN), 6), {"width": 8}),
    "lstm": (TEXT, {"width": 8}),
    "mlp": (IMAGES, {"width": 8}),
    "resnet": (IMAGES, {"width": 4}),
    "rhn": (TEXT, {"width": 8}),
    "seq2seq": (Shapes(((6,), (7,)), (TOKEN, TOKEN), 50), {"width": 8}),
    "transformer": (TEXT, {"width": 8, "depth": 2}),
}


def types(shapes: Shapes) -> Any:
    kinds = {FLOAT: torch.float32, TOKEN: torch.int64}
    if isinstance(shapes.dtypes, str):
        return kinds[shapes.dtypes]
    return tuple(kinds[each] for each in shapes.dtypes)


@pytest.mark.parametrize("family", names(FAMILIES))
def test_a_model_is_as_large_as_one_that_is_made(family: str) -> None:
    shapes, options = SMALL[family]
    size = count(ModelSpec(family=family, options=options), shapes)
    made = import_module(module_name(FAMILIES, family)).build(shapes.inputs, shapes.outputs, **options)
    assert size.model_dump(exclude={"products"}) == model_size(made, shapes.inputs, types(shapes)).model_dump(
        exclude={"products"}
    )
    if family != "transformer":  # its attention is one operator on a CPU
        assert size.products == model_size(made, shapes.inputs, types(shapes)).products


def test_a_large_model_takes_no_memory() -> None:
    size = count(ModelSpec(family="lstm", options={"width": 40_000, "layers": 2}), TEXT)
    assert size.parameters > 25e9  # 100 GB


def test_torch_is_as_before() -> None:
    autocast = torch.autocast
    count(ModelSpec(family="lstm", options={"width": 2}), TEXT)
    assert torch.autocast is autocast
    with pytest.raises(RuntimeError):  # a convolution of text
        count(ModelSpec(family="deepspeech", options={"width": 8}), Shapes((40, 8, 3), FLOAT, 5))
    assert torch.autocast is autocast
    one = torch.ones(3)
    assert one.add_(one).sum().item() == 6
    assert one.mul(one).sum().item() == 12
