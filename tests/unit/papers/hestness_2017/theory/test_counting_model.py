"""A coin learnt by counting: sums over outcomes against sums by hand, closed forms and draws."""

from math import comb, log, sqrt

import numpy as np
import pytest

from scalinglaws.errors import ScalingLawsError
from scalinglaws.papers.hestness_2017.theory.counting_model import (
    LOSSES,
    Loss,
    entropy,
    expected_loss,
    l1_closed_form,
)


def of_one_outcome(loss: Loss, p: float, heads: int, draws: int) -> float:
    """The definitions, written once more for a single outcome."""
    q, smooth = heads / draws, (heads + 0.5) / (draws + 1)
    one, other = p * log(p / smooth), (1 - p) * log((1 - p) / (1 - smooth))
    return {"l1": abs(p - q), "squared-l2": (p - q) ** 2, "kl": one + other,
            "absolute-kl": abs(one) + abs(other)}[loss]  # fmt: skip


@pytest.mark.parametrize("p", [0.5, 0.9])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_sum_over_all_outcomes(loss: Loss, p: float) -> None:
    for draws in (1, 3, 8):
        by_hand = sum(
            comb(draws, k) * p**k * (1 - p) ** (draws - k) * of_one_outcome(loss, p, k, draws)
            for k in range(draws + 1)
        )
        assert expected_loss(loss, p, [draws])[0] == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize("p", [0.5, 0.9])
@pytest.mark.parametrize("loss", LOSSES)
def test_the_mean_of_many_tosses(loss: Loss, p: float) -> None:
    draws = 40
    heads = np.random.default_rng(0).binomial(draws, p, 20_000)
    losses = np.array([of_one_outcome(loss, p, int(k), draws) for k in heads])
    error = losses.std() / sqrt(len(losses))
    assert expected_loss(loss, p, [draws])[0] == pytest.approx(losses.mean(), abs=4 * error)


@pytest.mark.parametrize("p", [0.5, 0.9, 0.03])
def test_the_mean_absolute_deviation_of_de_moivre(p: float) -> None:
    for draws in (5, 64, 1000):
        top = int(np.floor(draws * p)) + 1
        log_term = sum(map(log, range(draws - top + 1, draws + 1))) - sum(map(log, range(1, top + 1)))
        exact = 2 * top * np.exp(log_term + top * log(p) + (draws - top + 1) * log(1 - p)) / draws
        assert expected_loss("l1", p, [draws])[0] == pytest.approx(exact, rel=1e-10)


@pytest.mark.parametrize("p", [0.5, 0.9])
def test_many_draws_have_the_closed_form(p: float) -> None:
    few, many = (expected_loss("l1", p, [m])[0] / l1_closed_form(p, [m])[0] - 1 for m in (16, 4096))
    assert abs(many) < 2e-4 < abs(few)
    assert l1_closed_form(0.5, [8])[0] == pytest.approx(1 / sqrt(2 * np.pi * 8))


@pytest.mark.parametrize("p", [0.5, 0.9])
def test_the_squared_distance_is_the_variance(p: float) -> None:
    draws = [1, 10, 4096]
    np.testing.assert_allclose(expected_loss("squared-l2", p, draws), p * (1 - p) / np.array(draws))


def test_entropy() -> None:
    assert entropy(0.5) == pytest.approx(log(2))
    assert entropy(0.9) == pytest.approx(0.325083, abs=1e-6)


@pytest.mark.parametrize(
    ("p", "draws", "message"), [(1.0, [4], "between 0 and 1"), (0.5, [4, 0], "at least")]
)
def test_an_impossible_coin_is_refused(p: float, draws: list[int], message: str) -> None:
    with pytest.raises(ScalingLawsError, match=message):
        expected_loss("l1", p, draws)
