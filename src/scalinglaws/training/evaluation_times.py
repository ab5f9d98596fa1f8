"""When a run is evaluated and when it stops."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from scalinglaws.config.spec import Budget

FORWARD_AND_BACKWARD = 3  # times the operations of the forward pass alone


def evaluation_steps(budget: Budget, batch: int = 1, validation: int = 0) -> Iterator[int]:
    """Steps at which a run is evaluated, the last of the budget included.

    Geometric from the first on, so that every subset size sees its minimum at the same resolution; but an
    evaluation waits until all so far, itself included, take at most `evaluation_share` of a run's operations,
    its batches taken to be full: the smallest subsets, which have shorter ones, are soon at their minimum.

    Args:
        budget: the run's budget.
        batch: examples of a full step.
        validation: examples of an evaluation.
    """
    price = validation / (FORWARD_AND_BACKWARD * batch)  # in steps
    price *= (1 - budget.evaluation_share) / budget.evaluation_share
    step, earliest = float(budget.first_evaluation), price
    while (now := max(int(step), int(-(-earliest // 1)))) < budget.steps:
        yield now
        step = max(now * budget.evaluation_ratio, now + 1.0)
        earliest += price
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
