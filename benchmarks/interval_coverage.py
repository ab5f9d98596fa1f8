"""Measure how often 95 % intervals hold the truth, by method and number of runs.

    python benchmarks/interval_coverage.py

The table decides which method the fits use; it is in records/fits/coverage.csv.
"""

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from scalinglaws import laws
from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.solution import search
from scalinglaws.fitting.system import System
from scalinglaws.fitting.uncertainty.bootstrap import bootstrap
from scalinglaws.fitting.uncertainty.covariance import covariance, delta_interval
from scalinglaws.laws.law import FloatArray, Law
from scalinglaws.papers.weng_2026.constants.besiroglu_2024 import ALPHA, BETA, A, B, E

NOISE = 0.005
COLUMNS = (
    "law",
    "loss",
    "points",
    "method",
    "parameter",
    "held",
    "width",
    "simulations",
    "failed",
    "resamples",
    "noise",
    "level",
)

METHODS = ("percentile", "basic", "normal", "delta")


@dataclass(frozen=True)
class Simulation:
    """Runs of known truth.

    They are placed as in the study of Hoffmann et al. 2022: C over three and a half decades, tokens per
    parameter over almost three, each uniform in its logarithm; log y has normal noise.

    Attributes:
        law: a law of N and D.
        truth: its parameters.
        points: runs in a simulation.
        noise: standard deviation of log y.
        estimator: how the law is fitted.
    """

    law: Law
    truth: FloatArray
    points: int
    noise: float
    estimator: Estimator

    def draw(self, rng: np.random.Generator) -> Points:
        """The runs of one simulation."""
        compute, ratio = 10 ** rng.uniform(18.5, 22, self.points), 10 ** rng.uniform(-0.3, 2.5, self.points)
        size = np.sqrt(compute / 6 / ratio)
        x = np.stack([size, size * ratio])
        return Points(x, self.law.predict(self.truth, x) * np.exp(rng.normal(0, self.noise, self.points)))


@dataclass(frozen=True)
class Coverage:
    """How the intervals of many simulations did.

    Attributes:
        names: the parameters.
        held: [methods, parameters], share of the simulations whose interval held the truth.
        width: [methods, parameters], median width of the intervals.
        simulations: how many were counted.
        failed: how many gave no fit or no interval; they are not counted.
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
    simulation: Simulation, simulations: int, resamples: int, level: float = 0.95, seed: int = 0
) -> Coverage:
    """Fit simulated runs many times and count how often each method's interval holds the truth."""
    law, truth, ends = simulation.law, simulation.truth, []
    for k in range(simulations):
        rng = np.random.default_rng([seed, simulation.points, k])
        system = System.of(law, simulation.draw(rng), simulation.estimator)
        try:
            fit = search(system, engine="compiled")
            refits = bootstrap(fit, resamples, rng, engine="compiled")
        except ScalingLawsError:
            continue
        low, high = refits.intervals(level)
        reach = np.nanstd(refits.params, axis=1) * ndtri((1 + level) / 2)
        curved = delta_interval(fit, covariance(fit), level)
        ends.append(
            [
                (low, high),
                (2 * fit.values - high, 2 * fit.values - low),
                (fit.values - reach, fit.values + reach),
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


def main() -> None:
    """Simulate and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--simulations", type=int, default=1000)
    parser.add_argument("--resamples", type=int, default=1000)
    parser.add_argument("--out", type=Path, default=Path("records/fits/coverage.csv"))
    options = parser.parse_args()
    law = laws.find("chinchilla")
    truth = np.array([A.value, B.value, E.value, ALPHA.value, BETA.value])
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with options.out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for loss in ("huber", "squared"):
            for points in (12, 24, 48, 240):
                simulation = Simulation(law, truth, points, NOISE, Estimator("log", loss))
                found = coverage(simulation, options.simulations, options.resamples)
                for m, method in enumerate(METHODS):
                    for k, name in enumerate(found.names):
                        cells = (float(found.held[m, k]), float(found.width[m, k]), found.simulations)
                        writer.writerow(
                            (
                                law.name,
                                loss,
                                points,
                                method,
                                name,
                                *cells,
                                found.failed,
                                options.resamples,
                                NOISE,
                                0.95,
                            )
                        )
                print(
                    loss,
                    points,
                    {m: (found.of(m, "alpha"), found.of(m, "beta")) for m in METHODS},
                    flush=True,
                )


if __name__ == "__main__":
    main()
