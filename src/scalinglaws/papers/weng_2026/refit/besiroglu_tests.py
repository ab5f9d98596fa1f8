"""Tests of Hoffmann et al.'s constants in full, as in Besiroglu et al. 2024 and with this package's fit."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np

from scalinglaws.claims.constant import Constant
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.uncertainty.bootstrap import refit
from scalinglaws.fitting.uncertainty.covariance import interval
from scalinglaws.laws.law import FloatArray
from scalinglaws.papers.weng_2026.constants import besiroglu_2024, hoffmann_2022
from scalinglaws.papers.weng_2026.refit.chinchilla_fit import (
    FULL,
    LAW,
    NOTEBOOK,
    Bootstrapped,
    exponent_a,
    logs,
    published,
)
from scalinglaws.papers.weng_2026.refit.likelihood import Test, likelihood_ratio, wald
from scalinglaws.tables.analysis import fit_row

LEVEL = 0.95
WIDTH = 1e-3  # of the 80 % interval of a that Hoffmann et al. print
AGAIN = 200  # draws among the refits, for the error due to their number
PUBLISHED_RESAMPLES, NEW_RESAMPLES = "published resamples", "new resamples"


@dataclass(frozen=True)
class Tests:
    """The tests' tables.

    Attributes:
        fit: the refit, with resamples of its own.
        every: all points, including those that the fit leaves out.
        published_samples: A, B, E, alpha, beta refitted to the published resamples, [5, resamples].
    """

    fit: Bootstrapped
    every: Points
    published_samples: FloatArray

    @staticmethod
    def of(fit: Bootstrapped, every: Points) -> "Tests":
        """Refit to the published resamples, which are drawn by numpy's legacy generator."""
        points = len(fit.points.y)
        rng = np.random.RandomState(besiroglu_2024.RESAMPLING_SEED)
        drawn = [rng.choice(points, points) for _ in range(besiroglu_2024.RESAMPLES)]
        weights = np.stack([np.bincount(one, minlength=points) for one in drawn]).astype(np.float64)
        refits = refit(fit.fit, weights)
        return Tests(fit, every, np.asarray(refits.converged))

    def table(self) -> Iterator[dict[str, Any]]:
        """Rows: the test, the fit that it tests against, how many points, and the published value."""
        b = besiroglu_2024
        theirs, ours = published()[NOTEBOOK], self.fit.values
        some, every = len(self.fit.points.y), len(self.every.y)
        distance = "Wald, bootstrap covariance"
        for resamples, samples in (
            (PUBLISHED_RESAMPLES, self.published_samples),
            (NEW_RESAMPLES, self.fit.samples),
        ):
            stated = b.CHI_SQUARED if resamples == PUBLISHED_RESAMPLES else None
            yield _tested(f"{distance}, {resamples}", NOTEBOOK, some, _wald(theirs, samples), stated)
            yield _tested(f"{distance}, {resamples}", "Refit", some, _wald(ours, samples))
        for name, params in ((NOTEBOOK, theirs), ("Refit", ours)):
            for points, count, stated in (
                (self.fit.points, some, b.LIKELIHOOD_RATIO),
                (self.every, every, b.LIKELIHOOD_RATIO_ALL),
            ):
                test = _ratio(points, params)
                yield _tested(
                    "Likelihood ratio, Huber", name, count, test, stated if name == NOTEBOOK else None
                )

    def rows(self) -> Iterator[dict[str, Any]]:
        """Rows of a table `fits`.

        What is computed from resamples has an interval for the error due to their number, from draws among
        the refits. The likelihood ratios at published constants are computed without error.
        """
        points = len(self.fit.points.y)
        samples = self.fit.samples
        rng = np.random.default_rng(0)
        draws = [samples[:, rng.integers(samples.shape[1], size=samples.shape[1])] for _ in range(AGAIN)]
        for name, values in (
            ("chi-squared", [_wald(self.fit.values, one).statistic for one in (samples, *draws)]),
            ("runs-for-width", [runs_for_width(one, points) for one in (samples, *draws)]),
        ):
            low, high = map(float, interval(np.array(values[1:]), LEVEL))
            yield fit_row("tests", "loss", name, values[0], (low, high), level=LEVEL, points=points)
        theirs = published()[NOTEBOOK]
        for name, some in (("likelihood-ratio", self.fit.points), ("likelihood-ratio-all", self.every)):
            yield fit_row("tests", "loss", name, _ratio(some, theirs).statistic, points=len(some.y))


def runs_for_width(samples: FloatArray, points: int) -> float:
    """Runs that would make the 80 % interval of a as narrow as printed: it shrinks with their square root.

    samples: A, B, E, alpha, beta of refits to resamples of `points` runs, [5, resamples].
    """
    low, high = interval(exponent_a(samples), hoffmann_2022.LEVEL)
    return float(points * ((high - low) / WIDTH) ** 2)


def _wald(fitted: FloatArray, samples: FloatArray) -> Test:
    return wald(logs(published()[FULL]), logs(fitted), np.cov(logs(samples)))


def _ratio(points: Points, fitted: FloatArray) -> Test:
    null, best = (
        np.log(LAW.predict(params, points.x)) - np.log(points.y) for params in (published()[FULL], fitted)
    )
    return likelihood_ratio(null, best, degrees=len(LAW.names))


def _tested(name: str, at: str, points: int, test: Test, stated: Constant | None = None) -> dict[str, Any]:
    return {
        "test": name,
        "fit": at,
        "points": points,
        "statistic": test.statistic,
        "degrees": test.degrees,
        "p": test.p,
        "published": nan if stated is None else stated.value,
    }
