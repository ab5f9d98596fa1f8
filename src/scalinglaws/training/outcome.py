"""What a run gave, as it grows: its validation curve, its minima, and why it ended."""

import math
from dataclasses import dataclass, field

from torch import Tensor

from scalinglaws.config.spec import Budget
from scalinglaws.training.evaluation_times import Patience

HOPELESS = 10.0  # times the loss before the first step


@dataclass
class Outcome:
    """What a run gave.

    Attributes:
        status: `completed`, or `diverged` when the loss grew beyond all bounds.
        stopped: why it ended: `patience`, `budget` or `diverged`.
        steps: optimiser steps taken.
        examples_seen: training examples used, repeats counted.
        diverged_at: the step at which the loss, or a metric, was no longer finite, or was hopeless.
        curve: one entry an evaluation: step, mean training loss since the last one, validation metrics.
        minima: the least value of each validation metric; empty when diverged.
    """

    status: str = "completed"
    stopped: str = "budget"
    steps: int = 0
    examples_seen: int = 0
    diverged_at: int | None = None
    curve: list[dict[str, float]] = field(default_factory=list)
    minima: dict[str, float] = field(default_factory=dict)


class RunHistory:
    """The history of a run from evaluation to evaluation.

    A run has diverged when its training loss or a validation metric is not finite, or when its mean training
    loss between two evaluations is more than `HOPELESS` times its loss before the first step.
    """

    def __init__(self, budget: Budget, batch: int) -> None:
        self.budget, self.batch = budget, batch
        self.outcome = Outcome()
        self.patience = Patience(budget.patience)
        self.first_loss = math.inf

    def note(self, step: int, losses: Tensor, metrics: dict[str, float]) -> bool:
        """Take note of an evaluation; whether the run ends with it.

        Args:
            step: steps taken.
            losses: training loss of every step since the last evaluation, shape (steps,).
            metrics: validation metrics by name.
        """
        before = step - len(losses)
        if before == 0:
            self.first_loss = losses[0].item()
        mean_loss = losses.double().mean().item()
        self.outcome.steps, self.outcome.examples_seen = step, step * self.batch
        self.outcome.diverged_at = self._diverged_at(before, losses, mean_loss, metrics)
        if self.outcome.diverged_at is not None:
            self.outcome.status = self.outcome.stopped = "diverged"
            self.outcome.minima = {}
            return True
        self.outcome.curve.append({"step": step, "training_loss": mean_loss, **metrics})
        if self.patience.exhausted(metrics):
            self.outcome.stopped = "patience"
        self.outcome.minima = dict(self.patience.best)
        return self.outcome.stopped == "patience" or step >= self.budget.steps

    def _diverged_at(
        self, before: int, losses: Tensor, mean_loss: float, metrics: dict[str, float]
    ) -> int | None:
        broken = (~losses.isfinite()).nonzero().flatten().tolist()
        if broken:
            return before + 1 + int(broken[0])
        hopeless = mean_loss > HOPELESS * abs(self.first_loss)
        return before + len(losses) if hopeless or not all(map(math.isfinite, metrics.values())) else None
