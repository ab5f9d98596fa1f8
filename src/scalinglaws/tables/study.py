"""The tables of a study that a figure may draw from."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from scalinglaws.errors import DataError
from scalinglaws.tables.csv import read_frame

TABLES = ("runs", "curves", "scores", "best", "fits", "bands")


@dataclass(frozen=True)
class StudyTables:
    """A study's tables, as the stages wrote them.

    Attributes:
        runs: one row a run.
        curves: one row an evaluation of a run.
        scores: one row a metric, subset and model.
        best: one row a metric and subset: the best fit.
        fits: one row a law, metric and parameter.
        bands: the laws on a grid of x, with intervals.
        manifest: what the data stage wrote about the data set; empty where it was not given.
    """

    runs: pd.DataFrame
    curves: pd.DataFrame
    scores: pd.DataFrame
    best: pd.DataFrame
    fits: pd.DataFrame
    bands: pd.DataFrame
    manifest: dict[str, Any] = field(default_factory=dict)

    def parameter(self, law: str, parameter: str, metric: str) -> tuple[float, float, float]:
        """A fitted parameter with its interval: value, low, high (not a number where the fit has none)."""
        fits = self.fits
        rows = fits[(fits.law == law) & (fits.parameter == parameter) & (fits.metric == metric)]
        if rows.empty:
            return float("nan"), float("nan"), float("nan")
        row = rows.iloc[0]
        return float(row["value"]), float(row["low"]), float(row["high"])


def read_tables(files: list[Path]) -> StudyTables:
    """Read the tables, and the manifest, among some files, found by their names.

    Raises:
        DataError: a table is missing or is no CSV.
    """
    frames = {}
    for name in TABLES:
        paths = [file for file in files if file.name == f"{name}.csv"]
        if not paths:
            raise DataError(f"{name}.csv: not among the files given")
        frames[name] = read_frame(paths[0])
    manifests = [json.loads(file.read_text(encoding="utf-8")) for file in files if file.suffix == ".json"]
    return StudyTables(**frames, manifest=manifests[0] if manifests else {})
