"""Features of recordings and the symbols that are said in them, the modality of speech recognition."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from scalinglaws.data.audio.features import frames_of, log_mel
from scalinglaws.data.audio.recordings import RATE
from scalinglaws.data.dataset import Unit, one_stratum
from scalinglaws.errors import DataError

MOST_SYMBOLS = 255
"""The most different symbols besides the blank, because a symbol is stored in a byte."""
LeftOut = dict[str, dict[str, int]]
SUBSAMPLING = 2
"""A recording is long enough if CTC can still align its symbols after a model keeps only every second
frame."""


@dataclass(frozen=True)
class Utterance:
    """A recording that is not read yet, and what is said in it.

    Attributes:
        name: its file, and which part of it; for messages.
        samples: number of samples, at 16 kHz.
        read: a function that returns the samples: int16, or float32 in -1..1, shape (samples,).
        symbols: phones or characters, in order.
        speaker: who speaks.
        group: the sentence, scene or speaker that training and validation must not share.
    """

    name: str
    samples: int
    read: Callable[[], NDArray[Any]]
    symbols: tuple[str, ...]
    speaker: str
    group: str


@dataclass(frozen=True)
class Part:
    """The utterances of training or of validation.

    Attributes:
        sounds: float16 features (utterances, frames, bands), zero after the end of each utterance.
        frames: int64 (utterances,), number of valid frames.
        symbols: uint8 (utterances, longest), 0 after the last symbol.
        speakers: the speaker of each utterance.
        groups: the group of each utterance.
    """

    sounds: NDArray[np.float16]
    frames: NDArray[np.int64]
    symbols: NDArray[np.uint8]
    speakers: tuple[str, ...]
    groups: tuple[str, ...]

    def take(self, chosen: NDArray[np.int64]) -> Part:
        """Some of the utterances."""
        return Part(
            self.sounds[chosen],
            self.frames[chosen],
            self.symbols[chosen],
            tuple(self.speakers[index] for index in chosen),
            tuple(self.groups[index] for index in chosen),
        )


@dataclass(frozen=True)
class Corpus:
    """A collection of recordings: where it comes from, and what its pieces are called.

    Attributes:
        title: the name for captions.
        licence: the terms under which the data may be used.
        provenance: where the data come from, one sentence.
        notes: what a reader has to know about speakers and recordings, for captions.
        kind: what a symbol is.
        utterances: what an utterance is called, in the plural.
        groups: what a group is called, in the plural.
    """

    title: str
    licence: str
    provenance: str
    notes: str
    kind: Literal["phones", "characters"]
    utterances: str
    groups: str


@dataclass(frozen=True)
class Speech:
    """Transcribed speech as log-mel features.

    Attributes:
        corpus: where it comes from.
        train: the pool that training sets are drawn from.
        validation: utterances of other groups.
        alphabet: the symbols by number. Number 0 is "": the blank of CTC, and the padding.
        hop_ms: time from one frame to the next, ms.
        left_out: number of utterances left out of `training` and of `validation`, by reason.
    """

    corpus: Corpus
    train: Part
    validation: Part
    alphabet: tuple[str, ...]
    hop_ms: int
    left_out: LeftOut

    @property
    def title(self) -> str:
        """The name for captions."""
        return self.corpus.title

    @property
    def licence(self) -> str:
        """The terms under which the data may be used."""
        return self.corpus.licence

    @property
    def provenance(self) -> str:
        """Where the data come from, one sentence."""
        return self.corpus.provenance

    @property
    def unit(self) -> Unit:
        """Hours of audio, counted in frames."""
        return Unit("hours of audio", parts=3_600_000 // self.hop_ms, examples=self.corpus.utterances)

    @property
    def validation_strata(self) -> NDArray[np.int64]:
        """One stratum."""
        return one_stratum(len(self.validation.frames))

    def check(self) -> Speech:
        """Return self, or raise DataError if arrays do not fit together or a group is in both splits."""
        for split, part in (("training", self.train), ("validation", self.validation)):
            problem = _problem(part, len(self.alphabet))
            if problem:
                raise DataError(f"{self.title}, {split} split: {problem}")
        if self.train.sounds.shape[1:] != self.validation.sounds.shape[1:]:
            raise DataError(f"{self.title}: features of training and validation differ in shape")
        if self.train.symbols.shape[1] != self.validation.symbols.shape[1]:
            raise DataError(f"{self.title}: symbols of training and validation differ in shape")
        _nothing_shared(self.corpus, self.train.groups, self.validation.groups)
        return self

    def with_validation(self, chosen: NDArray[np.int64]) -> Speech:
        """A copy with only some of its validation utterances."""
        return replace(self, validation=self.validation.take(chosen))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Features, lengths and symbols of both splits. Amounts are counted in frames."""
        return {
            "strata": one_stratum(len(self.train.frames)),
            "amounts": self.train.frames,
            "train_sounds": self.train.sounds,
            "train_frames": self.train.frames,
            "train_symbols": self.train.symbols,
            "validation_sounds": self.validation.sounds,
            "validation_frames": self.validation.frames,
            "validation_symbols": self.validation.symbols,
        }

    def facts(self) -> dict[str, Any]:
        """Symbols, lengths, and what training and validation share."""
        corpus, parts = self.corpus, {"training": self.train, "validation": self.validation}
        minutes = {
            split: round(60 * int(part.frames.sum()) / self.unit.parts, 2) for split, part in parts.items()
        }
        groups = {split: len(set(part.groups)) for split, part in parts.items()}
        speakers = {split: len(set(part.speakers)) for split, part in parts.items()}
        said = "; ".join(
            f"{split} {len(part.frames)} {corpus.utterances} of {groups[split]} {corpus.groups}, "
            f"{minutes[split]:.1f} minutes"
            for split, part in parts.items()
        )
        _, frames, bands = self.train.sounds.shape
        return {
            "description": f"{corpus.notes}; {said}; {len(self.alphabet) - 1} {corpus.kind}; {bands} log-mel "
            f"bands every {self.hop_ms} ms; {_listed(self.left_out)}",
            "symbols": list(self.alphabet),
            "kind": corpus.kind,
            "bands": bands,
            "frames": frames,
            "frames_per_second": 1000 / self.hop_ms,
            "frames_per_symbol": min(_tightest(part) for part in parts.values()),
            "longest": self.train.symbols.shape[1],
            "speakers": {**speakers, "shared": len(set(self.train.speakers) & set(self.validation.speakers))},
            "groups": {"name": corpus.groups, **groups},
            "minutes": minutes,
            "left_out": self.left_out,
        }


