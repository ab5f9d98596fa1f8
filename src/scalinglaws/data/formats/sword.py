"""Modules of the SWORD project (Bibles and commentaries), as paragraphs of plain text.

A testament is a pair of files. The index (`*.bzs`, `*.czs`) has 12-byte entries of three little-endian
unsigned 32-bit numbers (offset, packed size, plain size). They point to zlib blocks in the other file
(`*.bzz`, `*.czz`). The blocks are in OSIS, an XML whose empty elements mark begin and end, so we replace tags
and do not parse them.
"""

import html
import re
import struct
import zlib
from collections.abc import Mapping

from scalinglaws.errors import DataError

ENTRY = struct.Struct("<III")
NO_PROSE = re.compile(r"<(title|note)\b[^>]*>.*?</\1>", re.DOTALL)
"""Headings, and footnotes inside sentences."""
# Milestones of verses are inside paragraphs, and a line of verse is part of its stanza.
PARAGRAPH = re.compile(r"</?(?:chapter|div(?![^>]*x-milestone)|item|lg|list|p|row|table)\b[^>]*>")
BETWEEN_WORDS = re.compile(r"</?(?:cell|l|lb|milestone|div)\b[^>]*>")
TAG = re.compile(r"<[^>]*>")
LOOSE_MARK = re.compile(r"\s+([,.;:?!])")


def read_module(members: Mapping[str, bytes]) -> list[str]:
    """The paragraphs of a module in its order, with single blanks.

    Args:
        members: the module's files by path, as `read_members` returns them. Other files are ignored.

    Raises:
        DataError: there is no text, an index is missing, or a block is damaged; the error names the file.
    """
    paragraphs: list[str] = []
    for path in sorted(members):
        if path.endswith(("bzz", "czz")):
            paragraphs += clean_osis(_unpack(path, members))
    if not paragraphs:
        raise DataError(
            f"{', '.join(members) or 'a SWORD module'}: no text of the SWORD format (*.bzz, *.czz)"
        )
    return paragraphs


def clean_osis(text: str) -> list[str]:
    """The paragraphs of a piece of OSIS without tags, headings and notes, and without empty paragraphs."""
    text = PARAGRAPH.sub("\n", NO_PROSE.sub(" ", " ".join(text.split())))
    text = html.unescape(TAG.sub("", BETWEEN_WORDS.sub(" ", text)))
    lines = (LOOSE_MARK.sub(r"\1", " ".join(line.split())) for line in text.split("\n"))
    return [line for line in lines if line]


def _unpack(path: str, members: Mapping[str, bytes]) -> str:
    index = f"{path[:-1]}s"
    if index not in members:
        raise DataError(f"{path}: its index {index} is missing from the package")
    packed, entries = members[path], members[index]
    blocks: list[bytes] = []
    try:
        for offset, size, plain in ENTRY.iter_unpack(entries):
            if size:
                blocks.append(zlib.decompress(packed[offset : offset + size]))
                if len(blocks[-1]) != plain:
                    raise ValueError(f"a block holds {len(blocks[-1])} bytes, the index says {plain}")
        return b"".join(block if block.endswith(b"\n") else block + b"\n" for block in blocks).decode("utf-8")
    except (struct.error, zlib.error, ValueError) as error:
        raise DataError(f"{path}: not a text of the SWORD format, or damaged ({error})") from error
