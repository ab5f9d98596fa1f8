"""Paragraphs dealt to training and to validation so that the two share no sentence."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scalinglaws.errors import DataError

SENTENCE_END = re.compile(r"""(?<=[.!?…])["')\]”’]*\s+""")
NOT_A_WORD = re.compile(r"[\W_]+")
SHORTEST = 4
"""Words of the shortest sentence that counts: `Verse 7.` and `Op. Cit., p. 25` are everywhere."""
SEED = b"paragraphs 0"


@dataclass(frozen=True)
class Split:
    """Paragraphs of both sets, in random order.

    Attributes:
        training: paragraphs, none of which shares a sentence with validation.
        validation: paragraphs.
        repeated: how many paragraphs were left out because they had been there before.
        shared: how many were left out of training because they share a sentence with validation.
    """

    training: list[str]
    validation: list[str]
    repeated: int
    shared: int


def normal(text: str) -> str:
    """A text in lower case, its words alone with a blank between: what makes two sentences the same."""
    return NOT_A_WORD.sub(" ", text.lower()).strip()


def sentences(paragraph: str) -> set[str]:
    """The sentences of a paragraph in `normal` modality, those of fewer than SHORTEST words left out."""
    found = (normal(piece) for piece in SENTENCE_END.split(paragraph))
    return {sentence for sentence in found if sentence.count(" ") >= SHORTEST - 1}


def split_paragraphs(paragraphs: Sequence[str], share: float, characters: int) -> Split:
    """Shuffle paragraphs, once and for all, and set some aside for validation.

    The order is that of a hash of each one's words: it depends neither on the order in which they come nor on
    a random generator whose stream may change.

    Args:
        paragraphs: any number, repeated ones counted once (in `normal` modality).
        share: share of the paragraphs to set aside.
        characters: characters to set aside at least, by taking more paragraphs.

    Raises:
        DataError: nothing is left for training.
    """
    unique = {normal(paragraph): paragraph for paragraph in reversed(paragraphs)}
    unique.pop("", None)
    order = [unique[text] for text in sorted(unique, key=_place)]
    taken, held_out = 0, 0
    while held_out < len(order) and (held_out < share * len(order) or taken < characters):
        taken += len(order[held_out])
        held_out += 1
    validation, rest = order[:held_out], order[held_out:]
    kept = _unshared(rest, validation)
    if not kept:
        raise DataError(
            f"{len(order)} paragraphs leave none for training: validation takes {held_out}, of "
            f"{characters} characters or more, and {len(rest)} share a sentence with it"
        )
    return Split(kept, validation, len(paragraphs) - len(order), len(rest) - len(kept))


def _place(text: str) -> bytes:
    return hashlib.sha256(SEED + text.encode("utf-8", "replace")).digest()


def _unshared(paragraphs: Iterable[str], validation: Iterable[str]) -> list[str]:
    secret = set().union(*map(sentences, validation))
    return [paragraph for paragraph in paragraphs if secret.isdisjoint(sentences(paragraph))]
