"""Muennighoff et al. 2023: the value of repeated data, by the published law and a refit to the public runs.

The published constants are at one of many local optima of an objective that is nearly flat along r_D.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from scalinglaws import laws
from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.fitting.fit import Fit
from scalinglaws.fitting.objective import Estimator, Misfit
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.uncertainty.bootstrap import Refits, bootstrap
from scalinglaws.fitting.uncertainty.covariance import interval
from scalinglaws.fitting.uncertainty.profile import Profile
from scalinglaws.laws.law import FloatArray
from scalinglaws.papers.weng_2026.constants import muennighoff_2023 as paper
from scalinglaws.tables.analysis import fit_row, fit_table
from scalinglaws.tables.inputs import Inputs

TABLES = (
    "runs",
    "empirical",
    "predicted",
    "epochs",
    "errors",
    "value",
    "profile",
    "optima",
    "refits",
    "fits",
)
RESAMPLED = True

LAW = laws.find("muennighoff")
ESTIMATOR = Estimator("log", "huber", 1e-3)
GUESSES = 64
LEVEL = 0.95
SPAN, SCANNED = (3.0, 1e6), 201  # of the profile of r_D, epochs
NEARLY_FLAT = 0.003  # the range of a profile is where it exceeds the lowest objective by less than this share
NEVER = 1e6  # a 1/e-life that no run comes near: repeated data are as good as new
PUBLISHED = np.array([paper.R_D.value, paper.R_N.value])

SHOWN = {"2.8B": (2.81e9, 55e9), "4.2B": (4.2465e9, 84e9), "8.7B": (8.67e9, 178e9)}
"""The runs of the figure, by size: N, and the D that they share."""
EPOCHS_AXIS = np.geomspace(1, 15, 100)
TOKENS_AXIS = np.geomspace(1e10, 1e14, 121)
STOPPED_TO = {"2.8B": 3.5, "4.2B": 2.5, "8.7B": 2.5}
"""Epochs up to which the figure draws what stopping early costs."""
TICKS = (1, 2, 4, 8, 16, 32, 64)
VALUED = (2, 4, 8, 16, 32, 40, 64)  # epochs at which the value of data is computed


def analyse(inputs: Inputs, spec: AnalysisSpec) -> dict[str, pd.DataFrame]:
    """Refit r_D and r_N as published, and draw both laws through the runs of the paper's figure.

    Tables:
        runs: the runs of the figure's left panel.
        empirical: the laws over epochs, at the tokens of each size, scaled so that the loss at one epoch is
            the measured one; also with repeats as good as new data, and with training that stops.
        predicted: the laws over tokens, at the unique tokens of each size, scaled the same way.
        epochs: the ticks of `predicted`.
        errors: |log(loss / law)| of each run that is fitted, by the published law and by the refit.
        value: what a token is worth on average after so many epochs, relative to a new one.
        profile: the lowest objective with r_D fixed.
        optima: the published point and local optima.
        refits: r_D and r_N of each bootstrap resample.
        fits: parameters with bootstrap intervals, objectives and R^2.
    """
    runs = inputs.public_runs["muennighoff-runs"]
    fitted = runs[runs["fitted"]]
    x, y = fitted[["N", "D", "U"]].to_numpy(float).T, fitted["loss"].to_numpy(float)
    points = Points(x, y)
    fit = Problem(LAW, points, ESTIMATOR, initial_guesses=GUESSES).fit()
    along = fit.profile("r_D", span=SPAN, points=SCANNED)
    rng = np.random.default_rng(spec.seed)
    refits = bootstrap(fit, spec.resamples, rng, engine="compiled")
    shown = _shown(runs)
    r_N = along.params[LAW.names.index("r_N")]
    return {
        "runs": shown,
        "empirical": pd.concat([_empirical(size, shown, fit) for size in SHOWN], ignore_index=True),
        "predicted": pd.concat([_predicted(size, shown, fit) for size in SHOWN], ignore_index=True),
        "epochs": pd.concat([_ticks(size, shown, fit) for size in SHOWN], ignore_index=True),
        "errors": _errors(fitted, shown, fit),
        "value": _values(fit, refits),
        "profile": pd.DataFrame({"r_D": along.values, "r_N": r_N, "objective": along.objective}),
        "optima": _optima(fit),
        "refits": pd.DataFrame(dict(zip(LAW.names, refits.params, strict=True))),
        "fits": fit_table([*_fitted(fit, along, refits), *_published(x, y)]),
    }


def value_of_data(r_D: FloatArray | float, epochs: FloatArray | float) -> FloatArray:
    """D' / D: the mean value of a token, relative to a new one, if data are seen this many times."""
    repeats = np.asarray(epochs, dtype=float) - 1
    return np.asarray((1 - r_D * np.expm1(-repeats / r_D)) / (1 + repeats))


