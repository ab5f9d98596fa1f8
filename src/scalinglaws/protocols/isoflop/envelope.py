"""Approach 1: the minimum over training curves at each compute value (Hoffmann et al. 2022, section 3.1)."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray
from scalinglaws.protocols.isoflop.exponents import Exponents, estimated, fit_both, with_intervals


class Place(IntEnum):
    """What became of the envelope at one value of C."""

    KEPT = 0
    NO_CURVE = 1
    SMALLEST = 2  # the smallest (or only) model with a loss there wins: an even smaller one might be better
    LARGEST = 3  # the largest one wins: an even larger one might be better


@dataclass(frozen=True)
class Curves:
    """Training curves on common values of C.

    Attributes:
        C: [values], FLOPs, log-spaced.
        runs: [runs], the run's name, by ascending N.
        log_n: [runs], natural log of the parameters.
        log_d: [runs, values], natural log of the tokens that a run has seen at C; NaN outside its curve.
        loss: [runs, values], nats per token; NaN outside its curve: curves are never extrapolated.
    """

    C: FloatArray
    runs: NDArray[np.str_]
    log_n: FloatArray
    log_d: FloatArray
    loss: FloatArray


def interpolate(
    run: NDArray[np.str_],
    N: FloatArray,
    C: FloatArray,
    loss: FloatArray,
    D: FloatArray | None = None,
    *,
    smoothing: float = 0.0,
    values: int = 1500,
    between: tuple[float, float] | None = None,
) -> Curves:
    """Smooth training curves and interpolate them, linearly in log C.

    Args:
        run: [points], which run each checkpoint belongs to; any order.
        N: [points], parameters; the same for all points of a run.
        C: [points], training FLOPs at the checkpoint.
        loss: [points], nats per token.
        D: [points], tokens at the checkpoint; C / (6 N) without it.
        smoothing: standard deviation of a Gaussian window over a run's checkpoints, in checkpoints; 0 for
            none. The paper smooths the training loss with a window of 10 steps.
        values: how many values of C; the paper's 1500.
        between: least and greatest C; those of all checkpoints without it.

    Raises:
        ScalingLawsError: a number is not finite or not positive, a run has two sizes, or one C twice.
    """
    D = np.asarray(C, dtype=np.float64) / (6 * np.asarray(N, dtype=np.float64)) if D is None else D
    columns = [np.asarray(column, dtype=np.float64) for column in (N, C, loss, D)]
    run = np.asarray(run, dtype=np.str_)
    if not len(run) or any(column.shape != run.shape for column in columns):
        raise ScalingLawsError("training curves: run, N, C, loss and D must be lists of one length")
    if not all(np.all(np.isfinite(column) & (column > 0)) for column in columns):
        raise ScalingLawsError("training curves: N, C, loss and D must be finite and positive")
    if values < 2 or smoothing < 0:
        raise ScalingLawsError("training curves: two values of C or more, and no negative smoothing")
    log_n, log_c, height, log_d = np.log(columns[0]), np.log(columns[1]), columns[2], np.log(columns[3])
    low, high = (log_c.min(), log_c.max()) if between is None else np.log(between)
    grid = np.linspace(low, high, values)

    names, first = np.unique(run, return_index=True)
    names = names[np.argsort(log_n[first], kind="stable")]
    sizes = np.empty(len(names))
    curves = np.empty((2, len(names), values))
    for row, name in enumerate(names):
        points = np.flatnonzero(run == name)
        points = points[np.argsort(log_c[points])]
        x = log_c[points]
        if np.ptp(log_n[points]) > 0 or np.any(np.diff(x) == 0):
            raise ScalingLawsError(f"training curves: run {name} has two sizes N, or two losses at one C")
        sizes[row] = log_n[points[0]]
        y = height[points]
        # Beyond the ends the window sees mirror images, which raise the last loss of a steep curve a little.
        y = gaussian_filter1d(y, smoothing, mode="reflect") if smoothing else y
        for curve, column in zip(curves, (y, log_d[points]), strict=True):
            curve[row] = np.interp(grid, x, column, left=np.nan, right=np.nan)
    return Curves(C=np.exp(grid), runs=names, log_n=sizes, log_d=curves[1], loss=curves[0])


@dataclass(frozen=True)
class Envelope:
    """The lowest loss at each C, and which run attains it; all [values].

    Attributes:
        C: FLOPs.
        loss: nats per token; NaN where no run has one.
        run: row of the winner in `Curves`; -1 if there is none.
        N: the winner's parameters.
        D: its tokens at C.
        place: a `Place` for each: kept for fits, or why not.
    """

    C: FloatArray
    loss: FloatArray
    run: NDArray[np.int64]
    N: FloatArray
    D: FloatArray
    place: NDArray[np.int64]

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Where sizes on both sides of the winner have a loss at the same C, and a higher one."""
        return np.asarray(self.place == Place.KEPT)

    @property
    def dropped(self) -> dict[Place, int]:
        """How many values of C were dropped, by reason."""
        return {reason: int((self.place == reason).sum()) for reason in Place if reason != Place.KEPT}


