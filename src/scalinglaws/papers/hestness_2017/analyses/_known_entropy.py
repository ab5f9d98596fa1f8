"""Trained networks on a source of known entropy: the third panel of Fig 6, a construction of ours.

Both levels of the paper's sketch are known here: the best guess, because all tokens are equally likely, and
the irreducible error, which is the exact entropy of the source. The best scores of a trained study are
between them. If there are enough, they are cut into regions by the rule for computed curves (`_regions.py`).

Intervals follow from those of the scores, which are treated as independent (MOVER for a sum of estimates with
known weights, see `fitting/uncertainty/mover.py`). They include neither validation noise, which all scores
share, nor lack of fit, which R squared shows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

import numpy as np
import pandas as pd

from scalinglaws import laws
from scalinglaws.errors import DataError
from scalinglaws.fitting.fit import Fit
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.system import points_needed
from scalinglaws.laws.law import FloatArray
from scalinglaws.papers.hestness_2017.analyses._regions import IRREDUCIBLE, SMALL, find_regions
from scalinglaws.tables.analysis import fit_row
from scalinglaws.tables.study import TrainedStudy
from scalinglaws.tables.value import MISSING, Value

WITH_FLOOR, POWER_LAW = "learning-curve-with-floor", "learning-curve"
FLOOR, LARGEST, SMALLEST, ABOVE = (
    f"known-entropy:{part}" for part in ("floor", "largest-set", "smallest-set", "above-floor")
)
FEWEST = 5
"""The fewest sizes of the training set that can show three regions and two bends."""
NEAR = 0.1
"""A flat end counts as a region of Fig 6 if the curve comes within this share of the level that the region is
named after. Elsewhere the curve may be flat because the networks or their training reach their limits. A
point that is above the best guess by more than this share is in none of the regions."""

REGIONS = ["region", "x_low", "x_high", "points"]

Row = dict[str, Any]


@dataclass(frozen=True)
class KnownEntropy:
    """What is measured in one study.

    Attributes:
        points: one row per size of the training set: x, y with low and high; floor and guess; the local slope
            of log y over log x to the next size, `slope`, with slope_low and slope_high; `region`, empty in
            the bends; `above` the floor, NaN where the score is not above it, with above_low and above_high;
            `law` that is fitted to it and whether a point was `fitted`; whether the best model is `settled`,
            that is, has converged and no model that was cut could be better; parameters of the best model,
            whether it is `censored`, and the `unit` of x.
        regions: one row per region: its ends in x and how many sizes are in it; no rows if there are too few
            sizes.
        claims: rows of the table `fits`.
    """

    points: pd.DataFrame
    regions: pd.DataFrame
    claims: list[Row]


def known_entropy(study: TrainedStudy) -> KnownEntropy:
    """Compare the learning curve of a study with the two levels that are known.

    Raises:
        DataError: the entropy of its data is not known, or no size of the training set has a score.
    """
    floor, guess = _levels(study)
    best = study.best[(study.best.metric == study.metric) & np.isfinite(study.best.score)]
    if best.empty:
        raise DataError(f"{study.facts.study}: no size of the training set has a score of {study.metric}")
    best = best.sort_values("data_size")
    x, y, low, high = (best[name].to_numpy(float) for name in ("data_size", "score", "low", "high"))
    settled = best.converged.to_numpy(bool) & ~best.rivalled.to_numpy(bool)
    regions = _regions(x[settled], y[settled], floor, guess)
    slopes = [
        slope_of(x[k : k + 2], y[k : k + 2], low[k : k + 2], high[k : k + 2]) for k in range(len(x) - 1)
    ]
    above = np.where(y > floor, y - floor, nan)
    fitted = best.in_region.to_numpy(bool) & settled & np.isfinite(above)
    law = laws.find(POWER_LAW)
    enough = fitted.sum() >= points_needed(law)
    fit = Problem(law, Points(x[fitted], above[fitted])).fit() if enough else None
    points = pd.DataFrame(
        {
            "x": x, "y": y, "low": low, "high": high, "floor": floor, "guess": guess,
            **{
                name: [*(getattr(slope, part) for slope in slopes), nan]
                for name, part in (("slope", "value"), ("slope_low", "low"), ("slope_high", "high"))
            },
            "region": [_region_at(size, regions) for size in x],
            "above": above, "above_low": low - floor, "above_high": high - floor,
            "law": fit.predict(x) if fit else nan, "fitted": fitted, "settled": settled,
            "parameters": best.parameters.to_numpy(), "censored": best.censored.to_numpy(bool),
            "unit": study.unit,
        }
    )  # fmt: skip
    return KnownEntropy(points, _region_table(points, regions), list(_claims(study, points, fit)))


def _levels(study: TrainedStudy) -> tuple[float, float]:
    """The exact entropy and the cross-entropy of the best guess, nats per token."""
    entropy, tokens = study.manifest.get("entropy"), study.manifest.get("vocabulary")
    if not (isinstance(entropy, int | float) and entropy > 0 and isinstance(tokens, int)):
        raise DataError(
            f"{study.facts.study}: the entropy of its data is not known; its source must be a synthetic one"
        )
    return float(entropy), float(np.log(tokens))


def _regions(x: FloatArray, y: FloatArray, floor: float, guess: float) -> dict[str, tuple[float, float]]:
    """The regions by the rule, without flat ends that are far from their level; none if there are few sizes.

    Sizes up to the last one at which networks do worse than guessing are left out: they are in no region.
    """
    worse = np.flatnonzero(y > (1 + NEAR) * guess)
    first = int(worse[-1]) + 1 if len(worse) else 0
    x, y = x[first:], y[first:]
    if len(x) < FEWEST or not (np.diff(y) < 0).any():
        return {}
    found = find_regions(x, y)
    far = {SMALL: abs(y[0] / guess - 1) > NEAR, IRREDUCIBLE: abs(y[-1] / floor - 1) > NEAR}
    return {name: ends for name, ends in found.items() if not far.get(name, False)}


def _region_at(x: float, regions: dict[str, tuple[float, float]]) -> str:
    return next((name for name, (low, high) in regions.items() if low <= x <= high), "")


def _region_table(points: pd.DataFrame, regions: dict[str, tuple[float, float]]) -> pd.DataFrame:
    cells = [(name, *ends, int((points.region == name).sum())) for name, ends in regions.items()]
    return pd.DataFrame(cells, columns=REGIONS)


def slope_of(x: FloatArray, y: FloatArray, low: FloatArray, high: FloatArray) -> Value:
    """Slope of log y over log x by least squares, with its interval from those of y.

    The slope is a weighted sum of the logarithms, with weights that depend on x alone. Each end of an
    interval of y moves it; movements to the same side add in squares. An end of y at 0 or below makes an end
    of the slope infinite.

    Args:
        x: [points], two or more.
        y, low, high: [points], positive y and its interval.
    """
    centred = np.log(x) - np.log(x).mean()
    weights = centred / (centred**2).sum()
    value = float(weights @ np.log(y))
    with np.errstate(divide="ignore", invalid="ignore"):
        down, up = (np.log(np.maximum(end, 0.0)) - np.log(y) for end in (low, high))
    # The middle size has weight 0 and moves nothing, not even where its interval is open.
    moving = weights != 0
    ends = weights[moving] * np.array([np.minimum(down[moving], 0.0), np.maximum(up[moving], 0.0)])
    return Value(
        value,
        float(value - np.sqrt((ends.min(axis=0) ** 2).sum())),
        float(value + np.sqrt((ends.max(axis=0) ** 2).sum())),
    )


def _claims(study: TrainedStudy, points: pd.DataFrame, fit: Fit | None) -> Iterator[Row]:
    """How near the curve comes to both levels, the floor that the law with a floor gives, and the excess."""
    metric, level = f"{study.name}/{study.metric}", study.facts.fit.level
    first, last = points.iloc[0], points.iloc[-1]
    gamma = study.value(WITH_FLOOR, study.metric, "gamma")
    ends = {}
    for name, end in (("first", first), ("last", last)):
        sound = Value(end.y, end.low, end.high) if end.settled else MISSING
        ends[name] = (
            sound,
            () if end.settled else ("the best model was cut, or one that was could be better",),
        )
    for law, parameter, (measured, warnings), known, count in (
        (FLOOR, "ratio-to-entropy", (gamma, study.warnings(WITH_FLOOR, study.metric, "gamma")), last.floor,
         study.points(WITH_FLOOR, study.metric, "gamma")),
        (LARGEST, "ratio-to-entropy", ends["last"], last.floor, len(points)),
        (SMALLEST, "share-of-guess", ends["first"], first.guess, len(points)),
    ):  # fmt: skip
        share = Value(measured.value / known, measured.low / known, measured.high / known)
        yield _row(law, metric, parameter, share, level, count, warnings)
    yield from _excess(metric, points[points.fitted], fit, level)


def _excess(metric: str, fitted: pd.DataFrame, fit: Fit | None, level: float) -> Iterator[Row]:
    """The power law of the excess over the floor, fitted in the region that the study declares."""
    count = len(fitted)
    if fit is None:
        needed = points_needed(laws.find(POWER_LAW))
        few = (f"{count} points above the floor in the region; the law needs {needed}",)
        for name in ("alpha", "beta_g", "r_squared"):
            yield _row(ABOVE, metric, name, Value(nan, nan, nan), level, count, few)
        return
    exponent = slope_of(*(fitted[name].to_numpy(float) for name in ("x", "above", "above_low", "above_high")))
    for name, value in (
        ("alpha", Value(fit.params["alpha"], nan, nan)),
        ("beta_g", Value(fit.params["beta_g"], exponent.low, exponent.high)),
        ("r_squared", Value(fit.r_squared, nan, nan)),
    ):
        yield _row(ABOVE, metric, name, value, level, count, fit.warnings)


def _row(
    law: str, metric: str, parameter: str, value: Value, level: float, points: int, warnings: tuple[str, ...]
) -> Row:
    known = isfinite(value.value)
    ends = (value.low, value.high) if known else (nan, nan)
    return fit_row(law, metric, parameter, value.value, ends, level=level, points=points, warnings=warnings)
