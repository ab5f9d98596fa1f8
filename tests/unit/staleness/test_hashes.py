"""Hashes of files, and what the cache of them believes."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config.canonical import short_hash
from scalinglaws.staleness import hashes as hashing
from scalinglaws.staleness.hashes import Hashes


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that remembers young files too, because tests cannot wait."""
    monkeypatch.setattr(hashing, "RACY_SECONDS", -60.0)
    return tmp_path / "hashes.json"


def remembered(path: Path, cache: Path) -> str:
    """The hash of a path, as a new process finds it."""
    hashes = Hashes(cache)
    found = hashes(path)
    hashes.save()
    return found


def test_a_file_that_looks_the_same_is_not_read_again(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1")
    found = remembered(path, cache)
    monkeypatch.setattr(hashing, "file_hash", lambda path: "read again")
    assert remembered(path, cache) == found
    path.write_text("2")
    assert remembered(path, cache) == "read again"


def test_an_edit_with_the_old_size_and_time_is_seen(tmp_path: Path, cache: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1")
    times = path.stat()
    found = remembered(path, cache)
    path.write_text("2")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert remembered(path, cache) != found


def test_a_young_file_is_not_remembered(tmp_path: Path) -> None:
    """It could change again within the tick of the file system's clock."""
    path = tmp_path / "a.csv"
    path.write_text("1")
    remembered(path, tmp_path / "hashes.json")
    assert json.loads((tmp_path / "hashes.json").read_text()) == {}
    old = time.time() - 60
    os.utime(path, (old, old))  # the time of the inode stays young
    remembered(path, tmp_path / "hashes.json")
    assert json.loads((tmp_path / "hashes.json").read_text()) == {}


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"a": 1}', '{"a": [[1], 2]}', '{"a": [["x", 1e999], "y"]}', "[" * 100_000],
    ids=["empty", "cut off", "list", "null", "number", "short", "infinite", "deep"],
)
def test_a_damaged_cache_is_no_cache(tmp_path: Path, cache: Path, content: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1")
    cache.write_text(content)
    assert remembered(path, cache) == Hashes()(path)


def test_a_folder_is_the_names_and_content_of_its_files(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "data"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "a").write_text("1")
    found = [remembered(folder, cache)]
    (folder / "inner" / "a").write_text("2")
    found.append(remembered(folder, cache))
    (folder / "b").write_text("")
    found.append(remembered(folder, cache))
    (folder / "b").rename(folder / "c")
    found.append(remembered(folder, cache))
    (folder / "c").unlink()
    assert len(set(found)) == 4
    assert remembered(folder, cache) == found[1]


def test_links_are_followed_and_a_circle_ends(tmp_path: Path, cache: Path) -> None:
    folder, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a").write_text("1")
    folder.mkdir()
    (folder / "link").symlink_to(elsewhere)
    (elsewhere / "back").symlink_to(folder)
    before = remembered(folder, cache)
    (elsewhere / "a").write_text("2")
    assert remembered(folder, cache) != before


def record(**changes: Any) -> str:
    provenance = {"started": "now", "versions": {"torch": "1"}}
    plain = {"run": "a", "job": "b", "provenance": provenance, "loss": 1.0, **changes}
    return json.dumps({"digest": short_hash(plain), **plain})


def test_of_a_run_record_only_what_tables_hold_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(record())
    first = Hashes()(path)
    path.write_text(record(job="other", provenance={"started": "later", "versions": {"torch": "1"}}))
    assert Hashes()(path) == first
    path.write_text(record(loss=1.5))
    assert Hashes()(path) != first
    path.write_text(record().replace("now", "once"))  # edited: it does not have its digest
    assert Hashes()(path) != first
    path.write_text(record(provenance={"started": "now", "versions": {"torch": "2"}}))
    assert Hashes()(path) != first


@pytest.mark.parametrize(
    "text", ["{", "[" * 100_000, '{"run": 1, "provenance": NaN}', '{"run": "\\ud800", "provenance": 1}']
)
def test_a_damaged_record_has_a_hash_too(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    assert Hashes()(path)


def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    with pytest.raises(OSError, match="neither a file nor a folder"):
        Hashes()(tmp_path / "a")
