"""The tables that an analysis makes: among them `fits`, by whose rows claims are judged."""

from collections.abc import Iterable, Mapping, Sequence
from math import nan
from pathlib import Path
from typing import Any

import pandas as pd

from scalinglaws.tables.csv import read_table
from scalinglaws.tables.schema import CLAIMED

Tables = Mapping[str, pd.DataFrame]
"""What an analysis made, by the names of its tables: this is what its figures draw."""


def where(table: pd.DataFrame, **cells: object) -> pd.DataFrame:
    """The rows with these cells: `where(fits, law="learning-curve", metric="top1_error")`."""
    keep = pd.Series(True, index=table.index)
    for column, value in cells.items():
        keep &= table[column] == value
    return table[keep]


def fit_row(
    law: str,
    metric: str,
    parameter: str,
    value: float,
    interval: tuple[float, float] | None = None,
    *,
    level: float = nan,
    points: int,
    warnings: Sequence[str] = (),
) -> dict[str, Any]:
    """A row of `fits`.

    Args:
        law, metric, parameter: what the value is of.
        value: the value.
        interval: low and high. By default the value itself, for what is computed without error.
        level: of the interval; NaN where it has none.
        points: how many points the value rests on.
        warnings: what a reader must know before using it.
    """
    low, high = (value, value) if interval is None else interval
    cells = (law, metric, parameter, value, low, high, level, points, "; ".join(warnings))
    return dict(zip(CLAIMED.names, cells, strict=True))


def fit_table(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """The table of such rows, in their order."""
    return pd.DataFrame(list(rows), columns=list(CLAIMED.names))


def read_analysis(files: Iterable[Path]) -> dict[str, pd.DataFrame]:
    """The tables of an analysis, by their names.

    Raises:
        DataError: a file is missing or is not what it should be.
    """
    return {
        file.stem: read_table(file, CLAIMED if file.name == f"{CLAIMED.name}.csv" else None) for file in files
    }
