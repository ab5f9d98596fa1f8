"""Run records: written, read, and refused when they are not what they say."""

import json
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config.canonical import short_hash
from scalinglaws.errors import EditedRecordError, RecordError
from scalinglaws.files import write_json
from scalinglaws.training.records.record import Record, read_record, set_aside, write_record
from unit.made_records import run_record, run_result, run_spec


@pytest.fixture
def record() -> Record:
    return run_record(run_spec(), run_result(cross_entropy=[1.0, 0.1 + 0.2], top1_error=[0.5, 0.5]))


def test_round_trip(record: Record, tmp_path: Path) -> None:
    write_record(record, tmp_path / "runs")
    (path,) = (tmp_path / "runs").iterdir()
    assert path.name == f"{record.spec.id}.json"
    assert read_record(path) == record
    assert "warmup" in path.read_text()  # given
    assert "momentum" not in path.read_text()  # a default


def test_what_a_record_fits(record: Record) -> None:
    assert record.fits(run_spec(), 0.05, "c0de", "da7a")
    assert not record.fits(run_spec(seed=1), 0.05, "c0de", "da7a")
    assert not record.fits(run_spec(), 0.06, "c0de", "da7a")
    assert not record.fits(run_spec(), 0.05, "c0df", "da7a")
    assert not record.fits(run_spec(), 0.05, "c0de", "da7b")


def signed(plain: dict[str, Any]) -> dict[str, Any]:
    """Plain data with the digest that belongs to it."""
    content = {key: value for key, value in plain.items() if key != "digest"}
    return {**content, "digest": short_hash(content)}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"run": "0123456789abcdef"}, "its spec hashes to"),
        ({"code": None}, "not a run record: code"),
        ({"added": 1}, "not a run record: added"),
        ({"phase": "later"}, "not a run record: phase"),
        ({"spec": {}}, "not a run record: spec"),
        ({"results": 3}, "not a run record: results"),
    ],
)
def test_an_invalid_record_is_refused(
    record: Record, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    write_record(record, tmp_path)
    path = tmp_path / f"{record.run}.json"
    write_json(path, signed({**json.loads(path.read_text()), **changes}))
    with pytest.raises(RecordError, match=message) as error:
        read_record(path)
    assert str(path) in str(error.value)


def test_a_spec_that_was_edited_by_hand(record: Record, tmp_path: Path) -> None:
    write_record(record, tmp_path)
    path = tmp_path / f"{record.run}.json"
    plain = json.loads(path.read_text())
    plain["spec"]["seed"] = 7
    write_json(path, signed(plain))
    with pytest.raises(RecordError, match=f"but it is called {record.run}"):
        read_record(path)


@pytest.mark.parametrize("content", ["", "{", "[]", "3", b"\xff\xfe"])
def test_a_file_that_is_not_a_record_is_refused(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(RecordError, match=r"a\.json: not a run record"):
        read_record(path)


def test_a_digit_that_was_edited_by_hand(record: Record, tmp_path: Path) -> None:
    write_record(record, tmp_path)
    path = tmp_path / f"{record.run}.json"
    plain = json.loads(path.read_text())
    plain["results"][0]["steps"] += 1
    path.write_text(json.dumps(plain))
    with pytest.raises(EditedRecordError, match=r"was changed after its run ended.*delete it to train"):
        read_record(path)
    plain["results"][0]["steps"] -= 1
    path.write_text(json.dumps(plain, indent=3))  # the same content, laid out otherwise
    assert read_record(path) == record


def test_a_record_that_cannot_be_read_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("{")
    assert set_aside(path).read_text() == "{"
    assert not path.exists()
