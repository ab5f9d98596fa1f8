"""Nested and balanced subsets."""

from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from scalinglaws.config.spec import Validation
from scalinglaws.data.dataset import DataSet
from scalinglaws.data.subsets import balanced_shuffle, choose_validation
from scalinglaws.errors import DataError

LABELS = np.random.default_rng(0).permutation(np.repeat(np.arange(7), 20))


def counts(labels: NDArray[np.int64], chosen: NDArray[np.int64]) -> list[int]:
    return [int((labels[chosen] == label).sum()) for label in np.unique(labels)]


def test_a_permutation_of_all_examples() -> None:
    order = balanced_shuffle(LABELS, 0, "training")
    assert sorted(order) == list(range(len(LABELS)))
    assert order.dtype == np.int64


@pytest.mark.parametrize("seed", range(3))
def test_every_prefix_is_balanced_to_within_one_example(seed: int) -> None:
    order = balanced_shuffle(LABELS, seed, "training")
    for size in range(1, len(LABELS) + 1):
        found = counts(LABELS, order[:size])
        assert max(found) - min(found) <= 1


@settings(max_examples=30, deadline=None)
@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=5), seed=st.integers(0, 99))
def test_classes_of_unequal_size_are_balanced_until_they_run_out(sizes: list[int], seed: int) -> None:
    labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    order = balanced_shuffle(labels, seed, "training")
    assert sorted(order) == list(range(len(labels)))
    for size in range(1, len(labels) + 1):
        found = counts(labels, order[:size])
        assert all(have >= min(total, max(found) - 1) for have, total in zip(found, sizes, strict=True))


def test_labels_need_not_count_from_zero() -> None:
    labels = np.array([5, 5, 9, 9])
    assert counts(labels, balanced_shuffle(labels, 0, "training")[:2]) == [1, 1]


def test_seeds_and_purposes_are_independent_and_reproducible() -> None:
    orders = [balanced_shuffle(LABELS, seed, what) for seed in (0, 1) for what in ("training", "validation")]
    assert len({order.tobytes() for order in orders}) == 4
    np.testing.assert_array_equal(orders[0], balanced_shuffle(LABELS, 0, "training"))


def test_the_order_of_classes_within_a_round_is_random() -> None:
    order = balanced_shuffle(LABELS, 0, "training")
    rounds = {tuple(LABELS[order[start : start + 7]]) for start in range(0, len(LABELS), 7)}
    assert len(rounds) > 10


def test_the_shuffle_never_changes() -> None:
    # Published runs were trained on prefixes of these orders.
    order = balanced_shuffle(np.arange(12) % 3, 1, "training")
    assert order.tolist() == [3, 11, 4, 1, 6, 8, 7, 0, 5, 2, 9, 10]


class Pool:
    """A data set of which only the validation pool matters: `chosen` are the indices of those that it has."""

    title = "Made"

    def __init__(self, strata: NDArray[np.int64]) -> None:
        self.validation_strata, self.chosen = strata, np.arange(len(strata))

    def with_validation(self, chosen: NDArray[np.int64]) -> "Pool":
        pool = Pool(self.validation_strata[chosen])
        pool.chosen = chosen
        return pool


def chosen(strata: NDArray[np.int64], **asked: Any) -> list[int]:
    """The validation examples that are chosen."""
    return list(choose_validation(cast("DataSet", Pool(strata)), Validation(**asked)).chosen)  # type: ignore[attr-defined]


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(3, 40), min_size=1, max_size=5),
    seeds=st.tuples(st.integers(0, 99), st.integers(0, 99)),
    share=st.floats(0, 1),
)
def test_published_and_development_examples_never_overlap(
    sizes: list[int], seeds: tuple[int, int], share: float
) -> None:
    labels = np.random.default_rng(seeds[0]).permutation(np.repeat(np.arange(len(sizes)), sizes))
    some = max(1, round(share * Validation().most(len(labels))))
    published = chosen(labels, examples=some, seed=seeds[0])
    development = chosen(labels, part="development", seed=seeds[1])
    assert not set(published) & set(development)
    assert (len(published), len(development)) == (some, len(labels) // 3)
    assert published == sorted(set(published))
    assert sorted([*chosen(labels), *development]) == list(range(len(labels)))


@pytest.mark.parametrize("part", ["published", "development"])
def test_a_choice_of_validation_examples_is_seeded_and_balanced(part: str) -> None:
    first, again, other = (chosen(LABELS, examples=21, seed=seed, part=part) for seed in (1, 1, 2))
    assert first == again
    assert set(first) != set(other)
    assert counts(LABELS, np.array(first)) == [3] * 7
    every = counts(LABELS, np.array(chosen(LABELS, part=part)))
    assert max(every) - min(every) <= 1


def test_a_part_of_the_pool_that_is_too_small() -> None:
    message = "Made: 4 validation examples asked for, but the development part has 3 of the 10 that there are"
    with pytest.raises(DataError, match=message):
        chosen(np.zeros(10, dtype=np.int64), examples=4, part="development")
    with pytest.raises(
        DataError, match="Made: 1 validation examples asked for, but the development part has 0"
    ):
        chosen(np.zeros(2, dtype=np.int64), part="development")


def test_the_parts_of_a_pool_never_change() -> None:
    # Choices were made on the one, and published results measured on the other.
    assert chosen(np.arange(12) % 2, part="development") == [0, 1, 2, 11]