def speech(
    corpus: Corpus,
    train: Sequence[Utterance],
    validation: Sequence[Utterance],
    *,
    seconds: float,
    longest: int,
    hop_ms: int,
    bands: int,
    left_out: LeftOut | None = None,
) -> Speech:
    """Read recordings one at a time, and compute their features.

    The mean of each band over the frames of an utterance is subtracted, which removes the colour of the
    microphone. All features are then divided by one standard deviation, that of the whole training pool.
    Features and the list of symbols are thus the same whichever utterances a model is trained on.

    Args:
        corpus: where the utterances come from.
        train: the training pool.
        validation: utterances of other groups. Those with a symbol that training lacks are left out.
        seconds: longer utterances are left out.
        longest: utterances of more symbols are left out.
        hop_ms: time from one frame to the next, ms.
        bands: number of mel bands.
        left_out: what the source itself has left out, as in `Speech`.

    Raises:
        DataError: a group is in both splits, a split has no utterance left, there are too many symbols, or a
            recording does not have the length it should have.
    """
    _nothing_shared(corpus, [one.group for one in train], [one.group for one in validation])
    given = {"training": list(train), "validation": list(validation)}
    reasons = {split: Counter((left_out or {}).get(split, {})) for split in given}
    for split, pool in given.items():
        problems = [_unfit(one, seconds, longest, hop_ms) for one in pool]
        reasons[split].update(problem for problem in problems if problem)
        given[split] = [one for one, problem in zip(pool, problems, strict=True) if not problem]
    alphabet = ("", *sorted({symbol for one in given["training"] for symbol in one.symbols}))
    if len(alphabet) - 1 > MOST_SYMBOLS:
        raise DataError(
            f"{corpus.title}: has {len(alphabet) - 1} different {corpus.kind}, at most {MOST_SYMBOLS} fit"
        )
    known = [one for one in given["validation"] if set(one.symbols).issubset(alphabet)]
    reasons["validation"]["with symbols that training lacks"] += len(given["validation"]) - len(known)
    given["validation"] = known
    for split, pool in given.items():
        if not pool:
            raise DataError(
                f"{corpus.title}: no {split} {corpus.utterances} of at most {seconds:g} s "
                f"and {longest} {corpus.kind}"
            )
    both = given["training"] + given["validation"]
    frames = max(frames_of(one.samples, hop_ms) for one in both)
    width = max(len(one.symbols) for one in both)
    parts = {split: _part(pool, alphabet, (frames, bands), width, hop_ms) for split, pool in given.items()}
    deviation = _deviation(parts["training"])
    if deviation == 0:
        raise DataError(f"{corpus.title}: all training {corpus.utterances} are silent")
    for part in parts.values():
        for index in range(
            len(part.sounds)
        ):  # one at a time, because all at once would need twice the memory
            part.sounds[index] = part.sounds[index].astype(np.float32) / np.float32(deviation)
    counted = {split: {reason: n for reason, n in counts.items() if n} for split, counts in reasons.items()}
    return Speech(corpus, parts["training"], parts["validation"], alphabet, hop_ms, counted)


def without_repeats(train: Sequence[Utterance], validation: Sequence[Utterance]) -> list[Utterance]:
    """Training utterances whose symbols are not exactly those of a validation utterance."""
    held_out = {one.symbols for one in validation}
    return [one for one in train if one.symbols not in held_out]


def hash_order(names: Iterable[str], purpose: str) -> list[str]:
    """The names, each once, in an order that looks random but depends only on the names and the purpose."""
    return sorted(set(names), key=lambda name: hashlib.sha256(f"{purpose}/{name}".encode()).digest())


