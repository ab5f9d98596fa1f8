"""What runs cost: exact FLOPs, and seconds learnt from measured runs or assumed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from scalinglaws.cli.timings import CPU, Timing, batch, course, device_type, is_stacked, workload
from scalinglaws.config.job import Job
from scalinglaws.config.scale import Machine
from scalinglaws.config.spec import RunSpec
from scalinglaws.counting.size import ModelSize
from scalinglaws.laws.law import FloatArray
from scalinglaws.tasks.core.shapes import shapes_of
from scalinglaws.training.ensemble.policy import FEWEST_ROWS, largest_ensemble, work

FEWEST_SIZES = 2
"""Least number of different step sizes to tell the time of launches from that of arithmetic."""


@dataclass(frozen=True)
class Price:
    """What a run takes, as expected and at most.

    Attributes:
        flops, seconds: with the steps that like runs took, the budget where none was measured.
        most_flops, most_seconds: with the whole budget of steps.
        measured: whether the time of its steps was measured, on the same model, data and batch.
    """

    flops: float
    seconds: float
    most_flops: float
    most_seconds: float
    measured: bool = False


@dataclass(frozen=True)
class _Model:
    size: ModelSize
    can_share_an_ensemble: bool


class Prices:
    """Prices runs; each architecture is built once, without memory for its weights."""

    def __init__(self, machine: Machine, timings: Sequence[Timing] = (), device: str = CPU) -> None:
        """Learn from measured runs, all of one host; without any, believe the assumed machine.

        Args:
            machine: assumed speed.
            timings: measured runs.
            device: `cpu`, or anything else for a GPU: what is trained side by side depends on it.
        """
        self.machine = machine
        self._device = device
        self._models: dict[tuple[str, ...], _Model | None] = {}
        self._step_times = StepTimes(machine, timings)
        self._share = _median(each.evaluation_share for each in timings) if timings else 0.0
        taken: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for each in timings:
            taken[course(each.spec)].append(each.steps)
            taken[course(each.spec)[1:]].append(each.steps)
        self._steps = {key: _median(steps) for key, steps in taken.items()}

    def of_job(self, job: Job) -> list[Price]:
        """The prices of a job's runs; those with as many examples a step are trained side by side."""
        alike = Counter(map(batch, job.runs))
        return [self.of(run, alike[batch(run)]) for run in job.runs]

    def of(self, run: RunSpec, alike: int = 1) -> Price:
        """FLOPs and seconds of a run, one worker.

        Where the shape of its examples is not known before they are read, the FLOPs count as none.

        Args:
            run: the run.
            alike: runs, itself included, that are trained side by side with it if that is faster.
        """
        model = self._model(run)
        flops = float(model.size.flops_per_example * batch(run)) if model else 0.0
        stacked = model is not None and self._is_stacked(model, batch(run))
        ensemble = 1
        if model is not None and stacked:
            step_of_one = work(model.size, batch(run))
            ensemble = min(
                alike, largest_ensemble(step_of_one, device_type(self._device), self.machine.ensemble_size)
            )
        step, measured = self._step_times.of(run, flops, ensemble, stacked)
        step /= 1 - self._share
        # Steps of runs like this one, else of any architecture on this subset; else all that it may take.
        of_any = self._steps.get(course(run)[1:], run.budget.steps)
        steps = self._steps.get(course(run), of_any)
        return Price(
            flops=flops * steps,
            seconds=step * steps,
            most_flops=flops * run.budget.steps,
            most_seconds=step * run.budget.steps,
            measured=measured,
        )

    def size(self, run: RunSpec) -> ModelSize | None:
        """Size of a run's model; None where the shape of its examples is unknown."""
        model = self._model(run)
        return model.size if model else None

    def _model(self, run: RunSpec) -> _Model | None:
        key = (run.task, run.model.name, run.data.name)
        if key not in self._models:
            self._models[key] = _build(run)
        return self._models[key]

    def _is_stacked(self, model: _Model, examples: int) -> bool:
        return model.can_share_an_ensemble and is_stacked(model.size, examples, self._device)


class StepTimes:
    """Seconds of a training step of any run, from the runs that are most like it.

    For as many FLOPs, a network that goes through a sentence token by token launches more than one that looks
    at an image, a deep one more than a shallow one, and long windows more than short ones.
    """

    def __init__(self, machine: Machine, timings: Sequence[Timing] = ()) -> None:
        """Learn from measured runs of any kind."""
        groups: dict[tuple[str, ...], list[Timing]] = defaultdict(list)
        for each in timings:
            for kind in _kinds(each.spec):
                groups[kind].append(each)
        self._by_kind = {kind: StepTime(machine, group) for kind, group in groups.items()}
        self._other = StepTime(machine, timings)

    def of(self, run: RunSpec, flops: float, ensemble: int = 1, stacked: bool = False) -> tuple[float, bool]:
        """Seconds of a step of so many FLOPs, and whether such a step was measured; as `StepTime.of`."""
        like = [self._by_kind[kind] for kind in _kinds(run) if kind in self._by_kind]
        telling = (each for each in like if each.sizes >= FEWEST_SIZES or each.knows(run))
        return next(telling, like[-1] if like else self._other).of(run, flops, ensemble, stacked)


