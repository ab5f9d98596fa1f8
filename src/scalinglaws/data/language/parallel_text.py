"""Sentence pairs: which of them are the same, and a split whose training pairs are not in validation."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

WORD = re.compile(r"\w+")


class SentencePair(NamedTuple):
    """A sentence, its translation, and the collection they come from."""

    source: str
    target: str
    origin: str


def sentence_key(sentence: str) -> str:
    """A key that is equal for sentences that differ only in case, white space and punctuation."""
    folded = unicodedata.normalize("NFKC", sentence).casefold()
    return " ".join(WORD.findall(folded)) or " ".join(folded.split())


def unique_targets(pairs: Iterable[SentencePair]) -> list[SentencePair]:
    """The pairs without those whose target sentence has come before."""
    first: dict[str, SentencePair] = {}
    for pair in pairs:
        first.setdefault(sentence_key(pair.target), pair)
    return list(first.values())


def without_leaks(training: Iterable[SentencePair], validation: Iterable[SentencePair]) -> list[SentencePair]:
    """Training pairs whose source is not a source, and whose target is not a target, in validation."""
    held_out = list(validation)
    sources = {sentence_key(pair.source) for pair in held_out}
    targets = {sentence_key(pair.target) for pair in held_out}
    return [
        pair
        for pair in training
        if sentence_key(pair.source) not in sources and sentence_key(pair.target) not in targets
    ]


def split(
    pairs: Iterable[SentencePair], validation: int, seed: int
) -> tuple[list[SentencePair], list[SentencePair]]:
    """Choose validation pairs at random.

    Pairs are ranked by a hash of the target sentence, so that the choice hardly changes if a few pairs come
    or go, as in another version of a package.

    Args:
        pairs: pairs with unique targets.
        validation: number of validation pairs, at most.
        seed: the seed of the choice.

    Returns:
        The remaining pairs, in their order, and the validation pairs.
    """

    def chance(pair: SentencePair) -> bytes:
        return hashlib.sha256(f"{seed}/{sentence_key(pair.target)}".encode()).digest()

    all_pairs = list(pairs)
    order = sorted(range(len(all_pairs)), key=lambda index: chance(all_pairs[index]))
    held_out = set(order[:validation])
    training = [pair for index, pair in enumerate(all_pairs) if index not in held_out]
    return training, [all_pairs[index] for index in sorted(held_out)]
