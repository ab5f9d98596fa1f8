"""What a run gave: its validation curve, its minima and why it ended."""

from typing import Literal

from scalinglaws.config.spec import Score
from scalinglaws.config.strict import Strict


class RunResult(Strict):
    """The result of a run, so far or at its end; of a run that is pruned, the result of one level."""

    level: int = 0
    """Number of prunings before it."""
    density: float = 1.0
    """Share of the prunable weights that are left, as counted in the mask."""
    bare: int = 0
    """Number of layers that have lost all their prunable weights."""
    status: Literal["completed", "diverged"]
    """`diverged` if the loss grew beyond all bounds."""
    stopped: Literal["patience", "duration", "diverged"]
    """Why it ended: it passed its minimum, it had lasted its duration, or it diverged."""
    steps: int
    """Optimiser steps taken."""
    examples_seen: int
    """Training examples used, repeats counted."""
    diverged_at: int | None
    """The step at which the loss or a metric was not finite, or the loss hopeless."""
    minima: dict[str, float]
    """The smallest value of each validation metric; empty if the run diverged."""
    curve: tuple[dict[str, float], ...]
    """One entry per evaluation: the step, the mean training loss since the previous one, and the validation
    metrics."""

    def value(self, metric: str, score: Score) -> float | None:
        """The value of a validation metric that counts; None if the run diverged."""
        if self.status == "diverged":
            return None
        return self.minima[metric] if score == "minimum" else self.curve[-1][metric]
