"""Windows of tokens: the vocabulary, the encoding and the cut."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scalinglaws.data.language.paragraphs import Split
from scalinglaws.data.language.tokens import END, UNKNOWN, Kind, split_words
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
    assert UNKNOWN in text.validation  # tokens that only validation has get no id
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


def test_a_choice_of_validation_windows() -> None:
    text = made("characters", vocabulary=20, window=4)
    rows = [tuple(row) for row in text.validation.tolist()]
    fewer = text.with_validation(np.array([1, 4, 5]))
    assert [tuple(row) for row in fewer.validation.tolist()] == [rows[1], rows[4], rows[5]]
    assert text.validation_strata.tolist() == [0] * len(rows)


def test_saved_and_read_back(tmp_path: Path) -> None:
    text = made()
    write_prepared(text, tmp_path, "made", "text")
    data = read_prepared(tmp_path)
    np.testing.assert_array_equal(data["train"], text.train)
    assert data["validation"].shape == text.validation.shape
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
