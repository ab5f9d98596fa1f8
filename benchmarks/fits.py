"""Compare the Chinchilla fit and its bootstrap with plain scipy: `python benchmarks/fits.py`.

Times are CPU seconds of this process, the shortest of several, so that a busy machine hardly changes them.
The points are those of Hoffmann et al.'s Fig 4. scipy is timed on a sample of its work, and its total is
extrapolated.
"""

# ruff: noqa: E402

import argparse
import os
import time
from collections.abc import Callable
from functools import partial
from typing import Literal, TypeVar

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"  # before numpy is imported

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from scalinglaws import laws
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.solver.solve import Engine, solve
from scalinglaws.fitting.uncertainty.bootstrap import refit
from scalinglaws.papers.weng_2026.constants.besiroglu_2024 import RESAMPLES, RESAMPLING_SEED, STANDARD_ERRORS
from scalinglaws.papers.weng_2026.constants.hoffmann_2022 import (
    ALPHA_IN_FULL,
    BETA_IN_FULL,
    LOG_A,
    LOG_B,
    LOG_E,
)
from scalinglaws.papers.weng_2026.refit.mean_loss import HuberLoss, Vector, grid
from scalinglaws.public_runs.read import read

Array = NDArray[np.float64]
Result = TypeVar("Result")

LAW = laws.find("chinchilla")
ESTIMATOR = Estimator("log", "huber", 1e-3)
LOWEST = 0.0010182740178006  # on which four optimisers agree
REACHED = 1e-6  # share of it within which a fit has reached it
ENGINES: tuple[Engine, ...] = ("compiled", "numpy")
ROW = "{:<60}{:>10}{:>8}{:>18}{:>12}"


def main() -> None:
    """Time and print."""
    options = _options()
    x, y = _points()
    print(ROW.format("", "CPU s", "ratio", "objective", "reached"))
    starts(x, y, options.scipy_starts)
    print()
    refits(x, y, options.scipy_refits)


def starts(x: Array, y: Array, sample: int) -> None:
    """The fit to all points from 16 starts, against scipy from the 4,500 published ones."""
    sizes = [(3, 0.2), (6, 0.35), (9, 0.5), (12, 0.7)]
    sane = np.array([(a, b, np.exp(0.5), alpha, beta) for a, alpha in sizes for b, beta in sizes]).T
    every = np.ones((16, len(y)))
    loss = HuberLoss.of(x, y, "sum")
    chosen = grid(sample)
    seconds, found = _best(lambda: [_scipy(loss, start) for start in chosen.T], 1)
    total = seconds * grid().shape[1] / sample
    _print(f"scipy L-BFGS-B, finite differences, {sample} of 4,500 starts", seconds, None, np.array(found))
    _print("  extrapolated to 4,500 starts", total, None, None)
    for engine in ENGINES:
        from_sane = partial(solve, LAW, ESTIMATOR, x, every * y, every, sane, engine=engine)
        first, _ = _best(from_sane, 1)
        seconds, ended = _best(from_sane, 20)
        _print(f"16 starts, {engine}", seconds, total / seconds, ended.objective)
        if engine == "compiled":
            _print("  first call, with compiling", first, None, None)
        whole = partial(Problem(LAW, Points(x, y), ESTIMATOR).fit, engine=engine)
        seconds, one = _best(whole, 10)
        _print(
            f"Problem.fit(), its own guesses, {engine}", seconds, total / seconds, np.array([one.objective])
        )


def refits(x: Array, y: Array, sample: int) -> None:
    """Refits to the published resamples, against scipy from Hoffmann et al.'s constants."""
    rng = np.random.RandomState(RESAMPLING_SEED)
    rows = [rng.choice(len(y), len(y)) for _ in range(RESAMPLES)]
    weights = np.stack([np.bincount(drawn, minlength=len(y)) for drawn in rows]).astype(np.float64)
    fit = Problem(LAW, Points(x, y), ESTIMATOR).fit()
    start = np.array([constant.value for constant in (LOG_A, LOG_B, LOG_E, ALPHA_IN_FULL, BETA_IN_FULL)])
    losses = [HuberLoss.of(x[:, drawn], y[drawn], "sum") for drawn in rows[:sample]]
    seconds, plain = _best(lambda: [_scipy(loss, start, "BFGS") for loss in losses], 1)
    total = seconds * RESAMPLES / sample
    lowest = refit(fit, weights[:sample]).objective
    reached = int((np.array(plain) <= lowest * (1 + REACHED)).sum())
    what = f"scipy BFGS, finite differences, {sample} of {RESAMPLES:,} refits"
    print(ROW.format(what, f"{seconds:.3f}", "", "", f"{reached} of {sample}"))
    _print(f"  extrapolated to {RESAMPLES:,} refits", total, None, None)
    for engine in ENGINES:
        seconds, drawn = _best(partial(refit, fit, weights, engine=engine), 3)
        converged = f"{RESAMPLES - drawn.failed:,}"
        ratio = f"{total / seconds:.0f}"
        print(ROW.format(f"{RESAMPLES:,} refits, {engine}", f"{seconds:.3f}", ratio, "", converged))
        for name, values in zip(LAW.names, drawn.params, strict=True):
            error, stated = np.nanstd(values, ddof=1), STANDARD_ERRORS[name].value
            print(f"  standard error of {name:<6}{error:12.5f}  published {stated:.5f}")


def _scipy(loss: HuberLoss, start: Array, method: Literal["BFGS", "L-BFGS-B"] = "L-BFGS-B") -> float:
    """The objective where scipy stops, with finite differences and its default tolerances."""

    def value(theta: Vector) -> float:
        return loss(theta)[0]

    with np.errstate(all="ignore"):
        return float(minimize(value, start, method=method).fun)


def _best(work: Callable[[], Result], times: int) -> tuple[float, Result]:
    """The shortest of several times, and the result."""
    seconds = []
    for _ in range(times):
        began = time.process_time()
        result = work()
        seconds.append(time.process_time() - began)
    return min(seconds), result


def _print(what: str, seconds: float, ratio: float | None, objectives: Array | None) -> None:
    lowest = reached = ""
    if objectives is not None:
        lowest = f"{np.nanmin(objectives):.13f}"
        reached = f"{(objectives <= LOWEST * (1 + REACHED)).sum()} of {len(objectives)}"
    print(
        ROW.format(what, f"{seconds:.4f}", "" if ratio is None else f"{ratio:.0f}", lowest, reached),
        flush=True,
    )


def _points() -> tuple[Array, Array]:
    frame = read("chinchilla-points")
    kept = frame[~frame.excluded]
    return kept[["N", "D"]].to_numpy().T.copy(), kept.loss.to_numpy()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scipy-starts", type=int, default=100, help="of the 4,500 that scipy is timed on")
    parser.add_argument("--scipy-refits", type=int, default=40, help="of the 4,000 that scipy is timed on")
    return parser.parse_args()


if __name__ == "__main__":
    main()
