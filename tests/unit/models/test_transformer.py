"""The language family: shapes, causality, and parameters and FLOPs against `counting.transformer`."""

import math
from typing import Any

import pytest
import torch
from torch import nn

from scalinglaws.counting import transformer as counting
from scalinglaws.counting.flops import model_size
from scalinglaws.models.transformer import build

SHAPES = [
    {"width": 8, "depth": 1},
    {"width": 12, "depth": 3, "heads": 3, "inner_ratio": 2},
    {"width": 16, "depth": 2, "heads": 2, "tied": True},
]
CONTEXT, VOCABULARY = 10, 23


def formula(options: dict[str, Any]) -> counting.Transformer:
    return counting.Transformer(
        d_model=options["width"],
        n_layer=options["depth"],
        d_ff=options["width"] * options.get("inner_ratio", 4),
        d_attn=options["width"],
        vocabulary=VOCABULARY,
        n_ctx=CONTEXT,
        tied=options.get("tied", False),
    )


def model(**options: Any) -> nn.Module:
    torch.manual_seed(0)
    return build((CONTEXT,), VOCABULARY, **options)


@pytest.mark.parametrize("options", SHAPES)
def test_parameters_equal_the_formula_and_biases_by_hand(options: dict[str, Any]) -> None:
    matrices = sum(counting.parameters(formula(options)).values())
    plain = model(**options, bias=False)
    width, depth, inner = options["width"], options["depth"], options.get("inner_ratio", 4)
    gains = (2 * depth + 1) * width
    assert sum(p.numel() for p in plain.parameters()) == matrices + gains
    biases = depth * (3 + 1 + inner + 1) * width + gains
    assert sum(p.numel() for p in model(**options).parameters()) == matrices + gains + biases


@pytest.mark.parametrize("options", SHAPES)
def test_flops_equal_the_formula(options: dict[str, Any]) -> None:
    with torch.device("meta"):
        size = model_size(model(**options), (CONTEXT,))
    assert size.flops_per_example == CONTEXT * counting.training_flops(formula(options))


@pytest.mark.parametrize("options", SHAPES)
def test_tokens_become_logits(options: dict[str, Any]) -> None:
    tokens = torch.randint(VOCABULARY, (4, CONTEXT))
    network = model(**options)
    logits = network(tokens)
    assert logits.shape == (4, CONTEXT, VOCABULARY)
    torch.testing.assert_close(network(tokens.to(torch.uint8)), logits)
    torch.testing.assert_close(network(tokens[:, :6]), logits[:, :6])


def test_no_token_sees_a_later_one() -> None:
    network = model(width=16, depth=2, heads=4)
    tokens = torch.randint(VOCABULARY, (1, CONTEXT))
    changed = tokens.clone()
    changed[0, 6] = (changed[0, 6] + 1) % VOCABULARY
    before, after = network(tokens)[0], network(changed)[0]
    torch.testing.assert_close(before[:6], after[:6])
    assert all(not torch.allclose(before[k], after[k], atol=1e-5) for k in range(6, CONTEXT))


def test_order_of_tokens_matters() -> None:
    network = model(width=16, depth=1)
    tokens = torch.tensor([[1, 2, 3]])
    assert not torch.allclose(network(tokens)[0, -1], network(tokens[:, [1, 0, 2]])[0, -1], atol=1e-5)


@pytest.mark.parametrize("width", [8, 64])
@pytest.mark.parametrize("depth", [1, 24])
@pytest.mark.parametrize("tied", [False, True])
def test_it_starts_near_a_uniform_guess(width: int, depth: int, tied: bool) -> None:
    network = model(width=width, depth=depth, tied=tied)
    tokens = torch.randint(VOCABULARY, (64, CONTEXT), generator=torch.Generator().manual_seed(1))
    targets = torch.randint(VOCABULARY, (64 * CONTEXT,), generator=torch.Generator().manual_seed(2))
    loss = nn.functional.cross_entropy(network(tokens).flatten(0, 1), targets).item()
    assert math.log(VOCABULARY) - 0.05 < loss < math.log(VOCABULARY) + 0.5


def test_it_learns_to_copy() -> None:
    network = model(width=32, depth=2, heads=2)
    generator = torch.Generator().manual_seed(0)
    optimiser = torch.optim.Adam(network.parameters(), 1e-2)
    for _ in range(60):
        half = torch.randint(VOCABULARY, (32, CONTEXT // 2), generator=generator)
        tokens = torch.cat([half, half], dim=1)
        loss = nn.functional.cross_entropy(network(tokens)[:, 4:-1].flatten(0, 1), tokens[:, 5:].flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss.item() < 1.5  # from 3.1: only attention to the first half tells what comes


def test_heads_that_do_not_divide_the_width_are_refused() -> None:
    with pytest.raises(ValueError, match="3 heads do not divide a width of 16"):
        model(width=16, depth=1, heads=3)
