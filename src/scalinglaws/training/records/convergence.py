"""Whether a run passed its minimum, and how steep its validation curve is at its end."""

from collections.abc import Sequence

import numpy as np

from scalinglaws.config.spec import Stopping
from scalinglaws.training.stopping import Patience

FEWEST = 2  # evaluations that have a slope


def passed(values: Sequence[float], stopping: Stopping | None) -> bool:
    """Whether a metric passed its minimum: as many evaluations as the patience followed the last minimum that
    counted, by the rule that ends runs (`Patience`). A run without patience never passes it.

    Args:
        values: the metric at each evaluation.
        stopping: the patience of the run.
    """
    if stopping is None:
        return False
    patience, ends = Patience(stopping.model_copy(update={"metrics": None})), False
    for value in values:
        ends = patience.exhausted({"metric": value})
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
