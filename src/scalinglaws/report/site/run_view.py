"""The table of a study's runs as a page shows it."""

from dataclasses import dataclass
from math import isnan
from typing import Any

import pandas as pd

from scalinglaws.tables.schema import PASSED, RUNS, SLOPE

HEADINGS = {
    "run": "Run",
    "phase": "Part",
    "model": "Model",
    "parameters": "Parameters",
    "level": "Prunings",
    "examples": "Examples",
    "seed": "Seed",
    "learning_rate": "Learning rate",
    "steps": "Steps",
    "stopped": "Ended by",
}
"""The columns that are shown, of those that every table has. The CSV beside the page has all."""
CHOICES = ("phase", "model", "examples", "stopped")
"""Columns by whose values the table can be filtered."""
SHORT = 8  # characters of a run's id


@dataclass(frozen=True)
class Cell:
    """A cell: its text, and the value by which the column is sorted."""

    text: str
    value: str


@dataclass(frozen=True)
class RunTable:
    """The runs of a study.

    Attributes:
        headings: a text per column.
        numeric: whether the cells of each column are numbers.
        choices: number of a column -> its values, for filters; only columns with several values.
        runs: the id of each row's run.
        rows: the cells of each row.
    """

    headings: list[str]
    numeric: list[bool]
    choices: dict[int, list[str]]
    runs: list[str]
    rows: list[list[Cell]]


def run_table(runs: pd.DataFrame) -> RunTable:
    """The columns that tell runs apart, their scores by every metric, and the study's other axes.

    A score has an asterisk where its run did not pass the minimum of this metric. A column is left out where
    nothing is pruned.
    """
    further = [
        str(name)
        for name in runs.columns
        if name not in RUNS.names and not str(name).endswith((PASSED, SLOPE))
    ]
    pruned = len(runs) > 0 and runs.level.max() > 0
    names = [name for name in (*HEADINGS, *further) if name != "level" or pruned]
    rows = [
        [_cell(name, row[name], bool(row.get(f"{name}{PASSED}", True))) for name in names]
        for row in runs.to_dict("records")
    ]
    choices = {}
    for column, name in enumerate(names):
        values = list(dict.fromkeys(row[column].text for row in rows))
        if name in CHOICES and len(values) > 1:
            choices[column] = values
    return RunTable(
        headings=[HEADINGS.get(name, name.replace("_", " ")) for name in names],
        numeric=[bool(pd.api.types.is_numeric_dtype(runs[name])) for name in names],
        choices=choices,
        runs=[str(run) for run in runs.run],
        rows=rows,
    )


def _cell(name: str, value: Any, passed: bool) -> Cell:
    if name == "run":
        return Cell(str(value)[:SHORT], str(value))
    if not isinstance(value, int | float) or isinstance(value, bool):
        return Cell(str(value), str(value))
    if isnan(value):
        return Cell("–", "")
    return Cell(f"{number(value)}{'' if passed else ' *'}", repr(value))


def number(value: float) -> str:
    """A number for a reader: whole ones in full, others with four significant digits."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return f"{int(value):,}"
    return f"{value:.4g}"
