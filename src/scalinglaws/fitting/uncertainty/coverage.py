"""How often intervals hold the truth: the measure by which a method of intervals is chosen."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.fit_law import estimate
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.uncertainty.bootstrap import bootstrap
from scalinglaws.fitting.uncertainty.covariance import covariance, delta_interval
from scalinglaws.laws.law import FloatArray, Law

METHODS = ("percentile", "basic", "normal", "delta")


@dataclass(frozen=True)
class Coverage:
    """A simulation of intervals.

    Attributes:
        names: the parameters.
        held: [methods, parameters], share of the simulations whose interval held the truth.
        width: [methods, parameters], median width of the intervals.
        simulations: how many were counted.
        failed: how many gave no fit or no interval; they are counted in nothing else.
    """

    names: tuple[str, ...]
    held: FloatArray
    width: FloatArray
    simulations: int
    failed: int

    def of(self, method: str, name: str) -> float:
        """The share of the simulations whose interval held the truth."""
        return float(self.held[METHODS.index(method), self.names.index(name)])


def coverage(
    law: Law,
    truth: FloatArray,
    points: int,
    noise: float,
    estimator: Estimator,
    *,
    simulations: int,
    resamples: int,
    level: float = 0.95,
    seed: int = 0,
) -> Coverage:
    """Simulate fits to runs of known truth and count how often each method's interval holds it.

    Runs lie as in the study of Hoffmann et al. 2022: C over three and a half decades, tokens per parameter
    over almost three, each uniform in its logarithm; log y has normal noise.

    Args:
        law: a law of N and D.
        truth: its parameters.
        points: runs in a simulation.
        noise: standard deviation of log y.
        estimator: how it is fitted.
        simulations, resamples, level, seed: of the simulation and its bootstrap.
    """
    ends = []
    for k in range(simulations):
        rng = np.random.default_rng([seed, points, k])
        compute, ratio = 10 ** rng.uniform(18.5, 22, points), 10 ** rng.uniform(-0.3, 2.5, points)
        size = np.sqrt(compute / 6 / ratio)
        x = np.stack([size, size * ratio])
        y = law.predict(truth, x) * np.exp(rng.normal(0, noise, points))
        try:
            found = estimate(law, x, y, estimator=estimator, engine="compiled")
            refits = bootstrap(found, x, y, resamples, rng, engine="compiled")
        except ScalingLawsError:
            continue
        low, high = refits.intervals(level)
        spread = np.nanstd(refits.params, axis=1) * ndtri((1 + level) / 2)
        curved = delta_interval(found, covariance(found, x, y), level)
        ends.append(
            [
                (low, high),
                (2 * found.values - high, 2 * found.values - low),
                (found.values - spread, found.values + spread),
                tuple(np.array([curved[name] for name in law.names]).T),
            ]
        )
    low, high = np.moveaxis(np.array(ends), 2, 0)  # [simulations, methods, parameters] each
    return Coverage(
        names=law.names,
        held=((low <= truth) & (truth <= high)).mean(axis=0),
        width=np.median(high - low, axis=0),
        simulations=len(ends),
        failed=simulations - len(ends),
    )
