from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from scalinglaws.data.dataset import Unit
from scalinglaws.data.language.parallel_text import SentencePair, sentence_key
from scalinglaws.data.language.reserved_ids import END, PAD, RESERVED
from scalinglaws.data.language.subwords import joined
from scalinglaws.data.modalities.arrays import ARRAYS
from scalinglaws.data.modalities.pairs import Pairs, pairs_of
from scalinglaws.errors import DataError

TRAINING = [
    SentencePair(f"der {a} {b}", f"the {c} {d}", origin)
    for a, c, origin in (("Hund", "dog", "left"), ("Baum", "tree", "left"), ("Stein", "stone", "right"))
    for b, d in (("lacht", "laughs"), ("weint", "cries"), ("singt laut", "sings aloud"))
]
VALIDATION = [
    SentencePair("der Hund weint", "a dog is in tears", "left"),  # its source is in training
    SentencePair("ein Stein singt laut", "The STONE  sings aloud!", "right"),  # its target is
    SentencePair("der Baum singt", "the tree sings", "left"),
]


def made(
    training: list[SentencePair] = TRAINING,
    validation: list[SentencePair] = VALIDATION,
    vocabulary: int = 60,
    longest: int = 16,
) -> Pairs:
    return pairs_of(
        training,
        validation,
        vocabulary=vocabulary,
        longest=longest,
        title="Toy",
        licence="MIT",
        provenance="made here",
    )


def text(pairs: Pairs, split: str) -> list[tuple[str, str]]:
    """Sources and targets of a split, decoded."""
    arrays = pairs.arrays()
    return [
        (joined(source, pairs.subwords), joined(target, pairs.subwords))
        for source, target in zip(
            arrays[f"{split}_sources"].tolist(), arrays[f"{split}_targets"].tolist(), strict=True
        )
    ]


def test_arrays() -> None:
    pairs = made().check()
    arrays = pairs.arrays()
    assert set(arrays) == set(ARRAYS["pairs"])
    assert arrays["train_sources"].shape == (7, 16)
    assert arrays["train_targets"].shape == (7, 17)
    assert arrays["validation_targets"].shape == (3, 17)
    assert {arrays[name].dtype.name for name in ARRAYS["pairs"][2:]} == {"uint16"}
    assert pairs.unit == Unit("target tokens", 1, "sentence pairs")
    assert arrays["strata"].tolist() == [0] * 7
    tokens = [np.flatnonzero(row == END)[0] + 1 for row in arrays["train_targets"]]
    assert arrays["amounts"].tolist() == tokens
    assert arrays["amounts"].dtype == np.int64
    assert pairs.facts()["vocabulary"] == len(pairs.subwords) == 60
    assert pairs.facts()["longest"] == 16


def test_sentences_come_back_whole() -> None:
    pairs = made()
    kept = [pair[:2] for pair in TRAINING if pair.source != "der Hund weint"]
    kept = [pair for pair in kept if pair[1] != "the stone sings aloud"]
    assert text(pairs, "train") == kept
    assert text(pairs, "validation")[2] == VALIDATION[2][:2]


def test_padding_follows_the_sentence_and_targets_close_with_end() -> None:
    pairs = made()
    for source, target in zip(pairs.train_sources, pairs.train_targets, strict=True):
        subwords = source[source != PAD]
        assert source.tolist() == [*subwords, *[PAD] * (16 - len(subwords))]
        assert min(subwords) >= len(RESERVED)
        tokens = target[target != PAD]
        assert target.tolist() == [*tokens, *[PAD] * (17 - len(tokens))]
        assert tokens[-1] == END
        assert min(tokens[:-1]) >= len(RESERVED)


def test_no_sentence_of_validation_is_in_training() -> None:
    pairs = made()
    for side in range(2):
        training = {sentence_key(pair[side]) for pair in text(pairs, "train")}
        validation = {sentence_key(pair[side]) for pair in text(pairs, "validation")}
        assert training.isdisjoint(validation)
    assert "2 training pairs with a sentence of validation" in pairs.description


def test_a_repeated_target_is_kept_once() -> None:
    again = [*TRAINING, SentencePair("es lacht der Hund", "The dog laughs.", "right")]
    assert text(made(again), "train") == text(made(), "train")
    assert "1 training pairs that repeat a target" in made(again).description


