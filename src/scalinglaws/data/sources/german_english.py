"""German sentences and phrases with their English translation, by translators and lexicographers.

There are two collections, from Debian packages: the sentences of LibreOffice's help, whose pages have the
same block ids in every language, and the phrases and example sentences of the Ding dictionary. Your own copy
is a folder with the three .deb files. Every security update replaces LibreOffice's packages, so we check
their text and not the hash of the archive.
"""

import hashlib
import html
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field

from scalinglaws.data.formats.archives import Archive, find, read_members
from scalinglaws.data.language.parallel_text import SentencePair, split, unique_targets
from scalinglaws.data.language.subwords import normalised
from scalinglaws.data.modalities.pairs import Pairs, pairs_of
from scalinglaws.errors import DataError

MODALITY = "pairs"
PACKAGED = {"training": 95_383, "validation": 5000}  # of all lengths

GERMAN_HELP = Archive(
    package="libreoffice-help-de",
    version="4:7.4.7-1+deb12u14",
    sha256="00490b63c509ac96f7f212d6a6e40452d3e0d1f97ccf4b824dd5ec4c01e8277f",
)
ENGLISH_HELP = Archive(
    package="libreoffice-help-en-us",
    version="4:7.4.7-1+deb12u14",
    sha256="8faa840285734d6cfe1ed25537b48f07e74bd6412e3917bf8e5f8a653f7b3712",
)
DING = Archive(
    package="trans-de-en",
    version="1.9-6",
    sha256="45f6b4cf1c434776fba6811d7bc522efabb5425c43ba8afd0e289bf9e2e53df4",
)
DING_FILES = {"de-en": "34052c6021d09eadfee7a893a789204265954df70fe9c36d38fa00058d79d326"}
HELP_PAIRS = 50_051
"""The number of sentence pairs in the pinned help; below, the hash of their text."""
HELP_HASH = "6336d50453f6456640a49cbc58a544beabce5c43bc20b54077406cb17729fb57"
TOLERANCE = 0.1
"""By how much the number of sentence pairs of another version of the help may differ, as a share."""
HELP, PHRASES = "LibreOffice help", "Ding"
WORDS = 2
"""Fewest words of either side. A single word is a dictionary entry, not a translation."""
VALIDATION = 5_000
"""Pairs set aside. About 2,000 of them are short enough for the default `longest`."""
SEED = 2017  # of the choice of validation pairs

BLOCK = re.compile(r'<(p|h\d)[^>]*\bid="((?:par|hd)_[^"]+)"[^>]*>(.*?)</\1>', re.DOTALL)
DEPENDS_ON_SYSTEM = 'class="switchinline"'  # has wordings for several systems or programs next to each other
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÄÖÜ])")
REMARK = re.compile(r"\{[^}]*\}|\[[^\]]*\]|(?<!\S)/[^/ ]{1,12}/|<[^>]*>|\([^)]*\)")
"""Ding's grammar {f}, domain [comp.], abbreviation /EU/, cross-reference <...> and explanation (...)."""
ALTERNATIVES = re.compile(r"[;/\[\](){}<>]")
"""Signs in items of Ding that are not one phrase but several, or part of a remark."""


def load(
    location: Path | None,
    archives: Path,
    *,
    vocabulary: Annotated[int, Field(ge=128, le=65536)] = 2000,
    longest: Annotated[int, Field(ge=4, le=256)] = 20,
) -> Pairs:
    """Load both collections as one, with a random part set aside for validation.

    Args:
        location: a folder with the three .deb files; None to download them.
        archives: the folder of package archives.
        vocabulary: number of subwords, for both languages together.
        longest: sentences with more subwords are left out.

    Raises:
        DataError: an archive cannot be downloaded or is corrupt, the help is too different from the pinned
            one, or the vocabulary is too small for the letters.
    """
    if location is not None:
        for archive in (GERMAN_HELP, ENGLISH_HELP, DING):
            if find(archive, location) is None:
                raise DataError(
                    f"{location}: holds no {archive.package}_*.deb; the folder of german-english holds the "
                    f"Debian packages {GERMAN_HELP.package}, {ENGLISH_HELP.package} and {DING.package}"
                )
    folder = archives if location is None else location
    found = help_pairs(folder)
    edition = _edition(found)
    training, validation = split(unique_targets([*found, *ding_pairs(folder)]), VALIDATION, SEED)
    return pairs_of(
        training,
        validation,
        vocabulary=vocabulary,
        longest=longest,
        title="German to English: LibreOffice help and Ding dictionary",
        licence="MPL-2.0 (LibreOffice help), GPL-2+ (Ding)",
        provenance=(
            f"Debian packages {GERMAN_HELP.package} and {ENGLISH_HELP.package} ({edition}), {DING.package}"
        ),
    )


