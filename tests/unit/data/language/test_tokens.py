"""Words and characters become ids, the most frequent ones first."""

import numpy as np

from scalinglaws.data.language.tokens import END, UNKNOWN, Census, Vocabulary, split_words, token_type

TRAINING = ["The cat, the dog.", "The cat's cat: a bird", "Zebra the end"] * 4


def test_words_are_lower_case_and_marks_are_separate() -> None:
    assert split_words("Don't STOP—she said, “l’été 1885”...") == [
        *("don't", "stop", "—", "she", "said", ",", "“", "l’été", "1885", "”", ".", ".", ".")
    ]
    assert split_words("a_b 'tis self-made") == ["a", "_", "b", "'", "tis", "self", "-", "made"]


def test_the_most_frequent_words_get_ids_in_order() -> None:
    census = Census("words")
    census.add(["b a a c", "b a d c"])
    vocabulary, outside = census.vocabulary(3)
    assert vocabulary.types == ("a", "b", "c")  # b and c are equally frequent
    assert outside == 1 / 8
    assert vocabulary.encode(["c d", "", "a"]).tolist() == [4, UNKNOWN, END, END, 2, END]
    assert len(vocabulary) == 5


def test_characters_keep_their_case_and_count_the_reserved_ids() -> None:
    census = Census("characters")
    census.add(["AAAbb", "Aé😀"])
    vocabulary, outside = census.vocabulary(4)
    assert vocabulary.types == ("A", "b")
    assert outside == 2 / 8
    assert len(vocabulary) == 4
    assert vocabulary.encode(["bA😀", "é"]).tolist() == [3, 2, UNKNOWN, END, UNKNOWN, END]


def test_a_census_in_parts_is_a_census_at_once() -> None:
    for kind in ("words", "characters"):
        whole, parts = Census(kind), Census(kind)  # type: ignore[arg-type]
        whole.add(TRAINING)
        for line in TRAINING:
            parts.add([line])
        assert parts.counts() == whole.counts()
        assert parts.lines == whole.lines == 12


def test_large_vocabularies_take_four_bytes() -> None:
    assert (token_type(1 << 16), token_type((1 << 16) + 1)) == (np.uint16, np.uint32)
    large = Vocabulary("words", tuple(f"w{k}" for k in range(70_000)))
    encoded = large.encode(["w69999 w0"])
    assert (encoded.dtype, encoded.tolist()) == (np.uint32, [70_001, 2, 1])
