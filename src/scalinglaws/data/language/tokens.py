"""Words or characters as ids, by a vocabulary of the most frequent ones."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["words", "characters"]
Tokens = NDArray[np.unsignedinteger[Any]]
"""uint16, or uint32 if there are too many ids for that."""

UNKNOWN = 0
"""The id of everything that is not in the vocabulary."""
END = 1
"""The id of the end of a line, which is a paragraph or a sentence, depending on the source."""
RESERVED = 2
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[^\w\s]|_")
CODE_POINTS = 0x110000


def split_words(line: str) -> list[str]:
    """The words of a line, with apostrophes inside them, and its punctuation marks, in lower case."""
    return WORD.findall(line.lower())


@dataclass(frozen=True)
class Vocabulary:
    """The words or characters (types) that have an id: `types[k]` has the id RESERVED + k.

    Attributes:
        kind: whether types are words or characters.
        types: the types, most frequent first.
        split: a function from a line to its words; not used for characters.
    """

    kind: Kind
    types: tuple[str, ...]
    split: Callable[[str], list[str]] = split_words

    def __len__(self) -> int:
        """Number of ids."""
        return RESERVED + len(self.types)

    @property
    def dtype(self) -> np.dtype[np.unsignedinteger[Any]]:
        """The smallest integer type that has room for the ids."""
        return token_type(len(self))

    def encode(self, lines: Iterable[str]) -> Tokens:
        """The ids of all tokens of some lines, shape (tokens,), with END after each line."""
        if self.kind == "characters":
            ids: Tokens = self._table[_code_points(lines)]
            return ids
        tokens = (token for line in lines for token in (*self.split(line), "\n"))
        return np.fromiter(map(self._ids.get, tokens, repeat(UNKNOWN)), dtype=self.dtype)

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {"\n": END} | {name: RESERVED + k for k, name in enumerate(self.types)}

    @cached_property
    def _table(self) -> Tokens:
        table = np.full(CODE_POINTS, UNKNOWN, dtype=self.dtype)
        for name, number in self._ids.items():
            table[ord(name)] = number
        return table


def token_type(ids: int) -> np.dtype[np.unsignedinteger[Any]]:
    """The integer type that tokens are saved as, for a number of ids."""
    return np.dtype(np.uint16 if ids <= 1 << 16 else np.uint32)


class Census:
    """Counts of words or characters in the lines seen so far."""

    def __init__(self, kind: Kind, split: Callable[[str], list[str]] = split_words) -> None:
        self.kind, self.split = kind, split
        self.lines = 0
        self._words: Counter[str] = Counter()
        self._characters = np.zeros(CODE_POINTS, dtype=np.int64)

    def add(self, lines: Sequence[str]) -> None:
        """Count some more lines, which have no line breaks in them."""
        self.lines += len(lines)
        if self.kind == "characters":
            self._characters += np.bincount(_code_points(lines), minlength=CODE_POINTS)
        else:
            for line in lines:
                self._words.update(self.split(line))

    def counts(self) -> dict[str, int]:
        """The number of occurrences of each type; ends of lines are not counted."""
        if self.kind == "words":
            return dict(self._words)
        found = np.flatnonzero(self._characters).tolist()
        return {chr(code): int(self._characters[code]) for code in found if chr(code) != "\n"}

    def vocabulary(self, size: int) -> tuple[Vocabulary, float]:
        """The most frequent types, and the share of tokens that are not among them.

        Equally frequent types are in alphabetical order. The ends of lines do not count as tokens here.

        Args:
            size: for words, their number without UNKNOWN and END; for characters, as is usual, including
                these.
        """
        counts = self.counts()
        ranked = sorted(counts, key=lambda name: (-counts[name], name))
        kept = ranked[: size - RESERVED if self.kind == "characters" else size]
        total = sum(counts.values())
        outside = total - sum(counts[name] for name in kept)
        return Vocabulary(self.kind, tuple(kept), self.split), outside / max(total, 1)


def _code_points(lines: Iterable[str]) -> NDArray[np.uint32]:
    text = "".join(f"{line}\n" for line in lines)
    return np.frombuffer(text.encode("utf-32-le", "replace"), dtype="<u4")
