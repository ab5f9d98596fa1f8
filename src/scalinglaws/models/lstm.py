"""Language models of long short-term memory, as in Hestness et al. 2017 (section 4.2): layers of one width.

No dropout: regularisation is off. Embedding and de-embedding are matrices of their own.
"""

from typing import Annotated

from pydantic import Field
from torch import Tensor, nn

from scalinglaws.models._recurrence import LstmLayer


class Lstm(nn.Module):
    """Embedding, recurrent layers, de-embedding; each window of text begins with a state of zero."""

    HEAD = ("de_embed",)
    EMBEDDINGS = ("embed",)

    def __init__(self, vocabulary: int, width: int, layers: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.layers = nn.ModuleList(LstmLayer(width, width) for _ in range(layers))
        self.de_embed = nn.Linear(width, vocabulary)
        nn.init.zeros_(self.de_embed.bias)
        nn.init.normal_(self.de_embed.weight, std=width**-0.5 / 2)

    def forward(self, tokens: Tensor) -> Tensor:
        """Map token numbers (batch, tokens) to logits (batch, tokens, vocabulary)."""
        x = self.embed(tokens.long())
        for layer in self.layers:
            x = layer(x)
        logits: Tensor = self.de_embed(x)
        return logits


def build(
    inputs: tuple[int, ...],
    outputs: int,
    *,
    width: Annotated[int, Field(ge=1, le=65536)],
    layers: Annotated[int, Field(ge=1, le=64)] = 2,
) -> nn.Module:
    """A language model.

    Args:
        inputs: shape of one example, (tokens,).
        outputs: size of the vocabulary.
        width: units of each layer, and of the embedding.
        layers: recurrent layers.
    """
    del inputs  # any number of tokens
    return Lstm(outputs, width, layers)
