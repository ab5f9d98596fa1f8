"""How well the method of Rosenfeld et al. 2020 extrapolates, on data drawn from the published landscapes.

This checks the method; it does not replicate the measurement. The errors are those of the published law times
a relative noise of our choice, so the law is right by construction. Fits are done as in the paper, by least
squares on the relative error, with eps0 known for vision and fitted for language. Everything is repeated over
draws of the noise, and intervals are percentiles over draws.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalinglaws import laws
from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.fitting.many import Fits, cross_validate, fit_many
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.system import System
from scalinglaws.fitting.uncertainty.covariance import interval
from scalinglaws.laws.law import FloatArray
from scalinglaws.papers.rosenfeld_2021 import constants as paper
from scalinglaws.papers.rosenfeld_2021.constants import LANDSCAPES, Landscape
from scalinglaws.tables.analysis import fit_row, fit_table
from scalinglaws.tables.inputs import Inputs

TABLES = ("configurations", "draws", "summary", "fits")

ENVELOPE, ADDITIVE = "rosenfeld-envelope", "rosenfeld-additive"
RELATIVE = Estimator(residual="relative", loss="squared")
NOISE = 0.02
"""Standard deviation of the relative noise; our choice."""
DRAWS = {"smoke": 20}
DRAWS_OTHERWISE = 100
LEVEL = 0.95
CORNER = (paper.CUT_DATA.value, paper.CUT_MODEL.value)
"""The largest n and m that the paper's extrapolation is fitted to."""
CUTS = tuple((2.0**-j, 4.0**-i) for j in (1, 2, 3) for i in (1, 2, 3, 4))
"""Further corners, for the data sets whose extrapolation is published."""
MEASURES = ("mu", "sigma", "largest")


@dataclass(frozen=True)
class Drawn:
    """A landscape with noisy errors.

    x: n and m [2, points]; truth: [points]; actual: [draws, points].
    """

    landscape: Landscape
    x: FloatArray
    truth: FloatArray
    actual: FloatArray

    @property
    def fixed(self) -> dict[str, float]:
        """What the paper fixes in the fit: the error of guessing, where it is known."""
        return {"eps0": self.landscape.theta[0].value} if self.landscape.guess_known else {}

    def inside(self, cut: tuple[float, float]) -> NDArray[np.bool_]:
        """The configurations of a corner, n and m up to a cut, [points]."""
        return np.asarray((self.x[0] <= cut[0]) & (self.x[1] <= cut[1]))


@dataclass(frozen=True)
class Result:
    """Errors of prediction, by draw.

    Attributes:
        data_set, method, law: what was fitted, and how.
        cut: largest n and m that are fitted; (1, 1) where nothing is held out.
        base: whether the cut of the model size is a fraction of the base model, not of the largest one.
        fitted: number of points fitted.
        held_out: number of points predicted.
        mu, sigma: mean and standard deviation of estimated / actual - 1 over the points predicted, [draws].
        largest: the same at the largest configuration, against the law without noise, [draws].
        warnings: of all draws together.
    """

    data_set: str
    method: str
    law: str
    cut: tuple[float, float]
    base: bool
    fitted: int
    held_out: int
    mu: FloatArray
    sigma: FloatArray
    largest: FloatArray
    warnings: tuple[str, ...]


def analyse(_inputs: Inputs, spec: AnalysisSpec) -> dict[str, pd.DataFrame]:
    """Draw, fit, predict.

    Tables:
        configurations: one row per configuration: the law; a draw (`actual`) and its estimates by the fit of
            the corner, and the range of these estimates over all draws; another draw (`crossed_actual`) and
            its estimates by the fits of the other folds. Either is the draw whose mean and standard deviation
            are nearest to the medians over draws; `draw` and `crossed_draw` are their numbers.
        draws: one row per data set, method and draw: mean and standard deviation of the relative error.
        summary: medians and percentiles over draws, and the published values.
        fits: the same as rows of fits: mu and sigma by method and data set, and for cross-validation the
            largest over the data sets (`all`).
    """
    count = DRAWS.get(spec.scale, DRAWS_OTHERWISE)
    results: list[Result] = []
    configurations = []
    for k, landscape in enumerate(LANDSCAPES):
        rng = np.random.default_rng([spec.seed, k])
        drawn = draw(landscape, count, rng)
        corner, estimates = _extrapolate(drawn, CORNER, CORNER)
        every, folds = _describe(drawn, rng)
        crossed = next(one for one in every if (one.method, one.law) == ("cross-validation", ENVELOPE))
        results += [corner, *every, *_other_corners(drawn)]
        configurations.append(_configurations(drawn, (estimates, typical(corner)), (folds, typical(crossed))))
    return {
        "configurations": pd.concat(configurations, ignore_index=True),
        "draws": pd.concat([_draws(result) for result in results], ignore_index=True),
        "summary": pd.DataFrame([_summary(result) for result in results]),
        "fits": fit_table([*(row for result in results for row in _rows(result)), *_worst(results)]),
    }


