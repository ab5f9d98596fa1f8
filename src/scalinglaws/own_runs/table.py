"""A table that a user wrote: every cell that is used is checked, and an error names its row and column.

Any CSV file is read that spreadsheets and data frames write: with or without a byte-order mark, with any line
ends, with blank lines, and with commas, semicolons or tabs between the cells. Thousands separators are read
where a whole column has them. Decimal commas are refused: a guess could be wrong by a factor of 1000.
"""

import csv
import hashlib
import io
import re
from array import array
from collections import Counter
from collections.abc import Mapping
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
from scalinglaws.own_runs.paths import content_of
from scalinglaws.terminal import one_line

Kind = Literal["positive", "not-negative", "number", "flag", "text"]
"""What a column holds: a finite number (> 0, >= 0, or any), 0 or 1, or a text that is not empty."""

SEPARATORS = (",", ";", "\t")
ALLOWED = {
    "positive": "a number above 0",
    "not-negative": "a number, 0 or above",
    "number": "a finite number",
    "flag": "0 or 1",
}
THOUSANDS = re.compile(r"[+-]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]{1,3})(?:\.[0-9]*)?")
GROUPS = re.compile(r"[^,]*,[^,]*[,.].*")  # thousands and nothing else: two commas, or a point behind a comma
ROWS_NAMED = 8
LONGEST_NAME, LONGEST_CELL = 200, 40  # characters of a column's name; of a cell that a message quotes


@dataclass(frozen=True, eq=False)
class Table:
    """The cells of a table, as text.

    Attributes:
        path: the file.
        sha256: of its bytes, hex.
        cells: a text per cell, without blanks around it; the index is a row's place in the file as a
            spreadsheet counts, the header being row 1.
        separator: between the cells.
    """

    path: Path
    sha256: str
    cells: pd.DataFrame
    separator: str

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
        return (self.only(~copies) if copies.any() else self), int(copies.sum())

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
        numbers = self._floats(column)
        wrong = np.isnan(numbers) & ~cells.str.lower().isin(["", "nan"]).to_numpy()
        if wrong.any():
            row, cell = int(self.rows[wrong.argmax()]), str(cells.iloc[wrong.argmax()])
            said = f"is '{one_line(cell, LONGEST_CELL)}'; it must be a number{_hint(cell)}"
            raise DataError(f"{self.where(row, column)}: {said}")
        return numbers

    def _floats(self, column: str) -> FloatArray:
        """The numbers in a column, exactly as written; NaN where a cell is not a number."""
        cells = self.cells[column]
        separated = cells.str.contains(",", regex=False).any() and cells.str.fullmatch(THOUSANDS).all()
        # Where a semicolon or tab parts cells, 1,234 is a decimal comma as likely as not.
        if separated and (self.separator == "," or cells.str.fullmatch(GROUPS).any()):
            cells = cells.str.replace(",", "", regex=False)
        return np.fromiter(map(_float, cells), dtype=np.float64, count=len(cells))

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
        faulty = np.zeros(len(self.cells), dtype=np.bool_)
        first, said = len(faulty), ""
        for name, kind in kinds.items():
            how = computed[name]
            if kind == "text":
                result[name] = self.cells[name].to_numpy(dtype=object)
                wrong = self.cells[name].to_numpy() == ""
            else:
                numbers = self._floats(name) if how is None else self.loose(name)
                result[name] = numbers
                wrong = ~_fits(numbers, kind)
            faulty |= wrong
            if wrong.any() and (k := int(wrong.argmax())) < first:
                cell = str(self.cells[name].iloc[k]) if how is None else f"{result[name][k]:g}"
                first, said = k, f"{self.where(int(self.rows[k]), name)}: {_complaint(cell, kind)}"
        if said:
            raise DataError(said + self._others(self.rows[faulty], remedy))
        return result

    def _others(self, rows: NDArray[np.int64], remedy: str) -> str:
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
    content = content_of(path)
    try:
        separator = _separator(path, _first_line(path, content))
        # Decoded piece by piece, because a table may be as large as the memory.
        stream = io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline=None)
        lines = csv.reader(stream, delimiter=separator, strict=True)
        header = [" ".join(name.split()) for name in next(lines)]
        _check_header(path, header)
        columns: list[list[str]] = [[] for _ in header]
        rows = array("q")
        for row, cells in enumerate(lines, start=2):
            if not any(map(str.strip, cells)):
                continue
            if len(cells) != len(header):
                raise DataError(f"{path}, row {row}: has {len(cells)} cells; the header has {len(header)}")
            rows.append(row)
            for column, cell in zip(columns, cells, strict=True):
                column.append(cell.strip())
    except csv.Error as fault:
        raise DataError(f"{path}{_reader_fault(str(fault), lines.line_num)}") from None
    if len(rows) < fewest:
        raise DataError(f"{path}: holds {len(rows)} row(s) below the header; at least {fewest} are needed")
    index = pd.Index(np.array(rows, dtype=np.int64))
    # Series of their own, because column after column needs less memory, and names may be empty.
    series = [pd.Series(columns.pop(0), index=index, dtype=str) for _ in header]
    frame = pd.concat(series, axis=1)
    frame.columns = pd.Index(header)
    return Table(path, hashlib.sha256(content).hexdigest(), frame, separator)


