"""Language models with a recurrent highway network (Zilly et al. 2017; Hestness et al. 2017, section 4.2).

One layer, whose step through time is `depth` highway sublayers; the carry gate is coupled to the transform
gate.
"""

from typing import Annotated

from pydantic import Field
from torch import nn

from scalinglaws.models._recurrence import RhnLayer
from scalinglaws.models._token_model import TokenModel

TASKS = ("language-modelling",)


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
        depth: sublayers per step through time.
    """
    del inputs  # any number of tokens
    return TokenModel(outputs, width, RhnLayer(width, width, depth))
