"""Fits of one law to many data sets from many initial guesses, by the faster engine for that much work."""

from functools import cache
from importlib.util import find_spec
from typing import Literal

import numpy as np

from scalinglaws.fitting.solver import newton
from scalinglaws.fitting.solver.batch import Batch
from scalinglaws.fitting.solver.newton import MAX_STEPS, Solutions
from scalinglaws.laws.law import FloatArray

Engine = Literal["auto", "numpy", "compiled"]

# Points times fits times derivatives, for which numpy needs some four CPU seconds. Importing numba and
# compiling a law take two, and eight the first time, before numba has kept the solver on disk.
WORTH_COMPILING = 2e8
AT_ONCE = 5_000_000  # points of all fits that are copied at once: some hundred megabytes


def solve(
    batch: Batch,
    guesses: FloatArray,
    *,
    warm: bool = False,
    engine: Engine = "auto",
    max_steps: int = MAX_STEPS,
) -> Solutions:
    """Solve each fit from its own initial guess.

    Args:
        batch: the fits.
        guesses: coordinates [parameters, fits].
        warm: the guesses are near the optimum, so that Huber's delta need not be led down to its value.
        engine: `numpy`, `compiled` or, as by default, whichever is faster for that much work. It is chosen by
            the shapes alone, so that equal calls give equal bits.
        max_steps: after which a descent ends, for each delta.
    """
    deltas = batch.estimator.deltas[-1:] if warm else batch.estimator.deltas
    if faster(batch, len(batch), warm, engine) == "compiled":
        from scalinglaws.fitting.solver import compiled  # numba takes most of a second to import

        return compiled.solve(batch, guesses, deltas, max_steps)
    return newton.solve(batch, guesses, deltas, max_steps)


def faster(batch: Batch, fits: int, warm: bool = False, engine: Engine = "auto") -> Engine:
    """The engine for so many fits like those of a batch; `engine` itself unless it is `auto`."""
    deltas = 1 if warm else len(batch.estimator.deltas)
    work = fits * batch.x.shape[1] * len(batch.law.parameters) ** 2 * deltas
    if engine == "auto":
        return "compiled" if work > WORTH_COMPILING and has_compiler() else "numpy"
    return engine


@cache
def has_compiler() -> bool:
    """Whether numba is installed; without it numpy does everything."""
    return find_spec("numba") is not None


def solve_each(
    batch: Batch,
    guesses: FloatArray,
    *,
    warm: bool = False,
    engine: Engine = "auto",
    max_steps: int = MAX_STEPS,
) -> Solutions:
    """Solve each fit from every guess [guesses, parameters, fits]; the results get an axis of guesses."""
    count, size, fits = guesses.shape
    begin = np.moveaxis(guesses, 0, 1).reshape(size, -1)
    which = np.tile(np.arange(fits), count)
    engine = faster(batch, len(which), warm, engine)
    most = max(1, AT_ONCE // max(batch.x.shape[1], 1))
    parts = [
        solve(
            batch.some(which[first : first + most]), begin[:, first : first + most],
            warm=warm, engine=engine, max_steps=max_steps,
        )
        for first in range(0, max(len(which), 1), most)
    ]  # fmt: skip
    return Solutions(
        np.concatenate([part.theta for part in parts], axis=1).reshape(size, count, fits),
        np.concatenate([part.objective for part in parts]).reshape(count, fits),
        np.concatenate([part.gradient for part in parts]).reshape(count, fits),
    )


def best_of(batch: Batch, guesses: FloatArray, *, warm: bool = False, engine: Engine = "auto") -> Solutions:
    """The best solution of each fit over its guesses [guesses, parameters, fits]."""
    each = solve_each(batch, guesses, warm=warm, engine=engine)
    winner = each.objective.argmin(axis=0)
    fits = np.arange(len(batch))
    return Solutions(each.theta[:, winner, fits], each.objective[winner, fits], each.gradient[winner, fits])
