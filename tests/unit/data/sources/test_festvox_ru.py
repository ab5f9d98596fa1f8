"""Phrases cut at pauses, and sentences dealt to training or validation."""

import hashlib
import io
import re
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from scalinglaws.data.audio.features import log_mel
from scalinglaws.data.formats.archives import Archive
from scalinglaws.data.modalities.speech import Part, Speech
from scalinglaws.data.sources import festvox_ru
from scalinglaws.data.sources.festvox_ru import load, read_labels, read_wave
from scalinglaws.errors import DataError

SENTENCES = 20
ROOT = "usr/share/festival/voices/russian/msu_ru_nsh_clunits"
Files = dict[str, bytes]


def sound(sentence: int, seconds: float = 2.2) -> NDArray[np.int16]:
    return np.random.default_rng(sentence).integers(-3000, 3000, round(seconds * 16000)).astype(np.int16)


def wav(samples: NDArray[np.int16], rate: int = 16000, channels: int = 1) -> bytes:
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return stream.getvalue()


def lab(*labels: tuple[float, str]) -> bytes:
    return "\n".join(["separator ;", "#", *(f"{end:.5f} 125 {label}" for end, label in labels), ""]).encode()


def phones_of(sentence: int) -> str:
    """Five phones that no other sentence has."""
    return f"{sentence:05b}".replace("0", "a").replace("1", "t")


def sentence_labels(sentence: int) -> list[tuple[float, str]]:
    """A phrase of 0.8 s and 5 phones, one of 3 phones, which is too short, and one of 0.6 s and 6 phones."""
    own = phones_of(sentence)
    phones = [
        *((0.2 + 0.16 * (number + 1), phone) for number, phone in enumerate(own)),
        *((1.3 + 0.02 * number, phone) for number, phone in enumerate("ooo")),
        *((1.5 + 0.1 * (number + 1), phone) for number, phone in enumerate(own + own[0])),
    ]
    pauses = [(0.2, "pau"), (1.1, "pau"), (1.2, "pau"), (1.28, "pau"), (1.5, "pau"), (2.19, "pau")]
    return sorted(phones + pauses)


@pytest.fixture
def files() -> Files:
    """Twenty sentences by path inside the voice's folder, in the real formats."""
    found: Files = {"etc/txt.done.data": b'( ru_0000 "text" )', "wav/notes.txt": b"odd"}
    for number in range(SENTENCES):
        found[f"wav/ru_{number:04}.wav"] = wav(sound(number))
        found[f"lab/ru_{number:04}.lab"] = lab(*sentence_labels(number))
    return found


@pytest.fixture
def read(files: Files, tmp_path: Path) -> Callable[..., Speech]:
    """Write the files to a folder and load it."""

    def run(**options: Any) -> Speech:
        for path, content in files.items():
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_bytes(content)
        return load(tmp_path, tmp_path, **options).check()

    return run


def phrases(part: Part, data: Speech) -> list[str]:
    return ["".join(data.alphabet[symbol] for symbol in row) for row in part.symbols]


def test_phrases_are_cut_at_pauses(read: Callable[..., Speech]) -> None:
    data = read()
    assert data.alphabet == ("", "a", "t")
    assert len(data.train.frames) == 2 * 18
    assert data.train.frames.tolist() == [80, 60] * 18
    for index in (0, 17):
        first, second = 2 * index, 2 * index + 1
        number = int(data.train.groups[first].removeprefix("ru_"))
        own = phones_of(number)
        assert phrases(data.train, data)[first : second + 1] == [own, own + own[0]]
        for row, start, end in ((first, 0.2, 1.0), (second, 1.5, 2.1)):
            piece = log_mel(sound(number)[round(start * 16000) : round(end * 16000)], 40, 10)
            found = data.train.sounds[row, : len(piece)].astype(float)
            assert np.corrcoef(found.ravel(), (piece - piece.mean(axis=0)).ravel())[0, 1] > 0.9999


def test_one_sentence_in_ten_is_held_out_with_all_its_phrases(read: Callable[..., Speech]) -> None:
    data = read()
    facts = data.facts()
    assert facts["groups"] == {"name": "sentences", "training": 18, "validation": 2}
    assert set(data.train.groups).isdisjoint(data.validation.groups)
    assert len(data.validation.frames) == 4
    assert facts["left_out"] == {
        "training": {"of fewer than 4 phones": 18},
        "validation": {"of fewer than 4 phones": 2},
    }
    assert facts["speakers"] == {"training": 1, "validation": 1, "shared": 1}
    assert "training 36 phrases of 18 sentences, 0.4 minutes" in facts["description"]
    assert facts["kind"] == "phones"


