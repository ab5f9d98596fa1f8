"""The curves of Figs 1, 3 and 5 of Hestness et al. 2017, fitted again to the points of the figures.

The paper does not fit its lines to all points: it leaves out the largest training sets, and does not say
which. Each printed line here declares how many of the smallest sets it is fitted to: the number that gives
its constants. Fits to all points are shown too. Models of one size get a floor.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import nan
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.fitting.fit import Fit
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.uncertainty.bootstrap import bootstrap
from scalinglaws.fitting.uncertainty.mover import difference
from scalinglaws.fitting.uncertainty.student import student_interval
from scalinglaws.laws.law import FloatArray
from scalinglaws.papers.hestness_2017.constants import hestness_2017 as paper
from scalinglaws.papers.hestness_2017.constants import points as read_off
from scalinglaws.papers.hestness_2017.constants.points import Curve
from scalinglaws.tables.analysis import fit_row, fit_table
from scalinglaws.tables.inputs import Inputs
from scalinglaws.tables.value import Value

TABLES = ("points", "printed", "fits", "intervals", "lines")

LEVEL = 0.95
LINE_POINTS = 65
DECLARED, ALL, FLOOR = "learning-curve", "learning-curve:all-points", "learning-curve-with-floor"

FITTED = (*read_off.BEST_FIT, *read_off.FIXED_SIZE)
CHOSEN = "the number of points was chosen as the one that gives the printed line"

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Fitted:
    """A law fitted to the smallest training sets of a curve, and its name in our tables.

    Attributes:
        x, y: [points] that it was fitted to.
        intervals: by parameter.
    """

    name: str
    curve: Curve
    x: FloatArray
    y: FloatArray
    fit: Fit
    intervals: dict[str, tuple[float, float]]


def analyse(_inputs: Inputs, spec: AnalysisSpec) -> dict[str, pd.DataFrame]:
    """Fit every curve again.

    Tables:
        points: one row per point of a figure; `used` says whether the line through the declared points, or
            the law with a floor, was fitted to it.
        printed: one row per printed equation.
        fits: parameters with Student's likelihood intervals; `learning-curve` is fitted to the declared
            points, `learning-curve:all-points` to all; `:beyond` is the excess of the largest training set
            over the line through the declared ones; `:difference` is a floor minus that of the next larger
            model.
        intervals: the same parameters by that method and by a bootstrap of pairs.
        lines: what is drawn, on a grid of x.
    """
    fitted = list(_fit_all())
    return {
        "points": _points(),
        "printed": _printed(),
        "fits": fit_table([*_parameters(fitted), *_beyond(fitted), *_floor_differences(fitted)]),
        "intervals": _intervals(fitted, spec),
        "lines": _lines(fitted),
    }


def declared(curve: Curve) -> int:
    """How many of a curve's points its printed line is fitted to; all if it has no printed line."""
    printed = paper.PRINTED.get(curve.series)
    return len(curve.x) if printed is None or printed.first is None else int(printed.first.value)


def _fit_all() -> Iterator[Fitted]:
    for curve in read_off.BEST_FIT:
        yield _fit(DECLARED, "learning-curve", curve, declared(curve))
        if declared(curve) < len(curve.x):
            yield _fit(ALL, "learning-curve", curve, len(curve.x))
    for curve in read_off.FIXED_SIZE:
        yield _fit(FLOOR, "learning-curve-with-floor", curve, len(curve.x))


def _fit(name: str, law: str, curve: Curve, first: int) -> Fitted:
    x, y = np.array(curve.x[:first]), np.array(curve.y[:first])
    fit = Problem(law, Points(x, y)).fit()
    intervals = {p: student_interval(fit, p, LEVEL) for p in fit.law.names}
    return Fitted(name, curve, x, y, fit, intervals)


def _points() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"panel": curve.panel, "series": curve.series, "title": curve.title, "unit": curve.unit,
             "x": x, "y": y, "used": curve in FITTED and k < declared(curve)}
            for curve in read_off.EVERY
            for k, (x, y) in enumerate(zip(curve.x, curve.y, strict=True))
        ]
    )  # fmt: skip


def _printed() -> pd.DataFrame:
    panels = {curve.series: curve.panel for curve in read_off.EVERY}
    every = {
        **{series: (panels[series], line) for series, line in paper.PRINTED.items()},
        **{f"hidden_{size}": ("Fig 1 left", line) for size, line in paper.FIXED_HIDDEN.items()},
    }
    return pd.DataFrame(
        [
            {"panel": panel, "series": series, "alpha": line.alpha.value, "beta_g": line.beta_g.value,
             "gamma": line.gamma.value if line.gamma else 0.0,
             "first": line.first.value if line.first else nan,
             "source": line.beta_g.source, "certainty": line.beta_g.certainty}
            for series, (panel, line) in every.items()
        ]
    )  # fmt: skip


