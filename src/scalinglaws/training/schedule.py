"""When a run is evaluated and when it stops."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from scalinglaws.config.spec import Budget


def evaluation_steps(budget: Budget) -> Iterator[int]:
    """Steps at which a run is evaluated: geometric, from the first to the last step of the budget."""
    step = float(budget.first_evaluation)
    while step < budget.steps:
        yield int(step)
        step = max(step * budget.evaluation_ratio, int(step) + 1.0)
    yield budget.steps


@dataclass
class Patience:
    """Counts evaluations without a new minimum of any metric."""

    limit: int
    best: dict[str, float] = field(default_factory=dict)
    waited: int = 0

    def exhausted(self, metrics: dict[str, float]) -> bool:
        """Take note of an evaluation; true once `limit` in a row brought no new minimum."""
        improved = [name for name, value in metrics.items() if value < self.best.get(name, float("inf"))]
        for name in improved:
            self.best[name] = metrics[name]
        self.waited = 0 if improved else self.waited + 1
        return self.waited >= self.limit
