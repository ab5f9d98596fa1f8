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
from scalinglaws.training.procedures.procedure import Procedure
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
        self.order = Order(setup.subset, setup.batch, setup.spec.seed)
        self.history = RunHistory(setup.spec.stopping, setup.steps, setup.batch, setup.schedule.warmup)
        self.earlier: tuple[RunResult, ...] = ()
        self.seconds = Seconds()

    @property
    def results(self) -> tuple[RunResult, ...]:
        """What the run has given so far, level by level."""
        return (*self.earlier, self.history.result)

    @property
    def examples_trained(self) -> int:
        """Examples that all levels have trained on; the steps before the rewinding point count once."""
        repeated = sum(result.steps - self.setup.rewind for result in self.results)
        return (self.setup.rewind + repeated) * self.setup.batch


class Training:
    """An ensemble in training.

    Attributes:
        level: how often the runs have been pruned.
        step: steps taken, those before the rewinding point included.
        members: runs that have not ended, in the order of the ensemble's rows.
        loss: training loss between the last two evaluations, mean over the runs; None before the first one.
    """

    def __init__(
        self, setups: Sequence[RunSetup], ensemble: Ensemble, task: Task, procedure: Procedure
    ) -> None:
        """Begin.

        Args:
            setups: the runs of the ensemble; they have the same batch, steps, schedule and evaluations.
            ensemble: their models.
            task: data, loss and metrics.
            procedure: what is done besides.
        """
        self.level, self.step = 0, 0
        self.members = [Member(setup) for setup in setups]
        self.loss: float | None = None
        self._ensemble, self._task, self._procedure = ensemble, task, procedure
        self._first = setups[0]
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
        due = self._next_evaluation()
        while True:
            if self.level == 0 and self.step == self._procedure.start:
                self._procedure.mark(self._ensemble)
            self.step += 1
            indices = torch.stack([member.order.at(self.step) for member in self.members])
            share, fresh = self._first.schedule(self.step), self.step - self._restarted_at
            controls = torch.tensor(self._ensemble.controls(share, fresh))
            self._losses.append(self._advance(indices, controls))
            if self.step == due:
                self._evaluate(ended)
                if not self.members:
                    return
                if self.step == self._first.steps:
                    self._next_level()
                due = self._next_evaluation()
            after_step()

    @property
    def progress(self) -> tuple[int, int]:
        """Steps taken and most steps that may be taken, over all levels."""
        again = self._first.steps - self._procedure.start
        return self.step + self.level * again, self._first.steps + self._procedure.levels * again

    @property
    def _restarted_at(self) -> int:
        """The step at which the state of the optimiser was fresh."""
        start = self._procedure.start
        return start if self.level > 0 or self.step > start else 0

    def _next_evaluation(self) -> int:
        spec = self._first.spec
        steps = evaluation_steps(
            spec.evaluation, self._first.steps, spec.optimiser.batch, self._task.validation
        )
        return next(step for step in steps if step > self.step)

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
            ends = member.history.note(self.step, losses[row], metrics)
            if ends and (self.level == self._procedure.levels or member.history.result.diverged_at):
                over.append(member)
            else:
                going_on.append(row)
        if over and going_on:
            self._ensemble.keep(going_on)
            self._advance = self._way_to_advance()
        self.members = [self.members[row] for row in going_on]
        for member in over:
            ended(member)

    def _next_level(self) -> None:
        self.level += 1
        self.step = self._procedure.start
        for member, left in zip(self.members, self._procedure.renew(self._ensemble), strict=True):
            member.earlier = member.results
            member.history = member.history.next_level(*left)

    def saved(self) -> dict[str, dict[str, Any]]:
        """All that is needed to resume each run, by its id: tensors, numbers and texts."""
        self._account()
        arrays, buffers = self._ensemble.arrays(), self._ensemble.buffers()
        losses = torch.stack(self._losses, dim=1).cpu() if self._losses else torch.zeros(len(self.members), 0)
        return {
            member.setup.spec.id: {
                "level": self.level,
                "step": self.step,
                "learning_rate": member.setup.learning_rate,
                "arrays": {name: array[row].cpu().clone() for name, array in arrays.items()},
                "buffers": {name: buffer.cpu().clone() for name, buffer in buffers.items()},
                "losses": losses[row].clone(),
                "first_loss": member.history.first_loss,
                "results": [result.model_dump() for result in member.results],
                "best": dict(member.history.patience.best),
                "counted": dict(member.history.patience.counted),
                "waited": member.history.patience.waited,
                "seconds": asdict(member.seconds),
            }
            for row, member in enumerate(self.members)
        }

    def resume(self, saved: Sequence[dict[str, Any]]) -> None:
        """Resume from saved states, one per member, all of the same level and step.

        Raises:
            ValueError: the states do not fit these runs.
        """
        for row, (member, state) in enumerate(zip(self.members, saved, strict=True)):
            self._ensemble.restore(row, state["arrays"], state["buffers"])
            member.history.first_loss = state["first_loss"]
            *earlier, member.history.result = (RunResult(**each) for each in state["results"])
            member.earlier = tuple(earlier)
            patience = member.history.patience
            patience.best, patience.counted = dict(state["best"]), dict(state["counted"])
            patience.waited = state["waited"]
            member.seconds = Seconds(**state["seconds"])
            member.seconds.ensemble = max(member.seconds.ensemble, len(self.members))
        self.level, self.step = saved[0]["level"], saved[0]["step"]
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
