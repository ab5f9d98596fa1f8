"""Windows of tokens, the modality of language modelling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from scalinglaws.data.dataset import Unit, one_stratum
from scalinglaws.data.language.paragraphs import Split
from scalinglaws.data.language.tokens import Census, Kind, Tokens, Vocabulary, token_type
from scalinglaws.errors import DataError


@dataclass(frozen=True)
class Text:
    """Windows of tokens. A model sees tokens 0..window-1 of a window and predicts tokens 1..window.

    Attributes:
        train: uint16 (uint32 above 65536 ids) array (windows, window + 1); may be a view or a memory map.
        validation: like `train`; the two share no sentence.
        vocabulary: number of ids. All tokens are smaller.
        tokens: what a token is, in the plural: `words`, `characters`.
        description: a clause for captions.
        title: the name for captions.
        licence: the terms under which the text may be used.
        provenance: where it comes from, one sentence.
        entropy: mean cross-entropy of the best possible prediction, nats per token, if it is known.
        synthetic: whether a program made the text.
        details: more facts about the source.
    """

    train: Tokens
    validation: Tokens
    vocabulary: int
    tokens: str
    description: str
    title: str
    licence: str
    provenance: str
    entropy: float | None = None
    synthetic: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)

    def check(self) -> Text:
        """Return self, or raise DataError if shapes, types or ids do not fit together."""
        for split, windows in (("training", self.train), ("validation", self.validation)):
            problem = _problem(windows, self.vocabulary)
            if problem:
                raise DataError(f"{self.title}, {split} split: {problem}")
        if self.train.shape[1] != self.validation.shape[1]:
            raise DataError(
                f"{self.title}: training windows hold {self.train.shape[1]} tokens, "
                f"validation windows {self.validation.shape[1]}"
            )
        return self

    @property
    def window(self) -> int:
        """Number of predictions per window."""
        return int(self.train.shape[1]) - 1

    @property
    def unit(self) -> Unit:
        """Tokens: those that are predicted count."""
        return Unit(self.tokens, parts=1, examples=f"windows of {self.window} {self.tokens}")

    @property
    def validation_strata(self) -> NDArray[np.int64]:
        """One stratum."""
        return one_stratum(len(self.validation))

    def with_validation(self, chosen: NDArray[np.int64]) -> Text:
        """A copy with only some of its validation windows."""
        return replace(self, validation=self.validation[chosen])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Windows of both splits. The amount of a window is its number of predictions."""
        windows = len(self.train)
        return {
            "strata": one_stratum(windows),
            "amounts": np.full(windows, self.window, dtype=np.int64),
            "train": self.train,
            "validation": self.validation,
        }

    def facts(self) -> dict[str, Any]:
        """What the tokens are, and the best possible loss if it is known."""
        return {
            **self.details,
            "description": self.description,
            "vocabulary": self.vocabulary,
            "window": self.window,
            "entropy": self.entropy,
            "synthetic": self.synthetic,
        }


def cut(stream: Tokens, window: int) -> Tokens:
    """Consecutive windows of a stream of tokens, which overlap by one token; a view, not a copy.

    Args:
        stream: shape (tokens,).
        window: predictions per window.

    Returns:
        Shape (windows, window + 1), read-only. An incomplete window at the end is dropped.
    """
    if len(stream) <= window:
        return np.empty((0, window + 1), dtype=stream.dtype)
    windows: Tokens = sliding_window_view(stream, window + 1)[::window]
    return windows


def describe(vocabulary: Vocabulary, outside: float, window: int) -> tuple[str, dict[str, Any]]:
    """A description of windows of text, for captions, and the same as facts.

    Args:
        vocabulary: the vocabulary of the whole training pool.
        outside: share of the pool's tokens that are not in it.
        window: predictions per window.
    """
    description = (
        f"windows of {window} {vocabulary.kind}; vocabulary: the {len(vocabulary.types):,} most frequent "
        f"{vocabulary.kind} of the whole training pool, {100 * outside:.2f} % of the pool lie outside it"
    )
    return description, {"outside_vocabulary": outside}


def text_of_paragraphs(
    split: Split,
    kind: Kind,
    vocabulary: int,
    window: int,
    *,
    title: str,
    licence: str,
    provenance: str,
) -> Text:
    """Choose the vocabulary from all training paragraphs, encode both sets and cut them into windows.

    Args:
        split: paragraphs, in the order of the streams.
        kind: what a token is.
        vocabulary: size of the vocabulary; see `Census.vocabulary`.
        window: predictions per window.
        title: see `Text`.
        licence: see `Text`.
        provenance: see `Text`.
    """
    census = Census(kind)
    census.add(split.training)
    fixed, outside = census.vocabulary(vocabulary)
    description, facts = describe(fixed, outside, window)
    facts["paragraphs"] = {
        "training": len(split.training),
        "validation": len(split.validation),
        "left_out_repeated": split.repeated,
        "left_out_shared_sentence": split.shared,
    }
    return Text(
        train=cut(fixed.encode(split.training), window),
        validation=cut(fixed.encode(split.validation), window),
        vocabulary=len(fixed),
        tokens=kind,
        description=description,
        title=title,
        licence=licence,
        provenance=provenance,
        details=facts,
    )


def _problem(windows: Tokens, vocabulary: int) -> str | None:
    expected = token_type(vocabulary)
    if windows.ndim != 2 or windows.dtype != expected:
        return f"tokens must be {expected} (windows, window + 1), not {windows.dtype} {windows.shape}"
    if not len(windows):
        return f"the text is shorter than one window of {windows.shape[1] - 1} tokens"
    if windows.shape[1] < 2:
        return "a window must hold two tokens or more"
    if windows.max() >= vocabulary:
        return f"token {windows.max()} is not below the vocabulary's {vocabulary} ids"
    return None
