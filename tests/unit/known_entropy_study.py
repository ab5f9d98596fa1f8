"""A synthetic study whose learning curve is between the known chance level and the known entropy."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from scalinglaws.stages.fit import main as fit
from scalinglaws.tables.study import TrainedStudy, read_trained
from unit.trained_studies import MANIFEST, facts, write_study

ENTROPY, TOKENS = 1.75, 32
GUESS = float(np.log(TOKENS))
REGION = (2000.0, 150_000.0)
FACTOR, BETA = 24.0, -0.5
"""Of the excess over the entropy; the curve is never above the chance level."""


def curve(m: "pd.Series[float]") -> "pd.Series[float]":
    """The best score after m tokens."""
    return np.minimum(ENTROPY + FACTOR * m**BETA, GUESS)


@cache
def known_entropy_study(noise: float = 0.002, largest: float = np.inf) -> TrainedStudy:
    """Runs whose best model's score is `curve` with noise of each seed, up to a largest training set."""
    told = facts("known-entropy", region=list(REGION), resamples=60)
    with TemporaryDirectory() as folder:
        fits, tables, data = write_study(Path(folder), told, 1.0, -1e-12, growth=0.3, noise=noise)
        runs = pd.read_csv(tables / "runs.csv", dtype={"cross_entropy_passed": str})
        runs["examples"] = (runs.examples // 32) ** 2  # 1, 4, 16 and so on: all three regions
        runs["data_size"] = 32.0 * runs.examples
        runs = runs[runs.data_size <= largest]
        runs.assign(cross_entropy=runs.cross_entropy * curve(runs.data_size)).to_csv(
            tables / "runs.csv", index=False
        )
        fit(["--spec", told.fit.model_dump_json(), "--runs", str(tables / "runs.csv"), "--out", str(fits)])
        study = read_trained(told, fits, tables, data)
    known = {"unit": {**MANIFEST["unit"], "name": "tokens"}, "entropy": ENTROPY, "vocabulary": TOKENS}
    study.manifest.update(known)
    return study
