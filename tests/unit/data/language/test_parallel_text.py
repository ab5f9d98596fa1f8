import pytest

from scalinglaws.data.language.parallel_text import (
    SentencePair,
    sentence_key,
    split,
    unique_targets,
    without_leaks,
)


def pair(source: str, target: str) -> SentencePair:
    return SentencePair(source, target, "here")


NUMBERED = [pair(f"Satz {n}", f"sentence {n}") for n in range(200)]


@pytest.mark.parametrize("other", ["the  DOG", "The dog.", '"The dog"', "the dog\u00a0!"])
def test_sentences_that_are_the_same(other: str) -> None:
    assert sentence_key(other) == sentence_key("The dog")


@pytest.mark.parametrize("other", ["The dogs", "Dog the", "The dog 2", ""])
def test_sentences_that_differ(other: str) -> None:
    assert sentence_key(other) != sentence_key("The dog")


def test_signs_alone_are_told_apart() -> None:
    assert sentence_key("+ -") != sentence_key("- -")


def test_the_first_of_a_target_is_kept() -> None:
    pairs = [pair("a", "X"), pair("b", "x."), pair("a", "Y")]
    assert unique_targets(pairs) == [pairs[0], pairs[2]]


def test_neither_side_leaks() -> None:
    validation = [pair("Hallo Welt", "hello world")]
    training = [pair("hallo Welt!", "hi world"), pair("Grüß Gott", "Hello, world"), pair("hello world", "b")]
    assert without_leaks(training, validation) == training[2:]  # sides are compared with their own


def test_split() -> None:
    training, validation = split(NUMBERED, 50, seed=1)
    assert (len(training), len(validation)) == (150, 50)
    assert sorted([*training, *validation]) == sorted(NUMBERED)
    assert split(NUMBERED, 50, seed=1) == (training, validation)
    assert split(NUMBERED, 50, seed=2)[1] != validation
    assert validation != NUMBERED[:50]


def test_a_few_other_pairs_hardly_change_the_choice() -> None:
    chosen = set(split(NUMBERED, 50, seed=1)[1])
    changed = [pair("neu", "something new"), *NUMBERED[3:]]
    assert len(chosen & set(split(changed, 50, seed=1)[1])) >= 46