def _parameters(fitted: list[Fitted]) -> Iterator[dict[str, Any]]:
    for one in fitted:
        chosen = (CHOSEN,) if one.name == DECLARED and len(one.x) < len(one.curve.x) else ()
        for name, value in one.fit.params.items():
            yield fit_row(
                one.name, one.curve.series, name, value, one.intervals[name],
                level=LEVEL, points=len(one.x), warnings=chosen + one.fit.warnings,
            )  # fmt: skip


def _beyond(fitted: list[Fitted]) -> Iterator[dict[str, Any]]:
    """How far the largest training set is above the line through the declared ones, y / line - 1.

    The interval is Student's for a new point: what noise like that of the declared points would cause.
    """
    for one in fitted:
        curve = one.curve
        if one.name != DECLARED or len(one.x) == len(curve.x):
            continue
        n, log_x, last = len(one.x), np.log(one.x), np.log(curve.x[-1])
        variance = one.fit.objective / (n - 2)
        far = (last - log_x.mean()) ** 2 / ((log_x - log_x.mean()) ** 2).sum()
        reach = t.ppf((1 + LEVEL) / 2, n - 2) * np.sqrt(variance * (1 + 1 / n + far))
        excess = np.log(curve.y[-1] / float(one.fit.predict(np.array([curve.x[-1]]))[0]))
        value, low, high = (float(np.expm1(excess + sign * reach)) for sign in (0, -1, 1))
        yield fit_row(
            "learning-curve:beyond", curve.series, "excess", value, (low, high), level=LEVEL, points=n
        )


def _floor_differences(fitted: list[Fitted]) -> Iterator[dict[str, Any]]:
    """The floor of each size minus that of the next larger one, with an interval from both of theirs."""
    floors = [one for one in fitted if one.name == FLOOR]
    for small, large in pairwise(floors):
        value = difference(
            *(Value(one.fit.params["gamma"], *one.intervals["gamma"]) for one in (small, large))
        )
        yield fit_row(
            f"{FLOOR}:difference", f"{small.curve.series}-{large.curve.series}", "gamma",
            value.value, (value.low, value.high),
            level=LEVEL, points=min(len(small.x), len(large.x)),
        )  # fmt: skip


def _intervals(fitted: list[Fitted], spec: AnalysisSpec) -> pd.DataFrame:
    """Both kinds of interval, and what the bootstrap had to leave out."""
    found: Rows = []
    for one in fitted:
        refits = bootstrap(one.fit, spec.resamples, np.random.default_rng(spec.seed))
        percentiles = refits.intervals(LEVEL)
        for k, name in enumerate(one.fit.law.names):
            common = {"law": one.name, "metric": one.curve.series, "parameter": name, "points": len(one.x)}
            low, high = one.intervals[name]
            found.append({**common, "method": "student", "low": low, "high": high})
            found.append(
                {**common, "method": "pairs bootstrap", "low": percentiles[0, k], "high": percentiles[1, k],
                 "resamples": spec.resamples, "redrawn": refits.redrawn, "failed": refits.failed,
                 "on_bound": refits.on_bound.get(name, 0.0)}
            )  # fmt: skip
    return pd.DataFrame(found)


def _lines(fitted: list[Fitted]) -> pd.DataFrame:
    """Printed and fitted curves over the x axis of their panels; with a floor, over their own points."""
    parts = []
    for one in fitted:
        x = _axis(one.curve.panel) if one.name != FLOOR else np.geomspace(one.x[0], one.x[-1], LINE_POINTS)
        parts.append(_line(one.curve.panel, one.curve.series, one.name, x, one.fit.predict(x)))
    curves = {curve.series: curve for curve in read_off.EVERY}
    for series, printed in paper.PRINTED.items():
        x = _axis(curves[series].panel)
        parts.append(_line(curves[series].panel, series, "printed", x, _evaluate(printed, x)))
    for size, printed in paper.FIXED_HIDDEN.items():
        x = np.geomspace(*paper.FIXED_HIDDEN_TOKENS, LINE_POINTS)
        parts.append(_line("Fig 1 left", f"hidden_{size}", "printed", x, _evaluate(printed, x)))
    return pd.concat(parts, ignore_index=True)


def _axis(panel: str) -> FloatArray:
    x = [value for curve in read_off.EVERY if curve.panel == panel for value in curve.x]
    return np.geomspace(min(x), max(x), LINE_POINTS)


def _evaluate(printed: paper.PrintedCurve, x: FloatArray) -> FloatArray:
    floor = printed.gamma.value if printed.gamma else 0.0
    return np.asarray(printed.alpha.value * x**printed.beta_g.value + floor)


def _line(panel: str, series: str, kind: str, x: FloatArray, y: FloatArray) -> pd.DataFrame:
    return pd.DataFrame({"panel": panel, "series": series, "kind": kind, "x": x, "y": y})
