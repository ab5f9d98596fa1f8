"""Language models of a recurrent highway network (Zilly et al. 2017; Hestness et al. 2017, section 4.2).

One layer whose step through time is `depth` highway sublayers, the carry gate coupled to the transform gate.
No dropout: regularisation is off. Embedding and de-embedding are matrices of their own.
"""

from typing import Annotated

from pydantic import Field
from torch import Tensor, nn

from scalinglaws.models._recurrence import RhnLayer


class Rhn(nn.Module):
    """Embedding, recurrent highway layer, de-embedding; each window of text begins with a state of zero."""

    HEAD = ("de_embed",)
    EMBEDDINGS = ("embed",)

    def __init__(self, vocabulary: int, width: int, depth: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.layer = RhnLayer(width, width, depth)
        self.de_embed = nn.Linear(width, vocabulary)
        nn.init.zeros_(self.de_embed.bias)
        nn.init.normal_(self.de_embed.weight, std=width**-0.5 / 2)

    def forward(self, tokens: Tensor) -> Tensor:
        """Map token numbers (batch, tokens) to logits (batch, tokens, vocabulary)."""
        logits: Tensor = self.de_embed(self.layer(self.embed(tokens.long())))
        return logits


def build(
    inputs: tuple[int, ...],
    outputs: int,
    *,
    width: Annotated[int, Field(ge=1, le=65536)],
    depth: Annotated[int, Field(ge=1, le=64)] = 5,
) -> nn.Module:
    """A language model.

    Args:
        inputs: shape of one example, (tokens,).
        outputs: size of the vocabulary.
        width: units of the state, and of the embedding.
        depth: sublayers of a step through time.
    """
    del inputs  # any number of tokens
    return Rhn(outputs, width, depth)
