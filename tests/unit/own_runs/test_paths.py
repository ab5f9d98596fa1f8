"""The files that a user names, before they are opened."""

import bz2
import gzip
import lzma
import os
from pathlib import Path

import pytest

from scalinglaws.errors import DataError
from scalinglaws.own_runs.paths import content_of


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (gzip.compress(b"x,y\n", mtime=0), "compressed by gzip"),
        (bz2.compress(b"x,y\n"), "compressed by bzip2"),
        (lzma.compress(b"x,y\n"), "compressed by xz"),
        (b"PK\x03\x04", "a spreadsheet such as .xlsx"),
    ],
    ids=["gzip", "bzip2", "xz", "xlsx"],
)
def test_what_must_be_unpacked_first_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "runs.csv").write_bytes(content)
    with pytest.raises(DataError, match=words):
        content_of(tmp_path / "runs.csv")


def test_what_may_never_end_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, words in (
        (tmp_path / "pipe", "a pipe or a device"),
        (Path("/dev/zero"), "a pipe or a device"),
        (tmp_path, "Is a directory"),
    ):
        with pytest.raises(DataError, match=words):
            content_of(path)
