"""The training loop: takes an ensemble of runs from initial weights to their validation curves."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from scalinglaws.tasks.core.task import Task
from scalinglaws.training.ensemble.ensemble import Ensemble
from scalinglaws.training.evaluation_times import evaluation_steps
from scalinglaws.training.order import Order
from scalinglaws.training.records.result import RunResult
from scalinglaws.training.run_history import RunHistory
from scalinglaws.training.setup import RunSetup

Advance = Callable[[Tensor, Tensor], Tensor]
"""One step: from indices (runs, batch) and the step's controls to losses (runs,)."""


@dataclass
class Seconds:
    """A run's share of the time that its process took; the runs of an ensemble share it equally."""

    cpu: float = 0.0
    wall: float = 0.0
    evaluation: float = 0.0
    """The part of `wall` that validation took."""
    ensemble: int = 1
    """Most runs that were in its ensemble at the same time, itself included."""


class Member:
    """A run in an ensemble."""

    def __init__(self, setup: RunSetup) -> None:
        self.setup = setup
        self.order = Order(setup.subset, setup.spec.optimiser.batch, setup.spec.seed)
        self.history = RunHistory(setup.spec.budget, self.order.batch)
        self.seconds = Seconds()

    @property
    def result(self) -> RunResult:
        """What the run has given so far."""
        return self.history.result


class Training:
    """An ensemble in training.

    Attributes:
        step: steps taken.
        members: runs that have not ended, in the order of the ensemble's rows.
        loss: training loss between the last two evaluations, mean over the runs; None before the first one.
    """

    def __init__(self, setups: Sequence[RunSetup], ensemble: Ensemble, task: Task) -> None:
        """Begin.

        Args:
            setups: the runs of the ensemble; they have the same batch and budget.
            ensemble: their models.
            task: data, loss and metrics.
        """
        self.step = 0
        self.members = [Member(setup) for setup in setups]
        self.loss: float | None = None
        self._ensemble, self._task = ensemble, task
        self._advance = self._way_to_advance()
        self._losses: list[Tensor] = []
        self._mark = time.process_time(), time.perf_counter()
        for member in self.members:
            member.seconds.ensemble = len(setups)

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
            controls = torch.tensor(self._ensemble.controls(self.step))
            self._losses.append(self._advance(indices, controls))
            if self.step == due:
                self._evaluate(ended)
                if not self.members:
                    return
                due = next(evaluations)
            after_step()

    def _evaluate(self, ended: Callable[[Member], None]) -> None:
        losses = torch.stack(self._losses, dim=1).cpu()  # (runs, steps); waits for the device
        self._losses = []
        self._account()
        found = {
            name: values.tolist() for name, values in self._task.evaluate(self._ensemble.predict).items()
        }
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
            self._ensemble.keep(going_on)
            self._advance = self._way_to_advance()
        self.members = [self.members[row] for row in going_on]
        for member in over:
            ended(member)

    def saved(self) -> dict[str, dict[str, Any]]:
        """All that is needed to resume each run, by its id: tensors, numbers and texts."""
        self._account()
        arrays, buffers = self._ensemble.arrays(), self._ensemble.buffers()
        losses = torch.stack(self._losses, dim=1).cpu() if self._losses else torch.zeros(len(self.members), 0)
        return {
            member.setup.spec.id: {
                "step": self.step,
                "learning_rate": member.setup.learning_rate,
                "arrays": {name: array[row].cpu().clone() for name, array in arrays.items()},
                "buffers": {name: buffer.cpu().clone() for name, buffer in buffers.items()},
                "losses": losses[row].clone(),
                "first_loss": member.history.first_loss,
                "result": member.result.model_dump(),
                "best": dict(member.history.patience.best),
                "waited": member.history.patience.waited,
                "seconds": asdict(member.seconds),
            }
            for row, member in enumerate(self.members)
        }

    def resume(self, saved: Sequence[dict[str, Any]]) -> None:
        """Resume from saved states, one per member, all of the same step.

        Raises:
            ValueError: the states do not fit these runs.
        """
        for row, (member, state) in enumerate(zip(self.members, saved, strict=True)):
            self._ensemble.restore(row, state["arrays"], state["buffers"])
            member.history.first_loss = state["first_loss"]
            member.history.result = RunResult(**state["result"])
            member.history.patience.best = dict(state["best"])
            member.history.patience.waited = state["waited"]
            member.seconds = Seconds(**state["seconds"])
            member.seconds.ensemble = max(member.seconds.ensemble, len(self.members))
        self.step = saved[0]["step"]
        losses = torch.stack([state["losses"] for state in saved])
        self._losses = list(losses.to(self._ensemble.weights.device).unbind(1))

    def _way_to_advance(self) -> Advance:
        ensemble, task = (
            self._ensemble,
            self._task,
        )  # not self: a reference cycle would hold memory until it is collected

        def advance(indices: Tensor, controls: Tensor) -> Tensor:
            return ensemble.advance(task, indices, controls)

        if not ensemble.weights.is_cuda:
            return advance
        from scalinglaws.training.ensemble.capture import Captured

        return Captured(advance, ensemble.arrays().values())

    def _account(self, evaluation: bool = False) -> None:
        """Divide the time since the last call among the runs."""
        now = time.process_time(), time.perf_counter()
        cpu, wall = ((new - old) / len(self.members) for new, old in zip(now, self._mark, strict=True))
        self._mark = now
        for member in self.members:
            member.seconds.cpu += cpu
            member.seconds.wall += wall
            member.seconds.evaluation += wall if evaluation else 0.0