def _unfit(one: Utterance, seconds: float, longest: int, hop_ms: int) -> str | None:
    """Why an utterance is left out, or None."""
    if one.samples > seconds * RATE:
        return f"longer than {seconds:g} s"
    if len(one.symbols) > longest:
        return f"of more than {longest} symbols"
    if not one.symbols:
        return "without words"
    repeats = sum(first == second for first, second in pairwise(one.symbols))
    if frames_of(one.samples, hop_ms) < SUBSAMPLING * (len(one.symbols) + repeats):
        return "too short for their symbols"
    return None


def _part(
    pool: Sequence[Utterance], alphabet: tuple[str, ...], shape: tuple[int, int], longest: int, hop_ms: int
) -> Part:
    """Features minus their mean, and symbols as numbers. `shape` is (frames, bands)."""
    number = {symbol: index for index, symbol in enumerate(alphabet)}
    sounds = np.zeros((len(pool), *shape), dtype=np.float16)
    frames = np.zeros(len(pool), dtype=np.int64)
    symbols = np.zeros((len(pool), longest), dtype=np.uint8)
    for index, one in enumerate(pool):
        samples = one.read()
        if samples.shape != (one.samples,):
            raise DataError(f"{one.name}: holds {samples.shape} samples, expected {one.samples}; truncated?")
        found = log_mel(samples, shape[1], hop_ms)
        frames[index] = len(found)
        sounds[index, : len(found)] = found - found.mean(axis=0, keepdims=True)
        symbols[index, : len(one.symbols)] = [number[symbol] for symbol in one.symbols]
    return Part(sounds, frames, symbols, tuple(one.speaker for one in pool), tuple(one.group for one in pool))


def _deviation(part: Part) -> float:
    """The root mean square of the features over the valid frames of all utterances. Their mean is zero."""
    total = sum(float(np.square(sound, dtype=np.float64).sum()) for sound in part.sounds)  # padding adds 0
    return math.sqrt(total / (int(part.frames.sum()) * part.sounds.shape[2]))


def _needed(symbols: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Steps that CTC needs for each row: one per symbol, and a blank between two equal symbols."""
    said = symbols > 0
    repeats = (symbols[:, 1:] == symbols[:, :-1]) & said[:, 1:]
    needed: NDArray[np.int64] = said.sum(axis=1, dtype=np.int64) + repeats.sum(axis=1, dtype=np.int64)
    return needed


def _tightest(part: Part) -> float:
    """Frames per step that CTC needs, in the utterance with the fewest."""
    return float((part.frames / _needed(part.symbols)).min())


def _problem(part: Part, symbols: int) -> str | None:
    sounds, frames, said = part.sounds, part.frames, part.symbols
    if sounds.ndim != 3 or sounds.dtype != np.float16:
        return f"sounds must be float16 (utterances, frames, bands), not {sounds.dtype} {sounds.shape}"
    if not len(sounds):
        return "no utterances"
    if frames.shape != sounds.shape[:1] or frames.dtype != np.int64:
        return f"{len(sounds)} utterances but lengths of shape {frames.shape} and type {frames.dtype}"
    if said.ndim != 2 or len(said) != len(sounds) or said.dtype != np.uint8:
        return f"{len(sounds)} utterances but symbols of shape {said.shape} and type {said.dtype}"
    if {len(part.speakers), len(part.groups)} != {len(sounds)}:
        return f"{len(sounds)} utterances, but {len(part.speakers)} speakers and {len(part.groups)} groups"
    if frames.min() < 1 or frames.max() > sounds.shape[1]:
        return f"lengths run from {frames.min()} to {frames.max()}, but there are {sounds.shape[1]} frames"
    if said.max() >= symbols:
        return f"symbol {said.max()}, but there are {symbols} with the blank"
    if not (said[:, 0] > 0).all() or ((said[:, 1:] > 0) & (said[:, :-1] == 0)).any():
        return "symbols must come first in their row, and at least one; padding is 0"
    if _tightest(part) < SUBSAMPLING:
        return f"an utterance has fewer than {SUBSAMPLING} frames for a symbol, too short for CTC"
    for index, (sound, valid) in enumerate(zip(sounds, frames, strict=True)):
        if sound[valid:].any() or not np.isfinite(sound).all():
            return f"utterance {index}: features must be finite, and zero after the end"
    return None


def _nothing_shared(corpus: Corpus, train: Sequence[str], validation: Sequence[str]) -> None:
    shared = sorted(set(train) & set(validation))
    if shared:
        raise DataError(
            f"{corpus.title}: training and validation share {corpus.groups}: {', '.join(shared[:3])}"
            f" ({len(shared)} in all)"
        )


def _listed(left_out: LeftOut) -> str:
    counts = [
        f"{count} {split} {reason}"
        for split, reasons in left_out.items()
        for reason, count in reasons.items()
    ]
    return f"left out: {', '.join(counts)}" if counts else "nothing is left out"
