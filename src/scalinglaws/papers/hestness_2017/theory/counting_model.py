"""A coin whose probability is learnt by counting: expected losses, by sums over all outcomes.

After m draws, k of them heads, the model predicts heads with probability k/m. Under a logarithm it is
(k + 1/2)/(m + 1), so that it is finite. Nothing is drawn at random here: losses are exact expectations.
"""

from collections.abc import Callable, Sequence
from typing import Literal, get_args

import numpy as np
from scipy.special import xlogy
from scipy.stats import binom

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray

Loss = Literal["l1", "absolute-kl", "kl", "squared-l2"]
LOSSES: tuple[Loss, ...] = get_args(Loss)
SMOOTHING = 0.5
"""Added to both counts under a logarithm."""


def expected_loss(loss: Loss, p: float, draws: Sequence[int]) -> FloatArray:
    """The expected loss [sizes] for a coin that shows heads with probability p, after each number of draws.

    Losses, where q is the predicted probability of heads:
        l1: |p - q|, q = k/m. Summed over both sides of the coin it is twice that.
        squared-l2: (p - q)^2, q = k/m.
        absolute-kl: p |ln p/q| + (1 - p) |ln (1 - p)/(1 - q)|, nats, smoothed.
        kl: the same without absolute values, the relative entropy of the coin to the model, nats.

    Raises:
        ScalingLawsError: p is not between 0 and 1, or a number of draws is below 1.
    """
    _check(p, draws)
    return np.array([_expected(_OF_OUTCOMES[loss], p, int(m)) for m in draws])


def l1_closed_form(p: float, draws: Sequence[int]) -> FloatArray:
    """The L1 loss [sizes] for many draws: sqrt(2 p (1 - p)/(pi m)), of the normal distribution's mean."""
    _check(p, draws)
    return np.sqrt(2 * p * (1 - p) / (np.pi * np.asarray(draws, dtype=np.float64)))


def entropy(p: float) -> float:
    """Entropy of the coin, nats per toss: no model's log loss falls below it."""
    return float(-xlogy(p, p) - xlogy(1 - p, 1 - p))


def _expected(loss: Callable[[FloatArray, int, float], FloatArray], p: float, draws: int) -> float:
    heads = np.arange(draws + 1, dtype=np.float64)
    return float(binom.pmf(heads, draws, p) @ loss(heads, draws, p))


def _l1(heads: FloatArray, draws: int, p: float) -> FloatArray:
    return np.abs(heads / draws - p)


def _squared(heads: FloatArray, draws: int, p: float) -> FloatArray:
    return np.square(heads / draws - p)


def _absolute_kl(heads: FloatArray, draws: int, p: float) -> FloatArray:
    return np.asarray(sum(np.abs(term) for term in _kl_terms(heads, draws, p)))


def _kl(heads: FloatArray, draws: int, p: float) -> FloatArray:
    return np.asarray(sum(_kl_terms(heads, draws, p)))


def _kl_terms(heads: FloatArray, draws: int, p: float) -> tuple[FloatArray, FloatArray]:
    q = (heads + SMOOTHING) / (draws + 2 * SMOOTHING)
    return p * np.log(p / q), (1 - p) * np.log((1 - p) / (1 - q))


_OF_OUTCOMES = {"l1": _l1, "absolute-kl": _absolute_kl, "kl": _kl, "squared-l2": _squared}


def _check(p: float, draws: Sequence[int]) -> None:
    if not 0 < p < 1:
        raise ScalingLawsError(f"counting model: a coin's probability must be between 0 and 1, not {p:g}")
    if min(draws) < 1:
        raise ScalingLawsError(f"counting model: a coin must be tossed at least once, not {min(draws)} times")
