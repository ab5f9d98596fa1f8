"""Festvox's Russian voice (Shmyrev 2005): one man reads 620 sentences, 1.66 hours, with time-aligned phones.

The default is the Debian package festvox-ru. Your own copy is the voice's folder `msu_ru_nsh_clunits`, with
`wav/*.wav` (16 kHz, 16 bits, one channel) and `lab/*.lab` of the same names.

Sentences are cut into phrases at the labelled pauses. The characters of the transcript are aligned only with
whole sentences, so the symbols of a phrase are phones. The labels look as if an automatic aligner had made
them.
"""

import io
import math
import wave
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveFloat

from scalinglaws.data.audio.recordings import RATE
from scalinglaws.data.formats.archives import Archive, read_members
from scalinglaws.data.modalities.speech import (
    Corpus,
    LeftOut,
    Speech,
    Utterance,
    hash_order,
    speech,
    without_repeats,
)
from scalinglaws.errors import DataError

MODALITY = "speech"
PACKAGED = {"training": 2488, "validation": 289}  # of all lengths

ARCHIVE = Archive(
    package="festvox-ru",
    version="0.5+dfsg-6",
    sha256="21ef3f0f2978ecf2e2eddb367cb0ff4a72572196d28dc69feb84f4177af5e6c4",
)
PAUSE = "pau"
FEWEST = 4
"""Phones of the shortest phrase."""
LONGEST = 100
"""Most phones of a phrase. At 10 to 11 phones per second, `seconds` is nearly always the tighter limit."""
EXAMPLES = {"symbols": 51, "symbols_per_second": 13.2, "longest": 71}
"""Symbols including the blank; per second in the longest phrase of up to 2.5 s; and in the longest of all."""
VALIDATION_ONE_IN = 10
SPEAKER = "nsh"


