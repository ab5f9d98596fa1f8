"""The toy experiment of Weng 2026, "Scaling Laws, Carefully": 36 runs whose losses come from a known law.

The true law is that of Besiroglu et al. 2024. Nothing is random: the noise of runs and the bias of the
measurement are fixed functions of size and tokens, so that every reader sees the same. Losses are in nats per
token, N in parameters, D in tokens.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray
from scalinglaws.laws.optimum.parametric import Chinchilla
from scalinglaws.papers.weng_2026.constants import besiroglu_2024 as besiroglu

TRUTH = Chinchilla(
    A=besiroglu.A.value,
    B=besiroglu.B.value,
    E=besiroglu.E.value,
    alpha=besiroglu.ALPHA.value,
    beta=besiroglu.BETA.value,
)
SIZES = np.array([1e8, 3e8, 7e8, 1e9, 3e9, 7e9, 1e10, 3e10, 7e10])
TOKENS_PER_PARAMETER = np.array([5.0, 10.0, 20.0, 40.0])

Region = Literal["small", "medium", "all"]
REGIONS: dict[Region, tuple[int, int]] = {"small": (0, 3), "medium": (2, 5), "all": (0, 8)}
"""Which sizes are fitted: the first and the last one, by their place in `SIZES`."""


@dataclass(frozen=True)
class Runs:
    """The runs of the experiment, one per point: size by size, each at all ratios of tokens to parameters.

    Attributes:
        N: [points], parameters.
        D: [points], tokens.
        loss: [points], as observed: with the noise of runs, with the bias, and rounded.
        size: [points], place in `SIZES`.
        ratio: [points], place in `TOKENS_PER_PARAMETER`.
    """

    N: FloatArray
    D: FloatArray
    loss: FloatArray
    size: NDArray[np.int64]
    ratio: NDArray[np.int64]

    def inside(self, region: Region) -> NDArray[np.bool_]:
        """Which runs are fitted in a region, [points]."""
        first, last = REGIONS[region]
        return (first <= self.size) & (self.size <= last)


def observe(decimals: int = 4, bias: float = 0.0) -> Runs:
    """The runs as they are observed.

    Args:
        decimals: losses are rounded to this many, halves upward.
        bias: in thousandths of a nat: the factor of a smooth error of the loss over sizes and tokens.

    Raises:
        ScalingLawsError: decimals are negative.
    """
    if decimals < 0:
        raise ScalingLawsError(f"simulation: losses must be rounded to 0 decimals or more, not {decimals}")
    size, ratio = (
        axis.ravel()
        for axis in np.meshgrid(np.arange(len(SIZES)), np.arange(len(TOKENS_PER_PARAMETER)), indexing="ij")
    )
    N = SIZES[size]
    D = TOKENS_PER_PARAMETER[ratio] * N
    exact = TRUTH(N, D) + _noise_of_runs(size, ratio) + bias / 1000 * _bias_profile(N, D)
    unit = 10.0**decimals
    return Runs(N, D, np.floor(exact * unit + 0.5) / unit, size, ratio)


def optimal_tokens(law: Chinchilla, N: FloatArray | float) -> FloatArray:
    """The D at which N is the compute-optimal size, with C = 6 N D."""
    both = (
        np.asarray(law.beta) * law.B / (np.asarray(law.alpha) * law.A)
    )  # there both terms fall equally fast
    return np.asarray((both * np.power(N, law.alpha)) ** (1 / np.asarray(law.beta)))


def _noise_of_runs(size: NDArray[np.int64], ratio: NDArray[np.int64]) -> FloatArray:
    """Differences from run to run, within 0.014 nats, without a trend; they are always there."""
    wave = 0.010 * np.sin((size + 1) * 1.91 + (ratio + 1) * 2.67)
    return np.asarray(wave + np.where((size + ratio) % 2 == 0, 0.004, -0.004))


def _bias_profile(N: FloatArray, D: FloatArray) -> FloatArray:
    """The error of the loss at a bias of 1 nat, from -0.40 to 0.39; n and d go from 0 to 1 over the runs."""
    n, d = ((np.log10(v) - np.log10(v.min())) / np.log10(v.max() / v.min()) for v in (N, D))
    trend = 1.15 * (n - 0.5) - 0.95 * (d - 0.5) + 0.80 * (n - 0.5) * (d - 0.5)
    return np.asarray(trend + 0.20 * np.sin(8 * n + 5 * d))
