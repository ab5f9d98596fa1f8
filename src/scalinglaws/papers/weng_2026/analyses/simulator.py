"""The toy simulator of Weng 2026, "Scaling Laws, Carefully", section 4.1: a known law, fitted again.

At each setting (which sizes are fitted, decimals of the loss, a smooth bias) it compares the answer of the
article's grid search with the least-squares optimum for the same points.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import floor, log10
from typing import Any

import numpy as np
import pandas as pd

from scalinglaws import laws
from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.solution import GUESSES
from scalinglaws.fitting.solver.batch import Batch
from scalinglaws.fitting.solver.initial_guesses import design
from scalinglaws.fitting.solver.solve import best_of
from scalinglaws.fitting.uncertainty.bootstrap import bootstrap
from scalinglaws.fitting.uncertainty.covariance import interval
from scalinglaws.laws.law import FloatArray
from scalinglaws.laws.optimum.parametric import Chinchilla
from scalinglaws.papers.weng_2026.constants.weng_2026_simulator import READINGS, Fit
from scalinglaws.papers.weng_2026.toy.experiment import REGIONS, SIZES, TRUTH, Region, observe, optimal_tokens
from scalinglaws.papers.weng_2026.toy.grid_search import search
from scalinglaws.tables.analysis import fit_row, fit_table
from scalinglaws.tables.inputs import Inputs

TABLES = ("points", "curves", "settings", "readings", "fits")
RESAMPLED = True

DECIMALS = (4, 3, 2, 1, 0)
BIASES = tuple(range(-200, 201, 50))  # milli-nats
SHOWN = ((4, 0), (1, 0), (4, 100))  # settings (decimals, bias) whose points and curves are in the tables
TARGET = 15  # log10 of the size that is extrapolated to
CURVE = 71  # points of a curve
LEVEL = 0.95
ESTIMATOR = Estimator("value", "squared")
LAW = laws.find("chinchilla")
GRID, OPTIMUM = "grid search", "least squares"


def analyse(_inputs: Inputs, spec: AnalysisSpec) -> dict[str, pd.DataFrame]:
    """Fit every setting both ways.

    Tables:
        points: one row per run at a setting that is shown: N, D, loss, and whether it is fitted.
        curves: the truth and both fits at those settings, over N with the tokens optimal by the truth.
        settings: one row per setting and method: the law, its objective, the exponent of N_opt, and the
            loss predicted at the target.
        readings: one row per quantity that the article's own script showed, and its value here.
        fits: parameters with bootstrap intervals at four decimals without bias, and the searches' exponents.
    """
    settings = pd.DataFrame([one for region in REGIONS for one in _settings(region)])
    readings = pd.DataFrame([one for reading in READINGS for one in _compare(reading)])
    return {
        "points": pd.concat([_points(*shown) for shown in _shown()], ignore_index=True),
        "curves": pd.concat([_curve(settings, *shown) for shown in _shown()], ignore_index=True),
        "settings": settings,
        "readings": readings,
        "fits": fit_table([*_fits(spec), *_setting_rows(settings), _agreement(readings)]),
    }


def _shown() -> Iterator[tuple[Region, int, int]]:
    return ((region, decimals, bias) for decimals, bias in SHOWN for region in REGIONS)


def _points(region: Region, decimals: int, bias: int) -> pd.DataFrame:
    runs = observe(decimals, bias)
    setting = {"region": region, "decimals": decimals, "bias": bias}
    values = {"N": runs.N, "D": runs.D, "loss": runs.loss, "fitted": runs.inside(region)}
    return pd.DataFrame({**{key: [value] * len(runs.N) for key, value in setting.items()}, **values})


def _curve(settings: pd.DataFrame, region: Region, decimals: int, bias: int) -> pd.DataFrame:
    N = np.geomspace(SIZES[0], 10.0**TARGET, CURVE)
    D = optimal_tokens(TRUTH, N)
    chosen = settings.query("region == @region and decimals == @decimals and bias == @bias")
    fitted = {str(one["method"]): _law(one)(N, D) for _, one in chosen.iterrows()}
    setting = {"region": region, "decimals": decimals, "bias": bias}
    return pd.DataFrame({**setting, "N": N, "D": D, "truth": TRUTH(N, D), **fitted})


def _settings(region: Region) -> Iterator[dict[str, Any]]:
    """Rows of `settings` for one region."""
    chosen = [(decimals, bias) for decimals in DECIMALS for bias in BIASES]
    runs = [observe(*setting) for setting in chosen]
    inside = runs[0].inside(region)
    N, D = runs[0].N[inside], runs[0].D[inside]
    losses = np.stack([one.loss[inside] for one in runs])
    theta, objective = _optima(np.stack([N, D]), losses)
    lower, upper = LAW.bounds
    for k, (decimals, bias) in enumerate(chosen):
        setting = {"region": region, "decimals": decimals, "bias": bias, "points": int(inside.sum())}
        found = search(N, D, losses[k])
        yield {**setting, "method": GRID, **_described(found.law, found.objective), "on_bound": ""}
        law = Chinchilla(**dict(zip(LAW.names, map(float, LAW.natural(theta[:, k])), strict=True)))
        at_end = (theta[:, k] <= lower) | (theta[:, k] >= upper)
        on_bound = ", ".join(name for name, there in zip(LAW.names, at_end, strict=True) if there)
        yield {**setting, "method": OPTIMUM, **_described(law, float(objective[k])), "on_bound": on_bound}


def _optima(x: FloatArray, losses: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Least-squares fits to many losses [settings, points] of the same runs: coordinates and objectives."""
    weights = np.ones_like(losses)
    batch = Batch(LAW, ESTIMATOR, x, losses, weights, LAW.bounds)
    designs = [design(batch.some(slice(k, k + 1)), GUESSES) for k in range(len(losses))]
    starts = np.stack([found[:, np.arange(GUESSES) % found.shape[1]] for found in designs], axis=-1)
    found = best_of(batch, np.moveaxis(starts, 1, 0))
    return found.theta, found.objective


