"""Users' tables: what spreadsheets write is read, and each fault names its row and column."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from scalinglaws.errors import DataError
from scalinglaws.own_runs.table import Kind, distinct, read_table

KINDS: dict[str, Kind] = {"task": "text", "x": "positive", "y": "positive", "train": "flag"}
GOOD = "task,x,y,train\na,1,0.5,1\na,2,0.4,0\n"


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "curves.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_columns_come_as_numbers_and_texts_with_their_rows_and_the_hash(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, GOOD))
    values = table.columns(KINDS)
    assert values["task"].tolist() == ["a", "a"]
    np.testing.assert_array_equal(values["x"], [1.0, 2.0])
    np.testing.assert_array_equal(values["train"], [1.0, 0.0])
    assert table.names == ["task", "x", "y", "train"]
    assert table.rows.tolist() == [2, 3]
    assert table.sha256 == hashlib.sha256(GOOD.encode()).hexdigest()


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        GOOD.rstrip("\n"),
        GOOD + "\n\n",
        GOOD + " , ,,\n\r\n",
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.replace(",", " , "),
        GOOD.replace("1,0.5,1", "1e0,5E-1,1.0"),
        GOOD.replace("task,x", '"task","x"'),
    ],
)
def test_every_dialect_reads_the_same(tmp_path: Path, content: str | bytes) -> None:
    values = read_table(write(tmp_path, content)).columns(KINDS)
    assert {name: column.tolist() for name, column in values.items()} == {
        "task": ["a", "a"],
        "x": [1.0, 2.0],
        "y": [0.5, 0.4],
        "train": [1.0, 0.0],
    }


def test_names_may_hold_separators_quotes_line_ends_and_any_script(tmp_path: Path) -> None:
    text = 'task,x,y,train\n"a, ""b""; c",1,0.5,1\n"Größe\nμ",2,0.4,0\nz,-1,1,1\n'
    with pytest.raises(DataError, match="row 4, column x: is -1"):  # rows as a spreadsheet counts, not lines
        read_table(write(tmp_path, text)).columns(KINDS)
    values = read_table(write(tmp_path, text.rsplit("z", 1)[0])).columns(KINDS)
    assert tuple(values["task"]) == ('a, "b"; c', "Größe\nμ")


def test_other_columns_may_hold_anything(tmp_path: Path) -> None:
    path = write(tmp_path, "x,note,,\n1,n/a,,\n\n3,,,-\n")
    table = read_table(path)
    assert table.rows.tolist() == [2, 4]
    assert table.columns({"x": "positive"})["x"].tolist() == [1.0, 3.0]


def test_numbers_come_as_exact_as_they_are_written(tmp_path: Path) -> None:
    path = write(tmp_path, "x\n1e15\n0.1\n1234567890123456\n")
    assert read_table(path).columns({"x": "number"})["x"].tolist() == [1e15, 0.1, 1234567890123456.0]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2,0.4,0", "2,nan,0", r"row 3, column y: is 'nan'; it must be a number above 0"),
        ("2,0.4,0", "2,inf,0", r"row 3, column y: is 'inf'"),
        ("2,0.4,0", "2,1e999,0", r"row 3, column y: is '1e999'"),
        ("2,0.4,0", "2,0,0", r"row 3, column y: is 0; it must be a number above 0"),
        ("2,0.4,0", "-2,0.4,0", r"row 3, column x: is -2"),
        ("2,0.4,0", "2,,0", r"row 3, column y: is empty"),
        ("2,0.4,0", "1_000,0.4,0", r"row 3, column x: is '1_000'"),
        ("2,0.4,0", "many,0.4,0", r"row 3, column x: is 'many'"),
        ("2,0.4,0", "\u0662,0.4,0", r"row 3, column x: is '\u0662'"),
        ("2,0.4,0", "\x1b[2J,0.4,0", r"row 3, column x: is '\\x1b\[2J'"),
        ("2,0.4,0", f"{'9' * 400},0.4,0", r"row 3, column x: is '9{40}\.\.\.'"),
        ("a,2", f"{'a' * 140_000},2", r"line 3: a cell is longer than 131072 characters"),
        ("a,2", "a\0,2", r"line 3: holds a NUL character"),
        ("a,2", '"a"b,2', r"line 3: is not a CSV table: a quote ends inside a cell"),
        ("task,x", "ta\x1bsk,x", r"row 1: 'ta\\x1bsk' cannot name a column"),
        ("task,x", f"{'t' * 201},x", r"row 1: 't{40}\.\.\.' cannot name a column"),
        ("2,0.4,0", '2,"0,4",0', r"row 3, column y: is '0,4'.*decimal point, not a comma"),
        ("2,0.4,0", "2,0.4,2", r"row 3, column train: is '2'; it must be 0 or 1"),
        ("2,0.4,0", "2,0.4,yes", r"row 3, column train: is 'yes'; it must be 0 or 1"),
        ("2,0.4,0", "2,0.4,", r"row 3, column train: is empty"),
        ("a,2,0.4,0", ",2,0.4,0", r"row 3, column task: is empty"),
        ("2,0.4,0", "2,0.4", r"row 3: has 3 cells; the header has 4"),
        ("2,0.4,0", "2,0.4,0,7", r"row 3: has 5 cells; the header has 4"),
        ("task,x,y,train", "task,x,y,split", r"lacks the column train; there are: task, x, y, split"),
        ("task,x,y,train", "task,x,y,y", r"row 1: two columns are named y"),
        ("a,2,0.4,0\n", "", r"holds 1 row\(s\) below the header; at least 2 are needed"),
        ("a,1,0.5,1\na,2,0.4,0\n", "", r"holds 0 row\(s\)"),
        ("a,2", '"a,2', r"is not a CSV table: a quote is never closed"),
    ],
)
def test_a_fault_is_one_line_with_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(DataError, match=message) as caught:
        read_table(path).columns(KINDS)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_first_fault_of_the_file_is_the_one_named(tmp_path: Path) -> None:
    path = write(tmp_path, "x,y\n1,1\n2,bad\nbad,3\n")
    with pytest.raises(DataError, match="row 3, column y"):
        read_table(path).columns({"x": "positive", "y": "positive"})


def test_all_rows_that_cannot_be_used_are_named_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "x,y\n1,1\n2,bad\nbad,3\n4,4\n")
    with pytest.raises(
        DataError, match=r"row 3, column y: is 'bad'.*; 2 of 4 rows cannot be used: rows 3, 4$"
    ):
        read_table(path).columns({"x": "positive", "y": "positive"})


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1,000", "16,384", "1,048,576"], [1000, 16384, 1048576]),
        (["1,000", "2,500.5", "12"], [1000, 2500.5, 12]),
        (["1,000", "16,38", "12"], r"row 2, column x: .*write 1000 if the comma separates thousands"),
        (["1,000", "2,345"], r"row 2, column x: .*write 1000 if the comma separates thousands"),
        (["0,500", "0,400", "1"], r"row 2, column x: .*write a decimal point, not a comma"),
    ],
)
def test_thousands_separators_are_read_where_a_whole_column_has_them(
    tmp_path: Path, cells: list[str], values: list[float] | str
) -> None:
    table = read_table(write(tmp_path, "x;y\n" + "".join(f"{cell};1\n" for cell in cells)))
    if isinstance(values, str):
        with pytest.raises(DataError, match=values):
            table.columns({"x": "positive"})
    else:
        assert table.columns({"x": "positive"})["x"].tolist() == values


def test_a_column_is_computed_from_others(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "Model Size,C\n10,600\n20,2400\n30,x\n"))
    how = "C / (6 * `Model Size`)"
    np.testing.assert_array_equal(
        table.only(np.array([True, True, False])).columns({how: "positive"})[how], [10, 20]
    )
    with pytest.raises(DataError, match="row 4, column C: is 'x'; it must be a number"):
        table.columns({how: "positive"})
    with pytest.raises(DataError, match="put names such as `Model Size` in backquotes"):
        table.columns({"C/(6*Model Size)": "positive"})


def test_copies_of_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    table, copies = read_table(write(tmp_path, "x,y\n1,1\n2,1\n1,1\n1,1\n")).without_copies()
    assert (table.rows.tolist(), copies) == ([2, 3], 2)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "its first row must name the columns"),
        (b"\n\n1,2\n", "its first row must name the columns"),
        (GOOD.encode("utf-16"), "is not UTF-8 text"),
        (b"task,x\nM\xfcller,1\n", "line 2: is not UTF-8 text"),
    ],
)
def test_files_that_are_not_tables_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_table(write(tmp_path, content)).columns({"x": "positive"})


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.csv: cannot be read: No such file"):
        read_table(tmp_path / "gone.csv").columns(KINDS)
    with pytest.raises(DataError, match="cannot be read"):
        read_table(tmp_path).columns(KINDS)


def test_zero_and_signs_by_kind(tmp_path: Path) -> None:
    path = write(tmp_path, "x\n0\n-1\n")
    assert read_table(path).columns({"x": "number"})["x"].tolist() == [0.0, -1.0]
    with pytest.raises(DataError, match="row 3, column x: is -1; it must be a number, 0 or above"):
        read_table(path).columns({"x": "not-negative"})


def test_two_options_may_not_name_one_column() -> None:
    distinct({"--x": "a", "--y": "b", "--group": None, "--weights": None})
    with pytest.raises(DataError, match="--y and --x both name the column a"):
        distinct({"--x": "a", "--y": "a"})