def _shown(runs: pd.DataFrame) -> pd.DataFrame:
    """The figure's runs: for each size, one per number of unique tokens (others vary the seed)."""
    frames = []
    for size, (N, D) in SHOWN.items():
        chosen = runs[(runs.N == N) & (runs.D == D) & ~runs.name.str.contains("seed|opt")]
        frames.append(chosen.assign(size=size, epochs=chosen.D / chosen.U).sort_values("epochs"))
    return pd.concat(frames, ignore_index=True)[["size", "name", "N", "D", "U", "epochs", "loss"]]


def _scaled(size: str, shown: pd.DataFrame, params: FloatArray, D: FloatArray, U: FloatArray) -> FloatArray:
    """A law's loss, scaled so that it is the measured one where all tokens are new."""
    N, tokens = SHOWN[size]
    measured = shown.query("size == @size and epochs == 1")["loss"].iloc[0]
    once = LAW.predict(params, np.array([[N], [tokens], [tokens]]))[0]
    return np.asarray(LAW.predict(params, np.stack([np.full_like(D, N), D, U])) * (measured / once))


def _empirical(size: str, shown: pd.DataFrame, fit: Fit) -> pd.DataFrame:
    tokens = np.full_like(EPOCHS_AXIS, SHOWN[size][1])
    unique = tokens / EPOCHS_AXIS
    as_new = np.array([NEVER, NEVER])
    stopped = _scaled(size, shown, as_new, unique, unique)
    drawn = np.less(EPOCHS_AXIS, STOPPED_TO[size])
    return pd.DataFrame(
        {
            "size": size,
            "epochs": EPOCHS_AXIS,
            "published": _scaled(size, shown, PUBLISHED, tokens, unique),
            "refitted": _scaled(size, shown, fit.values, tokens, unique),
            "as_new": _scaled(size, shown, as_new, tokens, unique),
            "stopped": np.where(drawn, stopped, np.nan),
        }
    )


def _predicted(size: str, shown: pd.DataFrame, fit: Fit, D: FloatArray = TOKENS_AXIS) -> pd.DataFrame:
    tokens = SHOWN[size][1]
    columns = {
        name: _scaled(size, shown, params, D, np.minimum(D, tokens))
        for name, params in (
            ("published", PUBLISHED),
            ("refitted", fit.values),
            ("as_new", np.array([NEVER, NEVER])),
        )
    }
    return pd.DataFrame({"size": size, "D": D, "epochs": np.maximum(D / tokens, 1.0), **columns})


def _errors(fitted: pd.DataFrame, shown: pd.DataFrame, fit: Fit) -> pd.DataFrame:
    x, loss = fitted[["N", "D", "U"]].to_numpy(float).T, fitted["loss"].to_numpy(float)
    columns = {
        kind: np.abs(np.log(loss / LAW.predict(params, x)))
        for kind, params in (("published", PUBLISHED), ("refitted", fit.values))
    }
    found = fitted[["name"]].assign(epochs=fitted.D / fitted.U, **columns)
    return found.merge(shown[["name", "size"]], on="name", how="left")


def _ticks(size: str, shown: pd.DataFrame, fit: Fit) -> pd.DataFrame:
    return _predicted(size, shown, fit, np.array(TICKS) * SHOWN[size][1])


def _values(fit: Fit, refits: Refits) -> pd.DataFrame:
    epochs = np.array(VALUED, dtype=float)
    low, high = interval(value_of_data(refits.params[LAW.names.index("r_D")][:, None], epochs), LEVEL)
    columns = {
        "published": value_of_data(paper.R_D.value, epochs),
        "refitted": value_of_data(fit.params["r_D"], epochs),
    }
    return pd.DataFrame({"epochs": VALUED, **columns, "low": low, "high": high})


