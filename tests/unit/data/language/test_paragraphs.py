"""Paragraphs are split so that training and validation share no sentence."""

import pytest

from scalinglaws.data.language import paragraphs
from scalinglaws.data.language.paragraphs import Split, sentences, split_paragraphs
from scalinglaws.errors import DataError


def shared_sentences(split: Split) -> set[str]:
    training = set[str]().union(*map(sentences, split.training))
    return training & set[str]().union(*map(sentences, split.validation))


def test_no_sentence_is_in_both_sets() -> None:
    # Every sentence is in two paragraphs, with other case and punctuation.
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
