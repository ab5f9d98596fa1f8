"""Measure how often 95 % intervals hold the truth, by method and number of runs.

    python benchmarks/interval_coverage.py

The table decides which method the fits use; it is in records/fits/coverage.csv.
"""

import argparse
import csv
from pathlib import Path

import numpy as np

from scalinglaws import laws
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.uncertainty.coverage import METHODS, Simulation, coverage
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
