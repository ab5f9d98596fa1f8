"""Tables of where minimisers of Huber's loss stop: for its mean, for its sum, and this package's."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalinglaws.fitting.fit import Fit
from scalinglaws.fitting.uncertainty.covariance import interval
from scalinglaws.laws.law import FloatArray
from scalinglaws.papers.weng_2026.refit import mean_loss
from scalinglaws.papers.weng_2026.refit.mean_loss import FTOL, Descents, Reduction

TIGHT = 1e-15
REACHED = 1e-6  # a descent this close to the lowest objective, as a share of it, has reached it
SHARES = np.linspace(0, 1, 201)


@dataclass(frozen=True)
class Sizes:
    """How many starts each way of minimising gets; None stands for all 4,500 of the published grid.

    The mean stops after a few iterations, so its whole grid takes seconds. The sums take ten times as long.
    """

    mean: int | None
    sum: int | None
    tight: int | None


@dataclass(frozen=True)
class Stops:
    """Tables.

    Attributes:
        methods: one row per way of minimising: where its best start ends, and how many starts reach the
            optimum.
        descents: how far above the optimum the starts of a method end, as shares of them.
        traces: the objective after each iteration from the published values.
    """

    methods: pd.DataFrame
    descents: pd.DataFrame
    traces: pd.DataFrame


def compare(
    fit: Fit,
    a_samples: FloatArray,
    published: FloatArray,
    rows: NDArray[np.int64],
    sizes: Sizes,
    level: float,
) -> Stops:
    """Minimise Huber's loss in every way.

    Args:
        fit: this package's fit.
        a_samples: exponents of N_opt from its bootstrap, [resamples].
        published: coordinates [5] (log A, log B, log E, alpha, beta) of the published fit, a start.
        rows: resamples of the points, refitted by the mean from that start, [resamples, points].
        sizes: numbers of starts.
        level: of the intervals.
    """
    x, y, one = fit.points.x, fit.points.y, published[:, None]
    ways: list[tuple[str, Reduction, float | None, FloatArray, bool]] = [
        ("Mean, published start", "mean", None, one, False),
        ("Sum, published start", "sum", None, one, False),
        ("Sum, published start, tight", "sum", TIGHT, one, False),
        ("Mean, grid of starts", "mean", None, mean_loss.grid(sizes.mean), True),
        ("Sum, grid of starts", "sum", None, mean_loss.grid(sizes.sum), True),
        ("Sum, grid of starts, tight", "sum", TIGHT, mean_loss.grid(sizes.tight), True),
    ]
    methods, descents = [], []
    for name, reduction, tolerance, starts, is_grid in ways:
        ended = mean_loss.descend(x, y, starts, reduction, tolerance=tolerance)
        methods.append(_method(name, ended, fit.objective))
        if is_grid:
            descents.append(_shares(name, ended, fit.objective))
    refits = mean_loss.bootstrap_stopped(x, y, published, rows, "mean")
    methods[0]["low"], methods[0]["high"] = map(float, interval(refits.a, level))
    methods.append(_ours(fit, a_samples, level))
    traces = [
        part
        for name, reduction, tolerance, _, is_grid in ways
        if not is_grid
        for part in _trace(name, fit, published, reduction, tolerance)
    ]
    frame = pd.DataFrame(methods).assign(level=level)
    return Stops(frame, pd.concat(descents, ignore_index=True), pd.DataFrame(traces))


def _method(name: str, ended: Descents, lowest: float) -> dict[str, Any]:
    best = ended.coordinates[:, ended.best]
    reached = ended.objective <= lowest * (1 + REACHED)
    return {
        "method": name,
        "starts": len(ended.objective),
        "objective": float(ended.objective[ended.best]),
        **dict(zip(("A", "B", "E"), map(float, np.exp(best[:3])), strict=True)),
        "alpha": float(best[3]),
        "beta": float(best[4]),
        "a": float(ended.a[ended.best]),
        "low": nan,
        "high": nan,
        "reached": int(reached.sum()),
        "median_iterations": float(np.median(ended.iterations)),
    }


def _ours(fit: Fit, a_samples: FloatArray, level: float) -> dict[str, Any]:
    low, high = map(float, interval(a_samples, level))
    p = fit.params
    return {
        "method": "Newton, this package",
        "starts": fit.descents,
        "objective": fit.objective,
        **p,
        "a": p["beta"] / (p["alpha"] + p["beta"]),
        "low": low,
        "high": high,
        "reached": fit.agreeing,
        "median_iterations": nan,
    }


def _shares(name: str, ended: Descents, lowest: float) -> pd.DataFrame:
    """The excess over the lowest objective that each share of the starts does not exceed."""
    excess = np.maximum(np.nan_to_num(ended.objective, nan=np.inf) / lowest - 1, TIGHT)
    return pd.DataFrame(
        {"method": name, "share": SHARES, "excess": np.quantile(excess, SHARES, method="inverted_cdf")}
    )


def _trace(
    name: str,
    fit: Fit,
    start: FloatArray,
    reduction: Reduction,
    tolerance: float | None,
) -> Iterator[dict[str, Any]]:
    """Rows of `traces`: what is minimised, its decrease by an iteration, and the decrease that ftol needs."""
    x, y = fit.points.x, fit.points.y
    values = mean_loss.trace(x, y, start, reduction, tolerance=tolerance)
    decreases = [nan, *-np.diff(values)]
    for iteration, (value, decrease) in enumerate(zip(values, decreases, strict=True)):
        total = value * (len(y) if reduction == "mean" else 1)
        yield {
            "method": name,
            "iteration": iteration,
            "minimised": float(value),
            "decrease": float(decrease),
            "threshold": FTOL if tolerance is None else tolerance,
            "excess": max(float(total / fit.objective - 1), TIGHT),
        }
