"""The Chinchilla fit examined: Besiroglu et al. 2024, "Chinchilla Scaling: A replication attempt".

The law of Hoffmann et al. 2022 (approach 3) is refitted to the points of their Fig 4. The published constants
are compared with the refit's intervals and tested, and the analysis shows why the published fit stopped
early.
"""

from collections.abc import Iterator
from math import nan
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.uncertainty.covariance import covariance, delta_interval, interval
from scalinglaws.laws.law import FloatArray
from scalinglaws.laws.optimum.parametric import closed_form
from scalinglaws.papers.weng_2026.constants import besiroglu_2024, hoffmann_2022
from scalinglaws.papers.weng_2026.refit.besiroglu_tests import Tests
from scalinglaws.papers.weng_2026.refit.chinchilla_fit import (
    ESTIMATOR,
    FULL,
    LAW,
    PRINTED,
    ROUNDED,
    Bootstrapped,
    exponent_a,
    fit,
    law_of,
    logs,
    points_of,
    published,
)
from scalinglaws.papers.weng_2026.refit.mean_loss import HuberLoss
from scalinglaws.papers.weng_2026.refit.stopping import Sizes, compare
from scalinglaws.tables.analysis import fit_row, fit_table
from scalinglaws.tables.inputs import Inputs

TABLES = (
    "fits",
    "residuals",
    "histogram",
    "parameters",
    "constants",
    "tests",
    "methods",
    "descents",
    "traces",
    "policy",
)
RESAMPLED = True

REFIT, SANDWICH, ALL_POINTS = "Refit", "Refit, sandwich covariance", "Refit, excluded points too"
DELTAS = (
    1e-1,
    1e-2,
    1e-4,
    1e-6,
)  # other values of Huber's delta; the last one amounts to least absolute deviations
LEVEL = 0.95
GOPHER = hoffmann_2022.GOPHER_FLOPS.value
BINS = np.linspace(-0.2, 0.2, 41)  # nats
POLICY = np.geomspace(1e18, 1e28, 41)  # FLOPs
SIZES, SMOKE_SIZES = Sizes(mean=None, sum=600, tight=300), Sizes(mean=300, sum=100, tight=50)


def analyse(inputs: Inputs, spec: AnalysisSpec) -> dict[str, pd.DataFrame]:
    """Refit, compare, test.

    Tables:
        fits: the refit and what follows from it, with percentile intervals; statistics of the tests.
        residuals: loss minus prediction by the published fits and the refit, over N and D.
        histogram: the residuals in bins.
        parameters: constants by source, with the intervals that each source gives.
        constants: more of them, their objective, and the optimum that they imply at Gopher's budget.
        tests: of Hoffmann et al.'s constants in full.
        methods, descents, traces: see `refit/stopping.py`.
        policy: tokens per parameter over C.
    """
    frame = inputs.public_runs["chinchilla-points"]
    every, points = points_of(frame), points_of(frame[~frame.excluded])
    rngs = [np.random.default_rng([spec.seed, k]) for k in range(3)]
    refit, refit_on_all = fit(points, spec.resamples, rngs[0]), fit(every, spec.resamples, rngs[1])
    shown = {name: published()[name] for name in (ROUNDED, FULL)} | {REFIT: refit.values}
    residuals = pd.concat([_residuals(points, *one) for one in shown.items()], ignore_index=True)
    stops = compare(
        refit.fit,
        exponent_a(refit.samples),
        logs(published()[FULL]),
        rngs[2].integers(len(points.y), size=(spec.resamples, len(points.y))),
        SMOKE_SIZES if spec.scale == "smoke" else SIZES,
        hoffmann_2022.LEVEL,
    )
    tests = Tests.of(refit, every)
    return {
        "fits": fit_table([*_fits(refit), *tests.rows()]),
        "residuals": residuals,
        "histogram": _histogram(residuals),
        "parameters": pd.DataFrame(list(_parameters(refit, refit_on_all))),
        "constants": pd.DataFrame(list(_constants(refit, refit_on_all))),
        "tests": pd.DataFrame(list(tests.table())),
        "methods": stops.methods,
        "descents": stops.descents,
        "traces": stops.traces,
        "policy": pd.concat(_policy(refit), ignore_index=True),
    }


def _residuals(points: Points, name: str, params: FloatArray) -> pd.DataFrame:
    predicted = LAW.predict(params, points.x)
    N, D = points.x
    values = {"N": N, "D": D, "loss": points.y, "predicted": predicted, "residual": points.y - predicted}
    return pd.DataFrame({"fit": name, **values})


def _histogram(residuals: pd.DataFrame) -> pd.DataFrame:
    """Residuals in bins; the outermost bins include everything beyond them."""
    frames = []
    for name, part in residuals.groupby("fit", sort=False):
        counts, _ = np.histogram(np.clip(part.residual, BINS[0], BINS[-1]), BINS)
        frames.append(pd.DataFrame({"fit": name, "left": BINS[:-1], "right": BINS[1:], "count": counts}))
    return pd.concat(frames, ignore_index=True)