def _described(law: Chinchilla, objective: float) -> dict[str, float]:
    """A law and its prediction at the target."""
    N = 10.0**TARGET
    D = float(optimal_tokens(TRUTH, N))
    constants = {name: float(getattr(law, name)) for name in LAW.names}
    predicted, true = float(law(N, D)), float(TRUTH(N, D))
    return {
        **constants,
        "objective": objective,
        "a": float(law.a),
        "predicted": predicted,
        "true": true,
        "error": predicted - true,
    }


def _law(setting: "pd.Series[Any]") -> Chinchilla:
    return Chinchilla(**{name: float(setting[name]) for name in LAW.names})


def _compare(reading: Fit) -> Iterator[dict[str, Any]]:
    """Rows of `readings`: what the article's script showed, and the result of the same search here."""
    runs = observe(reading.decimals, reading.bias)
    inside = next(runs.inside(region) for region in REGIONS if region == reading.region)
    found = search(runs.N[inside], runs.D[inside], runs.loss[inside])
    N = 10.0**reading.target
    D = optimal_tokens(TRUTH, N)
    predicted = float(found.law(N, D))
    ours = {
        "alpha": (float(found.law.alpha), 4),
        "beta": (float(found.law.beta), 4),
        "E": (float(found.law.E), 4),
        "A": (float(found.law.A), 2),
        "B": (float(found.law.B), 2),
        "objective": (found.objective, 4 - floor(log10(found.objective))),
        "N_exponent": (float(found.law.a), 4),
        "predicted": (predicted, 4),
        "error": (predicted - float(TRUTH(N, D)), 4),
    }
    setting = reading._asdict()
    for quantity, (value, decimals) in ours.items():
        yield {
            **{key: setting[key] for key in ("region", "decimals", "bias", "target")},
            "quantity": quantity,
            "article": setting[quantity],
            "found": value,
            "last_digits": abs(value - setting[quantity]) * 10.0**decimals,
        }


def _fits(spec: AnalysisSpec) -> Iterator[dict[str, Any]]:
    """The optima without rounding and bias, by region, with intervals from resampled runs."""
    N = 10.0**TARGET
    target = np.array([[N], [float(optimal_tokens(TRUTH, N))]])
    runs = observe()
    for region in REGIONS:
        inside = runs.inside(region)
        x, y = np.stack([runs.N[inside], runs.D[inside]]), runs.loss[inside]
        fit = Problem(LAW, Points(x, y), ESTIMATOR).fit()
        refits = bootstrap(fit, spec.resamples, np.random.default_rng(spec.seed))
        values = _with_derived(fit.values[:, None], target)[:, 0]
        low, high = interval(_with_derived(refits.params, target).T, LEVEL)
        warnings = [*fit.warnings, *_bootstrap_warnings(refits.on_bound, refits.failed)]
        for k, name in enumerate((*LAW.names, "a", "error")):
            ends = (float(low[k]), float(high[k]))
            value = float(values[k])
            yield fit_row(
                OPTIMUM, region, name, value, ends, level=LEVEL, points=len(fit.points), warnings=warnings
            )


def _with_derived(params: FloatArray, target: FloatArray) -> FloatArray:
    """Parameters [parameters, fits] with the exponent of N_opt and the error at the target below them."""
    alpha, beta = params[LAW.names.index("alpha")], params[LAW.names.index("beta")]
    error = LAW.predict(params, target)[..., 0] - TRUTH(target[0, 0], target[1, 0])
    return np.concatenate([params, [beta / (alpha + beta)], [error]])


def _bootstrap_warnings(on_bound: Mapping[str, float], failed: int) -> Sequence[str]:
    found = [f"{name} sits on a bound in {share:.1%} of the refits" for name, share in on_bound.items()]
    return [*found, f"{failed} refits failed"] if failed else found


def _setting_rows(settings: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """What the article's search gives where losses are either rounded or biased."""
    chosen = settings.query("method == @GRID and (bias == 0 or decimals == @DECIMALS[0])")
    for _, one in chosen.iterrows():
        name = f"{one['region']}, decimals {one['decimals']}, bias {one['bias']:+d}"
        for parameter in ("a", "error"):
            yield fit_row(GRID, name, parameter, float(one[parameter]), points=int(one["points"]))


def _agreement(readings: pd.DataFrame) -> dict[str, Any]:
    """The largest difference between the port and the article's script, in units of the last digit shown."""
    worst = float(readings.last_digits.max())
    return fit_row(
        GRID, "article's read-outs", "largest difference in last digits", worst, points=len(READINGS)
    )
