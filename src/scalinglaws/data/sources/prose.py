"""English prose from four Debian packages: 31 million characters, religious and political.

They are two commentaries on the Bible (Spurgeon's Treasury of David, Matthew Henry's Concise Commentary), a
Bible (the World English Bible with apocrypha) and An Anarchist FAQ. This is not a sample of English: a
learning curve on it says something about these four works. Your own copy is a folder with the four .deb
files.

Tokens are words and punctuation marks in lower case, or characters as they are. Quotation marks, dashes and
ellipses are made the same in all works. Footnotes, the headings of the first three works, and paragraphs of
at most 40 characters are left out.
"""

import gzip
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from scalinglaws.data.formats.archives import Archive, find, read_members
from scalinglaws.data.formats.markdown import clean_markdown
from scalinglaws.data.formats.sword import read_module
from scalinglaws.data.language.paragraphs import split_paragraphs
from scalinglaws.data.modalities.text import Text, text_of_paragraphs
from scalinglaws.errors import DataError

MODALITY = "text"
PACKAGED = {
    "training": "(6_348_794 if tokens == 'words' else 30_020_539) // window",
    "validation": "(137_916 if tokens == 'words' else 646_534) // window",
}

SHORTEST = 41
"""Characters of the shortest paragraph. Shorter ones are mostly headings and references."""
VALIDATION_SHARE = 0.02
VALIDATION_CHARACTERS = 200_000
MODULES = (
    (
        Archive(
            package="sword-comm-tdavid",
            version="2.1-1",
            sha256="bcbfad701c5c4a061475b58309cebc42755a59e87478c8355227c5e046412b3f",
        ),
        {
            "ot.czs": "3a36f81e75b9d21a4d31176bbbaa43b2dca7d51cfd1ac216872dbe5d737d7f51",
            "ot.czz": "333ec1d56825922a7f9ab68627480956cf0b2114404880cb6e1a8bea8ebcf13a",
        },
    ),
    (
        Archive(
            package="sword-comm-mhcc",
            version="2.0-1",
            sha256="06f748215de78ff48fdfdee93e3ffc5af6318b976485f7aedf22309236967e35",
        ),
        {
            "nt.bzs": "a5d66fb4ea0110ef65d1a64c6dbc7eb8adf07ef660a60334cd6450c08d6c886c",
            "nt.bzz": "7da3aa7f4d32045e7272c5077c1a9f5e5a0c7ac220b0aa82f946d06b7eaa81a5",
            "ot.bzs": "c01f5db909ef824a86cff8f990d07c7cd1dc90dae8f19a11c00b4e453eda6487",
            "ot.bzz": "ddf95b44d31cb888852a428e529a6ebbced30a9e174b179762c4553907f44a11",
        },
    ),
    (
        Archive(
            package="sword-text-web",
            version="426.0-1",
            sha256="930b23670b352f0829a306501de4bebb5e654a2df02cde2cbe86b802177868e1",
        ),
        {
            "nt.bzs": "bec87a360bbc6bfbcd7de513edf928ceebb428dd2baff813aebf521bb0c6cc83",
            "nt.bzz": "5429389d9331b7a86901a73afa74f32d089cae3d5bd8dfe304b11808714a69ba",
            "ot.bzs": "2c16645bb829c05b20f39769e1fa23212743335143833a819f29e412c6def8ce",
            "ot.bzz": "4633066d3872f1a3e600d2d10e667a13cd6c32bf116ca971d3c8f288bc3ea453",
        },
    ),
)
"""Packages of SWORD modules, and the files that another build of each must have."""
FAQ = Archive(
    package="anarchism",
    version="15.3-3",
    sha256="cf21c10948b00e923c62eb31c39a3390413fa26c5ee0e3b925feb0ec7fe42948",
)

ALIKE = str.maketrans({"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"'})
ELLIPSIS = re.compile(r"\.(?: ?\.){2,}")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\xad]")
NAVIGATION = ("‹", "›")
"""Marks of the links between the pages of the FAQ."""


def load(
    location: Path | None,
    archives: Path,
    *,
    tokens: Literal["words", "characters"] = "words",
    vocabulary: Annotated[int, Field(ge=3, le=1_000_000)] = 2000,
    window: Annotated[int, Field(ge=4, le=4096)] = 32,
) -> Text:
    """Read the four works, set aside 2 % of the paragraphs, and cut both sets into windows.

    Args:
        location: a folder with the four .deb files; None to download them.
        archives: the folder of package archives.
        tokens: what a token is.
        vocabulary: for words, how many of the most frequent ones get an id, besides the ids of unknown words
            and of the end of a paragraph; for characters, the number of ids including these two.
        window: predictions per window.

    Raises:
        DataError: an archive is missing, cannot be downloaded or is corrupt.
    """
    paragraphs = _paragraphs(location, archives)
    split = split_paragraphs(paragraphs, VALIDATION_SHARE, VALIDATION_CHARACTERS)
    packages = ", ".join(archive.package for archive in _archives())
    return text_of_paragraphs(
        split,
        tokens,
        vocabulary,
        window,
        title="English prose, religious and political",
        licence="public domain (three works) and GPL-2 (An Anarchist FAQ)",
        provenance=f"Debian packages {packages}; markup and notes removed",
    )


def plain(paragraph: str) -> str:
    """A paragraph with straight quotation marks, one kind of dash and ellipsis, and no control characters."""
    text = CONTROL.sub("", paragraph.translate(ALIKE)).replace("--", "—")
    return " ".join(ELLIPSIS.sub("…", text).split())


def _archives() -> tuple[Archive, ...]:
    return (*(archive for archive, _ in MODULES), FAQ)


def _paragraphs(location: Path | None, archives: Path) -> list[str]:
    folder = archives if location is None else location
    missing = [archive for archive in _archives() if location and find(archive, location) is None]
    if missing:
        raise DataError(
            f"{folder / f'{missing[0].package}_{missing[0].version}_all.deb'}: no such file; the folder of "
            f"`prose` holds the archives of {', '.join(archive.package for archive in _archives())}"
        )
    found: list[str] = []
    for archive, contents in MODULES:
        found += read_module(read_members(archive, folder, r"/modules/.*\.[bc]z[sz]$", contents))
    pages = read_members(FAQ, folder, r"/markdown/[^/]+\.md(\.gz)?$")
    for path in sorted(pages):
        found += [each for each in _page(path, pages[path]) if not any(mark in each for mark in NAVIGATION)]
    return [text for text in map(plain, found) if len(text) >= SHORTEST]


def _page(path: str, content: bytes) -> list[str]:
    try:
        plain_bytes = gzip.decompress(content) if path.endswith(".gz") else content
        return clean_markdown(plain_bytes.decode("utf-8"))
    except (EOFError, OSError, ValueError) as error:
        raise DataError(f"{FAQ.package}: {path} is not a page of text ({error})") from error
