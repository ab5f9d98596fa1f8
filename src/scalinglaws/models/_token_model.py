"""Recurrent language models: tokens in, and a logit for each token of the vocabulary out."""

from torch import Tensor, nn


class TokenModel(nn.Module):
    """Embedding, body, de-embedding; each window of text begins with a state of zero.

    There is no dropout: regularisation is off. Embedding and de-embedding are separate matrices.
    """

    HEAD = ("de_embed",)
    EMBEDDINGS = ("embed",)

    def __init__(self, vocabulary: int, width: int, body: nn.Module) -> None:
        """A language model.

        Args:
            vocabulary: number of tokens.
            width: width of the embedding, and of the body's inputs and outputs.
            body: maps (batch, tokens, width) to the same shape; no position sees a later one.
        """
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.body = body
        self.de_embed = nn.Linear(width, vocabulary)
        nn.init.zeros_(self.de_embed.bias)
        nn.init.normal_(self.de_embed.weight, std=width**-0.5 / 2)

    def forward(self, tokens: Tensor) -> Tensor:
        """Map token numbers (batch, tokens) to logits (batch, tokens, vocabulary)."""
        logits: Tensor = self.de_embed(self.body(self.embed(tokens.long())))
        return logits