def test_long_sentences_are_left_out() -> None:
    everything, short = made(), made(longest=6)
    fits = [
        (row != PAD).sum() <= 6 and (target != PAD).sum() <= 7
        for row, target in zip(everything.train_sources, everything.train_targets, strict=True)
    ]
    assert 0 < sum(fits) < len(fits)
    np.testing.assert_array_equal(short.train_sources, everything.train_sources[fits, :6])
    np.testing.assert_array_equal(short.train_targets, everything.train_targets[fits, :7])
    assert f"{len(fits) - sum(fits)} training pairs that are longer" in short.description
    assert f"{sum(fits)} training pairs (left" in short.description


def test_a_sentence_of_just_the_longest_is_kept() -> None:
    lengths = (made().train_targets != PAD).sum(1) - 1
    longest = int(lengths.max())
    assert ((made(longest=longest).train_targets != PAD).sum(1) == longest + 1).any()


def test_empty_sentences_are_left_out() -> None:
    empty = [SentencePair(" ", "nothing at all", "left"), SentencePair("gar nichts", "", "left")]
    assert len(made([*TRAINING, *empty]).check().train_sources) == 7


def test_the_vocabulary_is_fixed_once_from_the_whole_pool() -> None:
    long_pair = SentencePair("qqqq " * 40, "qqqq " * 30, "right")
    pool = [*TRAINING, long_pair]
    short, longer = made(pool, longest=6), made(pool, longest=16)
    assert short.subwords == longer.subwords  # whichever sentences are left out afterwards
    assert "▁qqqq" in short.subwords
    # Neither validation nor pairs that leak take part.
    strange = SentencePair("zzzz zzzz", "zzzz zzzz zzzz", "left")
    assert made(pool, [*VALIDATION, strange]).subwords == longer.subwords
    assert made([*pool, strange], [*VALIDATION, strange]).subwords == longer.subwords


def test_preparing_twice_gives_the_same() -> None:
    first, second = made().arrays(), made().arrays()
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])


def test_fewer_validation_pairs() -> None:
    pairs = made()
    fewer = pairs.with_validation(np.array([0, 2]))
    assert fewer.validation_strata.tolist() == [0, 0]
    assert text(fewer, "validation") == [text(pairs, "validation")[each] for each in (0, 2)]
    np.testing.assert_array_equal(fewer.train_sources, pairs.train_sources)


@pytest.mark.parametrize(
    ("training", "validation", "longest", "said"),
    [
        (TRAINING, VALIDATION, 1, "no training pair of 1 to 1 subwords"),
        (TRAINING, [], 16, "no validation pair"),
        ([VALIDATION[0]], VALIDATION, 16, "no training pair that is not in validation; there are 1"),
    ],
)
def test_nothing_is_left(
    training: list[SentencePair], validation: list[SentencePair], longest: int, said: str
) -> None:
    with pytest.raises(DataError, match=said):
        made(training, validation, longest=longest)


def broken(name: str, place: tuple[int, int], value: int) -> dict[str, Any]:
    array = getattr(made(), name).copy()
    array[place] = value
    return {name: array}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (broken("train_sources", (0, 0), 60), "training split: ids run to 60, but there are 60"),
        (broken("train_sources", (0, 0), PAD), "PAD is inside"),
        (broken("validation_sources", (0, 1), 1), "validation split: BEGIN"),
        (broken("train_targets", (0, 0), END), "without one END"),
        (broken("train_targets", (0, 16), 7), "PAD is inside"),
        ({"train_targets": made().train_targets[:, :16]}, "must be .pairs, 16. and .pairs, 17."),
        ({"train_sources": made().train_sources[:5]}, "targets"),
        ({"train_sources": made().train_sources.astype(np.int64)}, "uint16, not int64"),
        (
            {"validation_sources": made().train_sources[:0], "validation_targets": made().train_targets[:0]},
            "no",
        ),
        ({"subwords": ("a",) * 70_000}, "70000 ids; 5 to 65536 are allowed"),
    ],
)
def test_parts_that_do_not_fit(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        replace(made(), **changes).check()


def test_a_target_that_goes_on_after_end() -> None:
    targets = made().train_targets.copy()
    last = int((targets[0] != PAD).sum()) - 1
    targets[0, last - 1 : last + 1] = END, 7
    with pytest.raises(DataError, match="does not end with END"):
        replace(made(), train_targets=targets).check()
