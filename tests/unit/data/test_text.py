"""Windows of tokens: the vocabulary, the encoding, the cut, and two sets that share no sentence."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scalinglaws.data.language import paragraphs
from scalinglaws.data.language.paragraphs import Split, sentences, split_paragraphs
from scalinglaws.data.language.tokens import END, UNKNOWN, Census, Kind, Vocabulary, split_words, token_type
from scalinglaws.data.modalities.text import Text, cut, text_of_paragraphs
from scalinglaws.data.store import read_prepared, write_prepared
from scalinglaws.errors import DataError

TRAINING = ["The cat, the dog.", "The cat's cat: a bird", "Zebra the end"] * 4
VALIDATION = ["A cat and the dog met.", "Nothing but the yeti."] * 6


def made(kind: Kind = "words", vocabulary: int = 4, window: int = 5, training: list[str] = TRAINING) -> Text:
    split = Split(training, VALIDATION, repeated=2, shared=1)
    names = {"title": "Made text", "licence": "MIT", "provenance": "made here"}
    return text_of_paragraphs(split, kind, vocabulary, window, **names).check()


def stream(windows: np.ndarray) -> list[int]:
    """The stream that windows were cut from."""
    return [*windows[0, :1].tolist(), *windows[:, 1:].ravel().tolist()]


def test_words_are_lower_case_and_marks_stand_alone() -> None:
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


def test_consecutive_windows_overlap_by_the_token_that_both_need() -> None:
    windows = cut(np.arange(12, dtype=np.uint16), 4)
    assert windows.tolist() == [[0, 1, 2, 3, 4], [4, 5, 6, 7, 8]]
    assert cut(np.arange(13, dtype=np.uint16), 4)[2].tolist() == [8, 9, 10, 11, 12]
    assert cut(np.arange(4, dtype=np.uint16), 4).shape == (0, 5)


def test_windows_predict_the_next_token_of_the_text() -> None:
    text = made(vocabulary=4)
    # the: 5, cat: 3 ("cat's" is another word), dog, bird, ... 1 each, of which "'" would be none
    every = [token for line in TRAINING for token in (*split_words(line), "end of paragraph")]
    found = stream(text.train)
    assert len(every) - len(found) < 5
    names = {END: "end of paragraph", 2: "the", 3: "cat"}
    for token, name in zip(found, every, strict=False):
        if token in names:
            assert name == names[token]
        else:
            assert name not in ("the", "cat", "end of paragraph")
    assert text.validation[0].tolist()[1:3] == [3, UNKNOWN]


def test_the_vocabulary_is_that_of_the_whole_training_pool_alone() -> None:
    text = made(vocabulary=100)
    words = {word for line in TRAINING for word in split_words(line)}
    assert text.vocabulary == len(words) + 2
    assert "yeti" not in words
    assert UNKNOWN in text.validation  # what validation alone holds has no id
    assert UNKNOWN not in text.train


def test_the_first_paragraphs_do_not_fix_the_ids() -> None:
    # Subsets are prefixes of a shuffle of windows, and all have the ids of the pool, in which `b` is the most
    # frequent; in the first paragraph it is `a`.
    text = made(vocabulary=2, training=["a a a a b b c c", "b b b b b b c"])
    assert text.train[0].tolist() == [3, 3, 3, 3, 2, 2]
    assert text.facts()["outside_vocabulary"] == pytest.approx(3 / 15)


def test_facts_and_amounts() -> None:
    text = made("characters", vocabulary=8, window=7)
    facts, arrays = text.facts(), text.arrays()
    assert (facts["vocabulary"], facts["window"], facts["entropy"], facts["synthetic"]) == (8, 7, None, False)
    assert "6 most frequent characters of the whole training pool" in facts["description"]
    assert f"{100 * facts['outside_vocabulary']:.2f} %" in facts["description"]
    assert facts["paragraphs"]["left_out_shared_sentence"] == 1
    assert arrays["amounts"].tolist() == [7] * len(text.train)
    assert not arrays["strata"].any()
    assert (text.unit.name, text.unit.parts, text.unit.examples) == (
        *("characters", 1, "windows of 7 characters"),
    )


def test_a_choice_of_validation_windows_is_seeded_and_in_order() -> None:
    text = made("characters", vocabulary=20, window=4)
    rows = [tuple(row) for row in text.validation.tolist()]
    chosen = [text.with_validation(9, seed).validation for seed in (1, 1, 2)]
    np.testing.assert_array_equal(chosen[0], chosen[1])
    assert not np.array_equal(chosen[0], chosen[2])
    places = iter(rows)
    assert all(tuple(row) in places for row in chosen[0].tolist())  # a subsequence
    assert text.with_validation(9, 1).validation_examples == 9
    assert text.with_validation(len(rows), 3).validation.tolist() == text.validation.tolist()


def test_saved_and_read_back(tmp_path: Path) -> None:
    text = made()
    write_prepared(text, tmp_path, 6, 0, "made", "text")
    data = read_prepared(tmp_path)
    np.testing.assert_array_equal(data["train"], text.train)
    assert data["validation"].shape == (6, 6)
    assert data.manifest["vocabulary"] == text.vocabulary
    assert data.unit == text.unit


def test_what_check_refuses() -> None:
    text = made()
    with pytest.raises(DataError, match="Made text, training split: tokens must be uint16"):
        replace(text, train=text.train.astype(np.uint32)).check()
    with pytest.raises(DataError, match="validation split: token 6 is not below the vocabulary's 6 ids"):
        replace(text, validation=np.full((2, 6), 6, dtype=np.uint16)).check()
    with pytest.raises(DataError, match="training windows hold 6 tokens, validation windows 4"):
        replace(text, validation=text.validation[:, :4]).check()
    with pytest.raises(DataError, match="shorter than one window of 500 tokens"):
        made(window=500)


def shared_sentences(split: Split) -> set[str]:
    training = set[str]().union(*map(sentences, split.training))
    return training & set[str]().union(*map(sentences, split.validation))


def test_no_sentence_is_in_both_sets() -> None:
    # Every sentence stands in two paragraphs, with other case and punctuation.
    pairs = [f"Number {k} is a sentence. Own sentence {k} is here!" for k in range(200)]
    others = [f'Another beginning {k} of it? "NUMBER, {k} is: a sentence!" And so on.' for k in range(200)]
    split = split_paragraphs(pairs + others, 0.1, 0)
    assert len(split.validation) == 40
    assert split.shared > 20  # without the check these would be in training
    assert len(split.training) + len(split.validation) + split.shared == 400
    assert not shared_sentences(split)


def test_short_sentences_may_be_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    some = [f"Verse 7. Here follows what is said of {k}. Op. Cit., p. 12" for k in range(100)]
    assert split_paragraphs(some, 0.1, 0).shared == 0
    monkeypatch.setattr(paragraphs, "SHORTEST", 2)
    with pytest.raises(DataError, match="90 share a sentence with it"):
        split_paragraphs(some, 0.1, 0)


def test_repeated_paragraphs_count_once() -> None:
    some = [f"Paragraph number {k} stands here." for k in range(30)]
    split = split_paragraphs([*some, some[4], some[4].upper(), "—"], 0.2, 0)
    assert split.repeated == 3
    assert sorted(split.training + split.validation) == sorted(some)
    assert len(split.validation) == 6


def test_the_split_depends_on_the_paragraphs_alone() -> None:
    some = [f"Paragraph number {k} stands here." for k in range(50)]
    split = split_paragraphs(some, 0.2, 0)
    assert split == split_paragraphs(some[::-1], 0.2, 0)
    assert split.training != sorted(split.training)
    assert set(split.validation) != set(some[:10])


def test_validation_holds_a_number_of_characters_at_least() -> None:
    some = [f"Paragraph number {k:03d} stands here." for k in range(100)]  # 33 characters
    assert len(split_paragraphs(some, 0.02, 400).validation) == 13
    with pytest.raises(DataError, match="100 paragraphs leave none for training"):
        split_paragraphs(some, 0.02, 10_000)
