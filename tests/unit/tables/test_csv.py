"""Tables as files: their bytes, what comes back, and every way in which one can be wrong."""

from pathlib import Path

import pandas as pd
import pytest

from scalinglaws.errors import DataError
from scalinglaws.tables.csv import frame_of, read_table, write_table
from scalinglaws.tables.schema import Column, Table

TABLE = Table(
    name="made",
    row="a city",
    columns=(
        Column("name", "text", "its name"),
        Column("size", "whole", "inhabitants"),
        Column("height", "number", "above the sea", optional=True),
        Column("coast", "truth", "whether it has one"),
    ),
    order=("size",),
    metrics=True,
)
CITY = ("b", 10, 0.1 + 0.2, True)


def write(folder: Path, text: str) -> Path:
    path = folder / "made.csv"
    path.write_text(text)
    return path


def test_a_table_is_sorted_and_written_in_full(tmp_path: Path) -> None:
    frame = frame_of([CITY, ("", 9, float("nan"), False)], TABLE).assign(rain=[1e-7, 2.0])
    write_table(frame, tmp_path / "made.csv", TABLE)
    text = "name,size,height,coast,rain\n,9,nan,false,2.0\nb,10,0.30000000000000004,true,1e-07\n"
    assert (tmp_path / "made.csv").read_bytes() == text.encode()


def test_what_was_written_comes_back(tmp_path: Path) -> None:
    path = write(tmp_path, "coast,name,size,height,rain,snow\ntrue,1e5,9,,2,1\nfalse,,10,0.1,0.5,2\n")
    read = read_table(path, TABLE)
    assert list(read.columns) == ["name", "size", "height", "coast", "rain", "snow"]
    assert read.name.tolist() == ["1e5", ""]  # text, though it reads like a number
    assert read["size"].dtype == read.snow.dtype == "int64"
    assert pd.isna(read.height[0])
    assert read.coast.tolist() == [True, False]
    assert list(read_table(path, TABLE, ["snow"]).columns)[-1] == "snow"
    assert list(read_table(path, TABLE.only("size", "name")).columns) == ["name", "size"]


def test_what_is_written_without_a_schema_is_read_with_one(tmp_path: Path) -> None:
    """As the tables of an analysis are, by the stage of claims."""
    frame = pd.DataFrame([CITY], columns=list(TABLE.names))
    write_table(frame, tmp_path / "made.csv")
    assert tuple(read_table(tmp_path / "made.csv", TABLE).iloc[0]) == CITY


def test_a_table_with_other_columns_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"made.csv: columns \['name', 'height'\]"):
        write_table(pd.DataFrame({"name": ["a"], "height": [1.0]}), tmp_path / "made.csv", TABLE)


HEADER = "name,size,height,coast\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,size\na,1\n", r"made\.csv: lacks the column\(s\) height, coast"),
        (HEADER + "a,1,2,true\nb,2\n", r"made\.csv, line 3: 2 cells for 4 columns"),
        (HEADER + "a,1,2,true,5\n", r"made\.csv, line 2: 5 cells for 4 columns"),
        (HEADER + "a,1.5,2,true\n", r"made\.csv, line 2: size is '1.5', not a whole number"),
        (HEADER + "a,,2,true\n", r"line 2: size is empty"),
        (HEADER + "a,1,high,true\n", r"line 2: height is 'high', not a number"),
        (HEADER + "a,1,2,yes\n", r"line 2: coast is 'yes', not true or false"),
        ("", "cannot be read as a table"),
    ],
)
def test_a_table_that_does_not_fit_is_named_with_its_line_and_column(
    text: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=message):
        read_table(write(tmp_path, text), TABLE)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    for table in (TABLE, None):
        with pytest.raises(DataError, match=r"none\.csv: cannot be read as a table"):
            read_table(tmp_path / "none.csv", table)