def help_pairs(folder: Path) -> list[SentencePair]:
    """The sentences of LibreOffice's help.

    Blocks with the same page and id are translations of each other. If both have the same number of
    sentences, the sentences are paired one by one; otherwise the block is one pair. Text that is the same in
    both languages is code or a name, and left out.
    """
    german = _blocks(GERMAN_HELP, folder, "de")
    english = _blocks(ENGLISH_HELP, folder, "en-US")
    return [
        SentencePair(source, target, HELP)
        for place, block in english.items()
        if place in german
        for source, target in _sentences(german[place], block)
        if source != target and _is_phrase(source) and _is_phrase(target)
    ]


def ding_pairs(folder: Path) -> list[SentencePair]:
    """The phrases and example sentences of the Ding dictionary.

    A line is `German :: English`. Each side is a list of items separated by `|`, which are translations of
    each other one by one.

    Raises:
        DataError: the archive cannot be downloaded, or has no dictionary in it.
    """
    members = read_members(DING, folder, r"/trans/de-en$", DING_FILES)
    if len(members) != 1:
        raise DataError(f"{find(DING, folder)}: has no file trans/de-en; another version of {DING.package}?")
    lines = next(iter(members.values())).decode("utf-8").splitlines()
    found = (_items(line) for line in lines if not line.startswith("#"))
    return [
        SentencePair(source, target, PHRASES)
        for items in found
        for source, target in items
        if _is_phrase(source) and _is_phrase(target) and not ALTERNATIVES.search(source + target)
    ]


def _blocks(archive: Archive, folder: Path, language: str) -> dict[tuple[str, str], str]:
    """The text of each block of the help, by page and id."""
    pages = read_members(archive, folder, rf"/help/{language}/text/.*\.html$", any_build=True)
    blocks: dict[tuple[str, str], str] = {}
    for path, page in sorted(pages.items()):
        name = path.split("/text/", 1)[1]
        for block in BLOCK.finditer(page.decode("utf-8", "replace")):
            if DEPENDS_ON_SYSTEM not in block[3]:
                text = re.sub(r"<[^>]+>", "", block[3].replace("<br>", " "))
                blocks.setdefault((name, block[2]), normalised(html.unescape(text)))
    return blocks


def _sentences(german: str, english: str) -> Iterator[tuple[str, str]]:
    sources, targets = SENTENCE_END.split(german), SENTENCE_END.split(english)
    if len(sources) == len(targets):
        yield from zip(sources, targets, strict=True)
    else:
        yield german, english


def _items(line: str) -> Iterator[tuple[str, str]]:
    german, _, english = line.partition(" :: ")
    sources, targets = german.split(" | "), english.split(" | ")
    if len(sources) == len(targets):
        yield from zip(map(_without_remarks, sources), map(_without_remarks, targets), strict=True)


def _without_remarks(item: str) -> str:
    return normalised(REMARK.sub(" ", item)).strip(" ,;")


def _is_phrase(text: str) -> bool:
    return len(text.split()) >= WORDS


def _edition(found: list[SentencePair]) -> str:
    """Which help this is: the pinned one, or another of about the same size, with a warning."""
    text = "".join(f"{pair.source}\t{pair.target}\n" for pair in found)
    digest = hashlib.sha256(text.encode()).hexdigest()
    if digest == HELP_HASH:
        return f"the text of version {GERMAN_HELP.version}"
    if abs(len(found) - HELP_PAIRS) > TOLERANCE * HELP_PAIRS:
        raise DataError(
            f"{GERMAN_HELP.package}, {ENGLISH_HELP.package}: {len(found)} sentence pairs; {HELP_PAIRS} "
            f"(version {GERMAN_HELP.version}) to within {TOLERANCE:.0%} are allowed. Are both packages of "
            "one version, near to that one?"
        )
    message = (
        f"another text than that of version {GERMAN_HELP.version}: {len(found)} sentence pairs, "
        f"not {HELP_PAIRS}"
    )
    warnings.warn(f"{GERMAN_HELP.package}, {ENGLISH_HELP.package}: {message}", stacklevel=2)
    return message
