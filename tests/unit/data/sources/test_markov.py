"""Markov chains: their entropy against closed forms and direct sums, samples against the chain."""

from pathlib import Path

import numpy as np
import pytest

from scalinglaws.data.sources._markov_chain import Chain, chain_of, draw_chain
from scalinglaws.data.sources.markov import load
from scalinglaws.errors import DataError

HERE = Path()


def binary_entropy(p: float) -> float:
    return float(-p * np.log(p) - (1 - p) * np.log(1 - p))


def random_chain(states: int = 4, order: int = 2, concentration: float = 0.5) -> Chain:
    return draw_chain(states, order, concentration, np.random.default_rng(3))


def test_entropy_of_two_states() -> None:
    # It leaves 0 with probability 0.3 and 1 with 0.1: a quarter of the time in 0.
    chain = chain_of(np.array([[0.7, 0.3], [0.1, 0.9]]))
    np.testing.assert_allclose(chain.stationary, [0.25, 0.75], rtol=1e-12)
    expected = 0.25 * binary_entropy(0.3) + 0.75 * binary_entropy(0.1)
    assert chain.entropy_rate == pytest.approx(expected, rel=1e-12)
    assert chain.entropy_of_windows(7) == pytest.approx(expected, rel=1e-12)
    assert chain.entropy_after(0) == pytest.approx(binary_entropy(0.25), rel=1e-12)


def test_entropy_of_no_memory_and_of_certainty() -> None:
    assert chain_of(np.full((8, 8, 8), 1 / 8)).entropy_of_windows(5) == pytest.approx(np.log(8), rel=1e-12)
    ring = np.roll(np.eye(5), 1, axis=1)  # has a period
    assert chain_of(ring).entropy_rate == 0
    np.testing.assert_allclose(chain_of(ring).stationary, 0.2)


def test_stationary_is_what_a_step_leaves_as_it_is() -> None:
    chain = random_chain(5, 2)
    after = np.einsum("ab,abc->bc", chain.stationary, chain.transitions)
    np.testing.assert_allclose(after, chain.stationary, atol=1e-12)
    assert chain.stationary.sum() == pytest.approx(1, rel=1e-12)


def test_windows_without_context_against_a_sum_over_all_of_them() -> None:
    chain, window = random_chain(3, 2), 4
    # Probability of every window of 5 states, then H(all) - H(first state).
    joint = chain.stationary
    for place in range(2, window + 1):
        joint = joint[..., None] * chain.transitions.reshape((1,) * (place - 2) + (3, 3, 3))
    first = joint.sum(tuple(range(1, window + 1)))
    total = -(joint * np.log(joint)).sum() + (first * np.log(first)).sum()
    assert chain.entropy_of_windows(window) == pytest.approx(total / window, rel=1e-10)
    assert chain.entropy_of_windows(window) > chain.entropy_rate
    assert chain.entropy_of_windows(10**6) == pytest.approx(chain.entropy_rate, rel=1e-5)


def test_chains_that_fall_apart() -> None:
    stuck = np.eye(2) * (1 - 2e-9) + 1e-9
    stuck[0] = [0, 1]
    stuck[1] = [1e-7, 1 - 1e-7]
    assert chain_of(stuck).stationary[0] == pytest.approx(1e-7, rel=1e-5)
    slow = np.array([[1 - 1e-7, 1e-7], [3e-7, 1 - 3e-7]])
    with pytest.raises(DataError, match="no stationary distribution within 100000 steps"):
        chain_of(slow)


@pytest.mark.parametrize("order", [1, 2])
def test_samples_follow_the_chain(order: int) -> None:
    chain = random_chain(4, order)
    windows = chain.sample(40_000, 6, np.random.default_rng(0)).astype(int)
    assert windows.shape == (40_000, 6)
    for last in (order, 5):  # the first prediction, and one far from the start
        counts = np.zeros((4,) * (order + 1))
        np.add.at(counts, tuple(windows[:, last - order : last + 1].T), 1)
        expected = chain.stationary[..., None] * chain.transitions
        np.testing.assert_allclose(counts / 40_000, expected, atol=5 * np.sqrt(0.25 / 40_000))


@pytest.mark.parametrize("order", [1, 2])
def test_the_best_prediction_costs_what_the_facts_say(order: int) -> None:
    text = load(None, HERE, states=6, order=order, window=8, windows=10, validation_windows=40_000).check()  # type: ignore[arg-type]
    chain = draw_chain(6, order, 0.1, np.random.default_rng([0, 0]))
    seen = text.validation.astype(int)
    joint = chain.stationary[..., None] * chain.transitions
    pair = joint.sum(0) if order == 2 else joint  # the first prediction has one state before it
    losses = [-np.log((pair / pair.sum(-1, keepdims=True))[seen[:, 0], seen[:, 1]])]
    for place in range(2, 9):
        context = tuple(seen[:, place - order : place].T)
        losses.append(-np.log(chain.transitions[(*context, seen[:, place])]))
    means = np.mean(losses, axis=0)
    error = means.std() / np.sqrt(len(means))
    assert abs(means.mean() - text.facts()["entropy"]) < 4 * error
    assert (text.facts()["entropy"] > text.facts()["entropy_rate"] + 1e-3) == (order == 2)


def test_it_says_that_it_is_synthetic() -> None:
    text = load(None, HERE, windows=20, validation_windows=5).check()
    assert text.facts()["synthetic"] is True
    assert text.facts()["description"].startswith("synthetic")
    assert "synthetic" in text.title and "synthetic" in text.provenance
    assert (text.vocabulary, text.train.shape, text.validation.shape) == (32, (20, 33), (5, 33))
    assert text.unit.name == "tokens"
    assert f"{text.facts()['entropy']:.4f}" in text.facts()["description"]


def test_the_same_seed_gives_the_same_text() -> None:
    first, again, other = (load(None, HERE, windows=50, validation_windows=50, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(first.train, again.train)
    np.testing.assert_array_equal(first.validation, again.validation)
    assert first.facts() == again.facts()
    assert first.facts()["entropy"] != other.facts()["entropy"]
    assert not np.array_equal(first.train, first.validation)
    # The chain is the same whatever is drawn from it.
    assert load(None, HERE, windows=7, seed=1).facts()["entropy"] == first.facts()["entropy"]


def test_what_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the text is made, not read"):
        load(tmp_path, tmp_path)
    with pytest.raises(DataError, match="200 states and order 2 make 40000 contexts"):
        load(None, HERE, states=200)
