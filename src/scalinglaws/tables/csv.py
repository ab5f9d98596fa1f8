"""Tables as CSV files: equal content is equal bytes, and comes back equal.

Lines end with LF, floats are written in full, and rows are in the order of the schema. Tables that are not in
the schema (most of what analyses make, and public runs) are plain data frames.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd

from scalinglaws.errors import DataError
from scalinglaws.files import whole_file
from scalinglaws.tables.schema import PASSED, Column, Table

TRUTHS = {"true": True, "false": False}
MISSING = ("", "nan")
FIRST_LINE = 2  # of the rows; the header is line 1
KINDS = {"whole": "a whole number", "number": "a number", "truth": "true or false"}


def frame_of(rows: Iterable[Sequence[Any]], table: Table) -> pd.DataFrame:
    """Rows of cells, in the order of a table's columns, as a frame whose whole numbers stay whole."""
    return pd.DataFrame(list(rows), columns=list(table.names), dtype=object)


def write_table(frame: pd.DataFrame, path: Path, table: Table | None = None) -> None:
    """Write a table.

    Raises:
        ValueError: its columns are not those of the schema.
    """
    missing, flags = "", {str(name) for name in frame.select_dtypes("bool")}
    if table is not None:
        if tuple(frame.columns[: len(table.names)]) != table.names:
            raise ValueError(f"{path.name}: columns {list(frame.columns)} instead of {list(table.names)}")
        flags |= {column.name for column in table.columns if column.kind == "truth"}
        if table.order:
            frame = frame.sort_values(list(table.order), kind="stable")
        missing = table.missing
    truths = {truth: name for name, truth in TRUTHS.items()}
    frame = frame.assign(**{name: frame[name].map(truths) for name in flags})
    with whole_file(path) as temporary:
        frame.to_csv(temporary, index=False, lineterminator="\n", na_rep=missing)


def read_table(path: Path, table: Table | None = None, metrics: Sequence[str] = ()) -> pd.DataFrame:
    """Read a table. With a schema, its columns are numbers, booleans or text; a missing number is NaN.

    Args:
        path: the file.
        table: its schema; without one, pandas infers the kinds of its columns.
        metrics: the columns of metrics to read. By default, all that a table with metrics has, and axes.

    Raises:
        DataError: the file cannot be read, lacks a column, or a cell does not fit; names them.
    """
    try:
        if table is None:
            return pd.read_csv(path)
        with path.open(encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream)
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read as a table: {error}") from error
    lacking = [name for name in (*table.names, *metrics) if name not in header]
    if lacking:
        raise DataError(f"{path}: lacks the column(s) {', '.join(lacking)}")
    for line, row in enumerate(rows, start=FIRST_LINE):
        if len(row) != len(header):
            raise DataError(f"{path}, line {line}: {len(row)} cells for {len(header)} columns")
    texts = dict(zip(header, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(header, ())
    further = [_further(name) for name in metrics]
    if table.metrics and not metrics:
        further = [_further(name, texts[name]) for name in header if name not in table.names]
    columns = [*table.columns, *further]
    return pd.DataFrame({column.name: _converted(texts[column.name], column, path) for column in columns})


def _further(name: str, texts: Sequence[str] = ()) -> Column:
    """A column beside those of a schema: whether a run passed, a number, or an axis of texts."""
    if name.endswith(PASSED):
        return Column(name, "truth", "whether a run passed the minimum of a metric")
    number = Column(name, "number", "a metric, its slope or an axis", optional=True)
    try:
        for text in texts:
            _value(text, number, name)
    except DataError:
        return replace(number, kind="text")
    return number


def _converted(texts: Sequence[str], column: Column, path: Path) -> "pd.Series[Any]":
    """The cells of a column as values of its kind."""
    if column.kind == "text":
        return pd.Series(texts, dtype=str)
    lines = enumerate(texts, start=FIRST_LINE)
    cells = [_value(text, column, f"{path}, line {line}") for line, text in lines]
    # Numbers that are all whole, as sizes of training sets may be, stay so: written again they are the same.
    return pd.Series(cells) if cells else pd.Series(dtype="bool" if column.kind == "truth" else "float64")


def _value(text: str, column: Column, where: str) -> float | bool:
    try:
        if column.optional and text in MISSING:
            return float("nan")
        if column.kind == "truth":
            return TRUTHS[text]
        value = int(text) if column.kind == "whole" or text.isdigit() else float(text)
    except (KeyError, ValueError):
        problem = f"'{text}', not {KINDS[column.kind]}" if text else "empty"
        raise DataError(f"{where}: {column.name} is {problem}") from None
    if isnan(value):
        raise DataError(f"{where}: {column.name} is missing")
    return value
