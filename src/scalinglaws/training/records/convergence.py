"""Whether a run passed its minimum, and how steep its validation curve is at its end."""

from collections.abc import Sequence

import numpy as np

from scalinglaws.config.spec import Stopping
from scalinglaws.training.durations import Pace
from scalinglaws.training.records.record import Record
from scalinglaws.training.schedules import multiplier
from scalinglaws.training.stopping import Patience, counted

FEWEST = 2  # evaluations that have a slope


def counted_steps(record: Record, amount: float) -> range:
    """The steps at which an evaluation of a run counts as waited. `amount` is its data per example."""
    spec = record.spec
    examples = spec.subset.examples
    pace = Pace(min(spec.optimiser.batch, examples), examples, amount, record.model.flops_per_example)
    steps = pace.steps(spec.duration)
    return counted(spec.stopping, multiplier(spec.schedule, pace, steps).warmup, steps)


def passed(
    steps: Sequence[float], values: Sequence[float], stopping: Stopping | None, counted: range
) -> bool:
    """Whether a metric passed its minimum: as many evaluations as the patience followed the last minimum that
    counted, by the rule that ends runs (`Patience`). A run without patience never passes it.

    Args:
        steps: the step of each evaluation.
        values: the metric at each of them.
        stopping: the patience of the run.
        counted: the steps at which an evaluation counts, from `counted_steps`.
    """
    if stopping is None:
        return False
    patience, ends = Patience(stopping.model_copy(update={"metrics": None})), False
    for step, value in zip(steps, values, strict=True):
        ends = patience.exhausted({"metric": value}, counts=step in counted)
    return ends


def last_slope(steps: Sequence[float], values: Sequence[float]) -> float:
    """The slope d ln(metric) / d ln(step) at the end of a curve.

    It is that of least squares over the evaluations in the last factor of two in steps, and at least over the
    last two. NaN if there are not as many, or if a value is not positive, as an error of zero.
    """
    if len(steps) < FEWEST:
        return float("nan")
    since = min(steps[-1] / 2, steps[-FEWEST])
    last = [(step, value) for step, value in zip(steps, values, strict=True) if step >= since]
    if min(value for _, value in last) <= 0:
        return float("nan")
    x, y = np.log(np.array(last)).T
    x -= x.mean()
    return float(x @ (y - y.mean()) / (x @ x))
