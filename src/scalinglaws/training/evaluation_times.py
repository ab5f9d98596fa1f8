"""When a run is evaluated and when it stops."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from scalinglaws.config.spec import Budget

FORWARD_AND_BACKWARD = 3  # in units of the operations of the forward pass


def evaluation_steps(budget: Budget, batch: int = 1, validation: int = 0) -> Iterator[int]:
    """Steps at which a run is evaluated; the last one is the last step of the budget.

    They are spaced geometrically, so every subset size sees its minimum at the same resolution. But an
    evaluation is put off until all evaluations so far, itself included, take at most `evaluation_share` of
    the run's operations. Batches are taken to be full for that: the smallest subsets have smaller ones, but
    they reach their minimum early.

    Args:
        budget: the run's budget.
        batch: examples per full step.
        validation: examples per evaluation.
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
        """Add an evaluation; whether the last `limit` ones brought no new minimum."""
        improved = [name for name, value in metrics.items() if value < self.best.get(name, float("inf"))]
        for name in improved:
            self.best[name] = metrics[name]
        self.waited = 0 if improved else self.waited + 1
        return self.waited >= self.limit
