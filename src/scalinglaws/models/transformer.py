"""Decoder-only transformers like GPT-2 (Radford et al. 2019): pre-norm, GELU, learned positions.

The family of Kaplan et al. 2020 and Hoffmann et al. 2022, without dropout. Attention is as wide as the
residual stream.
"""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

TASKS = ("language-modelling",)
REQUIRED = {"width % heads == 0": "the heads must divide the width"}


class Attention(nn.Module):
    """Causal self-attention."""

    def __init__(self, width: int, heads: int, bias: bool) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=bias)
        self.project = nn.Linear(width, width, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, tokens, width) to the same shape; a token sees itself and those before it."""
        batch, tokens, width = x.shape
        heads = self.qkv(x).view(batch, tokens, 3, self.heads, width // self.heads)
        q, k, v = heads.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        mixed: Tensor = self.project(seen.transpose(1, 2).reshape(batch, tokens, width))
        return mixed


class FeedForward(nn.Module):
    """Two layers with a GELU between them, applied to each token."""

    def __init__(self, width: int, inner: int, bias: bool) -> None:
        super().__init__()
        self.up = nn.Linear(width, inner, bias=bias)
        self.down = nn.Linear(inner, width, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, tokens, width) to the same shape."""
        y: Tensor = self.down(functional.gelu(self.up(x)))
        return y


class Block(nn.Module):
    """Attention and a feed-forward layer; each gets normalised inputs and adds to the residual stream."""

    def __init__(self, width: int, heads: int, inner: int, bias: bool) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width, bias=bias)
        self.attention = Attention(width, heads, bias)
        self.feed_forward_norm = nn.LayerNorm(width, bias=bias)
        self.feed_forward = FeedForward(width, inner, bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, tokens, width) to the same shape."""
        x = x + self.attention(self.attention_norm(x))
        x = x + self.feed_forward(self.feed_forward_norm(x))
        return x


class Transformer(nn.Module):
    """Embeddings, blocks, a last normalisation and the de-embedding."""

    HEAD = ("de_embed",)
    EMBEDDINGS = ("embed", "positions")

    def __init__(
        self,
        context: int,
        vocabulary: int,
        width: int,
        depth: int,
        heads: int,
        inner: int,
        tied: bool,
        bias: bool,
    ) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, heads, inner, bias) for _ in range(depth))
        self.norm = nn.LayerNorm(width, bias=bias)
        self.de_embed = nn.Linear(width, vocabulary, bias=False)
        self._initialise(width, depth)
        if tied:
            self.de_embed.weight = self.embed.weight

    def forward(self, tokens: Tensor) -> Tensor:
        """Map token numbers (batch, tokens), of any type, to logits (batch, tokens, vocabulary)."""
        places = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.embed(tokens.long()) + self.positions(places)
        for block in self.blocks:
            x = block(x)
        logits: Tensor = self.de_embed(self.norm(x))
        return logits

    def _initialise(self, width: int, depth: int) -> None:
        """Draw weights of variance 1 / (3 inputs), which is GPT-2's 0.02 at its width of 768; biases are 0.

        Layers that add to the residual stream start smaller, by the root of the number of additions.
        """
        for name, module in self.named_modules():
            if isinstance(module, nn.Linear):
                last = name.endswith(("project", "down"))
                scale = (3 * module.in_features * (2 * depth if last else 1)) ** -0.5
                nn.init.normal_(module.weight, std=scale)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
            elif isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight, std=(3 * width) ** -0.5)


def build(
    inputs: tuple[int, ...],
    outputs: int,
    *,
    width: Annotated[int, Field(ge=1, le=65536)],
    depth: Annotated[int, Field(ge=1, le=1024)],
    heads: Annotated[int, Field(ge=1, le=1024)] = 1,
    inner_ratio: Annotated[int, Field(ge=1, le=64)] = 4,
    tied: bool = False,
    bias: bool = True,
) -> nn.Module:
    """A decoder-only transformer.

    Args:
        inputs: shape of one example, (tokens of context,).
        outputs: size of the vocabulary.
        width: channels of the residual stream.
        depth: blocks.
        heads: attention heads; they share the width.
        inner_ratio: channels of the feed-forward layer, as a multiple of the width.
        tied: whether embedding and de-embedding are one matrix.
        bias: whether linear layers and normalisations have biases; the de-embedding never has one.

    Raises:
        ValueError: the heads do not divide the width.
    """
    if width % heads:
        raise ValueError(f"transformer: {heads} heads do not divide a width of {width}")
    return Transformer(inputs[0], outputs, width, depth, heads, inner_ratio * width, tied, bias)