def _first_line(path: Path, content: bytes) -> str:
    """The first line of a text.

    Raises:
        DataError: it is not UTF-8, holds a NUL, or is empty.
    """
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise DataError(f"{path}, line {line}: is not UTF-8 text; save the table as CSV in UTF-8") from None
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise DataError(f"{path}, line {line}: holds a NUL character; save the table as CSV in UTF-8")
    first = io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline=None).readline()
    if not first.strip(" ,;\t\n"):
        raise DataError(f"{path}: its first row must name the columns; it is empty")
    return first


def _separator(path: Path, first: str) -> str:
    """What parts the header into most names.

    Raises:
        DataError: a name is too long to be one.
    """
    try:
        return max(SEPARATORS, key=lambda each: len(next(csv.reader([first], delimiter=each))))
    except csv.Error as fault:
        raise DataError(f"{path}{_reader_fault(str(fault), 1)}") from None


def _check_header(path: Path, header: list[str]) -> None:
    for name in header:
        if not name.isprintable() or len(name) > LONGEST_NAME:
            raise DataError(
                f"{path}, row 1: '{one_line(name, LONGEST_CELL)}' cannot name a column: it holds a control "
                f"character or is longer than {LONGEST_NAME}"
            )
    twice = [name for name, count in Counter(header).items() if name and count > 1]
    if twice:
        raise DataError(f"{path}, row 1: two columns are named {twice[0]}")


def _reader_fault(message: str, line: int) -> str:
    """The csv module's message, in our words."""
    if "unexpected end of data" in message:
        return ": is not a CSV table: a quote is never closed"
    if "field larger" in message:
        most = csv.field_size_limit()
        return f", line {line}: a cell is longer than {most} characters; is a quote not closed?"
    if "expected after" in message:
        return f", line {line}: is not a CSV table: a quote ends inside a cell; double it"
    return f", line {line}: is not a CSV table: {message}"


def _float(cell: str) -> float:
    try:  # Python also reads 1_000 and the digits of other scripts; no other program does
        return float("nan") if "_" in cell or not cell.isascii() else float(cell)
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
    value, shown = _float(cell), one_line(cell, LONGEST_CELL)
    quoted = shown if isfinite(value) and kind != "flag" else f"'{shown}'"
    return f"is {quoted}; it must be {ALLOWED[kind]}{_hint(cell)}"


def _hint(cell: str) -> str:
    """What to write instead of a number with commas."""
    if "," in cell and THOUSANDS.fullmatch(cell):
        whole = one_line(cell.replace(",", ""), LONGEST_CELL)
        return f" (write {whole} if the comma separates thousands)"
    return " (write a decimal point, not a comma)" if re.match(r"[+-]?[0-9]+,[0-9]", cell) else ""


def distinct(options: Mapping[str, str | None]) -> None:
    """Check that command-line options name different columns.

    Raises:
        DataError: two options name the same column.
    """
    seen: dict[str, str] = {}
    for option, column in options.items():
        if column in seen:
            raise DataError(f"{option} and {seen[column]} both name the column {column}")
        if column is not None:
            seen[column] = option