class StepTime:
    """Seconds of a training step of one run, as a function of its FLOPs that never falls.

    By the law, a step of a run alone takes `alone + flops / speed`. Side by side, operators are launched once
    for all and the rest is each run's own: `launches / ensemble + each + flops / speed`. The constants are
    those
    that fit the measured steps best, in relative terms. Between measured sizes a line is drawn through their
    logarithms; beyond them the law goes on from the last one. Without measurements, or with one size only,
    the law is the longer of the times assumed for launches and arithmetic.
    """

    def __init__(self, machine: Machine, timings: Sequence[Timing] = ()) -> None:
        self._machine = machine
        self._groups: dict[tuple[object, ...], list[Timing]] = defaultdict(list)
        for each in timings:
            self._groups[workload(each.spec)].append(each)
        counted = [each for each in timings if each.flops_per_step > 0]
        self.sizes = len({each.flops_per_step for each in counted})
        self._law = Law(machine, counted if self.sizes >= FEWEST_SIZES else ())
        self._curves: dict[bool, tuple[FloatArray, FloatArray]] = {}
        for stacked in {each.stacked for each in counted}:
            groups = [[e for e in group if e.stacked == stacked] for group in self._groups.values()]
            known = [group for group in groups if group and group[0].flops_per_step > 0]
            known.sort(key=lambda group: group[0].flops_per_step)
            first = [_median(self._moved(each, 1, stacked) for each in group) for group in known]
            weights = np.array([len(group) for group in known], dtype=float)
            flops = np.log([group[0].flops_per_step for group in known])
            self._curves[stacked] = flops, _rising(np.log(first), weights)

    def knows(self, run: RunSpec) -> bool:
        """Whether a step of this model, data and batch was measured."""
        return workload(run) in self._groups

    def of(self, run: RunSpec, flops: float, ensemble: int = 1, stacked: bool = False) -> tuple[float, bool]:
        """Seconds of a step of so many FLOPs, and whether such a step was measured.

        Args:
            run: the run.
            flops: of a step.
            ensemble: runs side by side.
            stacked: whether its kind is trained side by side, if only beside itself.
        """
        group = self._groups.get(workload(run))
        if group is not None:
            return _median(self._moved(each, ensemble, stacked) for each in group), True
        if not self._curves or flops <= 0:
            return self._law.seconds(flops, ensemble, stacked), False
        kind = stacked if stacked in self._curves else not stacked
        log_flops, log_seconds = self._curves[kind]
        nearest = float(np.clip(np.log(flops), log_flops[0], log_flops[-1]))
        seconds = float(np.exp(np.interp(nearest, log_flops, log_seconds)))
        rest = self._law.seconds(flops, ensemble, stacked) / self._law.seconds(
            float(np.exp(nearest)), 1, kind
        )
        return seconds * rest, False

    def _moved(self, timing: Timing, ensemble: int, stacked: bool) -> float:
        """Seconds of a measured step, had there been another number of runs side by side."""
        flops = timing.flops_per_step
        measured = self._law.seconds(flops, timing.ensemble, timing.stacked)
        return timing.seconds_per_step * self._law.seconds(flops, ensemble, stacked) / measured


class Law:
    """The law of `StepTime`, with its constants."""

    def __init__(self, machine: Machine, timings: Sequence[Timing]) -> None:
        """Fit the constants by least squares on relative errors, none of them negative.

        Where no run was alone, or none side by side, launches are taken to be as long in the other case.
        """
        self._machine = machine
        self.constants: FloatArray | None = None
        if not timings:
            return
        terms = np.array([_terms(each.flops_per_step, each.ensemble, each.stacked) for each in timings])
        columns = terms / np.array([[each.seconds_per_step] for each in timings])
        if len({each.ensemble for each in timings if each.stacked}) < FEWEST_SIZES:
            columns[:, 2] = 0  # what each run takes is not to be told from launches
        scale = np.linalg.norm(columns, axis=0)
        scale[scale == 0] = 1
        constants = nnls(columns / scale, np.ones(len(columns)))[0] / scale
        for column, other in ((0, 1), (1, 0)):
            if not columns[:, column].any():
                constants[column] = constants[other]
        self.constants = constants

    def seconds(self, flops: float, ensemble: int, stacked: bool) -> float:
        """Seconds of a step of one run."""
        if self.constants is None:
            return max(self._machine.seconds_per_step / ensemble, flops / self._machine.flops_per_second)
        return float(_terms(flops, ensemble, stacked) @ self.constants)


def _terms(flops: float, ensemble: int, stacked: bool) -> FloatArray:
    """What the law's constants are multiplied with: alone, launches, each, seconds per FLOP."""
    if not stacked:
        return np.array([1.0, 0.0, 0.0, flops])
    rows = max(ensemble, FEWEST_ROWS) / ensemble  # a run that is left alone has a twin
    return np.array([0.0, 1.0 / ensemble, rows, rows * flops])


def _rising(values: FloatArray, weights: FloatArray) -> FloatArray:
    """The closest values that never fall (weighted least squares: neighbours that do are pooled)."""
    pools: list[tuple[float, float, int]] = []  # mean, weight, length
    for value, weight in zip(values, weights, strict=True):
        pools.append((float(value), float(weight), 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, u, m), (b, v, n) = pools[-2:]
            pools[-2:] = [((a * u + b * v) / (u + v), u + v, m + n)]
    return np.array([mean for mean, _, length in pools for _ in range(length)])


def _kinds(run: RunSpec) -> tuple[tuple[str, ...], ...]:
    """What runs have in common whose steps take as long for as many FLOPs, from narrow to wide."""
    narrow = (run.task, run.precision, run.model.family, run.data.name)
    return narrow, narrow[:3], narrow[:2]


def _median(values: Iterable[float]) -> float:
    return float(np.median(list(values)))


def _build(run: RunSpec) -> _Model | None:
    shapes = shapes_of(run.data, run.task)
    if shapes is None:
        return None
    from scalinglaws.counting.meta import count  # here, because it imports torch

    return _Model(*count(run.model, shapes))
