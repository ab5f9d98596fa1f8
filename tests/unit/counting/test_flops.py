"""The count of FLOPs, by hand and against torch's own counter."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from scalinglaws.counting import operators
from scalinglaws.counting.flops import model_size
from scalinglaws.counting.size import FlopsByPart
from scalinglaws.errors import ScalingLawsError
from scalinglaws.models import transformer


class Parts(nn.Module):
    """A model of one body and one head; what it does is a function of both and the example."""

    HEAD: ClassVar[tuple[str, ...]] = ("head",)
    EMBEDDINGS: ClassVar[tuple[str, ...]] = ()

    def __init__(self, body: nn.Module, head: nn.Module, run: Callable[[Any, Tensor], Tensor] | None = None):
        super().__init__()
        self.body, self.head = body, head
        self.run = run

    def forward(self, x: Tensor) -> Tensor:
        """Body, then head."""
        y: Tensor = self.run(self, x) if self.run else self.head(self.body(x))
        return y


def counts(part: str, forward: int, training: int, size: Any) -> None:
    assert (getattr(size.forward_flops, part), getattr(size.training_flops, part)) == (forward, training)


@pytest.mark.parametrize("before", [(), (3,), (2, 5)], ids=str)
@pytest.mark.parametrize("bias", [False, True])
def test_linear(before: tuple[int, ...], bias: bool) -> None:
    size = model_size(Parts(nn.Linear(4, 6, bias), nn.Linear(6, 2, bias)), (*before, 4))
    places = torch.Size(before).numel()
    # The first layer needs no gradient of its inputs, the others need two gradients.
    counts("body", 2 * places * 24, 2 * 2 * places * 24, size)
    counts("head", 2 * places * 12, 3 * 2 * places * 12, size)
    assert size.flops_per_example == 2 * places * (2 * 24 + 3 * 12)
    assert size.parameters == size.parameters_without_embeddings == 36 + 8 * bias
    assert size.products == 5


CONVOLUTIONS: list[tuple[dict[str, Any], int]] = [
    ({"kernel_size": 3, "padding": 1}, 9),
    ({"kernel_size": 3, "stride": 2, "padding": 1}, 5),
    ({"kernel_size": 3, "dilation": 2}, 5),
    ({"kernel_size": 3, "groups": 2, "padding": 1}, 9),
    ({"kernel_size": 5, "groups": 4, "stride": 3}, 2),
]


@pytest.mark.parametrize(("options", "side"), CONVOLUTIONS, ids=str)
def test_convolution(options: dict[str, Any], side: int) -> None:
    first, second = nn.Conv2d(4, 8, **options), nn.Conv2d(8, 3, 1)
    size = model_size(Parts(first, second), (4, 9, 9))
    once = 2 * side**2 * first.weight.numel()
    counts("body", once, 2 * once, size)
    counts("head", 2 * side**2 * 24, 3 * 2 * side**2 * 24, size)
    assert size.products == 4  # the two gradients of a convolution are one operator


def test_convolutions_in_one_and_three_dimensions_and_transposed() -> None:
    one, three = nn.Conv1d(2, 4, 3), nn.Conv3d(2, 4, 3)
    counts("body", 2 * 6 * 24, 2 * 2 * 6 * 24, model_size(Parts(one, nn.Identity()), (2, 8)))
    counts("body", 2 * 8 * 8 * 27, 4 * 8 * 8 * 27, model_size(Parts(three, nn.Identity()), (2, 4, 4, 4)))
    up = nn.ConvTranspose2d(2, 4, 3, stride=2)
    counts("body", 2 * 25 * 72, 4 * 25 * 72, model_size(Parts(up, nn.Identity()), (2, 5, 5)))


def test_frozen_parameters_have_no_gradient_and_are_not_counted() -> None:
    model = Parts(nn.Linear(4, 6), nn.Linear(6, 2))
    model.body.requires_grad_(False)
    size = model_size(model, (4,))
    counts("body", 48, 48, size)
    counts("head", 24, 48, size)  # and none of its inputs
    assert size.parameters == 14


def fused(model: Any, x: Tensor) -> Tensor:
    q, k, v = model.body(x).view(1, -1, 3, 2, 4).permute(2, 0, 3, 1, 4)
    y: Tensor = model.head(functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
    return y


def written_out(model: Any, x: Tensor) -> Tensor:
    q, k, v = model.body(x).view(1, -1, 3, 2, 4).permute(2, 0, 3, 1, 4)
    y: Tensor = model.head(((q @ k.transpose(-1, -2)).softmax(-1) @ v).transpose(1, 2).flatten(2))
    return y


@pytest.mark.parametrize("run", [fused, written_out])
@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_attention(run: Callable[[Any, Tensor], Tensor], device: str) -> None:
    tokens, width = 7, 8
    with torch.device(device):
        model = Parts(nn.Linear(width, 3 * width), nn.Linear(width, 5), run)
    size = model_size(model, (tokens, width))
    products = 2 * 2 * tokens**2 * width  # scores and values, over all heads
    counts("attention", products, 3 * products, size)
    counts("body", 2 * tokens * 3 * width**2, 2 * 2 * tokens * 3 * width**2, size)  # projections
    counts("head", 2 * tokens * width * 5, 3 * 2 * tokens * width * 5, size)
    assert size.products == (7 if device == "cpu" and run is fused else 11)


class Recurrent(nn.Module):
    """Looked-up tokens, two bidirectional layers, and a head."""

    HEAD = ("head",)
    EMBEDDINGS = ("embed",)

    def __init__(self, layer: type[nn.RNNBase], width: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(11, width)
        self.layers = layer(width, width, 2, batch_first=True, bidirectional=True)  # type: ignore[call-arg]
        self.head = nn.Linear(2 * width, 11)

    def forward(self, tokens: Tensor) -> Tensor:
        """Map (batch, tokens) to logits (batch, tokens, 11)."""
        y: Tensor = self.head(self.layers(self.embed(tokens))[0])
        return y


@pytest.mark.parametrize(("layer", "gates"), [(nn.LSTM, 4), (nn.GRU, 3), (nn.RNN, 1)])
@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_recurrent_layers(layer: type[nn.RNNBase], gates: int, device: str) -> None:
    tokens, width = 6, 8
    with torch.device(device):
        model = Recurrent(layer, width)
    size = model_size(model, (tokens,), torch.int64)
    inputs = 2 * gates * width * (width + 2 * width)  # weights of both layers and both directions
    states = 2 * 2 * gates * width**2
    # The first state is a constant, which needs no gradient.
    expected = 3 * 2 * tokens * (inputs + states) - 2 * states
    counts("body", 2 * tokens * (inputs + states), expected, size)
    counts("head", 2 * tokens * 2 * width * 11, 3 * 2 * tokens * 2 * width * 11, size)
    assert size.forward_flops.attention == size.training_flops.embedding == 0
    assert size.embedding_parameters == 11 * width


class Product(torch.autograd.Function):
    """A matrix product with a backward pass of its own."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        """Multiply."""
        ctx.save_for_backward(x, weight)
        return x @ weight

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        """Both gradients."""
        x, weight = ctx.saved_tensors
        return gradients[0] @ weight.T, x.T @ gradients[0]


def test_a_function_with_its_own_backward_pass() -> None:
    model = Parts(nn.Linear(4, 6), nn.Linear(6, 2), lambda m, x: m.head(Product.apply(m.body(x), m.weight)))
    model.weight = nn.Parameter(torch.ones(6, 6))
    size = model_size(model, (4,))
    counts("body", 48 + 72, 2 * 48 + 3 * 72, size)
    counts("head", 24, 72, size)


def test_an_embedding_by_a_product_counts() -> None:
    class OneHot(Parts):
        EMBEDDINGS = ("body",)

    size = model_size(OneHot(nn.Linear(4, 6, bias=False), nn.Linear(6, 4)), (4,))
    counts("embedding", 48, 96, size)
    assert (size.training_flops.body, size.embedding_parameters) == (0, 24)


def test_a_position_embedding_may_be_a_parameter() -> None:
    class Positions(Parts):
        EMBEDDINGS = ("positions",)

        def __init__(self) -> None:
            super().__init__(nn.Linear(4, 4), nn.Linear(4, 2), lambda m, x: m.head(m.body(x + m.positions)))
            self.positions = nn.Parameter(torch.zeros(3, 4))

    size = model_size(Positions(), (3, 4))
    assert (size.embedding_parameters, size.parameters_without_embeddings) == (12, 30)
    counts("body", 96, 288, size)  # now the inputs have a gradient


def test_a_tied_de_embedding_counts_once_as_embedding() -> None:
    width, vocabulary, context = 8, 23, 5
    sizes = {
        tied: model_size(
            transformer.build((context,), vocabulary, width=width, depth=2, tied=tied),
            (context,),
            torch.int64,
        )
        for tied in (False, True)
    }
    looked_up = (vocabulary + context) * width
    assert all(size.embedding_parameters == looked_up for size in sizes.values())
    assert sizes[False].parameters - sizes[True].parameters == vocabulary * width
    assert sizes[True].training_flops == sizes[False].training_flops
    counts("head", 2 * context * vocabulary * width, 6 * context * vocabulary * width, sizes[True])


def test_the_model_and_the_random_numbers_stay_as_they_are() -> None:
    model = Parts(nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(5), nn.Dropout()), nn.Linear(6, 2))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model.head.weight.grad = torch.ones(2, 6)
    state = torch.get_rng_state()
    model_size(model, (5, 4))
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert torch.equal(model.head.weight.grad, torch.ones(2, 6))
    assert model.body[0].weight.grad is None  # type: ignore[index]
    assert torch.backends.mkldnn.is_available() == torch._C._get_mkldnn_enabled()
    model(torch.zeros(1, 5, 4))  # no hook is left that fails


def test_an_unknown_operator_is_not_free() -> None:
    model = Parts(nn.Linear(4, 4), nn.Linear(4, 4), lambda m, x: torch.linalg.inv(m.body(x)))
    with pytest.raises(
        ScalingLawsError, match=r"operator aten::linalg_inv_ex.* not known; give it a formula"
    ):
        model_size(model, (4, 4))


def test_what_is_listed_as_free_exists() -> None:
    names = {name.removeprefix("aten::").partition(".")[0].removesuffix("_") for name in all_operators()}
    assert names >= operators.FREE
    assert names >= operators.FORMULAS.keys()
    assert not operators.FREE & operators.FORMULAS.keys()


def all_operators() -> list[str]:
    return [name for name in torch._C._dispatch_get_all_op_names() if name.startswith("aten::")]


@pytest.mark.parametrize(
    ("head", "embeddings", "message"),
    [
        (None, (), "Model: lacks HEAD"),
        (("head",), None, "Model: lacks EMBEDDINGS"),
        (("heads",), ("embed",), "name heads, which it does not have"),
        (("head",), ("embed.bias",), "name embed.bias, which it does not have"),
        (("head",), (), "embed is an embedding that EMBEDDINGS does not name"),
    ],
)
def test_parts_must_be_named(head: Any, embeddings: Any, message: str) -> None:
    class Model(nn.Module):
        HEAD, EMBEDDINGS = head, embeddings

        def __init__(self) -> None:
            super().__init__()
            self.embed, self.head = nn.Embedding(3, 4), nn.Linear(4, 3)

    with pytest.raises(ScalingLawsError, match=message):
        model_size(Model(), (2,), torch.int64)


def test_totals() -> None:
    assert FlopsByPart(body=1, attention=20, head=300, embedding=4000).total == 4321


def test_counting_imports_no_compiler() -> None:
    code = (
        "import sys, torch\n"
        "before = set(sys.modules)\n"
        "from scalinglaws.counting.flops import model_size\n"
        "from scalinglaws.models.transformer import build\n"
        "model_size(build((4,), 5, width=4, depth=1), (4,), torch.int64)\n"
        "heavy = {'sympy', 'triton', 'torch._dynamo', 'torch._inductor'}\n"
        "print(sorted(heavy & set(sys.modules)), 'torch.utils.flop_counter' in set(sys.modules) - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "[] False"
