"""Translation: a bidirectional LSTM encoder and an LSTM decoder with global attention (Luong et al. 2015).

The family of Hestness et al. 2017, section 4.1: one layer per direction in the encoder and one in the
decoder, all of one width, without dropout. Attention uses Luong's `general` score, and its result does not
enter the next step (no input feeding), so a whole sentence is decoded at once under teacher forcing. The
states of the encoder's two directions are added. Both languages share one subword vocabulary and one
embedding.
"""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn

from scalinglaws.models._recurrence import LstmLayer

TASKS = ("translation",)

PADDING = 0
"""The number that pads a sentence after its last token."""


class Seq2seq(nn.Module):
    """Embedding, encoder, decoder, attention, de-embedding."""

    HEAD = ("de_embed",)
    EMBEDDINGS = ("embed",)

    def __init__(self, vocabulary: int, width: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.forwards = LstmLayer(width, width)
        self.backwards = LstmLayer(width, width, reverse=True)
        self.begin = nn.Linear(width, width)
        self.decoder = LstmLayer(2 * width, width)
        self.score = nn.Linear(width, width, bias=False)
        self.combine = nn.Linear(2 * width, width)
        self.de_embed = nn.Linear(width, vocabulary)
        nn.init.zeros_(self.de_embed.bias)
        nn.init.normal_(self.de_embed.weight, std=width**-0.5 / 2)

    def forward(self, sentences: tuple[Tensor, Tensor]) -> Tensor:
        """Map sentences to the logits of the next target token.

        Args:
            sentences: source tokens (batch, source tokens), and the target token before each one to predict,
                (batch, target tokens); `PADDING` fills them up.

        Returns:
            (batch, target tokens, vocabulary).
        """
        source, target = sentences
        there = (source != PADDING).float()  # (batch, source tokens)
        words = self.embed(source.long())
        memory = (self.forwards(words, there) + self.backwards(words, there)) * there[..., None]
        mean = memory.sum(1) / there.sum(1, keepdim=True).clamp(min=1)
        first = self.begin(mean).tanh()[:, None].expand(-1, target.shape[1], -1)
        states = self.decoder(torch.cat((self.embed(target.long()), first), -1))
        scores = self.score(states) @ memory.transpose(1, 2)
        weights = (scores + (there[:, None] - 1) * 1e9).softmax(-1)
        mixed = self.combine(torch.cat((weights @ memory, states), -1)).tanh()
        logits: Tensor = self.de_embed(mixed)
        return logits


def build(
    inputs: tuple[tuple[int, ...], ...],
    outputs: int,
    *,
    width: Annotated[int, Field(ge=1, le=65536)],
) -> nn.Module:
    """An encoder and a decoder.

    Args:
        inputs: shapes of one example, (source tokens,) and (target tokens,).
        outputs: size of the vocabulary.
        width: units of each layer and direction, and of the embedding.
    """
    del inputs  # any number of tokens
    return Seq2seq(outputs, width)
