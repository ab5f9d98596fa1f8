"""The stage that makes tables of public run data."""

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

from scalinglaws.errors import DataError
from scalinglaws.public_runs.published_set import MIRROR, PublishedSet
from scalinglaws.stages import public_runs as stage

RAW = """x,y,color,Model Size,Training FLOP,hex_color,loss
1,2,#f,2e9,6e19,#f,3.0
1,2,#f,1e9,6e18,#f,5.0
1,2,#f,1e9,6e19,#f,0.30000000000000004
"""
NAME, FILE = "chinchilla-points", "svg_extracted_data.csv"


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a small file in upstream's format, which the set now pins."""
    monkeypatch.delenv(MIRROR, raising=False)
    folder = tmp_path / "upstream"
    folder.mkdir()
    (folder / FILE).write_text(RAW)
    forms = ({FILE: hashlib.sha256(RAW.encode()).hexdigest()},)
    data = PublishedSet(NAME, "Points", "none stated", "a figure", f"{folder.as_uri()}/", forms)
    monkeypatch.setattr(stage, "published_set", {NAME: data}.__getitem__)
    return folder


def call(tmp_path: Path, *location: str) -> Path:
    out = tmp_path / "out"
    stage.main(["--name", NAME, *location, "--archives", str(tmp_path / "archives"), "--out", str(out)])
    return out


def test_a_table_and_what_it_is(source: Path, tmp_path: Path) -> None:
    out = call(tmp_path, "--location", str(source))
    lines = (out / f"{NAME}.csv").read_text().splitlines()
    assert lines[0] == "N,D,C,loss,excluded"
    assert lines[1] == "2000000000.0,5000000000.0,6e+19,3.0,True"
    assert json.loads((out / f"{NAME}.json").read_text()) == {
        "source": NAME, "title": "Points", "licence": "none stated", "provenance": "a figure",
    }  # fmt: skip
    assert not (tmp_path / "archives").exists()


def test_where_it_was_found_changes_nothing(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = {path.name: path.read_bytes() for path in call(tmp_path).iterdir()}
    assert (tmp_path / "archives" / FILE).read_text() == RAW
    monkeypatch.setenv(MIRROR, str(source))
    (tmp_path / "archives" / FILE).write_text("is not looked at")
    assert {path.name: path.read_bytes() for path in call(tmp_path).iterdir()} == fetched


def test_a_changed_file_is_refused_and_left_alone(source: Path, tmp_path: Path) -> None:
    (source / FILE).write_text("changed")
    with pytest.raises(DataError, match=rf"{FILE}: SHA-256 is "):
        call(tmp_path, "--location", str(source))
    assert (source / FILE).read_text() == "changed"
    assert not (tmp_path / "out").exists()


def test_floats_come_back_equal(source: Path, tmp_path: Path) -> None:
    out = call(tmp_path, "--location", str(source))
    assert pd.read_csv(out / f"{NAME}.csv").loss[2] == 0.1 + 0.2
