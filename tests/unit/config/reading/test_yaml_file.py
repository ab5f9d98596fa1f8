"""Reading YAML: numbers as people write them, and errors that name file and line."""

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
        ("1E3", 1000.0),
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
        ("", "expected keys with values"),
        ("just text", "expected keys with values"),
        (b"a: \xff\xfe", "not YAML"),
        (b"a: \x00", "not YAML"),
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
