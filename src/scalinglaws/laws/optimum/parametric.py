"""Approach 3: the best N and D of a fitted L(N, D) (Hoffmann et al. 2022, section 3.3)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray

Surface = Callable[[FloatArray, FloatArray], FloatArray]
"""Loss or FLOPs at N and D; must broadcast."""

GRID = 400  # sizes tried over the allowed range before the best is refined
GOLDEN = (np.sqrt(5) - 1) / 2
SHRINKAGES = 45  # of a golden section: to 4e-10 of the bracket; the loss is rounded more coarsely


@dataclass(frozen=True)
class Chinchilla:
    """L(N, D) = E + A / N^alpha + B / D^beta (equation 2); numbers, or arrays of one shape (resamples)."""

    A: FloatArray | float
    B: FloatArray | float
    E: FloatArray | float
    alpha: FloatArray | float
    beta: FloatArray | float

    def __post_init__(self) -> None:
        """Refuse constants without an optimum."""
        for name in ("A", "B", "alpha", "beta"):
            if not np.all(np.asarray(getattr(self, name)) > 0):
                raise ScalingLawsError(f"allocation: {name} must be positive; without it there is no optimum")

    def __call__(self, N: FloatArray | float, D: FloatArray | float) -> FloatArray:
        """Loss, nats per token, at N parameters and D tokens."""
        return np.asarray(self.E + self.A * np.power(N, -self.alpha) + self.B * np.power(D, -self.beta))

    @property
    def a(self) -> FloatArray:
        """Exponent of N_opt in C."""
        return np.asarray(self.beta / (np.asarray(self.alpha) + self.beta))

    @property
    def b(self) -> FloatArray:
        """Exponent of D_opt in C."""
        return np.asarray(self.alpha / (np.asarray(self.alpha) + self.beta))


@dataclass(frozen=True)
class Allocation:
    """Compute-optimal allocations; all of one shape.

    Attributes:
        C: FLOPs.
        N: parameters.
        D: tokens.
        loss: nats per token.
        on_edge: whether N is at the end of the range that was allowed. Then it is not an optimum, and a wider
            range is needed. Closed forms are never on an edge.
    """

    C: FloatArray
    N: FloatArray
    D: FloatArray
    loss: FloatArray
    on_edge: NDArray[np.bool_]

    @property
    def tokens_per_parameter(self) -> FloatArray:
        """D / N."""
        return self.D / self.N


def closed_form(law: Chinchilla, C: FloatArray | float) -> Allocation:
    """The optimum of the Chinchilla law where C = 6 N D (equation 4).

    Args:
        law: constants; arrays of them broadcast against C.
        C: FLOPs.

    Raises:
        ScalingLawsError: C is not positive.
    """
    C = _budgets(C)
    alpha, beta = np.asarray(law.alpha), np.asarray(law.beta)
    G = (alpha * law.A / (beta * law.B)) ** (1 / (alpha + beta))
    N, D = G * (C / 6) ** law.a, (C / 6) ** law.b / G
    C, N, D = np.broadcast_arrays(C, N, D)
    return Allocation(C, N, D, law(N, D), np.zeros(N.shape, dtype=np.bool_))


def numeric(
    law: Surface,
    C: FloatArray | float,
    *,
    flops: Surface | None = None,
    between: tuple[float, float] = (1e3, 1e15),
) -> Allocation:
    """The optimum of any law under any count of FLOPs: the best of a grid in log N, then golden sections.

    The grid makes it safe if the loss along an IsoFLOP curve has several minima: it finds the lowest one
    unless two are within a hundredth of the allowed range.

    Args:
        law: loss at N and D. For many parameter vectors at once let its result broadcast, for instance
            parameters [resamples, 1] against C [budgets].
        C: FLOPs.
        flops: training FLOPs at N and D, growing in D without bound; 6 N D without it.
        between: least and greatest N allowed.

    Returns:
        In the shape of the law's result at C. log N is exact to about 1e-7: nearer to the optimum the loss
        does not change in its last digit.

    Raises:
        ScalingLawsError: C or the range is not positive, or at some C no N has both tokens and a loss.
    """
    C = _budgets(C)
    low, high = between
    if not 0 < low < high < np.inf:
        raise ScalingLawsError(f"allocation: the range of N must be positive and ascending, not {between}")

    def along(log_n: FloatArray) -> FloatArray:
        N = np.exp(log_n)
        loss = np.asarray(law(N, tokens(N, C, flops)), dtype=np.float64)
        return np.where(np.isnan(loss), np.inf, loss)

    grid = np.linspace(np.log(low), np.log(high), GRID)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        lowest = along(np.full(C.shape, grid[0]))
        best = np.zeros(lowest.shape, dtype=np.int64)
        for i, log_n in enumerate(grid[1:], start=1):  # one at a time, because the batch may be large
            loss = along(np.full(C.shape, log_n))
            best = np.where(loss < lowest, i, best)
            lowest = np.minimum(loss, lowest)
        if not np.all(np.isfinite(lowest)):
            raise ScalingLawsError("allocation: at some C no N in the range has tokens and a finite loss")
        log_n = _golden(along, grid[np.maximum(best - 1, 0)], grid[np.minimum(best + 1, GRID - 1)])
        # A minimum between the last two sizes of the grid is inside; one at the very end is not.
        step = grid[1] - grid[0]
        on_edge = (log_n - grid[0] < 1e-6 * step) | (grid[-1] - log_n < 1e-6 * step)
        N = np.exp(log_n)
        D = np.broadcast_to(tokens(N, C, flops), N.shape)
        loss = np.asarray(law(N, D), dtype=np.float64)
    return Allocation(np.broadcast_to(C, N.shape), N, D, loss, np.asarray(on_edge))


def tokens(N: FloatArray, C: FloatArray, flops: Surface | None = None) -> FloatArray:
    """The tokens at which training a model of N parameters costs C FLOPs, broadcast.

    NaN where no D between 1e-30 and 1e60 does. Near the answer `flops` is taken as a power of D, and brackets
    keep the steps safe. One step is enough if it is proportional to D, as for every transformer.
    """
    if flops is None:
        return np.asarray(C / (6 * N))
    N, C = np.broadcast_arrays(N, C)
    target = np.log(C)

    def excess(log_d: FloatArray) -> FloatArray:
        return np.asarray(np.log(flops(N, np.exp(log_d))) - target)

    low, high = np.full(N.shape, np.log(1e-30)), np.full(N.shape, np.log(1e60))
    reached = (excess(low) <= 0) & (excess(high) >= 0)
    at, slope = np.clip(target - np.log(6 * N), low, high), np.ones(N.shape)
    off = excess(at)
    for _ in range(200):
        if np.all((np.abs(off) < 1e-13 * np.maximum(1.0, np.abs(target))) | ~reached):
            break
        low, high = np.where(off < 0, at, low), np.where(off > 0, at, high)
        step = at - off / slope
        after = np.where((low < step) & (step < high), step, (low + high) / 2)
        after = np.where(off == 0, at, after)
        new = excess(after)
        moved = after - at
        secant = np.divide(new - off, moved, out=np.ones(N.shape), where=np.abs(moved) > 1e-9)
        slope = np.where((np.abs(moved) > 1e-9) & (secant > 0), secant, slope)
        at, off = after, new
    return np.where(reached, np.exp(at), np.nan)


def _golden(f: Callable[[FloatArray], FloatArray], low: FloatArray, high: FloatArray) -> FloatArray:
    """Minimise f elementwise between low and high, one minimum in each bracket."""
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    f_left, f_right = f(left), f(right)
    for _ in range(SHRINKAGES):
        down = f_left <= f_right
        low, high = np.where(down, low, left), np.where(down, right, high)
        kept, f_kept = np.where(down, left, right), np.where(down, f_left, f_right)
        fresh = np.where(down, high - GOLDEN * (high - low), low + GOLDEN * (high - low))
        f_fresh = f(fresh)
        left, right = np.where(down, fresh, kept), np.where(down, kept, fresh)
        f_left, f_right = np.where(down, f_fresh, f_kept), np.where(down, f_kept, f_fresh)
    return np.asarray((low + high) / 2)


def _budgets(C: FloatArray | float) -> FloatArray:
    C = np.asarray(C, dtype=np.float64)
    if not np.all(np.isfinite(C) & (C > 0)):
        raise ScalingLawsError("allocation: C must be finite and positive")
    return C
