"""The interface of a procedure, and which one a run names."""

from typing import NamedTuple, Protocol

from scalinglaws.training.ensemble.ensemble import Ensemble


class Left(NamedTuple):
    """What a pruning has left of a network."""

    density: float
    """Share of its prunable weights."""
    bare: int
    """Number of its layers that have lost all their weights."""


class Procedure(Protocol):
    """Whether the runs of an ensemble, once they have lasted their duration, are trained again.

    The training loop takes all of them from level to level together.
    """

    levels: int
    """How often they are trained again."""
    start: int
    """The step from which they are trained again."""

    def mark(self, ensemble: Ensemble) -> None:
        """Note the weights at the step `start`, when the first level has come to it."""
        ...

    def renew(self, ensemble: Ensemble) -> list[Left]:
        """Put all runs back to the step `start`, changed for the next level; what each of them is now."""
        ...
