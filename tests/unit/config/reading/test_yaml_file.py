"""Reading YAML: numbers as people write them, and errors that name file and line."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config.reading.yaml_file import read_yaml
from scalinglaws.errors import ConfigError


def read(folder: Path, text: str | bytes) -> dict[str, Any]:
    path = folder / "some.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1E3", 1000),
        ("1.0e3", 1000.0),
        ("1e400", float("inf")),
        ("1_000", 1000),
        ("007.5", 7.5),
        ("08", "08"),
        ("'0100'", "0100"),
        ("+2.5e+2", 250.0),
        (".5e1", 5.0),
        ("-1e-3", -0.001),
        ("3", 3),
        ("0.5", 0.5),
        ("1e", "1e"),
        ("'1e-3'", "1e-3"),
        ("e3", "e3"),
    ],
)
def test_numbers(tmp_path: Path, text: str, value: object) -> None:
    found = read(tmp_path, f"key: {text}")["key"]
    assert found == value
    assert type(found) is type(value)


def test_nested_blocks_lists_and_merged_blocks(tmp_path: Path) -> None:
    text = "base: &base {a: 1, b: [1, {c: 2}]}\nother: {<<: *base, a: 3}"
    assert read(tmp_path, text)["other"] == {"a": 3, "b": [1, {"c": 2}]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3, column 1: the key 'a' is given twice"),
        ("a:\n  b: 1\n  b: 2\n", "line 3, column 3: the key 'b' is given twice"),
        ("a: [1, 2\nb: 3\n", "line 2"),
        ("a: 1\n\tb: 2\n", "line 2"),
        ("{[1]: 2}", "line 1"),
        ("a: !!python/object:os.system {}", "line 1"),
        ("- 1\n- 2\n", "expected keys with values"),
        ("", "at the top of the file, found nothing"),
        ("# nothing yet\n", "at the top of the file, found nothing"),
        ("just text", "expected keys with values"),
        ("a: 1\n\tb: 2\n", "line 2, column 1: there is a tab"),
        ("a:\n  b: 1\n \tc: 2\n", "line 3, column 2: there is a tab"),
        ("a: 1\n---\nb: 2\n", "line 2, column 1: a second document begins here"),
        (b"a: 1\nb: \xff\xfe", "line 2: this is not YAML in UTF-8 (byte 0xff)"),
        (b"a: 1\nb: \x00", "line 2: this is not YAML: it has the control character U+0000"),
        (b"a: 1\nb: \x1b[2J", "line 2: this is not YAML: it has the control character U+001B"),
        ('a: "\\e[2J"', "line 1, column 4: '\\x1b[2J' has the control character U+001B"),
        ('"a\\0": 1', "line 1, column 1: 'a\\x00' has the control character U+0000"),
        ("a: 1\nb: 2020-13-45\n", "line 2, column 4: '2020-13-45' is not a date that exists; quote it"),
        ("a: !!int one", "line 1, column 4: 'one' is not a whole number"),
        ("a: !!float [1]", "line 1, column 4: "),
        ("a: !!bool maybe", "'maybe' is not true or false"),
        ("a: !!timestamp soon", "'soon' is not a date that exists"),
        ("a: !!set {b, c}", "line 1, column 4"),
        ("a: !!binary AAAA", "line 1, column 4"),
        (f"a: {'9' * 5000}", "line 1, column 4: '999"),
        ("a: 0100", "line 1, column 4: YAML reads '0100' as 64, an octal number: write 100, or quote it"),
        ("a: 1:30", "line 1, column 4: YAML reads '1:30' as 90, a number to base 60: quote it"),
        ("a: 1:30.5", "line 1, column 4: YAML reads '1:30.5' as 90.5, a number to base 60"),
        ("yes: 1", "line 1, column 1: a key must be text, and YAML reads 'yes' as True"),
        ("1: 1", "line 1, column 1: a key must be text, and YAML reads '1' as 1"),
        ("a: &a [*a]", "line 1, column 8: the alias *a is inside the block that it repeats"),
        ("a: &a {<<: *a}", "line 1, column 12: the alias *a is inside the block that it repeats"),
        ("a: *b", "line 1, column 4: found undefined alias"),
        ("a: {<<: 3}", "line 1, column 9: expected a mapping"),
        (f"a: {'[' * 100_000}", "line 1, column 33: more than 30 blocks and lists are inside each other"),
        (f"a: {'{b: ' * 40}", "more than 30 blocks and lists are inside each other"),
        (f"a: [{'1, ' * 30_000}]", "there are more than 20,000 values"),
        ("x" * (1 << 20) + "y", "must have at most 1,048,576 bytes"),
    ],
)
def test_an_error_names_file_and_place(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(tmp_path, text)
    assert str(error.value).startswith(str(tmp_path / "some.yaml"))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"some\.yaml: no such file"):
        read_yaml(tmp_path / "some.yaml")


def aliases_of_aliases(value: str, merged: bool) -> str:
    """Ten lines, each of which repeats the one before nine times."""
    lines = [f"a0: &a0 {value}"]
    for i in range(1, 10):
        many = ", ".join([f"*a{i - 1}"] * 9)
        lines.append(f"a{i}: &a{i} {{<<: [{many}]}}" if merged else f"a{i}: &a{i} [{many}]")
    return "\n".join(lines)


@pytest.mark.parametrize("merged", [False, True])
def test_aliases_that_multiply_end_at_once(tmp_path: Path, merged: bool) -> None:
    started = time.process_time()
    with pytest.raises(ConfigError, match="more than 20,000 values, those that aliases repeat included"):
        read(tmp_path, aliases_of_aliases("{b: 1, c: 2}", merged))
    assert time.process_time() - started < 1


def test_what_is_not_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    for name, problem in (
        ("pipe.yaml", "a pipe or a device"),
        ("folder.yaml", "Is a directory"),
        ("loop.yaml", "cannot be read"),
        ("x" * 300, "cannot be read"),
        ("a\0.yaml", "cannot be read"),
    ):
        with pytest.raises(ConfigError, match=problem):
            read_yaml(tmp_path / name)


def test_a_byte_order_mark_and_line_ends_of_other_systems(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbfa: 1\r\nb: 2\r\n") == {"a": 1, "b": 2}
