"""CSV tables with one text for one content: LF ends, floats by repr, so that equal content is equal bytes."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from scalinglaws.errors import DataError

Cell = str | int | float | bool


def in_order(rows: Iterable[tuple[Cell, ...]], width: int) -> list[tuple[Cell, ...]]:
    """Rows sorted by their first `width` cells, numbers as numbers and texts as texts."""
    return sorted(
        rows, key=lambda row: [(0.0, c) if isinstance(c, str) else (float(c), "") for c in row[:width]]
    )


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write rows in the order given. A float is written by repr (NaN: nan), a boolean as true or false."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            if len(row) != len(columns):
                raise ValueError(f"{path.name}: {len(row)} cells for {len(columns)} columns")
            writer.writerow([_text(cell) for cell in row])


def read_table(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV file as texts by column.

    Raises:
        DataError: the file is missing, lacks one of `columns`, or holds a row of another length.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            rows = list(reader)
    except (OSError, UnicodeDecodeError) as fault:
        raise DataError(f"{path}: cannot be read: {fault}") from None
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        raise DataError(f"{path}: lacks the column(s) {', '.join(missing)}")
    for line, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise DataError(f"{path}, line {line}: not {len(reader.fieldnames or ())} cells")
    return rows


def number(row: dict[str, str], column: str, where: str) -> float:
    """A cell as a float; an empty cell is NaN.

    Raises:
        DataError: the text is no number; `where` says in which file and row.
    """
    text = row[column]
    try:
        return float(text) if text else float("nan")
    except ValueError:
        raise DataError(f"{where}: {column} is '{text}', not a number") from None


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return repr(float(cell))
    return str(cell)
