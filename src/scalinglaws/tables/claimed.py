"""Rows of a table `fits` that an analysis returns: by them claims are judged."""

from collections.abc import Iterable, Sequence
from math import nan
from typing import Any

import pandas as pd

COLUMNS = ["law", "metric", "parameter", "value", "low", "high", "level", "points", "warnings"]


def row(
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
    """One row.

    Args:
        law, metric, parameter: what it is a value of.
        value: the value.
        interval: low and high; without it the value itself, of what is computed without error.
        level: of the interval; NaN where it has none.
        points: how many points the value rests on.
        warnings: what a reader must know before using it.
    """
    low, high = (value, value) if interval is None else interval
    cells = (law, metric, parameter, value, low, high, level, points, "; ".join(warnings))
    return dict(zip(COLUMNS, cells, strict=True))


def table(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """The table of such rows, in their order."""
    return pd.DataFrame(list(rows), columns=COLUMNS)
