"""Split paragraphs into training and validation so that the two share no sentence."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scalinglaws.errors import DataError

SENTENCE_END = re.compile(r"""(?<=[.!?…])["')\]”’]*\s+""")
NOT_A_WORD = re.compile(r"[\W_]+")
SHORTEST = 4
"""Sentences with fewer words do not count as shared: `Verse 7.` and `Op. Cit., p. 25` are everywhere."""
SEED = b"paragraphs 0"


@dataclass(frozen=True)
class Split:
    """Paragraphs for training and for validation, in random order.

    Attributes:
        training: paragraphs that share no sentence with validation.
        validation: paragraphs.
        repeated: number of paragraphs left out because they repeat another one.
        shared: number of paragraphs left out of training because they share a sentence with validation.
    """

    training: list[str]
    validation: list[str]
    repeated: int
    shared: int


def normal(text: str) -> str:
    """The words of a text in lower case, with a blank between them. Two sentences are the same if this is."""
    return NOT_A_WORD.sub(" ", text.lower()).strip()


def sentences(paragraph: str) -> set[str]:
    """The sentences of a paragraph, normalised by `normal`, without those of fewer than SHORTEST words."""
    found = (normal(piece) for piece in SENTENCE_END.split(paragraph))
    return {sentence for sentence in found if sentence.count(" ") >= SHORTEST - 1}


def split_paragraphs(paragraphs: Sequence[str], share: float, characters: int) -> Split:
    """Shuffle paragraphs and set some aside for validation.

    They are sorted by a hash of their words, so that their order does not depend on the order in which they
    come, nor on a random generator whose stream may change.

    Args:
        paragraphs: any number. Paragraphs with the same words count once.
        share: share of the paragraphs to set aside.
        characters: the least number of characters to set aside; more paragraphs are taken if need be.

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
