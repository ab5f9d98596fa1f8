"""The best-fit model at each size of the training set, as Hestness et al. 2017 choose it.

Section 3: the score of a configuration is the median over seeds of the minimum validation error along
training, and the best fit is the configuration with the lowest score. The paper looks for the smallest model
that fits a training set; `tolerance` says how much worse than the best such a model may be.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray
from scalinglaws.protocols.learning_curves.convergence import Cells


@dataclass(frozen=True)
class Selection:
    """Best fits, for any leading batch axes of the values.

    Attributes:
        scores: [*batch, subsets, models]; NaN if no run survived or more than half of them diverged.
        best: [*batch, subsets], index of the best model; -1 if no model has a score.
        score: [*batch, subsets], the best model's score; NaN if there is none.
        size: [*batch, subsets], parameters of the best fit between the models of the grid (`vertex`), or
            those that suffice to come within the tolerance (`sufficient`); NaN where censored.
        censored: [*batch, subsets], whether the best, or with a tolerance the smallest that suffices, is the
            smallest or the largest model with a score: the grid does not bracket the size there.
        edge: [*batch, subsets], parameters of that smallest or largest model; NaN where not censored.
        end: [*batch, subsets], 1 where the best model is the largest with a score, -1 where it is the
            smallest, else 0.
        converged: [*batch, subsets], whether the best model's cell has converged.
        rivalled: [*batch, subsets], whether a cell that was cut could be better, had it been trained on.
        sized: [*batch, subsets], whether there is a size, it rests on converged cells alone, and the best
            model is not the largest: else a larger one might be better, and what suffices is not known.
    """

    scores: FloatArray
    best: NDArray[np.int64]
    score: FloatArray
    size: FloatArray
    censored: NDArray[np.bool_]
    edge: FloatArray
    end: NDArray[np.int64]
    converged: NDArray[np.bool_]
    rivalled: NDArray[np.bool_]
    sized: NDArray[np.bool_]

    @property
    def settled(self) -> NDArray[np.bool_]:
        """Where the best score is one of a converged cell that no cut one could beat: what laws may see."""
        return np.asarray(np.isfinite(self.score) & self.converged & ~self.rivalled)


def select(
    values: FloatArray,
    parameters: FloatArray,
    ran: NDArray[np.bool_] | None = None,
    cells: Cells | None = None,
    tolerance: float = 0.0,
) -> Selection:
    """Select the best-fit model of each subset, among all that have a score.

    Those that did not converge are among them: left out, they would hand their place to a model that is worse
    already. `Selection.settled` and `Selection.sized` say where the choice rests on converged cells.

    Args:
        values: [*batch, subsets, models, seeds], the minimum validation metric of each run; NaN where it
            diverged or does not exist.
        parameters: [models], ascending.
        ran: [subsets, models, seeds], which runs exist; without it all do, so that NaN means diverged.
        cells: how far the runs came; without it all cells count as converged.
        tolerance: share of the best score by which a model may be worse and still be large enough.

    Raises:
        ScalingLawsError: a value is zero or negative (scores are compared in the logarithm), or the models
            are not in ascending order of size.
    """
    if np.any(values <= 0):
        raise ScalingLawsError("selection: a validation metric is zero or negative; its logarithm is needed")
    if np.any(np.diff(parameters) <= 0):
        raise ScalingLawsError("selection: models must be in strictly ascending order of parameters")
    scores = score_cells(values, ran)
    filled = np.where(np.isnan(scores), np.inf, scores)
    best = filled.argmin(axis=-1)  # of equal scores, the smaller model
    score = np.take_along_axis(filled, best[..., None], axis=-1)[..., 0]
    none = np.isinf(score)

    limit = score * (1 + tolerance)
    chosen = best if tolerance == 0 else (filled <= limit[..., None]).argmax(axis=-1)
    # Its neighbours are the nearest models on either side that have a score.
    index = np.arange(len(parameters))
    scored = np.isfinite(filled)
    left = np.where(scored & (index < chosen[..., None]), index, -1).max(axis=-1)
    right = np.where(scored & (index > chosen[..., None]), index, len(parameters)).min(axis=-1)
    censored = (left < 0) | (right >= len(parameters))
    trio = np.stack([np.where(censored, chosen, left), chosen, np.where(censored, chosen, right)], axis=-1)
    first, last = scored.argmax(axis=-1), len(parameters) - 1 - scored[..., ::-1].argmax(axis=-1)
    converged = np.broadcast_to(True if cells is None else cells.converged, scores.shape)
    reach = np.broadcast_to(1.0 if cells is None else cells.reach, scores.shape)

    def sound(which: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.asarray(np.take_along_axis(converged, which, axis=-1).all(axis=-1))

    # A size rests on the scores that its formula sees.
    seen = trio if tolerance == 0 else np.stack([trio[..., 0], chosen, best], axis=-1)
    # Scores are taken to fall and then to rise with the size, as parabolas do: beyond a converged model that
    # is worse than the best, a model that was cut cannot win.
    firm, at = scored & converged, best[..., None]
    nearest_left = np.where(firm & (index < at), index, -1).max(axis=-1, keepdims=True)
    nearest_right = np.where(firm & (index > at), index, len(parameters)).min(axis=-1, keepdims=True)
    rivals = scored & ~converged & (index > nearest_left) & (index < nearest_right) & (index != at)
    rivalled = (rivals & (scores * reach < score[..., None])).any(axis=-1)
    u, v = np.log(parameters)[trio], np.log(np.take_along_axis(filled, trio, axis=-1))
    with np.errstate(divide="ignore"):
        size = np.exp(vertex(u, v) if tolerance == 0 else sufficient(u, v, np.log(limit)))
    return Selection(
        scores=scores,
        best=np.where(none, -1, best),
        score=np.where(none, np.nan, score),
        size=np.where(censored, np.nan, size),
        censored=censored,
        edge=np.where(censored & ~none, np.asarray(parameters, dtype=float)[chosen], np.nan),
        end=np.where(none, 0, (best == last).astype(np.int64) - (best == first)),
        converged=sound(at) & ~none,
        rivalled=rivalled,
        sized=~none & ~censored & (best < last) & ~rivalled & sound(seen),
    )


def score_cells(values: FloatArray, ran: NDArray[np.bool_] | None = None) -> FloatArray:
    """Median over the seeds that did not diverge, [*batch, subsets, models]; arguments as in `select`.

    NaN if more than half of a cell's runs diverged, or if the cell has no run.
    """
    runs = values.shape[-1] if ran is None else ran.sum(axis=-1)
    ordered = np.sort(values, axis=-1)  # NaN last
    kept = np.isfinite(values).sum(axis=-1)
    lower = np.take_along_axis(ordered, np.maximum((kept - 1) // 2, 0)[..., None], axis=-1)[..., 0]
    upper = np.take_along_axis(ordered, np.minimum(kept // 2, values.shape[-1] - 1)[..., None], axis=-1)[
        ..., 0
    ]
    usable = (kept > 0) & (2 * (runs - kept) <= runs)
    return np.where(usable, (lower + upper) / 2, np.nan)


def sufficient(u: FloatArray, v: FloatArray, limit: FloatArray) -> FloatArray:
    """The u at which the line through the first two of three points comes down to the limit.

    u, v: [*batch, 3] and limit: [*batch], the logarithms of model size, score and the score that suffices;
    v[0] > limit >= v[1].
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (v[..., 0] - limit) / (v[..., 0] - v[..., 1])
    # A censored trio is a single point, which has no line.
    return np.asarray(u[..., 0] + np.where(np.isfinite(share), share, 0.0) * (u[..., 1] - u[..., 0]))


def vertex(u: FloatArray, v: FloatArray) -> FloatArray:
    """The u of the lowest point of the parabola through three points with v[1] <= v[0], v[2]; [*batch].

    u, v: [*batch, 3], here the logarithms of model size and score. On a coarse grid the best size moves in
    steps, and flat optima make it noisy; the vertex moves smoothly. It is between the midpoints of the two
    intervals. If the three points are equally high it is the middle one.
    """
    left, right = u[..., 1] - u[..., 0], u[..., 2] - u[..., 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        rise_left, rise_right = v[..., 0] - v[..., 1], v[..., 2] - v[..., 1]
        curvature = rise_left * right + rise_right * left
        shift = (rise_left * right**2 - rise_right * left**2) / (2 * curvature)
    # Censored trios have no interval and unscored ones no finite height, so both stay where they are.
    return np.asarray(u[..., 1] + np.where(np.isfinite(shift), shift, 0.0))
