"""SYNTHETIC text of known entropy: a random Markov chain, whose best possible loss is known exactly.

Every window is an independent piece of the stationary chain. `entropy` in the facts is the best mean loss
over the predictions in a window, for a model that knows the chain but sees only the window. With order 2 the
first prediction sees one state instead of two, so this is more than the entropy rate, which is in the facts
too. A loss measured on a sample of validation windows scatters around it.
"""

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, NonNegativeInt

from scalinglaws.data.modalities.text import Text
from scalinglaws.data.sources._markov_chain import draw_chain
from scalinglaws.errors import DataError

MODALITY = "text"
EXAMPLES = {"training": "windows", "validation": "validation_windows"}
REQUIRED = {"states**order <= 1 << 14": "states and order make more than 16384 contexts"}


def load(
    location: Path | None,
    archives: Path,
    *,
    states: Annotated[int, Field(ge=2, le=1024)] = 32,
    order: Literal[1, 2] = 2,
    concentration: Annotated[float, Field(ge=0.01, le=100)] = 0.1,
    window: Annotated[int, Field(ge=4, le=4096)] = 32,
    windows: Annotated[int, Field(ge=1, le=1_000_000_000)] = 65_536,
    validation_windows: Annotated[int, Field(ge=1, le=1_000_000_000)] = 8192,
    seed: NonNegativeInt = 0,
) -> Text:
    """Draw a chain, and from it windows for training and validation.

    The chain depends only on states, order, concentration and seed.

    Args:
        location: must be None, because there is nothing to read.
        archives: not used.
        states: number of tokens.
        order: number of tokens that the next one depends on.
        concentration: parameter of the Dirichlet distribution of each row; small values make predictable
            text.
        window: predictions per window.
        windows: number of training windows.
        validation_windows: number of validation windows.
        seed: the seed of the chain and of the windows.

    Raises:
        DataError: a location is named, or the chain has too many contexts or no stationary distribution.
    """
    del archives
    if location is not None:
        raise DataError(f"markov: the text is made, not read; remove `markov: {location}` from `locations`")
    if states**order > 1 << 14:
        raise DataError(
            f"markov: {states} states and order {order} make {states**order} contexts, at most 16384 are "
            "allowed"
        )
    chain_generator, training, held_out = (np.random.default_rng([seed, part]) for part in range(3))
    chain = draw_chain(states, order, concentration, chain_generator)
    entropy = chain.entropy_of_windows(window)
    return Text(
        train=chain.sample(windows, window + 1, training),
        validation=chain.sample(validation_windows, window + 1, held_out),
        vocabulary=states,
        tokens="tokens",
        description=f"synthetic: a random Markov chain of order {order} with {states} states and a Dirichlet "
        f"parameter of {concentration:g}; the best possible loss is {entropy:.4f} nats a token",
        title=f"synthetic Markov chain of order {order}",
        licence="none needed: made by this program",
        provenance="synthetic, made by this program from a seed",
        entropy=entropy,
        synthetic=True,
        details={"entropy_rate": chain.entropy_rate, "order": order},
    )
