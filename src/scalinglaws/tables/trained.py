"""Trained studies as analyses read them: the tables that the stages wrote, and what data are counted in."""

import json
from dataclasses import dataclass
from math import log10
from pathlib import Path
from typing import Any

import pandas as pd

from scalinglaws.config.analysis import StudyFacts
from scalinglaws.errors import DataError
from scalinglaws.tables.csv import read_frame
from scalinglaws.tables.interval import MISSING, Value

FIT_TABLES = ("scores", "best", "fits", "bands")
CURVE, GROWTH = "learning-curve", "model-size"


@dataclass(frozen=True)
class Trained:
    """A trained study.

    Attributes:
        facts: what the config says of it.
        runs: one row a run.
        scores: one row a metric, subset and model: the median over seeds.
        best: one row a metric and subset: the best fit.
        fits: one row a law, metric and parameter.
        bands: the laws on a grid of x, with intervals.
        manifest: what the data stage wrote about the data set.
    """

    facts: StudyFacts
    runs: pd.DataFrame
    scores: pd.DataFrame
    best: pd.DataFrame
    fits: pd.DataFrame
    bands: pd.DataFrame
    manifest: dict[str, Any]

    @property
    def name(self) -> str:
        """Its name without the paper."""
        return self.facts.name

    @property
    def metric(self) -> str:
        """The metric that the study is about: the first that is fitted."""
        return self.facts.fit.metrics[0]

    @property
    def size_metric(self) -> str:
        """The metric by which the best-fit size of a model is found."""
        return self.facts.fit.size_metric

    @property
    def unit(self) -> str:
        """What the size of a training set is counted in."""
        return str(self.manifest["unit"]["name"])

    def row(self, law: str, metric: str, parameter: str) -> pd.Series | None:
        """A row of the fits; None where there is none."""
        fits = self.fits
        rows = fits[(fits.law == law) & (fits.metric == metric) & (fits.parameter == parameter)]
        return None if rows.empty else rows.iloc[0]

    def value(self, law: str, metric: str, parameter: str) -> Value:
        """A fitted parameter with its interval."""
        row = self.row(law, metric, parameter)
        return MISSING if row is None else Value(float(row["value"]), float(row["low"]), float(row["high"]))

    def points(self, law: str, metric: str, parameter: str) -> int:
        """How many points a parameter rests on."""
        row = self.row(law, metric, parameter)
        return 0 if row is None else int(row["points"])

    def warnings(self, law: str, metric: str, parameter: str) -> tuple[str, ...]:
        """What is to be known of a parameter."""
        row = self.row(law, metric, parameter)
        if row is None:
            return (f"{self.name}: {law} of {metric} was not fitted",)
        text = str(row["warnings"])
        return tuple(f"{self.name}: {part}" for part in text.split("; ") if part)

    @property
    def exponent(self) -> Value:
        """That of the learning curve of its metric."""
        return self.value(CURVE, self.metric, "beta_g")

    @property
    def growth(self) -> Value:
        """Exponent of the best-fit model's size."""
        return self.value(GROWTH, self.size_metric, "beta_p")

    def decades(self, *, fitted: bool = False) -> float:
        """Decades from the smallest subset to the largest one, or of those in the declared region."""
        best = self.best[self.best.in_region] if fitted else self.best
        return log10(best.data_size.max() / best.data_size.min()) if len(best) else 0.0

    def censored(self) -> tuple[int, int]:
        """Best-fit sizes in the region that lie at the edge of the grid of models, and how many there are."""
        rows = self.best[(self.best.metric == self.size_metric) & self.best.in_region]
        return int(rows.censored.sum()), len(rows)


def read_trained(facts: StudyFacts, fits: Path, tables: Path, data: Path) -> Trained:
    """Read a study's tables from the folders of its fits, of its runs, and of its data.

    Raises:
        DataError: a file is missing or is not what it should be.
    """
    frames = {name: read_frame(fits / f"{name}.csv") for name in FIT_TABLES}
    frames["fits"]["warnings"] = frames["fits"]["warnings"].astype(object).fillna("")
    path = data / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        _ = manifest["unit"]["name"]
    except (LookupError, OSError, TypeError, ValueError) as error:
        raise DataError(f"{path}: not the manifest of a prepared data set ({error})") from error
    return Trained(facts=facts, runs=read_frame(tables / "runs.csv"), manifest=manifest, **frames)