def envelope(curves: Curves) -> Envelope:
    """The lower envelope of training curves; of equal losses, the smaller model wins."""
    winner, place = _winners(curves, np.arange(len(curves.runs)))
    at = np.maximum(winner, 0), np.arange(len(curves.C))
    some = winner >= 0
    return Envelope(
        C=curves.C,
        loss=np.where(some, curves.loss[at], np.nan),
        run=winner,
        N=np.where(some, np.exp(curves.log_n[at[0]]), np.nan),
        D=np.where(some, np.exp(curves.log_d[at]), np.nan),
        place=place,
    )


def envelope_exponents(
    curves: Curves, *, count: int = 0, level: float = 0.95, rng: np.random.Generator | None = None
) -> Exponents:
    """N_opt ~ C^a and D_opt ~ C^b by unweighted least squares in logarithms over the kept values of C.

    Intervals come from resampling whole runs: the checkpoints of one run are not independent, and neither
    are the 1500 values of C. (The paper's are 10-90 % intervals from subsamples of 80 %.)

    Args:
        curves: the training curves.
        count: resamples; 0 for no intervals.
        level: of the percentile intervals.
        rng: needed unless count is 0.

    Raises:
        ScalingLawsError: fewer than two values of C are kept, or there is no generator.
    """
    every = np.arange(len(curves.runs))
    log_c = np.log(curves.C)
    n, d = fit_both(log_c, *_fitted(curves, every))
    estimated(n, d, "envelope")
    if not count:
        return with_intervals(n, d, np.empty(0), np.empty(0), level)
    if rng is None:
        raise ScalingLawsError("envelope: resampling runs needs a random generator")
    samples = np.full((2, count), np.nan)
    for k in range(count):
        drawn = np.unique(rng.choice(every, size=len(every)))  # a run drawn twice is one curve
        laws = fit_both(log_c, *_fitted(curves, drawn))
        samples[:, k] = [law.exponent for law in laws]
    return with_intervals(n, d, samples[0], samples[1], level)


def _fitted(curves: Curves, rows: NDArray[np.int64]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """log N, log D and weight of the winners among some runs, [values] each."""
    winner, place = _winners(curves, rows)
    log_d = curves.log_d[np.maximum(winner, 0), np.arange(len(curves.C))]
    return curves.log_n[winner], log_d, (place == Place.KEPT).astype(np.float64)


def _winners(curves: Curves, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row of the winner at each C among some runs (ascending; -1 for none), and its `Place`."""
    there = np.isfinite(curves.loss[rows])
    winner = np.where(there, curves.loss[rows], np.inf).argmin(axis=0)
    # Rows ascend in N, so the extreme sizes with a loss at C are in the first and the last row with one.
    smallest, largest = there.argmax(axis=0), len(rows) - 1 - there[::-1].argmax(axis=0)
    log_n = curves.log_n[rows]
    place = np.select(
        [~there.any(axis=0), log_n[winner] == log_n[smallest], log_n[winner] == log_n[largest]],
        [Place.NO_CURVE, Place.SMALLEST, Place.LARGEST],
        Place.KEPT,
    )
    return np.where(place == Place.NO_CURVE, -1, rows[winner]), place
