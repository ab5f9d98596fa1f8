"""The classifier that counts: exact sums against draws, against direct summation, and its three regions."""

from itertools import product
from math import sqrt

import numpy as np
import pytest
from scipy.special import zeta
from scipy.stats import binom

from scalinglaws.errors import ScalingLawsError
from scalinglaws.papers.hestness_2017.theory.counting_classifier import CountingClassifier


@pytest.mark.parametrize(("classes", "noise"), [(2, 0.1), (3, 0.2), (4, 0.05)])
def test_the_majority_of_a_few_labels_by_listing_them(classes: int, noise: float) -> None:
    wrong = CountingClassifier(2, 0, classes, noise).wrong_answer
    for seen in range(5):
        total = 0.0
        for labels in product(range(classes), repeat=seen):  # class 0 is the true one
            counts = np.bincount(labels, minlength=classes) if seen else np.zeros(classes)
            chance = float(np.prod([1 - noise if k == 0 else noise / (classes - 1) for k in labels]))
            best = counts == counts.max()
            total += chance * (1 - best[0] / best.sum())
        assert wrong[seen] == pytest.approx(total, abs=1e-12)
    assert wrong[-1] < 1e-13


def test_the_mean_of_many_learners() -> None:
    """Learners that draw inputs and labels, and are judged exactly given what they learnt."""
    classifier = CountingClassifier(zipf=1.6, shift=3, classes=3, noise=0.2)
    random = np.random.default_rng(0)
    examples, learners, known = 200, 300, 2000
    p = (np.arange(1, known + 1) + 3.0) ** -1.6 / zeta(1.6, 4.0)
    errors = []
    for _ in range(learners):
        # Types beyond the known ones are seen too seldom to matter twice: one rest of inputs, guessed.
        seen = random.multinomial(examples, np.append(p, 1 - p.sum()))[:-1]
        counts = random.multinomial(seen, [0.8, 0.1, 0.1])
        best = counts == counts.max(axis=1, keepdims=True)
        right = best[:, 0] / best.sum(axis=1)
        rest = 1 - p.sum()
        share = p @ right + rest / 3
        errors.append(0.2 * share + 0.9 * (1 - share))
    exact = classifier.error([examples])[0]
    learnt_rest = (1 - p.sum()) * (1 - (1 - p[-1]) ** examples)  # at most what the rest may have taught
    assert np.mean(errors) == pytest.approx(exact, abs=4 * np.std(errors) / sqrt(learners) + learnt_rest)


@pytest.mark.parametrize("examples", [1, 4, 300, 20_000])
def test_rare_types_are_summed_to_the_end(examples: int) -> None:
    """Recurrence and integral give the sum over many types and all times each was seen, and the rest."""
    classifier = CountingClassifier(zipf=2.0, shift=10, classes=10, noise=0.02)
    types = 400_000
    p = (np.arange(1, types + 1) + 10.0) ** -2 / zeta(2.0, 11.0)
    beyond = zeta(2.0, types + 11.0) / zeta(2.0, 11.0)
    wrong = classifier.wrong_answer[0] * beyond
    for seen, chance in enumerate(classifier.wrong_answer):
        wrong += chance * (p @ binom.pmf(seen, examples, p))
    expected = 0.02 * (1 - wrong) + (1 - 0.02 / 9) * wrong
    missed = beyond * examples * p[-1]  # a type beyond may have been seen
    assert classifier.error([examples])[0] == pytest.approx(expected, rel=1e-8, abs=missed)


def test_it_begins_as_a_guess_and_ends_as_the_noise() -> None:
    classifier = CountingClassifier(zipf=1.5, shift=100, classes=10, noise=0.01)
    start, end = classifier.error([0, 2**60])
    assert start == pytest.approx(classifier.guess) == pytest.approx(0.9)
    assert end == pytest.approx(classifier.floor, rel=1e-3)
    early = classifier.error([round(0.01 / classifier.most_frequent)])[0]
    assert early > 0.98 * classifier.guess
    sizes = [2**k for k in range(50)]
    assert (np.diff(classifier.error(sizes)) < 0).all()


@pytest.mark.parametrize("zipf", [1.1, 1.25, 1.5, 2.0, 3.0])
def test_the_exponent_is_that_of_zipf(zipf: float) -> None:
    classifier = CountingClassifier(zipf, shift=30, classes=5, noise=0.02)
    assert classifier.exponent == pytest.approx(1 / zipf - 1)
    low, high = classifier.above_floor([2**36, 2**40])
    assert np.log2(high / low) / 4 == pytest.approx(classifier.exponent, rel=1e-4)


def test_most_frequent_is_of_a_distribution() -> None:
    classifier = CountingClassifier(zipf=2.0, shift=0, classes=2, noise=0)
    assert classifier.most_frequent == pytest.approx(6 / np.pi**2)


@pytest.mark.parametrize(
    ("zipf", "shift", "classes", "noise", "message"),
    [
        (1.0, 0, 2, 0.1, "zipf must be above 1"),
        (2.0, -1, 2, 0.1, "shift"),
        (2.0, 0, 1, 0.0, "classes 2 or more"),
        (2.0, 0, 2, 0.5, "labels of a type"),
        (2.0, 0, 2, 0.4, "labels of a type"),
        (2.0, 0, 2, -0.1, "0 or more"),
    ],
)
def test_an_impossible_classifier_is_refused(
    zipf: float, shift: float, classes: int, noise: float, message: str
) -> None:
    with pytest.raises(ScalingLawsError, match=message):
        CountingClassifier(zipf, shift, classes, noise)


def test_negative_examples_are_refused() -> None:
    with pytest.raises(ScalingLawsError, match="0 or more"):
        CountingClassifier(2.0, 0, 2, 0.1).error([3, -1])