def draw(landscape: Landscape, count: int, rng: np.random.Generator) -> Drawn:
    """Errors on the landscape's grid, each times 1 + noise, `count` times."""
    x = np.array(list(landscape.configurations)).T
    truth = laws.find(ENVELOPE).predict(np.array(landscape.values), x)
    noise = NOISE * rng.standard_normal((count, len(truth)))
    return Drawn(landscape, x, truth, truth * (1 + noise))


def _other_corners(drawn: Drawn) -> Iterator[Result]:
    """Corners near the published one, and that of the base model where it is not the largest model."""
    landscape = drawn.landscape
    if landscape.name in paper.EXTRAPOLATION:
        for cut in CUTS:
            if cut != CORNER:
                yield _extrapolate(drawn, cut, cut)[0]
    base = landscape.parameters.value / landscape.largest_model
    if base < 1:
        yield _extrapolate(drawn, (CORNER[0], CORNER[1] * base), CORNER, base=True)[0]


def _extrapolate(
    drawn: Drawn, cut: tuple[float, float], named: tuple[float, float], *, base: bool = False
) -> tuple[Result, FloatArray]:
    """Fit the corner, predict the rest; the result, and estimates of all points [draws, points]."""
    inside = drawn.inside(cut)
    fits = _fit(ENVELOPE, drawn.x[:, inside], drawn.actual[:, inside], drawn.fixed)
    estimated = fits.predict(drawn.x)
    method = "extrapolation-base" if base else "extrapolation"
    return _result(drawn, method, named, base, fits, estimated, inside), estimated


def _fit(law: str, x: FloatArray, y: FloatArray, fixed: Mapping[str, float]) -> Fits:
    """A law fitted to every draw, y [draws, points]."""
    return fit_many(System.of(laws.find(law), Points(x, y[0]), RELATIVE, fixed), y)


def _describe(drawn: Drawn, rng: np.random.Generator) -> tuple[list[Result], FloatArray]:
    """Fit all points with both laws: residuals, and errors of cross-validation.

    Also returns the cross-validated estimates of the law with its envelope, [draws, points].
    """
    results, kept = [], drawn.actual
    everything = np.ones(len(drawn.truth), dtype=np.bool_)
    folds = int(paper.FOLDS.value)
    for name in (ENVELOPE, ADDITIVE):
        fixed = drawn.fixed if name == ENVELOPE else {}
        fits = _fit(name, drawn.x, drawn.actual, fixed)
        crossed = cross_validate(fits, drawn.actual, folds, rng)
        for method, estimated in (("fit", fits.predict(drawn.x)), ("cross-validation", crossed)):
            results.append(_result(drawn, method, (1.0, 1.0), False, fits, estimated, ~everything))
        kept = crossed if name == ENVELOPE else kept
    return results, kept


def _result(
    drawn: Drawn, method: str, cut: tuple[float, float], base: bool, fits: Fits, estimated: FloatArray,
    inside: NDArray[np.bool_],
) -> Result:  # fmt: skip
    delta = (estimated / drawn.actual - 1)[:, ~inside]
    top = int(np.argmax(drawn.x.sum(axis=0)))
    return Result(
        data_set=drawn.landscape.name, method=method, law=fits.law.name, cut=cut, base=base,
        fitted=int(inside.sum()) or len(inside), held_out=int((~inside).sum()),
        mu=delta.mean(axis=1), sigma=delta.std(axis=1), largest=estimated[:, top] / drawn.truth[top] - 1,
        warnings=fits.warnings,
    )  # fmt: skip


