"""Approach 2: at each compute budget, the model size of lowest loss (Hoffmann et al. 2022, section 3.2)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray
from scalinglaws.protocols.isoflop.minimum import Method, Minimum, Status


@dataclass(frozen=True)
class IsoFlop:
    """IsoFLOP curves, one row per budget, padded on the right.

    Attributes:
        budgets: [budgets], FLOPs, ascending.
        log_n: [budgets, sizes], natural log of the model sizes, ascending; padding repeats the largest.
        log_d: [budgets, sizes], natural log of the tokens the budget buys at that size; padded alike.
        loss: [budgets, sizes, runs], nats per token; NaN where there is no run.
        left_out: points that belong to no budget.
    """

    budgets: FloatArray
    log_n: FloatArray
    log_d: FloatArray
    loss: FloatArray
    left_out: int = 0

    @property
    def runs(self) -> NDArray[np.int64]:
        """[budgets, sizes], how many runs each size has; they come first in `loss`."""
        return np.asarray(np.isfinite(self.loss).sum(axis=-1))


def assign(C: FloatArray, budgets: FloatArray, tolerance_dex: float = 0.06) -> FloatArray:
    """Snap measured FLOPs to declared budgets.

    Args:
        C: [points], FLOPs.
        budgets: [budgets], FLOPs.
        tolerance_dex: largest distance in log10; real runs stop a little off their budget.

    Returns:
        [points], each point's nearest budget; NaN where none is within the tolerance.

    Raises:
        ScalingLawsError: a value is not positive, or the tolerances of two budgets overlap.
    """
    C, budgets = _positive("C", C), np.unique(_positive("budgets", budgets))
    if np.any(np.diff(np.log10(budgets)) <= 2 * tolerance_dex):
        raise ScalingLawsError(f"two budgets are closer than twice the tolerance of {tolerance_dex} dex")
    distance = np.abs(np.log10(C)[:, None] - np.log10(budgets))
    return np.where(distance.min(axis=1) <= tolerance_dex, budgets[distance.argmin(axis=1)], np.nan)


def group(
    C: FloatArray,
    N: FloatArray,
    loss: FloatArray,
    D: FloatArray | None = None,
    *,
    budget: FloatArray | None = None,
) -> IsoFlop:
    """Group points by budget; points of equal C and N are runs (seeds) of one size.

    If learning rates were searched, give the best run only: this averages over runs and does not choose.

    Args:
        C: [points], FLOPs.
        N: [points], parameters, by whichever count C was made with.
        loss: [points], nats per token.
        D: [points], tokens; C / (6 N) without it. A point off its budget has its tokens scaled to it, since
            FLOPs per token do not depend on D.
        budget: [points], from `assign`; NaN leaves a point out. Without it, equal C are one budget.

    Raises:
        ScalingLawsError: a value is not finite or not positive, lengths differ, or no point is left.
    """
    C, N, loss = _positive("C", C), _positive("N", N), _positive("loss", loss)
    D = C / (6 * N) if D is None else _positive("D", D)
    budget = C if budget is None else np.asarray(budget, dtype=np.float64)
    if len({len(values) for values in (C, N, loss, D, budget)}) > 1:
        raise ScalingLawsError("IsoFLOP points: C, N, loss, D and budget must have equal lengths")
    used = np.isfinite(budget)
    if not used.any():
        raise ScalingLawsError("IsoFLOP points: no point belongs to a budget")
    tokens = D * np.where(used, budget, 1.0) / C

    budgets, row = np.unique(budget[used], return_inverse=True)
    cells, cell = np.unique(np.stack([row, N[used]]), axis=1, return_inverse=True)  # sorted by budget, then N
    cell = cell.ravel()
    of = cells[0].astype(np.int64)
    column = np.arange(len(of)) - np.searchsorted(of, of)
    order = np.argsort(cell, kind="stable")
    run = np.arange(len(cell)) - np.searchsorted(cell[order], cell[order])

    shape = (len(budgets), int(column.max()) + 1)
    log_n, log_d = np.full(shape, np.nan), np.full(shape, np.nan)
    values = np.full((*shape, int(run.max()) + 1), np.nan)
    log_n[of, column] = np.log(cells[1])
    log_d[of, column] = np.bincount(cell, np.log(tokens[used])) / np.bincount(cell)
    values[of[cell[order]], column[cell[order]], run] = loss[used][order]
    last = np.bincount(of) - 1
    for padded in (log_n, log_d):
        fill = np.take_along_axis(padded, last[:, None], axis=1)
        np.copyto(padded, fill, where=np.isnan(padded))
    return IsoFlop(budgets, log_n, log_d, values, left_out=int((~used).sum()))


@dataclass(frozen=True)
class Optima:
    """The best allocation at each budget.

    Attributes:
        budgets: [budgets], FLOPs.
        N: [budgets], parameters; NaN where dropped, as are D and loss.
        D: [budgets], tokens.
        loss: [budgets], nats per token, on the fitted curve.
        status: [budgets], a `Status` for each: kept, or why not.
    """

    budgets: FloatArray
    N: FloatArray
    D: FloatArray
    loss: FloatArray
    status: NDArray[np.int64]

    @property
    def kept(self) -> NDArray[np.bool_]:
        """[budgets], which have an optimum."""
        return np.asarray(self.status == Status.KEPT)

    @property
    def dropped(self) -> dict[Status, int]:
        """How many budgets were dropped, by reason."""
        return {reason: int((self.status == reason).sum()) for reason in Status if reason != Status.KEPT}


def optima(table: IsoFlop, method: Method) -> Optima:
    """The optimum of each budget; runs of one size are averaged, and weigh by their number.

    A budget is dropped because the grid does not bracket its optimum, not because the method fails.
    """
    with np.errstate(invalid="ignore"):
        mean = np.nansum(table.loss, axis=-1) / np.maximum(table.runs, 1)
    minima = locate(table, mean, table.runs.astype(np.float64), method)
    return Optima(
        budgets=table.budgets,
        N=np.exp(minima.x),
        D=np.exp(tokens_at(table, minima.x)),
        loss=minima.loss,
        status=minima.status,
    )


def locate(table: IsoFlop, loss: FloatArray, weights: FloatArray, method: Method) -> Minimum:
    """Minima [*batch, budgets] of resampled curves; loss and weights: [*batch, budgets, sizes]."""
    return method(np.broadcast_to(table.log_n, loss.shape), loss, weights)


def tokens_at(table: IsoFlop, log_n: FloatArray) -> FloatArray:
    """Log of the tokens that each budget buys at sizes log_n [*batch, budgets]; the same shape.

    Between the trained sizes log D is interpolated over log N; outside, D falls as 1 / N.
    """
    out = np.empty_like(log_n)
    for b, (sizes, tokens) in enumerate(zip(table.log_n, table.log_d, strict=True)):
        inside = np.clip(log_n[..., b], sizes[0], sizes[-1])
        out[..., b] = np.interp(inside, sizes, tokens) - (log_n[..., b] - inside)
    return out


def _positive(name: str, values: FloatArray) -> FloatArray:
    array = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if array.ndim != 1 or not len(array) or not np.all(np.isfinite(array) & (array > 0)):
        raise ScalingLawsError(f"IsoFLOP points: {name} must be one list of finite, positive numbers")
    return array
