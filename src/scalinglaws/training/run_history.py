"""The history of a run, from evaluation to evaluation: its result grows until the run ends."""

import math

from torch import Tensor

from scalinglaws.config.spec import Stopping
from scalinglaws.training.records.result import RunResult
from scalinglaws.training.stopping import Patience, counted

HOPELESS = 10.0  # times the loss before the first step


class RunHistory:
    """The history of a run, or of one of its levels.

    A run has diverged when its training loss or a validation metric is not finite, or when its mean training
    loss between two evaluations is more than `HOPELESS` times its loss before the first step.

    Attributes:
        result: what the run has given so far.
        patience: counts evaluations without a new minimum.
        first_loss: the training loss before the first step.
    """

    def __init__(self, stopping: Stopping | None, steps: int, batch: int, warmup: int = 0) -> None:
        """Begin a run.

        Args:
            stopping: when it may end early.
            steps: steps that it may take at most.
            batch: examples per step.
            warmup: steps in which the learning rate rises.
        """
        self._stopping, self._steps, self._batch, self._warmup = stopping, steps, batch, warmup
        self._counted = counted(stopping, warmup, steps)
        self.patience = Patience(stopping)
        self.first_loss = math.inf
        self.result = RunResult(
            status="completed",
            stopped="duration",
            steps=0,
            examples_seen=0,
            diverged_at=None,
            minima={},
            curve=(),
        )

    def next_level(self, density: float, bare: int) -> "RunHistory":
        """The history of the next level, which is measured by the same first loss."""
        history = RunHistory(self._stopping, self._steps, self._batch, self._warmup)
        history.first_loss = self.first_loss
        level = {"level": self.result.level + 1, "density": density, "bare": bare}
        history.result = history.result.model_copy(update=level)
        return history

    def note(self, step: int, losses: Tensor, metrics: dict[str, float]) -> bool:
        """Add an evaluation to the result.

        Args:
            step: steps taken.
            losses: training loss of every step since the previous evaluation, shape (steps,).
            metrics: validation metrics by name.

        Returns:
            Whether the run ends with this evaluation.
        """
        before = step - len(losses)
        if math.isinf(self.first_loss):
            self.first_loss = losses[0].item()
        mean_loss = losses.double().mean().item()
        diverged_at = self._diverged_at(before, losses, mean_loss, metrics)
        curve, minima = self.result.curve, {}
        out_of_patience = False
        if diverged_at is None:
            curve = (*curve, {"step": step, "training_loss": mean_loss, **metrics})
            out_of_patience = self.patience.exhausted(metrics, counts=step in self._counted)
            minima = dict(self.patience.best)
        self.result = self.result.model_copy(
            update={
                "status": "completed" if diverged_at is None else "diverged",
                "stopped": "diverged" if diverged_at else "patience" if out_of_patience else "duration",
                "steps": step,
                "examples_seen": step * self._batch,
                "diverged_at": diverged_at,
                "minima": minima,
                "curve": curve,
            }
        )
        return self.result.stopped != "duration" or step >= self._steps

    def _diverged_at(
        self, before: int, losses: Tensor, mean_loss: float, metrics: dict[str, float]
    ) -> int | None:
        broken = (~losses.isfinite()).nonzero().flatten().tolist()
        if broken:
            return before + 1 + int(broken[0])
        hopeless = mean_loss > HOPELESS * abs(self.first_loss)
        return before + len(losses) if hopeless or not all(map(math.isfinite, metrics.values())) else None
