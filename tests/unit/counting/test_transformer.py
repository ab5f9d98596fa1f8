"""Counts of parameters and FLOPs, against torch's own of a GPT that is built here, and the papers' tables."""

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from scalinglaws.counting.transformer import (
    BACKWARD,
    Transformer,
    chinchilla_forward_flops,
    forward_flops,
    kaplan_forward,
    kaplan_forward_flops,
    non_embedding,
    parameters,
    six_nd,
    training_flops,
)
from scalinglaws.errors import ScalingLawsError

SHAPES = [
    Transformer(d_model=24, n_layer=3, d_ff=80, d_attn=40, vocabulary=101, n_ctx=17),
    Transformer(d_model=32, n_layer=2, d_ff=128, d_attn=32, vocabulary=64, n_ctx=8, tied=True),
]
HEADS = 4
GPT3 = Transformer(
    d_model=12288, n_layer=96, d_ff=49152, d_attn=12288, vocabulary=50257, n_ctx=2048, tied=True
)


class Block(nn.Module):
    """Attention over a full masked product, and a feed-forward layer; norms without parameters."""

    def __init__(self, shape: Transformer) -> None:
        super().__init__()
        self.qkv = nn.Linear(shape.d_model, 3 * shape.d_attn, bias=False)
        self.project = nn.Linear(shape.d_attn, shape.d_model, bias=False)
        self.up = nn.Linear(shape.d_model, shape.d_ff, bias=False)
        self.down = nn.Linear(shape.d_ff, shape.d_model, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, length, width = x.shape
        heads = self.qkv(nn.functional.layer_norm(x, (width,))).view(batch, length, 3, HEADS, -1)
        q, k, v = heads.permute(2, 0, 3, 1, 4)
        mask = torch.full((length, length), -torch.inf).triu(1)
        attention = torch.softmax(q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5 + mask, dim=-1) @ v
        x = x + self.project(attention.transpose(1, 2).reshape(batch, length, -1))
        return x + self.down(nn.functional.gelu(self.up(nn.functional.layer_norm(x, (width,)))))


class GPT(nn.Module):
    """A decoder-only transformer with learned positions."""

    def __init__(self, shape: Transformer) -> None:
        super().__init__()
        self.embed = nn.Embedding(shape.vocabulary, shape.d_model)
        self.positions = nn.Embedding(shape.n_ctx, shape.d_model)
        self.blocks = nn.Sequential(*(Block(shape) for _ in range(shape.n_layer)))
        self.head = nn.Linear(shape.d_model, shape.vocabulary, bias=False)
        if shape.tied:
            self.head.weight = self.embed.weight

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = self.embed(tokens) + self.positions(torch.arange(tokens.shape[1]))
        return torch.as_tensor(self.head(self.blocks(x)))


@pytest.mark.parametrize("shape", SHAPES)
def test_parameters_are_those_of_the_module(shape: Transformer) -> None:
    model = GPT(shape)
    counted = parameters(shape)
    assert sum(counted.values()) == sum(p.numel() for p in model.parameters())
    assert counted["qkv"] == sum(block.qkv.weight.numel() for block in model.blocks)
    assert non_embedding(shape) == sum(p.numel() for p in model.blocks.parameters())
    assert non_embedding(shape) == counted["qkv"] + counted["project"] + counted["feed_forward"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("batch", [1, 3])
def test_flops_are_those_that_torch_counts(shape: Transformer, batch: int) -> None:
    model, tokens = GPT(shape), torch.zeros((batch, shape.n_ctx), dtype=torch.long)
    with FlopCounterMode(display=False) as forward:
        loss = model(tokens).sum()
    assert forward.get_total_flops() == batch * shape.n_ctx * sum(forward_flops(shape).values())
    with FlopCounterMode(display=False) as backward:
        loss.backward()
    assert backward.get_total_flops() == BACKWARD * forward.get_total_flops()
    total = forward.get_total_flops() + backward.get_total_flops()
    assert total == batch * shape.n_ctx * training_flops(shape)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_causal_count_is_that_of_each_position_by_itself(shape: Transformer) -> None:
    """Position i multiplies i + 1 keys and values; the mean over a context."""
    by_position = sum(2 * shape.d_attn * (i + 1) for i in range(shape.n_ctx)) * shape.n_layer
    causal = forward_flops(shape, causal=True)
    assert causal["scores"] * shape.n_ctx == causal["values"] * shape.n_ctx == by_position
    full = forward_flops(shape)
    assert {part for part in full if full[part] != causal[part]} == {"scores", "values"}


@pytest.mark.parametrize("shape", SHAPES)
def test_how_kaplans_count_differs_from_an_exact_one(shape: Transformer) -> None:
    table, full, causal = kaplan_forward_flops(shape), forward_flops(shape), forward_flops(shape, causal=True)
    assert kaplan_forward(shape) == sum(table.values()) - table["embed"] - table["de_embed"]
    assert table["mask"] == full["scores"] == (full["scores"] + full["values"]) / 2
    short = causal["scores"] + causal["values"] - table["mask"]
    assert short == 2 * shape.n_layer * shape.d_attn
    for part in ("qkv", "project", "feed_forward", "de_embed"):
        assert table[part] == full[part]


def test_kaplans_shorthand_at_the_usual_shapes() -> None:
    """N = 12 L d^2, and 2 N per token is most of the work while n_ctx < 12 d."""
    assert non_embedding(GPT3) == 12 * 96 * 12288**2
    assert kaplan_forward(GPT3) / (2 * non_embedding(GPT3)) == pytest.approx(1 + 2048 / (12 * 12288))
    assert sum(parameters(GPT3).values()) == pytest.approx(175e9, rel=0.005)
    assert 3 * kaplan_forward(GPT3) * 300e9 == pytest.approx(six_nd(non_embedding(GPT3), 300e9), rel=0.02)


@pytest.mark.parametrize(
    ("d_model", "n_layer", "n_head", "head", "size", "ratio"),
    [
        (640, 10, 10, 64, 73e6, 1.03),
        (1024, 20, 16, 64, 305e6, 1.10),
        (1280, 24, 10, 128, 552e6, 1.08),
        (1792, 26, 14, 128, 1143e6, 1.04),
    ],
)
def test_chinchillas_ratios_to_6nd(
    d_model: int, n_layer: int, n_head: int, head: int, size: float, ratio: float
) -> None:
    """Hoffmann et al. 2022, appendix F: printed to two digits, of models in their Table A9.

    They come out where N has the embedding once and the projection of relative positions in each layer
    (Transformer-XL), and FLOPs leave embedding and logits out.
    """
    shape = Transformer(d_model, n_layer, 4 * d_model, n_head * head, vocabulary=32000, n_ctx=2048, tied=True)
    counted = parameters(shape)
    N = sum(counted.values()) - counted["positions"] + n_layer * d_model * shape.d_attn
    assert abs(N / size - 1) < 0.01
    flops = chinchilla_forward_flops(shape, n_head)
    inner = (1 + BACKWARD) * (sum(flops.values()) - flops["embed"] - flops["logits"])
    assert inner / six_nd(N, shape.n_ctx) == pytest.approx(ratio, abs=0.005)


@pytest.mark.parametrize("shape", SHAPES)
def test_how_chinchillas_count_differs_from_an_exact_one(shape: Transformer) -> None:
    counted, exact = chinchilla_forward_flops(shape, HEADS), forward_flops(shape)
    extra = counted["embed"] + counted["softmax"]
    assert sum(counted.values()) - extra == shape.n_ctx * sum(exact.values())
    assert counted["embed"] == counted["logits"]
    assert counted["softmax"] == 3 * shape.n_layer * HEADS * shape.n_ctx**2


def test_impossible_shapes_are_refused() -> None:
    with pytest.raises(ScalingLawsError, match="n_layer must be 1 or more"):
        Transformer(d_model=8, n_layer=0, d_ff=8, d_attn=8, vocabulary=8, n_ctx=8)
    with pytest.raises(ScalingLawsError, match="do not divide"):
        chinchilla_forward_flops(SHAPES[0], 3)
