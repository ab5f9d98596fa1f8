"""Dialogue of the game Fish Fillets NG, acted in Czech or Dutch, with the text of its scripts.

The default is the Debian packages fillets-ng-data and fillets-ng-data-cs or -nl. Your own copy is the game's
data folder, with `script/<level>/*dialogs_<language>.lua` and `sound/<level>/.../<line>.ogg`.

The text is the subtitle that the game shows with a line. It is written for reading, and some lines are laughs
or noises, so no recogniser can reach zero errors.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PositiveFloat

from scalinglaws.data.audio.recordings import decoded, length
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

VERSION = "1.0.1-1.1"
SCRIPTS = Archive(
    package="fillets-ng-data",
    version=VERSION,
    sha256="25de89afd8b1adf7bcace8290248a6a22c89cd42300317e69000e162c032cf84",
)
SOUNDS = {
    "cs": Archive(
        package="fillets-ng-data-cs",
        version=VERSION,
        sha256="3ecef99b9456f1c80c9625c6f2418642b52d58e7167a46bad7a412db17991b14",
    ),
    "nl": Archive(
        package="fillets-ng-data-nl",
        version=VERSION,
        sha256="afb4443fda9ab507dee578b75be857d121718a1cd6017a474f30e0eb13dc9d10",
    ),
}
LANGUAGES = {"cs": "Czech", "nl": "Dutch"}
EVERYWHERE = "share"
"""Not a level: these lines can be heard in any level, so they are for training."""
LONGEST = 160
"""Most characters of a line; `seconds` is nearly always the tighter limit."""
EXAMPLES = {
    "language": {
        "cs": {"symbols": 43, "symbols_per_second": 13.5, "longest": 160},
        "nl": {"symbols": 32, "symbols_per_second": 18.2, "longest": 160},
    }
}
"""Symbols including the blank; per second in the longest line of up to 6 s; and in the longest of all."""
VALIDATION_ONE_IN = 10

STRING = r'"((?:\\.|[^"\\])*)"'
DIALOG = re.compile(
    rf"dialogId\(\s*{STRING}\s*,\s*{STRING}\s*,\s*{STRING}\s*\)\s*dialogStr\(\s*{STRING}\s*\)", re.DOTALL
)
COMMENT = re.compile(r"^\s*--.*$", re.MULTILINE)
PUNCTUATION = re.compile(r"[-.,;:!?…\"“”„–—\s]+")


def load(
    location: Path | None,
    archives: Path,
    *,
    language: Literal["cs", "nl"] = "cs",
    seconds: PositiveFloat = 6.0,
    hop_ms: Literal[10, 12, 16, 20] = 10,
    bands: Annotated[int, Field(ge=8, le=80)] = 40,
) -> Speech:
    """Pair lines with recordings. Levels of the game are held out until they have a tenth of the lines.

    A level and its sequel (`cabin1` and `cabin2`) stay together because they share recordings. Training lines
    with exactly the characters of a validation line are left out.

    Args:
        location: the game's data folder; None for the packaged one.
        archives: the folder of package archives.
        language: `cs` for Czech, `nl` for Dutch.
        seconds: longer lines are left out.
        hop_ms: time from one frame to the next, ms.
        bands: number of mel bands.

    Raises:
        DataError: an archive cannot be downloaded, no line has a recording, or a recording cannot be decoded.
    """
    scripts, sounds = _packaged(archives, language) if location is None else _own(location, language)
    place = SOUNDS[language].package if location is None else str(location)
    lines, left_out_of = _lines(scripts, sounds, place)
    if not lines:
        raise DataError(
            f"{place}: no line of script/<level>/dialogs_{language}.lua has a recording "
            f"sound/<level>/{language}/<line>.ogg"
        )
    held_out = _held_out(Counter(one.group for one in lines))
    validation = [one for one in lines if one.group in held_out]
    pool = [one for one in lines if one.group not in held_out]
    train = without_repeats(pool, validation)
    left_out: LeftOut = {"training": {}, "validation": {}}
    for (group, reason), count in sorted(left_out_of.items()):
        reasons = left_out["validation" if group in held_out else "training"]
        reasons[reason] = reasons.get(reason, 0) + count
    left_out["training"]["said in validation too"] = len(pool) - len(train)
    corpus = Corpus(
        title=f"Fish Fillets NG, {LANGUAGES[language]}",
        licence="GPL-2",
        provenance=f"Debian packages {SCRIPTS.package} and {place}"
        if location is None
        else "the user's own copy of Fish Fillets NG's data",
        notes=f"acted dialogue of a game in {LANGUAGES[language]}, with its subtitles; the script tells "
        "characters apart, not actors, and two fish say most lines, in training and in validation",
        kind="characters",
        utterances="lines",
        groups="levels",
    )
    return speech(
        corpus,
        train,
        validation,
        seconds=seconds,
        longest=LONGEST,
        hop_ms=hop_ms,
        bands=bands,
        left_out=left_out,
    )


def dialogs(script: str) -> Iterator[tuple[str, str, str]]:
    """The lines of a script: identifier, font, text. Each character of the game has its own font.

    A line is `dialogId("id", "font", "English")` followed by `dialogStr("text")`. Lines without a text are
    skipped.
    """
    for found in DIALOG.finditer(COMMENT.sub("", script)):
        name, font, _, text = found.groups()
        yield name, font, re.sub(r"\\(.)", lambda escape: {"n": " "}.get(escape[1], escape[1]), text)


def spelled(text: str) -> str | None:
    """A text as it is spoken: lower-case letters, apostrophes and single spaces.

    Returns:
        None if the text has signs whose sound is not written, such as digits, or letters that are not Latin.
    """
    plain = unicodedata.normalize("NFC", text).lower().replace("’", "'")
    words = PUNCTUATION.sub(" ", plain).strip()
    known = all(
        sign in " '" or (sign.isalpha() and unicodedata.name(sign).startswith("LATIN")) for sign in words
    )
    return words if known else None


def _lines(
    scripts: Mapping[str, list[str]], sounds: Mapping[tuple[str, str], bytes], place: str
) -> tuple[list[Utterance], Counter[tuple[str, str]]]:
    """The lines that have a recording and words, and the number of others by (group, reason)."""
    lines: list[Utterance] = []
    left_out: Counter[tuple[str, str]] = Counter()
    for level, texts in sorted(scripts.items()):
        group = level.rstrip("0123456789")
        for name, font, text in (line for script in texts for line in dialogs(script)):
            said = spelled(text)
            if (level, name) not in sounds:
                left_out[group, "without a recording"] += 1
            elif said is None:
                left_out[group, "with digits or signs"] += 1
            elif not said:
                left_out[group, "without words"] += 1
            else:
                content, where = sounds[level, name], f"{place}: {level}, {name}.ogg"
                lines.append(
                    Utterance(
                        name=where,
                        samples=length(content, where),
                        read=partial(decoded, content, where),
                        symbols=tuple(said),
                        speaker=font,
                        group=group,
                    )
                )
    return lines, left_out


def _held_out(lines: Mapping[str, int]) -> set[str]:
    """The levels for validation, given the number of lines of each."""
    chosen: set[str] = set()
    wanted = sum(lines.values()) / VALIDATION_ONE_IN
    for group in hash_order(set(lines) - {EVERYWHERE}, "fillets"):
        if sum(lines[one] for one in chosen) >= wanted:
            break
        chosen.add(group)
    return chosen


def _packaged(archives: Path, language: str) -> tuple[dict[str, list[str]], dict[tuple[str, str], bytes]]:
    scripts = read_members(SCRIPTS, archives, rf"/script/[^/]+/[^/]*dialogs_{language}\.lua$")
    return _by_level(scripts, read_members(SOUNDS[language], archives, rf"/sound/.*/{language}/[^/]+\.ogg$"))


def _own(location: Path, language: str) -> tuple[dict[str, list[str]], dict[tuple[str, str], bytes]]:
    patterns = (f"script/*/*dialogs_{language}.lua", f"sound/**/{language}/*.ogg")
    scripts, sounds = (
        {f"/{path.relative_to(location).as_posix()}": path.read_bytes() for path in location.glob(pattern)}
        for pattern in patterns
    )
    return _by_level(scripts, sounds)


def _by_level(
    scripts: Mapping[str, bytes], sounds: Mapping[str, bytes]
) -> tuple[dict[str, list[str]], dict[tuple[str, str], bytes]]:
    """The scripts by level, and the recordings by level and line."""
    texts: dict[str, list[str]] = {}
    for path in sorted(scripts):
        try:
            text = scripts[path].decode("utf-8")
        except UnicodeDecodeError as error:
            raise DataError(f"{path}: is not UTF-8 text ({error})") from error
        texts.setdefault(path.split("/script/")[1].split("/")[0], []).append(text)
    recordings = {
        (path.split("/sound/")[1].split("/")[0], Path(path).stem): content for path, content in sounds.items()
    }
    return texts, recordings
