"""A table that a user wrote: every cell that is used is checked, and an error names its row and column.

Any CSV file is read that spreadsheets and data frames write: with or without a byte-order mark, with any line
ends, with blank lines, and with commas, semicolons or tabs between the cells. Thousands separators are read
where a whole column has them. Decimal commas are refused: a guess could be wrong by a factor of 1000.
"""

import csv
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalinglaws.errors import DataError, ScalingLawsError
from scalinglaws.laws.law import FloatArray
from scalinglaws.own_runs.expression import Expression, parse

Kind = Literal["positive", "not-negative", "number", "flag", "text"]
"""What a column holds: a finite number (> 0, >= 0, or any), 0 or 1, or a text that is not empty."""

SEPARATORS = (",", ";", "\t")
ALLOWED = {
    "positive": "a number above 0",
    "not-negative": "a number, 0 or above",
    "number": "a finite number",
    "flag": "0 or 1",
}
THOUSANDS = re.compile(r"[+-]?(?:[1-9]\d{0,2}(?:,\d{3})+|\d{1,3})(?:\.\d*)?")
ROWS_NAMED = 8


@dataclass(frozen=True, eq=False)
class Table:
    """The cells of a table, as text.

    Attributes:
        path: the file.
        sha256: of its bytes, hex.
        cells: a text per cell, without blanks around it; the index is a row's place in the file as a
            spreadsheet counts, the header being row 1.
    """

    path: Path
    sha256: str
    cells: pd.DataFrame

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return [str(name) for name in self.cells.columns if name]

    @property
    def rows(self) -> NDArray[np.int64]:
        """Each row's place in the file, [rows]."""
        return self.cells.index.to_numpy()

    def where(self, row: int, column: str) -> str:
        """How messages name a cell: `runs.csv, row 7, column loss`."""
        return f"{self.path}, row {row}, column {column}"

    def only(self, kept: NDArray[np.bool_]) -> "Table":
        """Some of the rows."""
        return replace(self, cells=self.cells[kept])

    def without_copies(self) -> tuple["Table", int]:
        """The rows that do not repeat an earlier row in every column, and how many do."""
        copies = self.cells.duplicated().to_numpy()
        return self.only(~copies), int(copies.sum())

    def expression(self, text: str) -> Expression | None:
        """How a column is computed from others; None where there is a column of that name.

        Raises:
            DataError: it is neither a column nor an expression over columns.
        """
        if text in self.names:
            return None
        try:
            return parse(text, self.names)
        except ScalingLawsError as fault:
            there = ", ".join(self.names)
            if re.fullmatch(r"[\w./ -]+", text):
                raise DataError(f"{self.path}: lacks the column {text}; there are: {there}") from None
            raise DataError(f"{self.path}: column {fault}") from None

    def loose(self, column: str) -> FloatArray:
        """The numbers of a column or expression, for use in a rule: [rows], NaN where a cell is empty.

        Raises:
            DataError: there is no such column, or a cell holds something else.
        """
        if how := self.expression(column):
            return how.computed({name: self.loose(name) for name in how.numbers})
        cells = self.cells[column]
        numbers = _floats(cells)
        wrong = np.isnan(numbers) & ~cells.str.lower().isin(["", "nan"]).to_numpy()
        if wrong.any():
            row = int(self.rows[wrong.argmax()])
            raise DataError(f"{self.where(row, column)}: is '{cells[row]}'; it must be a number")
        return numbers

    def columns(self, kinds: Mapping[str, Kind], remedy: str = "") -> dict[str, NDArray[Any]]:
        """Some columns, checked: numbers or, for the kind `text`, texts, [rows] each.

        Args:
            kinds: what each column must hold, by its name or by the expression that computes it.
            remedy: what to say to somebody who has many rows that cannot be used.

        Raises:
            DataError: there is no such column, or a cell is not what its column must hold; names the first
                such cell and how many rows have one.
        """
        computed = {name: self.expression(name) for name in kinds}
        result: dict[str, NDArray[Any]] = {}
        faults: dict[int, str] = {}
        for name, kind in kinds.items():
            how = computed[name]
            if kind == "text":
                result[name] = self.cells[name].to_numpy(dtype=object)
                wrong = self.cells[name].to_numpy() == ""
            else:
                numbers = _floats(self.cells[name]) if how is None else self.loose(name)
                result[name] = numbers
                wrong = ~_fits(numbers, kind)
            for k in np.flatnonzero(wrong):
                row = int(self.rows[k])
                cell = self.cells[name].iloc[k] if how is None else f"{result[name][k]:g}"
                faults.setdefault(row, f"{self.where(row, name)}: {_complaint(cell, kind)}")
        if faults:
            raise DataError(faults[min(faults)] + self._others(sorted(faults), remedy))
        return result

    def _others(self, rows: Sequence[int], remedy: str) -> str:
        if len(rows) == 1:
            return ""
        listed = ", ".join(map(str, rows[:ROWS_NAMED])) + (", ..." if len(rows) > ROWS_NAMED else "")
        return f"; {len(rows)} of {len(self.cells)} rows cannot be used: rows {listed}{remedy}"


