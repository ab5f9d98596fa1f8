"""Approach 3 on the points of Hoffmann et al.'s Fig 4: the fit that analyses share, and published ones."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scalinglaws import laws
from scalinglaws.claims.constant import Constant
from scalinglaws.fitting.fit import Fit
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.uncertainty.bootstrap import Refits, bootstrap
from scalinglaws.laws.law import FloatArray
from scalinglaws.laws.optimum.parametric import Chinchilla
from scalinglaws.papers.weng_2026.constants import besiroglu_2024, hoffmann_2022

LAW = laws.find("chinchilla")
ESTIMATOR = Estimator("log", "huber", 1e-3)

ROUNDED, FULL, PRINTED, NOTEBOOK = (
    "Hoffmann et al., as printed",
    "Hoffmann et al., in full",
    "Besiroglu et al., as printed",
    "Besiroglu et al., in full",
)


@dataclass(frozen=True)
class Bootstrapped:
    """The law fitted to points, and refitted to resamples of them."""

    fit: Fit
    refits: Refits

    @property
    def points(self) -> Points:
        """Runs: N (parameters) and D (tokens) as x, and the loss in nats per token."""
        return self.fit.points

    @property
    def values(self) -> FloatArray:
        """A, B, E, alpha, beta, [5]."""
        return self.fit.values

    @property
    def samples(self) -> FloatArray:
        """A, B, E, alpha, beta of the refits that converged, [5, resamples]."""
        return self.refits.converged

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings of the fit and of its refits."""
        failed = self.refits.failed
        return (*self.fit.warnings, *((f"{failed} refits failed",) if failed else ()))


def points_of(frame: pd.DataFrame) -> Points:
    """The points of `chinchilla-points`, or some rows of it."""
    return Points(frame[["N", "D"]].to_numpy(dtype=np.float64).T, frame.loss.to_numpy(dtype=np.float64))


def fit(points: Points, resamples: int, rng: np.random.Generator) -> Bootstrapped:
    """Fit the law, with a bootstrap of the points."""
    fitted = Problem(LAW, points, ESTIMATOR).fit()
    return Bootstrapped(fitted, bootstrap(fitted, resamples, rng))


def published() -> Mapping[str, FloatArray]:
    """Published constants A, B, E, alpha, beta, [5], by source."""
    h, b = hoffmann_2022, besiroglu_2024
    return {
        ROUNDED: _values(h.A, h.B, h.E, h.ALPHA, h.BETA),
        FULL: _exponentiated(h.LOG_A, h.LOG_B, h.LOG_E, h.ALPHA_IN_FULL, h.BETA_IN_FULL),
        PRINTED: _values(b.A, b.B, b.E, b.ALPHA, b.BETA),
        NOTEBOOK: _exponentiated(
            b.LOG_A_NOTEBOOK, b.LOG_B_NOTEBOOK, b.LOG_E_NOTEBOOK, b.ALPHA_NOTEBOOK, b.BETA_NOTEBOOK
        ),
    }


def exponent_a(params: FloatArray) -> FloatArray:
    """beta / (alpha + beta), the exponent of N_opt in C, [*batch], of params [5, *batch]."""
    return np.asarray(params[4] / (params[3] + params[4]))


def logs(params: FloatArray) -> FloatArray:
    """The coordinates of the published fits, [5, *batch]: logarithms of A, B and E, then alpha and beta."""
    return np.concatenate([np.log(params[:3]), params[3:]])


def law_of(params: FloatArray) -> Chinchilla:
    """The law at params [5, *batch], as `laws.optimum` takes it."""
    return Chinchilla(**dict(zip(LAW.names, params, strict=True)))


def _values(*constants: Constant) -> FloatArray:
    return np.array([constant.value for constant in constants])


def _exponentiated(*constants: Constant) -> FloatArray:
    values = _values(*constants)
    return np.concatenate([np.exp(values[:3]), values[3:]])
