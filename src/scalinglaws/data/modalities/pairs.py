"""Sentence pairs as ids of subwords, the modality of translation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglaws.data.dataset import Unit, one_stratum
from scalinglaws.data.language.parallel_text import SentencePair, unique_targets, without_leaks
from scalinglaws.data.language.reserved_ids import BEGIN, END, PAD, RESERVED
from scalinglaws.data.language.subwords import Subwords, train_subwords
from scalinglaws.errors import DataError

LARGEST_VOCABULARY = 1 << 16  # ids are uint16


@dataclass(frozen=True)
class Pairs:
    """Sentences and their translations: a training pool, and validation pairs.

    A source is a row of subwords; a target is a row of subwords, then END. Both are padded with PAD at the
    end.

    Attributes:
        train_sources: uint16 array (pairs, longest).
        train_targets: uint16 array (pairs, longest + 1).
        validation_sources: like `train_sources`.
        validation_targets: like `train_targets`.
        subwords: the vocabulary in the order of ids, with PAD, BEGIN, END and UNKNOWN first.
        title: the name for captions.
        licence: the terms under which the sentences may be used.
        provenance: where they come from, one sentence.
        description: counts, for captions.
    """

    train_sources: NDArray[np.uint16]
    train_targets: NDArray[np.uint16]
    validation_sources: NDArray[np.uint16]
    validation_targets: NDArray[np.uint16]
    subwords: tuple[str, ...]
    title: str
    licence: str
    provenance: str
    description: str

    def check(self) -> Pairs:
        """Return self, or raise DataError if shapes, types or ids do not fit together."""
        if not len(RESERVED) < len(self.subwords) <= LARGEST_VOCABULARY:
            raise DataError(
                f"{self.title}: {len(self.subwords)} ids; {len(RESERVED) + 1} to {LARGEST_VOCABULARY} "
                "are allowed"
            )
        for split, sources, targets in (
            ("training", self.train_sources, self.train_targets),
            ("validation", self.validation_sources, self.validation_targets),
        ):
            problem = self._problem(sources, targets)
            if problem:
                raise DataError(f"{self.title}, {split} split: {problem}")
        return self

    @property
    def longest(self) -> int:
        """The most subwords that a sentence may have."""
        return int(self.train_sources.shape[1])

    @property
    def unit(self) -> Unit:
        """Target tokens: subwords, and one END per sentence."""
        return Unit("target tokens", parts=1, examples="sentence pairs")

    @property
    def validation_strata(self) -> NDArray[np.int64]:
        """One stratum."""
        return one_stratum(len(self.validation_sources))

    def with_validation(self, chosen: NDArray[np.int64]) -> Pairs:
        """A copy with only some of its validation pairs."""
        sources, targets = self.validation_sources[chosen], self.validation_targets[chosen]
        return replace(self, validation_sources=sources, validation_targets=targets)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Sources and targets of both splits. The amount of a pair is its number of target tokens."""
        return {
            "strata": one_stratum(len(self.train_sources)),
            "amounts": np.count_nonzero(self.train_targets != PAD, axis=1).astype(np.int64),
            "train_sources": self.train_sources,
            "train_targets": self.train_targets,
            "validation_sources": self.validation_sources,
            "validation_targets": self.validation_targets,
        }

    def facts(self) -> dict[str, Any]:
        """The sizes of vocabulary and sentences, and the subwords, so that ids can be read."""
        return {
            "description": self.description,
            "vocabulary": len(self.subwords),
            "longest": self.longest,
            "subwords": list(self.subwords),
        }

    def _problem(self, sources: NDArray[Any], targets: NDArray[Any]) -> str | None:
        if sources.dtype != np.uint16 or targets.dtype != np.uint16:
            return f"ids must be uint16, not {sources.dtype} and {targets.dtype}"
        if sources.shape != (len(sources), self.longest) or targets.shape != (len(sources), self.longest + 1):
            return (
                f"sources are {sources.shape} and targets {targets.shape}; "
                f"they must be (pairs, {self.longest}) and (pairs, {self.longest + 1})"
            )
        if not len(sources):
            return "no sentence pairs"
        if max(sources.max(), targets.max()) >= len(self.subwords):
            return f"ids run to {max(sources.max(), targets.max())}, but there are {len(self.subwords)}"
        if (sources == BEGIN).any() or (sources == END).any() or (targets == BEGIN).any():
            return "BEGIN is in a sentence, or END in a source"
        if not ((targets == END).sum(1) == 1).all():
            return "a target without one END"
        last = np.count_nonzero(targets != PAD, axis=1) - 1
        if not _padded_at_end(sources) or not _padded_at_end(targets):
            return "PAD is inside a sentence, or a sentence is empty"
        if not (targets[np.arange(len(targets)), last] == END).all():
            return "a target does not end with END"
        return None


