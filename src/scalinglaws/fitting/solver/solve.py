"""Fits of one law to many data sets from many starts, by the engine that is faster for that much work."""

from functools import cache
from importlib.util import find_spec
from typing import Literal

import numpy as np

from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.solver import newton
from scalinglaws.fitting.solver.newton import MAX_STEPS, Solutions
from scalinglaws.laws.law import FloatArray, Law

Engine = Literal["auto", "numpy", "compiled"]

# Points times fits times derivatives above which compiling (seconds, once) is won back.
WORTH_COMPILING = 3e7


def solve(
    law: Law,
    estimator: Estimator,
    x: FloatArray,
    y: FloatArray,
    weights: FloatArray,
    starts: FloatArray,
    bounds: tuple[FloatArray, FloatArray] | None = None,
    *,
    warm: bool = False,
    engine: Engine = "auto",
    max_steps: int = MAX_STEPS,
) -> Solutions:
    """Fit each data set from its own start.

    Args:
        law: the law.
        estimator: what is minimised.
        x: [variables, points], shared by all fits.
        y, weights: [batch, points]; what stands at weight 0 must be finite and positive, and is not used.
        starts: coordinates [parameters, batch].
        bounds: coordinates, [parameters] or [parameters, batch] each; without it the law's own. Equal
            bounds fix a parameter.
        warm: the starts are near the optimum, so that Huber's delta need not be led down to its value.
        engine: `numpy`, `compiled` or, as by default, whichever is faster for that much work. Which one it
            is follows from the shapes alone, so that equal calls give equal bits.
        max_steps: after which a descent ends, for each delta.
    """
    batch = y.shape[0]
    lower, upper = (
        np.broadcast_to(end[:, None] if end.ndim == 1 else end, (len(end), batch))
        for end in (bounds or law.bounds)
    )
    deltas = estimator.deltas[-1:] if warm else estimator.deltas
    work = y.size * len(law.parameters) ** 2 * len(deltas)
    data = (x, y, weights, np.clip(starts, lower, upper), lower, upper)
    if engine == "compiled" or (engine == "auto" and work > WORTH_COMPILING and has_compiler()):
        from scalinglaws.fitting.solver import compiled  # numba takes half a second to import

        return compiled.solve(law, estimator, deltas, *data, max_steps)
    return newton.solve(law, estimator, deltas, *data, max_steps)


@cache
def has_compiler() -> bool:
    """Whether numba is installed; without it numpy does it all."""
    return find_spec("numba") is not None


def solve_each(
    law: Law,
    estimator: Estimator,
    x: FloatArray,
    y: FloatArray,
    weights: FloatArray,
    starts: FloatArray,
    bounds: tuple[FloatArray, FloatArray] | None = None,
    *,
    warm: bool = False,
    engine: Engine = "auto",
    max_steps: int = MAX_STEPS,
) -> Solutions:
    """Fit each data set from every start [starts, parameters, batch]; results get a starts axis."""
    count, size, batch = starts.shape
    if bounds is not None and bounds[0].ndim == 2:
        bounds = (np.tile(bounds[0], (1, count)), np.tile(bounds[1], (1, count)))
    flat = solve(
        law, estimator, x, np.tile(y, (count, 1)), np.tile(weights, (count, 1)),
        np.moveaxis(starts, 0, 1).reshape(size, -1), bounds, warm=warm, engine=engine,
        max_steps=max_steps,
    )  # fmt: skip
    return Solutions(
        flat.theta.reshape(size, count, batch),
        flat.objective.reshape(count, batch),
        flat.gradient.reshape(count, batch),
    )


def best_of(
    law: Law,
    estimator: Estimator,
    x: FloatArray,
    y: FloatArray,
    weights: FloatArray,
    starts: FloatArray,
    bounds: tuple[FloatArray, FloatArray] | None = None,
    *,
    warm: bool = False,
    engine: Engine = "auto",
    max_steps: int = MAX_STEPS,
) -> Solutions:
    """The best solution of each fit over starts [starts, parameters, batch]."""
    each = solve_each(
        law, estimator, x, y, weights, starts, bounds, warm=warm, engine=engine, max_steps=max_steps
    )
    winner = each.objective.argmin(axis=0)
    fits = np.arange(y.shape[0])
    return Solutions(each.theta[:, winner, fits], each.objective[winner, fits], each.gradient[winner, fits])