def _fits(refit: Bootstrapped) -> Iterator[dict[str, Any]]:
    values, samples = refit.values, refit.samples
    best, matrix = closed_form(law_of(values), GOPHER), closed_form(law_of(samples), GOPHER)
    rows = {
        **{name: (values[k], samples[k]) for k, name in enumerate(LAW.names)},
        "a": (exponent_a(values), exponent_a(samples)),
        "N_gopher": (best.N, matrix.N),
        "D_gopher": (best.D, matrix.D),
        "tokens_per_parameter": (best.tokens_per_parameter, matrix.tokens_per_parameter),
    }
    points = len(refit.points.y)
    for name, (value, sample) in rows.items():
        ends = _ends(sample, LEVEL)
        yield fit_row(
            LAW.name, "loss", name, float(value), ends, level=LEVEL, points=points, warnings=refit.warnings
        )


def _parameters(refit: Bootstrapped, refit_on_all: Bootstrapped) -> Iterator[dict[str, Any]]:
    """Constants and the exponent a by source, with intervals where the source gives them."""
    known, missing = published(), (nan, nan)
    printed_a = hoffmann_2022.APPROACHES[3].a
    intervals = {
        ROUNDED: {"a": printed_a.interval or missing},
        FULL: {},
        PRINTED: besiroglu_2024.INTERVALS,
        REFIT: _percentiles(refit),
        SANDWICH: _sandwich(refit),
        ALL_POINTS: _percentiles(refit_on_all),
    }
    own = {REFIT: refit.values, SANDWICH: refit.values, ALL_POINTS: refit_on_all.values}
    for source, ends in intervals.items():
        params = own[source] if source in own else known[source]
        a = printed_a.value if source == ROUNDED else float(exponent_a(params))
        for name, value in (*zip(LAW.names, params, strict=True), ("a", a)):
            low, high = ends.get(name, missing)
            level = hoffmann_2022.LEVEL if source == ROUNDED else LEVEL
            yield {
                "source": source,
                "parameter": name,
                "value": float(value),
                "low": low,
                "high": high,
                "level": level if low == low else nan,
            }


def _percentiles(refit: Bootstrapped) -> dict[str, tuple[float, float]]:
    samples = np.concatenate([refit.samples, exponent_a(refit.samples)[None]])
    names = (*LAW.names, "a")
    return {name: _ends(sample, LEVEL) for name, sample in zip(names, samples, strict=True)}


def _sandwich(refit: Bootstrapped) -> dict[str, tuple[float, float]]:
    """Normal intervals from the sandwich covariance; that of a by the delta method."""
    matrix = covariance(refit.fit)
    ends = delta_interval(refit.fit, matrix, LEVEL)
    alpha, beta = refit.values[3:]
    slope = np.array([-beta, alpha]) / (alpha + beta) ** 2
    reach = norm.ppf((1 + LEVEL) / 2) * np.sqrt(slope @ matrix[3:, 3:] @ slope)
    a = float(exponent_a(refit.values))
    return {**ends, "a": (a - float(reach), a + float(reach))}


def _constants(refit: Bootstrapped, refit_on_all: Bootstrapped) -> Iterator[dict[str, Any]]:
    """Constants, Huber's sum over the fitted points at them, and the best N and D at Gopher's budget."""
    loss = HuberLoss.of(refit.points.x, refit.points.y, "sum")
    every = {**published(), REFIT: refit.values, ALL_POINTS: refit_on_all.values}
    for delta in DELTAS:
        estimator = Estimator(ESTIMATOR.residual, ESTIMATOR.loss, delta)
        every[f"Refit, delta = {delta:g}"] = Problem(LAW, refit.points, estimator).fit().values
    for name, params in every.items():
        best = closed_form(law_of(params), GOPHER)
        yield {
            "constants": name,
            **dict(zip(LAW.names, map(float, params), strict=True)),
            "a": float(exponent_a(params)),
            "objective": loss(logs(params))[0],
            "N_gopher": float(best.N),
            "D_gopher": float(best.D),
            "tokens_per_parameter": float(best.tokens_per_parameter),
        }


def _policy(refit: Bootstrapped) -> list[pd.DataFrame]:
    """Optimal tokens per parameter at C, with the interval that follows from that of the constants."""
    best = closed_form(law_of(refit.values), POLICY).tokens_per_parameter
    samples = closed_form(law_of(refit.samples[:, :, None]), POLICY).tokens_per_parameter
    low, high = interval(samples, hoffmann_2022.LEVEL)
    frames = [pd.DataFrame({"fit": REFIT, "C": POLICY, "ratio": best, "low": low, "high": high})]
    # As in the notebook: a is the middle of its printed interval, the factor of N_opt that of the constants.
    ends = np.array(hoffmann_2022.APPROACHES[3].a.interval)
    factor = float(closed_form(law_of(published()[FULL]), 6.0).N)
    high, theirs, low = ((POLICY / 6) ** (1 - 2 * a) / factor**2 for a in (ends[0], ends.mean(), ends[1]))
    frames.append(pd.DataFrame({"fit": FULL, "C": POLICY, "ratio": theirs, "low": low, "high": high}))
    trained = hoffmann_2022.LARGE_MODELS[0]
    ratio = trained.D.value / trained.N.value
    point = {"fit": trained.name, "C": [trained.C.value], "ratio": ratio, "low": ratio, "high": ratio}
    rule = hoffmann_2022.TOKENS_PER_PARAMETER.value
    line = {"fit": "Rule of thumb", "C": POLICY[[0, -1]], "ratio": rule, "low": rule, "high": rule}
    return [*frames, pd.DataFrame(point), pd.DataFrame(line)]


def _ends(samples: FloatArray, level: float) -> tuple[float, float]:
    low, high = interval(samples, level)
    return float(low), float(high)
