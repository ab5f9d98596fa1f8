"""Models of one size at all sizes of the training set: each gets a power law with a floor (Fig 1 left).

The floor is the error at which the capacity of a model is exhausted; a larger model has a lower floor. The
paper shows two sizes. Here they are the sizes nearest to a quarter and to three quarters of the way through
the grid of models, in the logarithm of the size.
"""

from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalinglaws import laws
from scalinglaws.fitting.fit import Fit
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.system import points_needed
from scalinglaws.fitting.uncertainty.mover import difference
from scalinglaws.fitting.uncertainty.student import student_interval
from scalinglaws.laws.law import FloatArray
from scalinglaws.tables.analysis import fit_row
from scalinglaws.tables.study import TrainedStudy
from scalinglaws.tables.value import Value

LAW = "learning-curve-with-floor"
FIXED = f"{LAW}:fixed-size"
FLOORS = f"{LAW}:difference"
LINE_POINTS = 65
SMALL, LARGE = "small", "large"

POINTS = [
    "study",
    "family",
    "model",
    "parameters",
    "role",
    "metric",
    "data_size",
    "score",
    "converged",
    "fitted",
]
LAWS = [
    "study", "family", "model", "parameters", "role", "metric", "points", "alpha", "beta_g", "gamma",
    "beta_g_low", "beta_g_high", "gamma_low", "gamma_high", "r_squared", "warnings",
]  # fmt: skip
LINES = ["study", "family", "model", "parameters", "role", "metric", "x", "value"]

Row = dict[str, Any]


@dataclass(frozen=True)
class FixedSizes:
    """The models of a study, each fitted by itself.

    Attributes:
        points: one row per model and subset: the median over seeds of the minimum along training.
        laws: one row per model.
        lines: the laws on a grid of x.
        claims: rows of fits for the small and the large model.
    """

    points: pd.DataFrame
    laws: pd.DataFrame
    lines: pd.DataFrame
    claims: list[Row]


@dataclass(frozen=True)
class _Model:
    """A model's points [points], which of them have converged, and the law fitted to those in the region."""

    head: Row
    x: FloatArray
    y: FloatArray
    converged: NDArray[np.bool_]
    fitted: NDArray[np.bool_]
    fit: Fit | None
    intervals: dict[str, Value]
    warnings: tuple[str, ...]

    def value(self, name: str) -> Value:
        """A parameter with its interval, as far as they are known."""
        value = self.fit.params[name] if self.fit else nan
        return self.intervals.get(name, Value(value, nan, nan))


def fit_all(study: TrainedStudy) -> FixedSizes:
    """Fit the law to each model of a study by least squares on the logarithm.

    It sees the cells that have converged, inside the declared region.

    The small and the large model have Student's likelihood intervals (`fitting/uncertainty/student.py`).
    """
    models = [_fit(study, model, role) for model, role in _roles(study).items()]
    return FixedSizes(
        points=pd.DataFrame([row for model in models for row in _point_rows(model)], columns=POINTS),
        laws=pd.DataFrame([_law_row(model) for model in models], columns=LAWS),
        lines=pd.DataFrame([row for model in models for row in _line_rows(model)], columns=LINES),
        claims=_claims(study, {model.head["role"]: model for model in models}),
    )


def _roles(study: TrainedStudy) -> dict[str, str]:
    """The role of each model, ascending in size; most have none."""
    scores = study.scores[study.scores.metric == study.metric]
    sizes = scores.groupby("model").parameters.first().sort_values(kind="stable")
    names, logs = [str(name) for name in sizes.index], np.log(sizes.to_numpy(float))
    roles = dict.fromkeys(names, "")
    if len(names) > 1:
        low, high = (np.abs(logs - logs[0] - share * np.ptp(logs)).round(9) for share in (0.25, 0.75))
        # Of two that are equally near take the outer one: a pair far apart shows more.
        roles[names[int(low.argmin())]] = SMALL
        roles[names[len(names) - 1 - int(high[::-1].argmin())]] = LARGE
    return roles


def _fit(study: TrainedStudy, model: str, role: str) -> _Model:
    scores = study.scores[(study.scores.metric == study.metric) & (study.scores.model == model)]
    parameters = int(scores.parameters.iloc[0])
    scores = scores[np.isfinite(scores.score)].sort_values("data_size")
    inside = study.best[study.best.in_region].examples
    x, y = scores.data_size.to_numpy(float), scores.score.to_numpy(float)
    converged = scores.converged.to_numpy(bool)
    fitted = scores.examples.isin(inside).to_numpy(bool) & converged
    head = {
        "study": study.name, "family": study.facts.family, "model": model, "role": role,
        "parameters": parameters, "metric": study.metric,
    }  # fmt: skip
    law, count = laws.find(LAW), int(fitted.sum())
    needed = max(points_needed(law), len(law.names) + 1)  # an interval needs a degree of freedom
    if count < needed:
        few = (f"{count} converged points in the region; the law needs {needed}",)
        return _Model(head, x, y, converged, fitted, None, {}, few)
    fit = Problem(law, Points(x[fitted], y[fitted])).fit()
    # A parameter that is not identified has no interval, and only the pair is worth the time.
    wanted = law.names if role and not fit.unidentified else ()
    level = study.facts.fit.level
    intervals = {name: Value(fit.params[name], *student_interval(fit, name, level)) for name in wanted}
    return _Model(head, x, y, converged, fitted, fit, intervals, fit.warnings)


def _point_rows(model: _Model) -> list[Row]:
    return [
        {**model.head, "data_size": x, "score": y, "converged": bool(converged), "fitted": bool(fitted)}
        for x, y, converged, fitted in zip(model.x, model.y, model.converged, model.fitted, strict=True)
    ]


def _law_row(model: _Model) -> Row:
    fit = model.fit
    row = {**model.head, "points": int(model.fitted.sum()), "warnings": "; ".join(model.warnings)}
    for name in ("alpha", "beta_g", "gamma"):
        value = model.value(name)
        row |= {name: value.value, f"{name}_low": value.low, f"{name}_high": value.high}
    return {**row, "r_squared": fit.r_squared if fit else nan}


def _line_rows(model: _Model) -> list[Row]:
    if model.fit is None:
        return []
    x = np.geomspace(model.x.min(), model.x.max(), LINE_POINTS)
    values = model.fit.predict(x)
    return [{**model.head, "x": a, "value": b} for a, b in zip(x.tolist(), values.tolist(), strict=True)]


def _claims(study: TrainedStudy, roles: dict[str, _Model]) -> list[Row]:
    """Floor and exponent of the small and the large model, and the difference of their floors."""
    claims, level = [], study.facts.fit.level
    for role in (SMALL, LARGE):
        model = roles.get(role)
        if model is None:
            continue
        for name in ("beta_g", "gamma"):
            value = model.value(name)
            claims.append(
                fit_row(
                    FIXED, f"{study.name}/{role}", name, value.value, (value.low, value.high),
                    level=level, points=int(model.fitted.sum()), warnings=model.warnings,
                )
            )  # fmt: skip
    if SMALL in roles and LARGE in roles:
        small, large = (roles[role] for role in (SMALL, LARGE))
        value = difference(small.value("gamma"), large.value("gamma"))
        points = int(min(small.fitted.sum(), large.fitted.sum()))
        claims.append(
            fit_row(
                FLOORS, f"{study.name}/{SMALL}-{LARGE}", "gamma", value.value, (value.low, value.high),
                level=level, points=points, warnings=(*small.warnings, *large.warnings),
            )
        )  # fmt: skip
    return claims
