"""The training loop: an ensemble of runs, from initial weights to their validation curves."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from scalinglaws.config.spec import RunSpec
from scalinglaws.tasks.core.task import Task
from scalinglaws.training.ensemble.ensemble import Ensemble
from scalinglaws.training.evaluation_times import evaluation_steps
from scalinglaws.training.order import Order
from scalinglaws.training.outcome import Outcome, RunHistory

Advance = Callable[[Tensor, Tensor], Tensor]
"""One step: from indices (runs, batch) and its controls to losses (runs,)."""


@dataclass(frozen=True)
class RunSetup:
    """A run to train."""

    spec: RunSpec
    rate: float
    """The number behind `spec.learning_rate`."""
    subset: Tensor
    """Indices of its training examples, shape (examples,), on the CPU."""


@dataclass
class Seconds:
    """A run's share of the time that its process took, in equal parts with the runs beside it."""

    cpu: float = 0.0
    wall: float = 0.0
    evaluation: float = 0.0
    """The part of `wall` that validation took."""
    most_beside: int = 1
    """Most runs that were trained at the same time, itself included."""


class Member:
    """A run in an ensemble."""

    def __init__(self, setup: RunSetup) -> None:
        self.setup = setup
        self.order = Order(setup.subset, setup.spec.optimiser.batch, setup.spec.seed)
        self.history = RunHistory(setup.spec.budget, self.order.batch)
        self.seconds = Seconds()

    @property
    def outcome(self) -> Outcome:
        """What the run has given so far."""
        return self.history.outcome


class Training:
    """An ensemble in training.

    Attributes:
        step: steps taken.
        members: runs that have not ended, in the order of the ensemble's rows.
        loss: mean training loss before the last evaluation, over the runs; None before the first.
    """

    def __init__(self, setups: Sequence[RunSetup], ensemble: Ensemble, task: Task) -> None:
        """Begin.

        Args:
            setups: the runs of the ensemble; batch and budget are the same for all.
            ensemble: their models.
            task: data, loss and metrics.
        """
        self.step = 0
        self.members = [Member(setup) for setup in setups]
        self.loss: float | None = None
        self._stack, self._task = ensemble, task
        self._advance = self._way_to_advance()
        self._losses: list[Tensor] = []
        self._mark = time.process_time(), time.perf_counter()
        for member in self.members:
            member.seconds.most_beside = len(setups)

    def run(self, ended: Callable[[Member], None], after_step: Callable[[], None]) -> None:
        """Train until every run has ended.

        Args:
            ended: called with each run as it ends.
            after_step: called after each step; what it raises ends the training.
        """
        first = self.members[0]
        evaluations = evaluation_steps(
            first.setup.spec.budget, first.setup.spec.optimiser.batch, self._task.validation
        )
        due = next(step for step in evaluations if step > self.step)
        while True:
            self.step += 1
            indices = torch.stack([member.order.at(self.step) for member in self.members])
            controls = torch.tensor(self._stack.controls(self.step))
            self._losses.append(self._advance(indices, controls))
            if self.step == due:
                self._evaluate(ended)
                if not self.members:
                    return
                due = next(evaluations)
            after_step()

    def _evaluate(self, ended: Callable[[Member], None]) -> None:
        losses = torch.stack(self._losses, dim=1).cpu()  # (runs, steps); it waits for the device
        self._losses = []
        self._account()
        found = {name: values.tolist() for name, values in self._task.evaluate(self._stack.predict).items()}
        self._account(evaluation=True)
        self.loss = losses.mean().item()
        going_on: list[int] = []
        over: list[Member] = []
        for row, member in enumerate(self.members):
            metrics = {name: values[row] for name, values in found.items()}
            if member.history.note(self.step, losses[row], metrics):
                over.append(member)
            else:
                going_on.append(row)
        if over and going_on:
            self._stack.keep(going_on)
            self._advance = self._way_to_advance()
        self.members = [self.members[row] for row in going_on]
        for member in over:
            ended(member)

    def saved(self) -> dict[str, dict[str, Any]]:
        """All that is needed to go on, by run: tensors, numbers and texts."""
        self._account()
        arrays, buffers = self._stack.arrays(), self._stack.buffers()
        losses = torch.stack(self._losses, dim=1).cpu() if self._losses else torch.zeros(len(self.members), 0)
        return {
            member.setup.spec.id: {
                "step": self.step,
                "rate": member.setup.rate,
                "arrays": {name: array[row].cpu().clone() for name, array in arrays.items()},
                "buffers": {name: buffer.cpu().clone() for name, buffer in buffers.items()},
                "losses": losses[row].clone(),
                "first_loss": member.history.first_loss,
                "outcome": asdict(member.outcome),
                "best": dict(member.history.patience.best),
                "waited": member.history.patience.waited,
                "seconds": asdict(member.seconds),
            }
            for row, member in enumerate(self.members)
        }

    def resume(self, saved: Sequence[dict[str, Any]]) -> None:
        """Go on from where runs were saved, one a member, all at the same step.

        Raises:
            ValueError: what was saved does not fit these runs.
        """
        for row, (member, state) in enumerate(zip(self.members, saved, strict=True)):
            self._stack.restore(row, state["arrays"], state["buffers"])
            member.history.first_loss = state["first_loss"]
            member.history.outcome = Outcome(**state["outcome"])
            member.history.patience.best = dict(state["best"])
            member.history.patience.waited = state["waited"]
            member.seconds = Seconds(**state["seconds"])
            member.seconds.most_beside = max(member.seconds.most_beside, len(self.members))
        self.step = saved[0]["step"]
        losses = torch.stack([state["losses"] for state in saved])
        self._losses = list(losses.to(self._stack.weights.device).unbind(1))

    def _way_to_advance(self) -> Advance:
        ensemble, task = self._stack, self._task  # not self: a cycle would keep memory until it is collected

        def advance(indices: Tensor, controls: Tensor) -> Tensor:
            return ensemble.advance(task, indices, controls)

        if not ensemble.weights.is_cuda:
            return advance
        from scalinglaws.training.ensemble.capture import Captured

        return Captured(advance, ensemble.arrays().values())

    def _account(self, evaluation: bool = False) -> None:
        """Share out the time since the last call among the runs."""
        now = time.process_time(), time.perf_counter()
        cpu, wall = ((new - old) / len(self.members) for new, old in zip(now, self._mark, strict=True))
        self._mark = now
        for member in self.members:
            member.seconds.cpu += cpu
            member.seconds.wall += wall
            member.seconds.evaluation += wall if evaluation else 0.0
