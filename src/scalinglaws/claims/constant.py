"""A published number and how it reached us."""

from dataclasses import dataclass
from typing import Literal

Certainty = Literal["fig", "seen", "sec", "dig", "der", "mem"]
"""How a number reached us.

fig: read on the paper's own figure. seen: read in the paper, its code or its tables. sec: a secondary source
quotes it. dig: digitised from a figure. der: arithmetic on the above. mem: memory only, a hypothesis.
"""


@dataclass(frozen=True)
class Constant:
    """A number that a paper states.

    Attributes:
        value: as printed.
        source: paper, and equation, table or figure.
        certainty: how it reached us.
        interval: what the paper gives as its uncertainty, if anything.
        level: of that interval.
    """

    value: float
    source: str
    certainty: Certainty
    interval: tuple[float, float] | None = None
    level: float | None = None