def read_table(path: Path, fewest: int = 2) -> Table:
    """Read a CSV file.

    Args:
        path: the file, UTF-8.
        fewest: rows that a table needs.

    Raises:
        DataError: the file cannot be read, is not UTF-8 or not a table, names a column twice, has a row of
            another length, or has too few rows.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as fault:
        raise DataError(f"{path}: cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise DataError(f"{path}, line {line}: is not UTF-8 text; save the table as CSV in UTF-8") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first = text.split("\n", 1)[0]
    if not first.strip(" ,;\t"):
        raise DataError(f"{path}: its first row must name the columns; it is empty")
    separator = max(SEPARATORS, key=lambda each: len(next(csv.reader([first], delimiter=each))))
    try:
        cells = pd.read_csv(
            io.StringIO(text),
            sep=separator,
            header=None,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            engine="python",  # which tells a missing cell from an empty one
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as fault:
        raise DataError(f"{path}{_parser_fault(str(fault))}") from None
    cells.index += 1
    cells = cells.apply(lambda column: column.str.strip())
    header = [name if isinstance(name, str) else "" for name in cells.iloc[0]]
    twice = [name for k, name in enumerate(header) if name and name in header[:k]]
    if twice:
        raise DataError(f"{path}, row 1: two columns are named {twice[0]}")
    cells.columns = pd.Index(header)
    cells = cells.iloc[1:]
    short = cells.isna()
    blank = (short | (cells == "")).all(axis=1)
    cells, short = cells[~blank], short[~blank]
    if short.to_numpy().any():
        row = short.any(axis=1).idxmax()
        there = int((~short.loc[row]).sum())
        raise DataError(f"{path}, row {row}: has {there} cells; the header has {len(header)}")
    if len(cells) < fewest:
        raise DataError(f"{path}: holds {len(cells)} row(s) below the header; at least {fewest} are needed")
    return Table(path, hashlib.sha256(content).hexdigest(), cells)


def _parser_fault(message: str) -> str:
    """pandas' message about a row, in our words."""
    if found := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", message):
        return f", row {found[2]}: has {found[3]} cells; the header has {found[1]}"
    if "unexpected end of data" in message:
        return ": is not a CSV table: a quote is never closed"
    return f": is not a CSV table: {message}"


def _floats(cells: "pd.Series[str]") -> FloatArray:
    """The numbers in a column, exactly as written; NaN where a cell is not a number."""
    if cells.str.contains(",").any() and cells.str.fullmatch(THOUSANDS).all():
        cells = cells.str.replace(",", "")
    return np.array([_float(cell) for cell in cells])


def _float(cell: str) -> float:
    try:
        return float("nan") if "_" in cell else float(cell)  # Python reads 1_000; no other program does
    except ValueError:
        return float("nan")


def _fits(numbers: FloatArray, kind: Kind) -> NDArray[np.bool_]:
    finite = np.isfinite(numbers)
    allowed = {
        "positive": numbers > 0,
        "not-negative": numbers >= 0,
        "number": finite,
        "flag": (numbers == 0) | (numbers == 1),
    }
    return np.asarray(finite & allowed[kind])


def _complaint(cell: str, kind: Kind) -> str:
    if not cell:
        return "is empty"
    value = _float(cell)
    quoted = cell if isfinite(value) and kind != "flag" else f"'{cell}'"
    hint = ""
    if "," in cell and THOUSANDS.fullmatch(cell):
        plain = cell.replace(",", "")
        hint = f" (if the comma separates thousands, write {plain}; if it is a decimal comma, write a point)"
    elif re.match(r"[+-]?\d+,\d", cell):
        hint = " (write a decimal point, not a comma)"
    return f"is {quoted}; it must be {ALLOWED[kind]}{hint}"


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
