"""Nested and balanced subsets."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from scalinglaws.data.subsets import balanced_shuffle

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