def load(
    location: Path | None,
    archives: Path,
    *,
    units: Literal["phones"] = "phones",
    seconds: PositiveFloat = 3.0,
    hop_ms: Literal[10, 12, 16, 20] = 10,
    bands: Annotated[int, Field(ge=8, le=80)] = 40,
) -> Speech:
    """Cut the sentences into phrases. One sentence in ten, with all its phrases, is for validation.

    Training phrases with exactly the phones of a validation phrase are left out.

    Args:
        location: the voice's folder; None for the packaged one.
        archives: the folder of package archives.
        units: what is recognised.
        seconds: longer phrases are left out.
        hop_ms: time from one frame to the next, ms.
        bands: number of mel bands.

    Raises:
        DataError: the archive cannot be downloaded, a recording has no labels or labels have no recording, or
            one of them is not in the format.
    """
    del units  # only phones are aligned
    phrases: dict[str, list[Utterance]] = {}
    short: Counter[str] = Counter()
    for sentence, sound, labels, name in _sentences(location, archives):
        samples = read_wave(sound, f"{name}.wav")
        found = list(_phrases(sentence, samples, read_labels(labels, f"{name}.lab"), name))
        phrases[sentence] = [one for one in found if len(one.symbols) >= FEWEST]
        short[sentence] = len(found) - len(phrases[sentence])
    order = hash_order(phrases, "festvox-ru")
    held_out = max(1, len(order) // VALIDATION_ONE_IN)
    parts = {"validation": sorted(order[:held_out]), "training": sorted(order[held_out:])}
    split = {part: [one for key in keys for one in phrases[key]] for part, keys in parts.items()}
    train = without_repeats(split["training"], split["validation"])
    left_out: LeftOut = {
        part: {f"of fewer than {FEWEST} phones": sum(short[key] for key in keys)}
        for part, keys in parts.items()
    }
    left_out["training"]["said in validation too"] = len(split["training"]) - len(train)
    corpus = Corpus(
        title="Festvox's Russian voice",
        licence="BSD-like" if location is None else "that of the recordings (Festvox's own: BSD-like)",
        provenance=(f"Debian package {ARCHIVE.package}" if location is None else "the user's own copy")
        + " (N. V. Shmyrev 2005)",
        notes="Russian sentences read by one man, who is in training and in validation",
        kind="phones",
        utterances="phrases",
        groups="sentences",
    )
    return speech(
        corpus,
        train,
        split["validation"],
        seconds=seconds,
        longest=LONGEST,
        hop_ms=hop_ms,
        bands=bands,
        left_out=left_out,
    )


def read_labels(content: bytes, name: str) -> list[tuple[float, str]]:
    """The labels in a .lab file: a header that ends with a line `#`, then lines of end time, colour, label.

    Returns:
        (end in seconds, label), in order. A label starts where the one before it ends, the first one at 0.

    Raises:
        DataError: the file is not in this format, or the times do not increase.
    """
    lines = content.decode("utf-8", "replace").splitlines()
    try:
        first = [line.strip() for line in lines].index("#") + 1
    except ValueError:
        raise DataError(f"{name}: is not a label file: no line `#` ends its header") from None
    labels: list[tuple[float, str]] = []
    for number, line in enumerate(lines[first:], first + 1):
        fields = line.split()
        if not fields:
            continue
        end = _number(fields[0]) if len(fields) == 3 else math.nan
        if not end > (labels[-1][0] if labels else 0.0):
            raise DataError(
                f"{name}, line {number}: {line.strip()!r} is not an end time in seconds that is later than "
                "the one before, a colour and a label"
            )
        labels.append((end, fields[2]))
    return labels


def read_wave(content: bytes, name: str) -> NDArray[np.int16]:
    """The samples of a .wav file of one channel, 16 bits and 16 kHz, shape (samples,).

    Raises:
        DataError: the file is of another kind or truncated.
    """
    try:
        with wave.open(io.BytesIO(content)) as sound:
            found = (sound.getnchannels(), 8 * sound.getsampwidth(), sound.getframerate())
            expected, body = sound.getnframes(), sound.readframes(sound.getnframes())
    except (wave.Error, EOFError) as error:
        raise DataError(f"{name}: not a wave file, or truncated ({error})") from error
    if found != (1, 16, RATE):
        raise DataError(
            f"{name}: has {found[0]} channels, {found[1]} bits, {found[2]} Hz; it must have 1, 16 and {RATE}"
        )
    if len(body) != 2 * expected:
        raise DataError(f"{name}: truncated, {len(body) // 2} of {expected} samples")
    return np.frombuffer(body, "<i2").astype(np.int16, copy=False)


def _phrases(
    sentence: str, samples: NDArray[np.int16], labels: list[tuple[float, str]], name: str
) -> Iterator[Utterance]:
    """The phrases between pauses, each from the start of its first phone to the end of its last."""
    if labels and labels[-1][0] > len(samples) / RATE:
        raise DataError(
            f"{name}.lab: the last label ends at {labels[-1][0]} s, but {name}.wav at {len(samples) / RATE} s"
        )
    phones: list[str] = []
    start = end = 0.0
    for stop, label in [*labels, (math.inf, PAUSE)]:
        if label != PAUSE:
            start = start if phones else end
            phones.append(label)
        elif phones:
            piece = samples[round(start * RATE) : round(end * RATE)]
            yield Utterance(
                name=f"{name}.wav from {start} to {end} s",
                samples=len(piece),
                read=partial(np.copy, piece),
                symbols=tuple(phones),
                speaker=SPEAKER,
                group=sentence,
            )
            phones = []
        end = stop


def _sentences(location: Path | None, archives: Path) -> Iterator[tuple[str, bytes, bytes, str]]:
    """For each sentence: its name, its recording, its labels, and its name for messages."""
    files = _packaged(archives) if location is None else _own(location)
    names = {kind: {name for folder, name in files if folder == kind} for kind in ("wav", "lab")}
    place = ARCHIVE.package if location is None else str(location)
    unpaired = sorted(names["wav"] ^ names["lab"])
    if unpaired or not names["wav"]:
        what = f"{unpaired[0]} ({len(unpaired)} in all)" if unpaired else "any sentence"
        raise DataError(f"{place}: lacks wav/*.wav or lab/*.lab of {what}; each recording has one of both")
    for name in sorted(names["wav"]):
        yield name, files["wav", name], files["lab", name], f"{place}: {name}"


def _packaged(archives: Path) -> Mapping[tuple[str, str], bytes]:
    found = read_members(ARCHIVE, archives, r"/(wav/[^/]+\.wav|lab/[^/]+\.lab)$")
    paths = {PurePosixPath(member): content for member, content in found.items()}
    return {(path.parent.name, path.stem): content for path, content in paths.items()}


def _own(location: Path) -> Mapping[tuple[str, str], bytes]:
    return {
        (kind, path.stem): path.read_bytes()
        for kind in ("wav", "lab")
        for path in sorted((location / kind).glob(f"*.{kind}"))
    }


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
