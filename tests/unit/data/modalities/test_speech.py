"""Utterances become padded features and numbered symbols; what may not be shared is not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from scalinglaws.data.audio.features import log_mel
from scalinglaws.data.audio.recordings import RATE
from scalinglaws.data.modalities.speech import (
    Corpus,
    Part,
    Speech,
    Utterance,
    hash_order,
    speech,
    without_repeats,
)
from scalinglaws.data.store import read_prepared, write_prepared
from scalinglaws.errors import DataError

CORPUS = Corpus(
    title="Toy",
    licence="MIT",
    provenance="made here",
    notes="noise",
    kind="characters",
    utterances="phrases",
    groups="sentences",
)
LIMITS: dict[str, Any] = {"seconds": 1.0, "longest": 6, "hop_ms": 10, "bands": 20}


def noise(number: int, seconds: float) -> NDArray[np.float32]:
    loudness = 0.01 * (number + 1)
    samples = np.random.default_rng(number).standard_normal(round(seconds * RATE))
    return (samples * loudness).astype(np.float32)


def spoken(number: int, text: str, seconds: float = 0.5, group: str | None = None) -> Utterance:
    samples = noise(number, seconds)
    name = f"{number}.wav"
    return Utterance(name, len(samples), lambda: samples, tuple(text), "one", group or f"sentence {number}")


TRAIN = [spoken(0, "abc", 0.5), spoken(1, "b", 0.9), spoken(2, "daab", 0.304)]
VALIDATION = [spoken(number, "abcd"[: number - 4], 0.1 * number) for number in range(5, 9)]


def made(train: list[Utterance] = TRAIN, validation: list[Utterance] = VALIDATION, **limits: Any) -> Speech:
    return speech(CORPUS, train, validation, **{**LIMITS, **limits}).check()


def test_shapes_and_padding() -> None:
    data = made()
    part = data.train
    assert part.frames.tolist() == [50, 90, 30]
    assert part.sounds.shape == (3, 90, 20)
    assert part.sounds.dtype == np.float16
    assert data.validation.sounds.shape == (4, 90, 20)
    for sound, frames in zip(part.sounds, part.frames, strict=True):
        assert not sound[frames:].any()
        assert (sound[:frames] != 0).mean() > 0.99


def test_symbols_are_numbered_from_one() -> None:
    data = made()
    assert data.alphabet == ("", "a", "b", "c", "d")
    assert data.train.symbols.tolist() == [[1, 2, 3, 0], [2, 0, 0, 0], [4, 1, 1, 2]]
    assert data.train.symbols.dtype == np.uint8
    assert data.validation.symbols[3].tolist() == [1, 2, 3, 4]


def test_mean_removed_by_utterance_and_one_deviation_for_the_pool() -> None:
    data = made()
    valid = [
        sound[:frames].astype(float)
        for sound, frames in zip(data.train.sounds, data.train.frames, strict=True)
    ]
    for sound in valid:
        np.testing.assert_allclose(sound.mean(axis=0), 0, atol=2e-3)
    assert np.concatenate(valid).std() == pytest.approx(1, abs=2e-3)
    raw = [log_mel(one.read(), 20, 10) for one in (*TRAIN, *VALIDATION)]
    centred = [features - features.mean(axis=0) for features in raw]
    deviation = np.concatenate(centred[:3]).std()  # of training alone: validation has other lengths
    for found, features in zip((*data.train.sounds, *data.validation.sounds), centred, strict=True):
        np.testing.assert_allclose(found[: len(features)], features / deviation, rtol=2e-3, atol=2e-3)


def test_amounts_add_up_to_hours() -> None:
    data = made()
    assert (data.unit.name, data.unit.examples) == ("hours of audio", "phrases")
    amounts = data.arrays()["amounts"]
    assert amounts.dtype == np.int64
    assert amounts.sum() / data.unit.parts == pytest.approx((0.5 + 0.9 + 0.3) / 3600)
    assert data.facts()["minutes"] == {"training": 0.03, "validation": 0.04}
    for hop_ms, parts in ((10, 360_000), (12, 300_000), (16, 225_000), (20, 180_000)):
        coarse = made(hop_ms=hop_ms)
        assert coarse.unit.parts == parts
        assert coarse.facts()["frames_per_second"] == pytest.approx(1000 / hop_ms)
        assert coarse.arrays()["amounts"].sum() / parts == pytest.approx(1.704 / 3600, rel=0.03)


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (spoken(20, "a", 1.01), "longer than 1 s"),
        (spoken(21, "abcdabc", 0.5), "of more than 6 symbols"),
        (spoken(22, "abcd", 0.07), "too short for their symbols"),
        (spoken(23, "aa", 0.05), "too short for their symbols"),  # 5 frames, and a blank between
        (spoken(24, "a", 0.03), "too short for their symbols"),  # not one Fourier transform
        (spoken(25, "", 0.5), "without words"),
    ],
)
def test_left_out(odd: Utterance, reason: str) -> None:
    data = made([*TRAIN, odd], [odd_too := replace(odd, group="other"), *VALIDATION])
    assert odd_too.group not in data.validation.groups
    assert len(data.train.frames) == 3
    assert data.facts()["left_out"] == {"training": {reason: 1}, "validation": {reason: 1}}
    assert f"left out: 1 training {reason}, 1 validation {reason}" in data.facts()["description"]


def test_at_the_limits() -> None:
    kept = [spoken(20, "a", 1.0), spoken(21, "abcdab", 0.5), spoken(22, "aa", 0.06), spoken(23, "ab", 0.04)]
    data = made(kept, VALIDATION)
    assert len(data.train.frames) == 4
    assert data.facts()["frames_per_symbol"] == 2.0
    assert data.facts()["left_out"] == {"training": {}, "validation": {}}
    assert "nothing is left out" in data.facts()["description"]


def test_symbols_are_those_of_the_whole_training_pool() -> None:
    """Not of validation, nor of what is left out, nor of those that a model is trained on."""
    data = made([*TRAIN, spoken(20, "x", 2.0)], [*VALIDATION, spoken(21, "ay")])
    assert data.alphabet == ("", "a", "b", "c", "d")
    assert data.left_out["validation"] == {"with symbols that training lacks": 1}
    assert data.with_validation(np.array([1])).facts()["symbols"] == ["", "a", "b", "c", "d"]


def test_at_most_255_symbols() -> None:
    def letters(count: int) -> list[Utterance]:
        texts = [chr(0x4E00 + number) for number in range(count)]
        return [spoken(0, text, 0.05, f"s{number}") for number, text in enumerate(texts)]

    data = made(letters(255), [spoken(1, chr(0x4E00))])
    assert data.train.symbols.max() == 255
    with pytest.raises(DataError, match="Toy: has 256 different characters, at most 255"):
        made(letters(256))


def test_nothing_is_shared() -> None:
    shared = spoken(9, "ab", 0.5, group="sentence 1")
    with pytest.raises(DataError, match="training and validation share sentences: sentence 1"):
        speech(CORPUS, TRAIN, [*VALIDATION, shared], **LIMITS)
    data = made()
    data = replace(data, validation=replace(data.validation, groups=("a", "sentence 2", "b", "c")))
    with pytest.raises(DataError, match="share sentences: sentence 2"):
        data.check()


def test_repeats_are_found_by_their_symbols() -> None:
    train = [spoken(0, "abc"), spoken(1, "ab"), spoken(2, "abcd")]
    assert without_repeats(train, [spoken(3, "abc"), spoken(4, "b")]) == train[1:]


def test_a_choice_of_validation_utterances() -> None:
    data, where = made(), [1, 3]
    some = data.with_validation(np.array(where)).check()
    assert some.validation.groups == tuple(data.validation.groups[each] for each in where)
    np.testing.assert_array_equal(some.validation.sounds, data.validation.sounds[where])
    np.testing.assert_array_equal(some.validation.symbols, data.validation.symbols[where])
    np.testing.assert_array_equal(some.validation.frames, data.validation.frames[where])
    assert data.validation_strata.tolist() == [0] * 4
    assert some.facts()["groups"] == {"name": "sentences", "training": 3, "validation": 2}


def test_speakers_are_counted() -> None:
    train = [replace(one, speaker=f"{number}") for number, one in enumerate(TRAIN)]
    validation = [replace(one, speaker="12"[number % 2]) for number, one in enumerate(VALIDATION)]
    assert made(train, validation).facts()["speakers"] == {"training": 3, "validation": 2, "shared": 2}


def test_the_same_twice() -> None:
    first, second = made().arrays(), made().arrays()
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    data = made()
    write_prepared(data, tmp_path, "toy", "speech")
    prepared = read_prepared(tmp_path)
    for name, array in data.arrays().items():
        np.testing.assert_array_equal(prepared[name], array)
    manifest = prepared.manifest
    assert (manifest["training_examples"], manifest["validation_examples"]) == (3, 4)
    assert (manifest["kind"], manifest["bands"], manifest["frames"], manifest["longest"]) == (
        "characters",
        20,
        90,
        4,
    )
    assert prepared.unit == data.unit


def test_a_recording_of_another_length() -> None:
    cut = replace(TRAIN[0], read=lambda: noise(0, 0.4))
    with pytest.raises(DataError, match=r"0\.wav: holds \(6400,\) samples, expected 8000"):
        made([cut])


def test_an_empty_split() -> None:
    with pytest.raises(DataError, match=r"Toy: no validation phrases of at most 0\.52 s"):
        made(TRAIN, [spoken(9, "a", 0.6)], seconds=0.52)


def test_silence() -> None:
    with pytest.raises(DataError, match="Toy: all training phrases are silent"):
        made([replace(TRAIN[0], read=lambda: np.zeros(8000, np.float32))])


def test_an_order_that_depends_on_names_alone() -> None:
    names = [f"ru_{number}" for number in range(50)]
    order = hash_order([*names, *names], "a")
    assert sorted(order) == sorted(names)
    assert order != names
    assert hash_order(names[::-1], "a") == order
    assert hash_order(names, "b") != order


def first(array: NDArray[Any], value: float) -> NDArray[Any]:
    changed = array.copy()
    changed.flat[0] = value
    return changed


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda part: replace(part, sounds=part.sounds.astype(np.float32)), "must be float16"),
        (lambda part: part.take(np.array([], dtype=np.int64)), "no utterances"),
        (lambda part: replace(part, frames=part.frames * 2), "lengths run from"),
        (lambda part: replace(part, frames=part.frames - 3), "zero after the end"),
        (lambda part: replace(part, sounds=first(part.sounds, np.nan)), "must be finite"),
        (lambda part: replace(part, symbols=part.symbols[:-1]), "symbols of shape"),
        (lambda part: replace(part, symbols=first(part.symbols, 9)), "symbol 9"),
        (lambda part: replace(part, symbols=first(part.symbols, 0)), "must come first"),
        (lambda part: replace(part, speakers=("one",)), "1 speakers"),
        (lambda part: replace(part, frames=np.minimum(part.frames, 1)), "too short for CTC"),
    ],
)
def test_check(change: Callable[[Part], Part], problem: str) -> None:
    data = made()
    with pytest.raises(DataError, match=rf"Toy, training split: .*{problem}"):
        replace(data, train=change(data.train)).check()


@pytest.mark.parametrize(
    "change",
    [
        lambda part: replace(part, sounds=np.pad(part.sounds, ((0, 0), (0, 1), (0, 0)))),
        lambda part: replace(part, symbols=np.pad(part.symbols, ((0, 0), (0, 1)))),
    ],
)
def test_splits_of_different_shape(change: Callable[[Part], Part]) -> None:
    data = made()
    with pytest.raises(DataError, match="of training and validation differ in shape"):
        replace(data, validation=change(data.validation)).check()
