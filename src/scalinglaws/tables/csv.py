"""Data frames as CSV files: whole, and in full, so that equal numbers are equal bytes and come back equal."""

from pathlib import Path

import pandas as pd

from scalinglaws.errors import DataError
from scalinglaws.files import whole_file


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a CSV: LF ends, floats by repr."""
    with whole_file(path) as temporary:
        frame.to_csv(temporary, index=False, lineterminator="\n")


def read_frame(path: Path) -> pd.DataFrame:
    """Read a CSV.

    Raises:
        DataError: there is no such file, or it is no table.
    """
    try:
        return pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a table: {error}") from error
