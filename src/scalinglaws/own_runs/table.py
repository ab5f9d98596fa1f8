"""A table that a user wrote: every cell that is used is checked, and a fault names its row and column.

Any CSV that spreadsheets and data frames write is read: with or without a byte-order mark, LF or CRLF ends,
blank lines, and commas, semicolons or tabs between the cells. Decimal commas are refused, not guessed at.
"""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scalinglaws.errors import DataError
from scalinglaws.laws.law import FloatArray

Kind = Literal["positive", "not-negative", "number", "flag", "text"]
"""What a column holds: a finite number (> 0, >= 0, or any), 0 or 1, or a text that is not empty."""

SEPARATORS = (",", ";", "\t")
ALLOWED = {
    "positive": "a number above 0",
    "not-negative": "a number, 0 or above",
    "number": "a finite number",
}


@dataclass(frozen=True)
class UserTable:
    """The columns asked for, in the order of the file.

    Attributes:
        path: the file.
        sha256: of its bytes, hex.
        header: the names of all its columns.
        rows: [rows], the place of each row in the file, as a spreadsheet counts: the header is row 1.
        numbers: [rows] by column, for the kinds that are numbers; a flag is 0.0 or 1.0.
        texts: [rows] by column, for the kind `text`.
    """

    path: Path
    sha256: str
    header: tuple[str, ...]
    rows: NDArray[np.int64]
    numbers: dict[str, FloatArray]
    texts: dict[str, tuple[str, ...]]

    def where(self, index: int, column: str) -> str:
        """How messages name a cell: `runs.csv, row 7, column loss`."""
        return _where(self.path, int(self.rows[index]), column)


def read_user_table(path: Path, columns: Mapping[str, Kind], fewest: int = 2) -> UserTable:
    """Read and check some columns of a CSV file; other columns may hold anything.

    Args:
        path: the file, UTF-8.
        columns: what each column that is used must hold.
        fewest: rows that a table needs.

    Raises:
        DataError: the file cannot be read, is not UTF-8, lacks a column, names one twice, has a row of
            another length or too few rows, or a cell is not what its column must hold; names the first place.
    """
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise DataError(f"{path}: cannot be read: {fault.strerror}") from None
    header, records = _records(path, content, columns)
    if len(records) < fewest:
        raise DataError(f"{path}: holds {len(records)} row(s) below the header; at least {fewest} are needed")
    numbers: dict[str, list[float]] = {name: [] for name, kind in columns.items() if kind != "text"}
    texts: dict[str, list[str]] = {name: [] for name, kind in columns.items() if kind == "text"}
    places = {name: header.index(name) for name in columns}
    for row, cells in records:  # row by row, so that the first fault in the file is the one reported
        for name, kind in columns.items():
            cell = cells[places[name]].strip()
            if kind == "text":
                if not cell:
                    raise DataError(f"{_where(path, row, name)}: is empty")
                texts[name].append(cell)
            else:
                numbers[name].append(_number(cell, kind, _where(path, row, name)))
    return UserTable(
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        header=tuple(name for name in header if name),
        rows=np.array([row for row, _ in records], dtype=np.int64),
        numbers={name: np.array(values) for name, values in numbers.items()},
        texts={name: tuple(values) for name, values in texts.items()},
    )


def _records(
    path: Path, content: bytes, columns: Mapping[str, Kind]
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and every row that is not blank with its place in the file."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise DataError(f"{path}, line {line}: is not UTF-8 text; save the table as CSV in UTF-8") from None
    separator = _separator(text, columns)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        parsed = list(reader)
    except csv.Error as fault:
        raise DataError(f"{path}, line {reader.line_num}: is no CSV table: {fault}") from None
    if not parsed or not any(cell.strip() for cell in parsed[0]):
        raise DataError(f"{path}: its first row must name the columns; it is empty")
    header = [name.strip() for name in parsed[0]]
    missing = [name for name in columns if name not in header]
    if missing:
        there = ", ".join(name for name in header if name)
        raise DataError(f"{path}: lacks the column(s) {', '.join(missing)}; there are: {there}")
    twice = [name for k, name in enumerate(header) if name and name in header[:k]]
    if twice:
        raise DataError(f"{path}, row 1: two columns are named {twice[0]}")
    records = []
    for row, cells in enumerate(parsed[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise DataError(f"{path}, row {row}: has {len(cells)} cells; the header has {len(header)}")
        records.append((row, cells))
    return header, records


def _separator(text: str, columns: Mapping[str, Kind]) -> str:
    """The separator under which the header has most of the columns asked for; else the comma."""
    first = text.split("\n", 1)[0].rstrip("\r")

    def found(separator: str) -> int:
        names = {name.strip() for name in next(csv.reader([first], delimiter=separator), [])}
        return sum(column in names for column in columns)

    return max(SEPARATORS, key=found)


def _number(cell: str, kind: Kind, where: str) -> float:
    if not cell:
        raise DataError(f"{where}: is empty")
    if kind == "flag":
        if cell not in ("0", "1", "0.0", "1.0"):
            raise DataError(f"{where}: is '{cell}'; it must be 0 or 1")
        return float(cell)
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if "_" in cell or not isfinite(value):  # Python reads 1_000; no other program does
        hint = " (write a decimal point, not a comma)" if _has_decimal_comma(cell) else ""
        raise DataError(f"{where}: is '{cell}'; it must be {ALLOWED[kind]}{hint}")
    if value < 0 if kind == "not-negative" else kind == "positive" and value <= 0:
        raise DataError(f"{where}: is {cell}; it must be {ALLOWED[kind]}")
    return value


def _has_decimal_comma(cell: str) -> bool:
    whole, comma, rest = cell.partition(",")
    return bool(comma) and whole.lstrip("+-").isdigit() and rest[:1].isdigit()


def _where(path: Path, row: int, column: str) -> str:
    return f"{path}, row {row}, column {column}"


def distinct(options: Mapping[str, str | None]) -> Sequence[str]:
    """The columns named by command-line options.

    Raises:
        DataError: two options name the same column.
    """
    seen: dict[str, str] = {}
    for option, column in options.items():
        if column is None:
            continue
        if column in seen:
            raise DataError(f"{option} and {seen[column]} both name the column {column}")
        seen[column] = option
    return tuple(seen)
