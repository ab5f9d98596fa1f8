"""LSTM language models (Hestness et al. 2017, section 4.2): layers of one width."""

from typing import Annotated

from pydantic import Field
from torch import nn

from scalinglaws.models._recurrence import LstmLayer
from scalinglaws.models._token_model import TokenModel

TASKS = ("language-modelling",)


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
    return TokenModel(outputs, width, nn.Sequential(*(LstmLayer(width, width) for _ in range(layers))))