def test_no_phrase_of_validation_is_said_in_training(files: Files, read: Callable[..., Speech]) -> None:
    held_out = read().validation.groups[0]
    other = next(name for name in (f"ru_{k:04}" for k in range(SENTENCES)) if name not in held_out)
    files[f"lab/{other}.lab"] = files[f"lab/{held_out}.lab"]
    data = read()
    assert data.validation.groups.count(held_out) == 2
    assert other not in data.train.groups
    assert set(phrases(data.train, data)).isdisjoint(phrases(data.validation, data))
    assert data.facts()["left_out"]["training"]["said in validation too"] >= 2


def test_limits_and_options(read: Callable[..., Speech]) -> None:
    data = read(seconds=0.7, hop_ms=20, bands=24)
    assert data.train.sounds.shape == (18, 30, 24)
    assert data.facts()["left_out"]["training"]["longer than 0.7 s"] == 18


def test_the_package_and_the_folder_are_the_same(
    files: Files,
    read: Callable[..., Speech],
    deb: Callable[..., bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    blob = deb({f"{ROOT}/{path}": content for path, content in files.items()}, "")
    (tmp_path / "voice_1_all.deb").write_bytes(blob)
    monkeypatch.setattr(festvox_ru, "ARCHIVE", Archive("voice", "1", hashlib.sha256(blob).hexdigest()))
    packaged, own = load(None, tmp_path).check(), read()
    assert all(packaged.arrays()[name].tobytes() == array.tobytes() for name, array in own.arrays().items())
    assert packaged.provenance.startswith("Debian package voice")
    assert own.provenance.startswith("the user's own copy")
    (tmp_path / "voice_1_all.deb").write_bytes(blob + b"more")
    with pytest.raises(DataError, match=r"voice_1_all\.deb: SHA-256"):
        load(None, tmp_path)


def test_labels() -> None:
    text = b"signal ru\nnfields 1\n#\n  0.25 125 pau\n\n\t0.5\t125\tsch \r\n0.75 -1 a;\n"
    assert read_labels(text, "a.lab") == [(0.25, "pau"), (0.5, "sch"), (0.75, "a;")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("0.25 125 pau\n", "a.lab: is not a label file"),
        ("#\n0.25 125 pau\n0.25 125 a\n", "a.lab, line 3: '0.25 125 a' is not"),
        ("#\n0.25 125\n", "a.lab, line 2: '0.25 125' is not"),
        ("head\n#\n0.25 125 a b\n", "a.lab, line 3"),
        ("#\nsoon 125 a\n", "a.lab, line 2"),
    ],
)
def test_labels_of_another_format(text: str, problem: str) -> None:
    with pytest.raises(DataError, match=f"^{re.escape(problem)}"):
        read_labels(text.encode(), "a.lab")


def test_wave() -> None:
    samples = sound(0)
    np.testing.assert_array_equal(read_wave(wav(samples), "a.wav"), samples)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"odd", "not a wave file"),
        (wav(sound(0))[:-20], "truncated, 35190 of 35200 samples"),
        (wav(sound(0), rate=22050), "has 1 channels, 16 bits, 22050 Hz"),
        (wav(sound(0), channels=2), "has 2 channels"),
    ],
)
def test_wave_of_another_format(content: bytes, problem: str) -> None:
    with pytest.raises(DataError, match=rf"^a\.wav: {problem}"):
        read_wave(content, "a.wav")


def test_labels_that_run_on_after_the_end(files: Files, read: Callable[..., Speech]) -> None:
    files["wav/ru_0003.wav"] = wav(sound(3, 2.0))
    with pytest.raises(DataError, match=r"ru_0003\.lab: the last label ends at 2\.19 s, but .*at 2\.0 s"):
        read()


@pytest.mark.parametrize("gone", ["wav/ru_0007.wav", "lab/ru_0007.lab"])
def test_recordings_and_labels_belong_together(files: Files, read: Callable[..., Speech], gone: str) -> None:
    del files[gone]
    with pytest.raises(DataError, match=r"of ru_0007 \(1 in all\)"):
        read()


def test_another_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=re.escape(f"{tmp_path}: lacks wav/*.wav")):
        load(tmp_path, tmp_path)


@pytest.mark.network
@pytest.mark.slow
def test_the_real_archive(downloads: Path) -> None:
    data = load(None, downloads).check()
    facts = data.facts()
    assert len(facts["symbols"]) == 1 + 50
    assert facts["groups"] == {"name": "sentences", "training": 552, "validation": 62}
    assert (len(data.train.frames), len(data.validation.frames)) == (2317, 271)
    assert facts["minutes"] == pytest.approx({"training": 59.7, "validation": 6.79}, abs=0.01)
    assert facts["left_out"]["training"]["said in validation too"] == 3
    assert set(phrases(data.train, data)).isdisjoint(phrases(data.validation, data))
