"""What recurrent language models share: tokens in, a logit for each token of the vocabulary out."""

from torch import Tensor, nn


class TokenModel(nn.Module):
    """Embedding, body, de-embedding; each window of text begins with a state of zero.

    No dropout: regularisation is off. Embedding and de-embedding are matrices of their own.
    """

    HEAD = ("de_embed",)
    EMBEDDINGS = ("embed",)

    def __init__(self, vocabulary: int, width: int, body: nn.Module) -> None:
        """A language model.

        Args:
            vocabulary: tokens there are.
            width: of the embedding, and of what the body takes and gives.
            body: from (batch, tokens, width) to the same shape, no place seeing a later one.
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
