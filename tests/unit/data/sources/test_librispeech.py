"""A folder in LibriSpeech's layout."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]

from scalinglaws.data.sources import librispeech
from scalinglaws.data.sources.librispeech import load
from scalinglaws.errors import DataError

TEXTS = ("HE'S HERE", "NO", "WHO SAID SO")
SECONDS = (1.2, 0.6, 2.0)


def write_chapter(part: Path, speaker: str, chapter: str) -> None:
    folder = part / speaker / chapter
    folder.mkdir(parents=True)
    lines = []
    for number, (text, seconds) in enumerate(zip(TEXTS, SECONDS, strict=True)):
        name = f"{speaker}-{chapter}-{number:04}"
        samples = np.random.default_rng(int(speaker) + number).standard_normal(round(16000 * seconds))
        soundfile.write(folder / f"{name}.flac", (samples * 0.05).astype(np.float32), 16000)
        lines.append(f"{name} {text}\n")
    (folder / f"{speaker}-{chapter}.trans.txt").write_text("".join(lines))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder that holds `LibriSpeech`: three parts for training and one for validation."""
    for part, speaker, chapter in (
        ("train-clean-100", "103", "1240"),
        ("train-clean-100", "103", "1241"),
        ("train-clean-100", "19", "198"),
        ("train-clean-360", "14", "208"),
        ("train-other-500", "84", "300"),
        ("dev-clean", "84", "121123"),
    ):
        write_chapter(tmp_path / "LibriSpeech" / part, speaker, chapter)
    return tmp_path


def test_utterances_in_order(root: Path) -> None:
    data = load(root, root).check()
    assert data.train.frames.tolist() == [120, 60, 200] * 3
    assert data.train.speakers == ("103",) * 6 + ("19",) * 3
    assert data.train.sounds.shape == (9, 200, 40)
    assert data.alphabet == ("", *sorted(set("".join(TEXTS))))
    assert "".join(data.alphabet[symbol] for symbol in data.train.symbols[3]) == TEXTS[0]
    facts = data.facts()
    assert facts["speakers"] == {"training": 2, "validation": 1, "shared": 0}
    assert data.title == "LibriSpeech, train-clean-100"
    assert data.unit.examples == "utterances"
    assert data.arrays()["amounts"].sum() / data.unit.parts == pytest.approx(3 * 3.8 / 3600)


def test_the_folder_itself_several_parts_and_options(root: Path) -> None:
    data = load(
        root / "LibriSpeech",
        root,
        parts="train-clean-100, train-clean-360",
        seconds=1.5,
        hop_ms=20,
        bands=24,
    ).check()
    assert data.train.sounds.shape == (8, 60, 24)
    assert data.facts()["left_out"] == {
        "training": {"longer than 1.5 s": 4},
        "validation": {"longer than 1.5 s": 1},
    }
    assert data.facts()["groups"] == {"name": "speakers", "training": 3, "validation": 1}


@pytest.mark.parametrize("parts", ["train-clean-100,train-other-500", "dev-clean"])
def test_a_speaker_of_both_splits_is_refused(root: Path, parts: str) -> None:
    with pytest.raises(DataError, match=r"training and validation share speakers: 84 \(1 in all\)"):
        load(root, root, parts=parts)


def test_recordings_are_read_one_at_a_time(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None before it is needed, and none twice."""
    read: list[str] = []
    original = librispeech.decoded

    def counted(file: Path, name: str) -> Any:
        read.append(file.stem)
        return original(file, name)

    monkeypatch.setattr(librispeech, "decoded", counted)
    utterances = list(librispeech._utterances(root / "LibriSpeech" / "dev-clean"))
    assert read == []
    assert len(utterances) == 3
    load(root, root)
    assert len(read) == len(set(read)) == 12


def test_a_folder_is_required(root: Path) -> None:
    with pytest.raises(DataError, match="name its folder as `librispeech` under `locations`"):
        load(None, root)


@pytest.mark.parametrize("option", ["parts", "validation"])
def test_missing_part(root: Path, option: str) -> None:
    with pytest.raises(DataError, match=r"test-clean: no such folder; the layout is"):
        load(root, root, **{option: "test-clean"})
    (root / "LibriSpeech" / "test-clean").mkdir()
    with pytest.raises(DataError, match=r"test-clean: holds no transcript"):
        load(root, root, **{option: "test-clean"})
    with pytest.raises(DataError, match=r"' , ' names no part"):
        load(root, root, **{option: " , "})


def test_missing_recording(root: Path) -> None:
    path = root / "LibriSpeech/train-clean-100/19/198/19-198-0001.flac"
    path.unlink()
    with pytest.raises(DataError, match=rf"^{re.escape(str(path))}: is missing"):
        load(root, root)
    path.write_bytes(b"odd")
    with pytest.raises(DataError, match=rf"^{re.escape(str(path))}: is missing or not a recording"):
        load(root, root)


def test_truncated_recording(root: Path) -> None:
    path = root / "LibriSpeech/train-clean-100/19/198/19-198-0001.flac"
    path.write_bytes(path.read_bytes()[:4000])
    with pytest.raises(DataError, match=rf"^{re.escape(str(path))}: "):
        load(root, root)


def test_recording_without_a_text(root: Path) -> None:
    path = root / "LibriSpeech/train-clean-100/19/198/19-198.trans.txt"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:2]))
    with pytest.raises(DataError, match=rf"^{re.escape(str(path))}: has no text of 19-198-0002\.flac"):
        load(root, root)


@pytest.mark.parametrize("line", ["19-198-0009 Lower", "20-198-0009 NO", ""])
def test_a_line_of_another_format(root: Path, line: str) -> None:
    path = root / "LibriSpeech/train-clean-100/19/198/19-198.trans.txt"
    path.write_text(path.read_text() + line + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=rf"^{re.escape(str(path))}, line 4: "):
        load(root, root)
