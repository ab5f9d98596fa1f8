"""What reaches the terminal: text without control characters, whichever file it comes from."""

import re
import sys
import unicodedata
from collections.abc import Sequence
from typing import TextIO, cast

_UNUSUAL = re.compile(r"[^ -~\n\t]")
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # of Unicode's categories


def printable(text: str) -> str:
    """The text with every character escaped that is not seen: control characters, changes of direction, ...

    Escape codes in a file could otherwise clear the screen, change its title, or show something else than
    what is there. Ends of lines and tabs stay.
    """
    return _UNUSUAL.sub(lambda found: found[0] if is_seen(found[0]) else _escaped(found[0]), text)


def is_seen(character: str) -> bool:
    """Whether a character shows as itself: it is neither a control character nor changes how others show."""
    return unicodedata.category(character) not in _HIDDEN


def protect() -> None:
    """Let only printable text through to this process's output and errors."""
    sys.stdout, sys.stderr = _protected(sys.stdout), _protected(sys.stderr)


def one_line(text: object, longest: int | None = None) -> str:
    """A text as one printable line, cut where it is longer than so many characters."""
    whole = str(text)
    shown = printable(whole[:longest]).replace("\n", "\\n")
    return shown if longest is None or len(whole) <= longest else f"{shown}..."


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with aligned columns: names on the left, numbers on the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join([first.ljust(widths[0]), *map(str.rjust, others, widths[1:])]).rstrip()
        for first, *others in rows
    ]


class _Protected:
    """A stream that prints printable text only.

    The first character of what is printed may be a carriage return: with it, a line of progress replaces the
    one before.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write the text, escaped."""
        start = "\r" if text.startswith("\r") else ""
        shown = start + printable(text[len(start) :])
        encoding = self._stream.encoding or "utf-8"  # a character that the terminal lacks is escaped too
        self._stream.write(shown.encode(encoding, "backslashreplace").decode(encoding))
        return len(text)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def _protected(stream: TextIO) -> TextIO:
    return stream if isinstance(stream, _Protected) else cast(TextIO, _Protected(stream))


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