def typical(result: Result) -> int:
    """The draw whose mu and sigma are nearest to their medians, as parts of their spread over draws."""
    distance = np.zeros(len(result.mu))
    for values in (result.mu, result.sigma):
        distance += ((values - np.nanmedian(values)) / (np.nanstd(values) or 1.0)) ** 2
    return int(np.nanargmin(distance))


def _configurations(
    drawn: Drawn, corner: tuple[FloatArray, int], crossed: tuple[FloatArray, int]
) -> pd.DataFrame:
    """Estimates [draws, points] by the corner and by the other folds, each with the draw that is shown."""
    (estimates, shown), (folds, crossed_shown) = corner, crossed
    low, high = interval(estimates, LEVEL)
    return pd.DataFrame(
        {
            "data_set": drawn.landscape.name,
            "metric": drawn.landscape.metric,
            "n": drawn.x[0],
            "m": drawn.x[1],
            "truth": drawn.truth,
            "draw": shown,
            "actual": drawn.actual[shown],
            "fitted": drawn.inside(CORNER),
            "estimated": estimates[shown],
            "low": low,
            "high": high,
            "crossed_draw": crossed_shown,
            "crossed_actual": drawn.actual[crossed_shown],
            "cross_validated": folds[crossed_shown],
        }
    )


def _key(result: Result) -> dict[str, Any]:
    return {
        "data_set": result.data_set, "method": result.method, "law": result.law,
        "cut_data": result.cut[0], "cut_model": result.cut[1],
    }  # fmt: skip


def _draws(result: Result) -> pd.DataFrame:
    numbers = {name: getattr(result, name) for name in MEASURES}
    return pd.DataFrame({**_key(result), "draw": np.arange(len(result.mu)), **numbers})


def _summary(result: Result) -> dict[str, Any]:
    row = {**_key(result), "points": result.fitted, "held_out": result.held_out, "draws": len(result.mu)}
    for name in MEASURES:
        row[name], row[f"{name}_low"], row[f"{name}_high"] = _over_draws(getattr(result, name))
    mu, sigma = _published(result)
    return {**row, "published_mu": mu, "published_sigma": sigma, "warnings": "; ".join(result.warnings)}


def _over_draws(values: FloatArray) -> tuple[float, float, float]:
    """Median and percentiles; draws whose fit failed are left out."""
    if np.isnan(values).all():
        return nan, nan, nan
    low, high = interval(values, LEVEL)
    return float(np.nanmedian(values)), float(low), float(high)


def _published(result: Result) -> tuple[float, float]:
    """What the paper reports for its own measurement, if anything."""
    published = paper.EXTRAPOLATION.get(result.data_set)
    if result.method != "extrapolation" or result.cut != CORNER or published is None:
        return nan, nan
    return published[0].value, published[1].value


def _rows(result: Result) -> Iterator[dict[str, Any]]:
    """Rows of fits. Of the corners they include the paper's alone, which claims are about."""
    if result.method == "extrapolation" and result.cut != CORNER:
        return
    for name in MEASURES:
        value, low, high = _over_draws(getattr(result, name))
        yield fit_row(
            f"{result.law}:{result.method}", result.data_set, name, value, (low, high), level=LEVEL,
            points=result.fitted, warnings=result.warnings,
        )  # fmt: skip


def _worst(results: list[Result]) -> Iterator[dict[str, Any]]:
    """The largest absolute mean and the largest standard deviation over all data sets, draw by draw."""
    crossed = [one for one in results if (one.method, one.law) == ("cross-validation", ENVELOPE)]
    for name in ("mu", "sigma"):
        largest = np.max([np.abs(getattr(one, name)) for one in crossed], axis=0)
        value, low, high = _over_draws(largest)
        yield fit_row(
            f"{ENVELOPE}:cross-validation", "all", f"largest {name}", value, (low, high), level=LEVEL,
            points=sum(one.fitted for one in crossed),
        )  # fmt: skip