def pairs_of(
    training: Sequence[SentencePair],
    validation: Sequence[SentencePair],
    *,
    vocabulary: int,
    longest: int,
    title: str,
    licence: str,
    provenance: str,
) -> Pairs:
    """Turn sentence pairs into ids of subwords.

    If several training pairs have the same target, only the first is kept. Pairs are dropped if either
    sentence is also in validation. The vocabulary is learned from all remaining training pairs, including
    long ones, so that it is the same for every subset and every `longest`.

    Args:
        training: the pool that subsets are drawn from.
        validation: pairs to validate on.
        vocabulary: number of ids, for both languages together.
        longest: pairs with more subwords than this in either sentence are left out.
        title: the name for captions.
        licence: the terms under which the sentences may be used.
        provenance: where they come from, one sentence.

    Raises:
        DataError: the vocabulary is too small for the letters, or no pair is left.
    """
    unique = unique_targets(training)
    pool = without_leaks(unique, validation)
    if not pool:
        raise DataError(f"{title}: no training pair that is not in validation; there are {len(training)}")
    subwords = train_subwords([sentence for pair in pool for sentence in pair[:2]], vocabulary)
    train_sources, train_targets, kept = _encoded(pool, subwords, longest)
    validation_sources, validation_targets, validated = _encoded(validation, subwords, longest)
    if not kept or not validated:
        raise DataError(
            f"{title}: no {'validation' if kept else 'training'} pair of 1 to {longest} subwords a sentence "
            f"(`longest`); there are {len(pool)} training and {len(validation)} validation pairs"
        )
    left_out = {
        "training pairs that repeat a target": len(training) - len(unique),
        "training pairs with a sentence of validation": len(unique) - len(pool),
        "training pairs that are longer or empty": len(pool) - len(kept),
        "validation pairs that are longer or empty": len(validation) - len(validated),
    }
    description = (
        f"{len(kept):,} training pairs ({_by_origin(kept)}) and {len(validated):,} validation pairs "
        f"({_by_origin(validated)}) of at most {longest} subwords a sentence; left out: "
        f"{', '.join(f'{count:,} {reason}' for reason, count in left_out.items() if count) or 'none'}; "
        f"one vocabulary of {len(subwords.names):,} subwords for both languages, fixed once from the whole "
        "training pool"
    )
    return Pairs(
        train_sources=train_sources,
        train_targets=train_targets,
        validation_sources=validation_sources,
        validation_targets=validation_targets,
        subwords=subwords.names,
        title=title,
        licence=licence,
        provenance=provenance,
        description=description,
    )


def _encoded(
    pairs: Sequence[SentencePair], subwords: Subwords, longest: int
) -> tuple[NDArray[np.uint16], NDArray[np.uint16], list[SentencePair]]:
    sources = np.full((len(pairs), longest), PAD, dtype=np.uint16)
    targets = np.full((len(pairs), longest + 1), PAD, dtype=np.uint16)
    kept: list[SentencePair] = []
    encoded = zip(
        pairs,
        subwords.encode(pair.source for pair in pairs),
        subwords.encode(pair.target for pair in pairs),
        strict=True,
    )
    for pair, source, target in encoded:
        if 1 <= len(source) <= longest and 1 <= len(target) <= longest:
            sources[len(kept), : len(source)] = source
            targets[len(kept), : len(target) + 1] = [*target, END]
            kept.append(pair)
    return sources[: len(kept)].copy(), targets[: len(kept)].copy(), kept


def _by_origin(pairs: Sequence[SentencePair]) -> str:
    counts = Counter(pair.origin for pair in pairs)
    return ", ".join(f"{origin} {count:,}" for origin, count in sorted(counts.items()))


def _padded_at_end(ids: NDArray[np.uint16]) -> bool:
    """Whether every row has ids first, and then only padding."""
    words = ids != PAD
    return bool(words[:, 0].all() and not (words[:, 1:] & ~words[:, :-1]).any())
