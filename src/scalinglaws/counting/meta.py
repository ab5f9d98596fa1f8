"""Counts the parameters and FLOPs of a model without allocating its weights or doing its arithmetic.

On its `meta` device torch keeps shapes without numbers, but for many operators it works the shapes out in
Python: ten seconds for a recurrent model of hundreds of steps. Most of its operators write into an existing
array or return one like their arguments, so we skip those.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from scalinglaws.config import plugins
from scalinglaws.config.modules import FAMILIES, module_name
from scalinglaws.config.spec import ModelSpec
from scalinglaws.counting.flops import model_size
from scalinglaws.counting.size import ModelSize
from scalinglaws.tasks.core.shapes import Shapes

LIKE = frozenset(
    f"aten::{name}"
    for name in ("add", "div", "mul", "neg", "sigmoid", "sigmoid_backward", "sub", "tanh", "tanh_backward")
)
"""Operators without products, whose result has their arguments' shape and type if these all agree."""


def count(model: ModelSpec, shapes: Shapes) -> ModelSize:
    """The size of a model, exact to the FLOP.

    Args:
        model: its family and options.
        shapes: of its inputs and outputs.
    """
    options = plugins.complete(FAMILIES, model.family, "build", model.options)
    dtypes = shapes.dtypes
    types = getattr(torch, dtypes) if isinstance(dtypes, str) else tuple(getattr(torch, d) for d in dtypes)
    with _without_numbers():
        with torch.device("meta"):
            built = import_module(module_name(FAMILIES, model.family)).build(
                shapes.inputs, shapes.outputs, **options
            )
        return model_size(built, shapes.inputs, types)


@contextmanager
def _without_numbers() -> Iterator[None]:
    """Skip what only writes numbers, and autocast, which torch refuses to turn off on the `meta` device."""
    autocast = torch.autocast
    torch.autocast = _no_autocast  # type: ignore[assignment, misc]
    try:
        with _ShapesOnly():  # type: ignore[no-untyped-call]
            yield
    finally:
        torch.autocast = autocast  # type: ignore[misc]


def _no_autocast(*_: Any, **__: Any) -> AbstractContextManager[None]:
    return nullcontext()


class _ShapesOnly(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Returns what an operator would return, without running it where that is easy to tell."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # the default imports torch._dynamo, which takes seconds

    def __torch_dispatch__(
        self, operator: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Return the array that the operator would write into, or one like its arguments, or run it."""
        named = kwargs or {}
        if _writes(operator):
            written = named.get("out", args[0])
            if written.is_meta:
                return written
        elif operator._schema.name in LIKE:
            given = [each for each in args if isinstance(each, Tensor)]
            if all(_alike(each, given[0]) for each in given):
                return torch.empty(given[0].shape, device="meta")
        return operator(*args, **named)


def _writes(operator: Any) -> bool:
    """Whether an operator returns one of its arguments, after writing into it without changing its shape."""
    returns = operator._schema.returns
    if len(returns) != 1 or returns[0].alias_info is None or not returns[0].alias_info.is_write:
        return False
    return torch.Tag.inplace_view not in operator.tags and "resize" not in operator._schema.name


def _alike(one: Tensor, other: Tensor) -> bool:
    return one.is_meta and one.dtype == torch.float32 and one.shape == other.shape
