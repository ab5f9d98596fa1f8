"""The One Billion Word benchmark: a folder in its layout, with few and short sentences."""

from pathlib import Path

import numpy as np
import pytest

from scalinglaws.data.language.tokens import END, UNKNOWN
from scalinglaws.data.sources.billion_word import HELD_OUT, TRAINING, load
from scalinglaws.errors import DataError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """All files, of a few sentences each; the second of training holds one of the held-out set."""
    for number, name in enumerate((*TRAINING, *HELD_OUT)):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        side = "trained" if name in TRAINING else "held-out"
        path.write_text(f"The {side} file {number} says so .\nIt 's The end of {number} , she said .\n")
    with (tmp_path / TRAINING[1]).open("a") as stream:
        stream.write("the held-out FILE 120 says: so\nBut this is new .\n\n")
    return tmp_path


def test_the_whole_folder(folder: Path) -> None:
    text = load(folder, folder, vocabulary=3, window=4).check()
    assert text.facts()["sentences"] == {"training": 199, "validation": 100, "left_out_shared": 1}
    # `.` 199 times, `The` 198 (its case kept), and `'s`, the first by alphabet of those that come 99 times.
    tokens = 99 * (7 + 10) + 5
    assert text.facts()["outside_vocabulary"] == pytest.approx(1 - (199 + 198 + 99) / tokens)
    assert text.vocabulary == 5
    assert text.train.shape == ((tokens + 199 - 1) // 4, 5)
    # "The trained file 0 says so . END It 's The end ..."
    assert text.train[0].tolist()[0] == 3
    assert text.train[1].tolist()[2:4] == [2, END]
    assert UNKNOWN in text.train
    assert text.title == "One Billion Word"


def test_the_stream_is_the_files_in_order_without_what_is_held_out(folder: Path) -> None:
    text = load(folder, folder, tokens="characters", vocabulary=100, window=5, files=2)
    stream = [*text.train[0, :1].tolist(), *text.train[:, 1:].ravel().tolist()]
    lines = [line for name in TRAINING[:2] for line in (folder / name).read_text().split("\n") if line]
    expected = "\n".join(line for line in lines if "120" not in line) + "\n"
    assert len(expected) - len(stream) < 5
    ids: dict[str, int] = {}
    for character, token in zip(expected, stream, strict=False):
        assert ids.setdefault(character, token) == token
    assert ids["\n"] == END
    assert len(set(ids.values())) == len(ids)


def test_the_first_files_alone(folder: Path) -> None:
    text = load(folder, folder, vocabulary=10, window=4, files=1).check()
    assert text.facts()["sentences"] == {"training": 2, "validation": 100, "left_out_shared": 0}
    assert text.title == "One Billion Word, 1 of 99 files"
    whole = load(folder, folder, vocabulary=10, window=4)
    np.testing.assert_array_equal(text.validation.shape, whole.validation.shape)


@pytest.mark.parametrize("name", [TRAINING[98], HELD_OUT[49]])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(DataError, match=rf"{Path(name).name}: no such file; the layout is"):
        load(folder, folder)


def test_a_file_that_is_not_text_is_refused(folder: Path) -> None:
    (folder / TRAINING[3]).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match=r"news\.en-00004-of-00100: not a text file in UTF-8"):
        load(folder, folder)


def test_nothing_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match="billion-word: the benchmark is not fetched; name its unpacked folder"
    ):
        load(None, tmp_path)
