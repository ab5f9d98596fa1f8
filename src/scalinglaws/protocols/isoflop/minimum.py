"""The size of lowest loss along an IsoFLOP curve: a parabola through a declared window, or Akima's cubics.

Everything takes leading batch axes, so a thousand resamples of all budgets are one call.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray

FEWEST_POINTS = 3  # sizes that a curve needs for an inner minimum


class Status(IntEnum):
    """What became of one curve's minimum."""

    KEPT = 0
    TOO_FEW_POINTS = 1
    EDGE = 2  # at or beyond the smallest or largest size
    NOT_CONVEX = 3  # the parabola opens downwards or is a line


@dataclass(frozen=True)
class Minimum:
    """Minima of curves, [*batch] each; `x` and `loss` are NaN unless the status is KEPT."""

    x: FloatArray
    loss: FloatArray
    status: NDArray[np.int64]


class Method(Protocol):
    """A way to find the minimum."""

    def __call__(self, x: FloatArray, loss: FloatArray, weights: FloatArray) -> Minimum:
        """Minima of curves.

        Args:
            x: [*batch, points], log N, strictly ascending among the points that have weight.
            loss: [*batch, points], nats; positive where there is weight.
            weights: [*batch, points]; 0 where there is no point.
        """
        ...


@dataclass(frozen=True)
class Parabola:
    """Least squares of a parabola in log N (Hoffmann et al. 2022, section 3.2), through a window.

    The window is part of the result: real curves are not parabolas, and a wide window moves the exponents by
    tenths. Give at most one of `nearest` and `nats`; without either, all points are used.

    Attributes:
        nearest: the window is this many points, nearest in log N to the lowest one (of equally near ones, the
            smaller).
        nats: the window is all points at most this far above the lowest one.
        log_loss: fit the logarithm of the loss instead of the loss.
        keep_outside: keep vertices outside the sampled sizes, which are extrapolations. It is here to show
            what they do.
    """

    nearest: int | None = None
    nats: float | None = None
    log_loss: bool = False
    keep_outside: bool = False

    def __post_init__(self) -> None:
        """Refuse windows that cannot hold a parabola."""
        if self.nearest is not None and self.nats is not None:
            raise ScalingLawsError("a parabola's window is either `nearest` points or a number of `nats`")
        if self.nearest is not None and self.nearest < FEWEST_POINTS:
            raise ScalingLawsError(f"a parabola needs {FEWEST_POINTS} points or more, not {self.nearest}")
        if self.nats is not None and not self.nats > 0:
            raise ScalingLawsError(f"a parabola's window in nats is positive, not {self.nats}")

    def __call__(self, x: FloatArray, loss: FloatArray, weights: FloatArray) -> Minimum:
        """As in `Method`; the weights count in the fit."""
        present = weights > 0
        w = np.where(self._window(x, loss, present), weights, 0.0)
        enough = (w > 0).sum(axis=-1) >= FEWEST_POINTS
        height = np.where(present, loss, 1.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            vertex, bottom, curvature = _parabola(x, np.log(height) if self.log_loss else height, w)
            low = np.where(present, x, np.inf).min(axis=-1)
            high = np.where(present, x, -np.inf).max(axis=-1)
            inside = (low < vertex) & (vertex < high)
            status = np.select(
                [~enough, ~(curvature > 0), ~inside & (not self.keep_outside)],
                [Status.TOO_FEW_POINTS, Status.NOT_CONVEX, Status.EDGE],
                Status.KEPT,
            )
            return _masked(vertex, np.exp(bottom) if self.log_loss else bottom, status)

    def _window(self, x: FloatArray, loss: FloatArray, present: NDArray[np.bool_]) -> NDArray[np.bool_]:
        height = np.where(present, loss, np.inf)
        if self.nats is not None:
            return np.asarray(height <= height.min(axis=-1, keepdims=True) + self.nats) & present
        if self.nearest is not None:
            lowest = np.take_along_axis(x, height.argmin(axis=-1)[..., None], axis=-1)
            # Rounded, so that equal distances on a geometric grid are equal and the smaller size wins.
            distance = np.where(present, np.round(np.abs(x - lowest), 9), np.inf)
            rank = distance.argsort(axis=-1, kind="stable").argsort(axis=-1, kind="stable")
            return np.asarray(rank < self.nearest) & present
        return present


@dataclass(frozen=True)
class Akima:
    """Minimum of Akima's interpolant through the points of a curve (Porian et al. 2024).

    The log of the loss is interpolated over log N, as their code does (`interpolation` in analysis.py). They
    take the lowest of 25 values per interval; here each cubic's minimum is solved for, which moves their
    exponents by .0012 at most. Weights only say which points are there.
    """

    log_loss: bool = True

    def __call__(self, x: FloatArray, loss: FloatArray, weights: FloatArray) -> Minimum:
        """As in `Method`."""
        x, loss, weights = np.broadcast_arrays(x, loss, weights)
        batch, points = x.shape[:-1], x.shape[-1]
        # Present points first, so that rows with equally many of them form plain arrays.
        first = np.argsort(weights.reshape(-1, points) == 0, axis=-1, kind="stable")
        x = np.take_along_axis(x.reshape(-1, points), first, axis=-1)
        loss = np.take_along_axis(loss.reshape(-1, points), first, axis=-1)
        count = (weights.reshape(-1, points) > 0).sum(axis=-1)
        at, bottom = np.full(len(x), np.nan), np.full(len(x), np.nan)
        status = np.full(len(x), int(Status.TOO_FEW_POINTS))
        for n in np.unique(count[count >= FEWEST_POINTS]):
            rows = np.flatnonzero(count == n)
            height = loss[rows, :n]
            at[rows], bottom[rows], edge = _akima(x[rows, :n], np.log(height) if self.log_loss else height)
            status[rows] = np.where(edge, Status.EDGE, Status.KEPT)
        bottom = np.exp(bottom) if self.log_loss else bottom
        return _masked(at.reshape(batch), bottom.reshape(batch), status.reshape(batch))


def _masked(x: FloatArray, loss: FloatArray, status: NDArray[np.int64]) -> Minimum:
    kept = status == Status.KEPT
    return Minimum(
        np.where(kept, x, np.nan), np.where(kept, loss, np.nan), np.asarray(status, dtype=np.int64)
    )


def _parabola(x: FloatArray, y: FloatArray, w: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Vertex, height of the vertex and curvature of the weighted parabola, [*batch] each.

    In the standardised variable u, the polynomials 1, u and u^2 - <u^3> u - 1 are orthogonal, so there is no
    system to solve and no loss of digits.
    """
    share = w / w.sum(axis=-1, keepdims=True)
    mean = (share * x).sum(axis=-1, keepdims=True)
    scale = np.sqrt((share * (x - mean) ** 2).sum(axis=-1, keepdims=True))
    u = (x - mean) / scale
    skew = (share * u**3).sum(axis=-1, keepdims=True)
    bend = u**2 - skew * u - 1
    level = (share * y).sum(axis=-1)
    slope = (share * u * y).sum(axis=-1)
    curvature = (share * bend * y).sum(axis=-1) / (share * bend**2).sum(axis=-1)
    skew = skew[..., 0]
    at = (curvature * skew - slope) / (2 * curvature)
    bottom = level + slope * at + curvature * (at**2 - skew * at - 1)
    # A curvature as small as rounding errors is a line.
    flat = np.abs(curvature) <= 1e-13 * np.maximum(np.abs(level), 1e-300)
    return mean[..., 0] + scale[..., 0] * at, bottom, np.where(flat, 0.0, curvature)


def _akima(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """Place and height of the lowest point, and whether it is the first or last knot; x, y: [rows, knots].

    Akima 1970, with the conventions of scipy.interpolate.Akima1DInterpolator, which takes one x for all rows.
    """
    h = np.diff(x, axis=-1)
    slope = np.diff(y, axis=-1) / h
    left = [3 * slope[:, :1] - 2 * slope[:, 1:2], 2 * slope[:, :1] - slope[:, 1:2]]
    right = [2 * slope[:, -1:] - slope[:, -2:-1], 3 * slope[:, -1:] - 2 * slope[:, -2:-1]]
    m = np.concatenate([*left, slope, *right], axis=-1)
    change = np.abs(np.diff(m, axis=-1))
    after, before = change[:, 2:], change[:, :-2]
    total = after + before
    with np.errstate(invalid="ignore", divide="ignore"):
        tangent = m[:, 1:-2] + before / total * (m[:, 2:-1] - m[:, 1:-2])
        undefined = total <= 1e-9 * total.max(axis=-1, keepdims=True)
        tangent = np.where(undefined, (m[:, :-3] + m[:, 3:]) / 2, tangent)
        # Each cubic is y + t z + c z^2 + d z^3 for 0 <= z <= h.
        t, end = tangent[:, :-1], tangent[:, 1:]
        c, d = (3 * slope - 2 * t - end) / h, (t + end - 2 * slope) / h**2
        root = np.sqrt(c**2 - 3 * d * t)
        z = np.where(
            c > 0, -t / (c + root), (root - c) / (3 * d)
        )  # of the two, the form that cancels nothing
        low = y[:, :-1] + z * (t + z * (c + z * d))
        inner = (z > 0) & (z < h)
    place = np.concatenate([x, np.where(inner, x[:, :-1] + z, np.nan)], axis=-1)
    height = np.concatenate([y, np.where(inner, low, np.inf)], axis=-1)
    lowest = height.argmin(axis=-1)[:, None]
    edge = (lowest[:, 0] == 0) | (lowest[:, 0] == x.shape[-1] - 1)
    return np.take_along_axis(place, lowest, -1)[:, 0], np.take_along_axis(height, lowest, -1)[:, 0], edge