def _optima(fit: Fit) -> pd.DataFrame:
    """The published point, the optimum that a descent from it reaches, and the other local optima found."""
    start = LAW.coordinates(PUBLISHED[:, None])
    ends = Problem(LAW, fit.points, ESTIMATOR, initial_guesses=PUBLISHED).fit().optima
    nearest = ends[:, [np.abs(ends - start).sum(axis=0).argmin()]]
    theta = np.concatenate([start, nearest, fit.optima], axis=1)
    others = ["other local optimum"] * (fit.optima.shape[1] - 1)
    r_D, r_N = LAW.natural(theta)
    kind = ["published", "optimum nearest to it", "lowest", *others]
    return pd.DataFrame(
        {"kind": kind, "r_D": r_D, "r_N": r_N, "objective": _objectives(theta, fit.points.x, fit.points.y)}
    )


def _objectives(theta: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
    """Huber's sum at coordinates [parameters, batch]."""
    shape = (theta.shape[1], len(y))
    target = np.broadcast_to(ESTIMATOR.target(y), shape)
    misfit = Misfit(LAW.program, ESTIMATOR.residual, ESTIMATOR.delta)
    return misfit.total(theta, x, target, np.ones(shape))


def _fitted(fit: Fit, along: Profile, refits: Refits) -> Iterator[dict[str, Any]]:
    """Rows of the refit, with bootstrap intervals where there are any."""
    low, high = along.within(NEARLY_FLAT)
    warnings = [
        *fit.warnings,
        f"within {NEARLY_FLAT:.1%} of the lowest objective r_D goes from {low:.3g} to {high:.3g}",
        *([along.warning] if along.warning else []),
        *(f"{name} sits on a bound in {share:.1%} of the refits" for name, share in refits.on_bound.items()),
        *([f"{refits.failed} refits failed"] if refits.failed else []),
    ]
    r_D, r_N = fit.values
    D_resampled, N_resampled = refits.params
    for parameter, value, samples in (
        ("r_D", r_D, D_resampled),
        ("r_N", r_N, N_resampled),
        ("r_D/r_N", r_D / r_N, D_resampled / N_resampled),
        ("value at 4 epochs", value_of_data(r_D, 4), value_of_data(D_resampled, 4)),
        ("value at 40 epochs", value_of_data(r_D, 40), value_of_data(D_resampled, 40)),
    ):
        ends = interval(samples, LEVEL)
        yield fit_row(
            "muennighoff",
            "loss",
            parameter,
            float(value),
            (float(ends[0]), float(ends[1])),
            level=LEVEL,
            points=len(fit.points),
            warnings=warnings,
        )
    for parameter, value in (
        ("objective", fit.objective),
        ("r_squared", _r_squared(fit.points.y, fit.predict(fit.points.x))),
        ("r_D flat from", low),
        ("r_D flat to", high),
    ):
        yield fit_row("muennighoff", "loss", parameter, value, points=len(fit.points), warnings=warnings)


def _published(x: FloatArray, y: FloatArray) -> Iterator[dict[str, Any]]:
    """Rows of the published laws, evaluated on the runs they were fitted to."""
    for law, r_D, r_N in (
        ("muennighoff:published", *PUBLISHED),
        ("muennighoff:published, only data fade", paper.R_D_ALONE.value, NEVER),
        ("muennighoff:published, only parameters fade", NEVER, paper.R_N_ALONE.value),
        ("muennighoff:base law", NEVER, NEVER),
    ):
        params = np.array([r_D, r_N])
        objective = _objectives(LAW.coordinates(params[:, None]), x, y)[0]
        yield fit_row(law, "loss", "objective", float(objective), points=len(y))
        yield fit_row(law, "loss", "r_squared", _r_squared(y, LAW.predict(params, x)), points=len(y))


def _r_squared(y: FloatArray, predicted: FloatArray) -> float:
    """Share of the variance of the loss itself that a law explains, as the authors compute it."""
    return float(1 - ((y - predicted) ** 2).sum() / ((y - y.mean()) ** 2).sum())
