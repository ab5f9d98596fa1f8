"""LibriSpeech (Panayotov et al. 2015): English audiobooks read by volunteers, 960 hours, by 2,484 speakers.

It takes the place of the 11,940 hours of Hestness et al. (2017), which were never released. It is not in any
package, so you need your own copy: `location` is the folder `LibriSpeech`, or the folder that it is in, with

    <part>/<speaker>/<chapter>/<speaker>-<chapter>-<utterance>.flac
    <part>/<speaker>/<chapter>/<speaker>-<chapter>.trans.txt

Features are computed one utterance at a time, but all of them have to fit into memory: at the defaults a
16-second utterance takes 128 KB, and the part train-clean-100 takes 3.7 GB.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PositiveFloat

from scalinglaws.data.audio.recordings import decoded, length
from scalinglaws.data.modalities.speech import Corpus, Speech, Utterance, speech
from scalinglaws.errors import DataError

MODALITY = "speech"

LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ' ")
LONGEST = 400
"""Most characters of an utterance. At about 15 per second, `seconds` is nearly always the tighter limit."""
EXAMPLES = {"symbols": 29, "symbols_per_second": 18.0, "longest": 400}
"""Symbols including the blank; per second of the longest utterance (assumed: a fast reader); and
`LONGEST`."""
LAYOUT = "the layout is <part>/<speaker>/<chapter>/<speaker>-<chapter>-<utterance>.flac with .trans.txt"


def load(
    location: Path | None,
    archives: Path,
    *,
    parts: str = "train-clean-100",
    validation: str = "dev-clean",
    seconds: PositiveFloat = 16.0,
    hop_ms: Literal[10, 12, 16, 20] = 10,
    bands: Annotated[int, Field(ge=8, le=80)] = 40,
) -> Speech:
    """Read some of LibriSpeech's parts.

    Args:
        location: the folder; required.
        archives: not used.
        parts: the parts to train on, separated by commas.
        validation: the parts to validate on, of other speakers.
        seconds: longer utterances are left out.
        hop_ms: time from one frame to the next, ms.
        bands: number of mel bands.

    Raises:
        DataError: no folder is named, a part is missing or not in the layout, a recording or its transcript
            is missing or not in the format, or a speaker is in training and in validation.
    """
    del archives
    if location is None:
        raise DataError(
            "librispeech: LibriSpeech is not fetched; name its folder as `librispeech` under `locations` in "
            f"the scale file ({LAYOUT})"
        )
    root = location / "LibriSpeech" if (location / "LibriSpeech").is_dir() else location
    train, held_out = _names(parts), _names(validation)
    corpus = Corpus(
        title=f"LibriSpeech, {', '.join(train)}",
        licence="CC BY 4.0",
        provenance="the user's own copy of LibriSpeech (Panayotov et al. 2015)",
        notes=f"English audiobooks; validation ({', '.join(held_out)}) has other speakers than training",
        kind="characters",
        utterances="utterances",
        groups="speakers",
    )
    return speech(
        corpus,
        [one for part in train for one in _utterances(root / part)],
        [one for part in held_out for one in _utterances(root / part)],
        seconds=seconds,
        longest=LONGEST,
        hop_ms=hop_ms,
        bands=bands,
    )


def _names(parts: str) -> list[str]:
    names = list(dict.fromkeys(name.strip() for name in parts.split(",") if name.strip()))
    if not names:
        raise DataError(f"librispeech: {parts!r} names no part; parts are separated by commas")
    return names


def _utterances(part: Path) -> Iterator[Utterance]:
    """All utterances of a part, by speaker, chapter and number."""
    if not part.is_dir():
        raise DataError(f"{part}: no such folder; {LAYOUT}")
    transcripts = sorted(part.glob("*/*/*.trans.txt"))
    if not transcripts:
        raise DataError(f"{part}: holds no transcript; {LAYOUT}")
    for path in transcripts:
        chapter = path.parent
        speaker = chapter.parent.name
        texts = dict(_texts(path))
        untold = sorted({sound.stem for sound in chapter.glob("*.flac")} - set(texts))
        if untold:
            raise DataError(f"{path}: has no text of {untold[0]}.flac ({len(untold)} in all)")
        for name, text in sorted(texts.items()):
            sound = chapter / f"{name}.flac"
            yield Utterance(
                name=str(sound),
                samples=length(sound, str(sound)),
                read=partial(decoded, sound, str(sound)),
                symbols=tuple(text),
                speaker=speaker,
                group=speaker,
            )


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    """The name and text of each utterance in a transcript, whose lines are `<name> <TEXT>`."""
    speaker, chapter = path.parent.parent.name, path.parent.name
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        name, _, text = line.strip().partition(" ")
        if not name.startswith(f"{speaker}-{chapter}-") or not text or not LETTERS.issuperset(text):
            raise DataError(
                f"{path}, line {number}: {line[:50]!r} is not {speaker}-{chapter}-<utterance> and a text of "
                "A-Z, apostrophes and spaces"
            )
        yield name, text
