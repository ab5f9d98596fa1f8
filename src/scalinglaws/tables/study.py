"""The tables of a trained study, as analyses, figures and notebooks read them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import log10
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from scalinglaws.config.analysis import StudyFacts
from scalinglaws.errors import DataError
from scalinglaws.tables.csv import frame_of, read_table
from scalinglaws.tables.schema import BANDS, BEST, CURVES, EVIDENCE, FITS, PASSED, RUNS, SCORES
from scalinglaws.tables.value import MISSING, Value

CURVE, GROWTH = "learning-curve", "model-size"
REQUIRED = (RUNS, SCORES, BEST, FITS, BANDS, EVIDENCE)


@dataclass(frozen=True, kw_only=True, eq=False)
class StudyTables:
    """A study's tables; `tables/schema.py` has their columns.

    Attributes:
        runs: one row per run.
        scores: one row per metric, subset size and model.
        best: one row per metric and subset size: the best fit.
        fits: one row per law, metric and parameter.
        bands: the laws on a grid of x, with intervals.
        evidence: what the power law of each metric rests on.
        curves: one row per evaluation of a run; no rows where they were not read.
        manifest: what the data stage wrote about the data set; empty where it was not read.
    """

    runs: pd.DataFrame
    scores: pd.DataFrame
    best: pd.DataFrame
    fits: pd.DataFrame
    bands: pd.DataFrame
    evidence: pd.DataFrame
    curves: pd.DataFrame = field(default_factory=lambda: frame_of([], CURVES))
    manifest: dict[str, Any] = field(default_factory=dict)

    def row(self, law: str, metric: str, parameter: str) -> pd.Series | None:
        """A row of the fits; None where there is none."""
        fits = self.fits
        rows = fits[(fits.law == law) & (fits.metric == metric) & (fits.parameter == parameter)]
        return None if rows.empty else rows.iloc[0]

    def value(self, law: str, metric: str, parameter: str) -> Value:
        """A fitted parameter with its interval."""
        row = self.row(law, metric, parameter)
        return MISSING if row is None else Value(float(row["value"]), float(row["low"]), float(row["high"]))

    def unfinished(self, metric: str) -> pd.DataFrame:
        """Runs that were cut before they passed their minimum of a metric.

        Returns:
            One row per size of the training set (`examples`, ascending): `runs` that did not diverge,
            `unfinished` of them, and their `share`.
        """
        grid = self.runs[(self.runs.phase == "grid") & (self.runs.status == "completed")]
        cut = ~grid[metric + PASSED].astype(bool)
        counted = cut.groupby(grid.examples).agg(["size", "sum"]).reset_index()
        counted.columns = pd.Index(["examples", "runs", "unfinished"])
        return counted.assign(share=np.asarray(counted.unfinished / counted.runs, dtype=float))


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainedStudy(StudyTables):
    """The tables of a study and what its study file says, as an analysis sees them.

    Attributes:
        facts: the study's name, title, optimiser, and how it was fitted.
    """

    facts: StudyFacts

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
        """The metric by which the best-fit size of a model is chosen."""
        return self.facts.fit.size_metric

    @property
    def unit(self) -> str:
        """What the size of a training set is counted in."""
        return str(self.manifest["unit"]["name"])

    def points(self, law: str, metric: str, parameter: str) -> int:
        """How many points a parameter rests on."""
        row = self.row(law, metric, parameter)
        return 0 if row is None else int(row["points"])

    def warnings(self, law: str, metric: str, parameter: str) -> tuple[str, ...]:
        """What to know before using a parameter."""
        row = self.row(law, metric, parameter)
        if row is None:
            return (f"{self.name}: {law} of {metric} was not fitted",)
        return tuple(f"{self.name}: {part}" for part in row["warnings"].split("; ") if part)

    @property
    def exponent(self) -> Value:
        """Exponent of the learning curve of its metric."""
        return self.value(CURVE, self.metric, "beta_g")

    @property
    def growth(self) -> Value:
        """Exponent of the best-fit model's size."""
        return self.value(GROWTH, self.size_metric, "beta_p")

    def decades(self, *, fitted: bool = False) -> float:
        """Decades from the smallest subset to the largest; with `fitted`, of those in the declared region."""
        best = self.best[self.best.in_region] if fitted else self.best
        return log10(best.data_size.max() / best.data_size.min()) if len(best) else 0.0

    def censored(self) -> tuple[int, int]:
        """How many best-fit sizes in the region are at the edge of the grid of models, and of how many."""
        rows = self.best[(self.best.metric == self.size_metric) & self.best.in_region]
        return int(rows.censored.sum()), len(rows)


def read_study(files: Iterable[Path]) -> StudyTables:
    """Read the tables, and the manifest, among some files; they are recognised by their names.

    Raises:
        DataError: a table other than `curves` is missing, or a file is not what it should be.
    """
    named = {file.name: file for file in files}
    for table in REQUIRED:
        if f"{table.name}.csv" not in named:
            raise DataError(f"{table.name}.csv: not among the files given")
    given = [table for table in (*REQUIRED, CURVES) if f"{table.name}.csv" in named]
    frames = {table.name: read_table(named[f"{table.name}.csv"], table) for table in given}
    manifest = read_manifest(named["manifest.json"]) if "manifest.json" in named else {}
    return StudyTables(**frames, manifest=manifest)


def read_trained(facts: StudyFacts, fits: Path, tables: Path, data: Path) -> TrainedStudy:
    """Read a study's tables from the folders of its fits, of its runs, and of its data.

    Raises:
        DataError: a file is missing or is not what it should be.
    """
    places = {RUNS: tables, SCORES: fits, BEST: fits, FITS: fits, BANDS: fits, EVIDENCE: fits}
    frames = {table.name: read_table(folder / f"{table.name}.csv", table) for table, folder in places.items()}
    return TrainedStudy(facts=facts, manifest=read_manifest(data / "manifest.json"), **frames)


def read_manifest(path: Path) -> dict[str, Any]:
    """What the data stage wrote about a prepared data set.

    Raises:
        DataError: the file is missing or is not a manifest.
    """
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        _ = manifest["unit"]["name"]
    except (LookupError, OSError, TypeError, ValueError) as error:
        raise DataError(f"{path}: not the manifest of a prepared data set ({error})") from error
    return manifest
