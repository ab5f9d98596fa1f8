"""A printed number, and how we know it."""

from dataclasses import dataclass
from typing import Literal

Certainty = Literal["fig", "seen", "sec", "dig", "der", "mem"]
"""How we know a number.

fig: printed in a figure of the paper. seen: read in the paper, its code or its tables. sec: quoted by a
secondary source. dig: digitised from a figure. der: computed from the above. mem: from memory, unconfirmed.
"""


@dataclass(frozen=True)
class Constant:
    """A number that a paper states.

    Attributes:
        value: as printed.
        source: paper, and equation, table or figure.
        certainty: how we know it.
        interval: what the paper gives as its uncertainty, if anything.
        level: of that interval.
    """

    value: float
    source: str
    certainty: Certainty
    interval: tuple[float, float] | None = None
    level: float | None = None
