"""The tables of a study that a figure may draw from."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from scalinglaws.data.frames import read_frame
from scalinglaws.errors import DataError


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
    """

    runs: pd.DataFrame
    curves: pd.DataFrame
    scores: pd.DataFrame
    best: pd.DataFrame
    fits: pd.DataFrame
    bands: pd.DataFrame

    def parameter(self, law: str, parameter: str, metric: str) -> tuple[float, float, float]:
        """A fitted parameter with its interval: value, low, high (not a number where the fit has none)."""
        fits = self.fits
        rows = fits[(fits.law == law) & (fits.parameter == parameter) & (fits.metric == metric)]
        if rows.empty:
            return float("nan"), float("nan"), float("nan")
        row = rows.iloc[0]
        return float(row["value"]), float(row["low"]), float(row["high"])


def read_tables(files: list[Path]) -> StudyTables:
    """Read the tables among some files, found by their names.

    Raises:
        DataError: a table is missing or is no CSV.
    """
    frames = {}
    for name in StudyTables.__dataclass_fields__:
        paths = [file for file in files if file.name == f"{name}.csv"]
        if not paths:
            raise DataError(f"{name}.csv: not among the files given")
        frames[name] = read_frame(paths[0])
    return StudyTables(**frames)
