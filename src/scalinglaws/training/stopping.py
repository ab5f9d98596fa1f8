"""When a run has passed its minimum."""

from dataclasses import dataclass, field
from math import inf

from scalinglaws.config.spec import Stopping


def counted(stopping: Stopping | None, warmup: int, steps: int) -> range:
    """The steps at which an evaluation counts as waited.

    A run has hardly begun to learn in its warm-up, nor before the step that its config names. And the
    evaluation at the end of the duration comes whether it is due or not, so it may be too early.
    """
    return range(max(warmup, stopping.after if stopping else 0) + 1, steps)


@dataclass
class Patience:
    """Counts evaluations in a row that brought no new minimum of any metric that is waited for."""

    stopping: Stopping | None
    """Without it, minima are noted, and patience never ends."""
    best: dict[str, float] = field(default_factory=dict)
    """The true minimum of each metric."""
    counted: dict[str, float] = field(default_factory=dict)
    """The last minimum of each metric that counted as new."""
    waited: int = 0

    def exhausted(self, metrics: dict[str, float], *, counts: bool = True) -> bool:
        """Add an evaluation; whether the last ones, as many as the patience, brought no new minimum.

        Args:
            metrics: its values by name.
            counts: whether it counts as waited, see `counted`.
        """
        tolerance = self.stopping.tolerance if self.stopping else 0.0
        new = False
        for name, value in metrics.items():
            self.best[name] = min(value, self.best.get(name, inf))
            last = self.counted.get(name)
            if last is None or value < last - tolerance * abs(last):
                self.counted[name] = value
                new |= self._waits_for(name)
        self.waited = 0 if new else self.waited + counts
        return counts and self.stopping is not None and self.waited >= self.stopping.patience

    def _waits_for(self, name: str) -> bool:
        return self.stopping is None or self.stopping.metrics is None or name in self.stopping.metrics
