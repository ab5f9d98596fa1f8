"""Why Kaplan found N_opt ~ C^0.73: embeddings left out (Pearce and Song 2024, arXiv:2406.12907).

Kaplan's N and C leave embeddings out, Hoffmann's do not. With total parameters N = N_E + omega N_E^(1/3) the
Chinchilla law becomes one in N_E and C_E = 6 N_E D. Its optimum is not a power law: at the sizes that Kaplan
trained, its local exponent is far above Hoffmann's. The paper writes the index as a struck-out E.
"""

import numpy as np

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray
from scalinglaws.laws.optimum.parametric import Chinchilla


def total_parameters(N: FloatArray | float, omega: float) -> FloatArray:
    """N with embeddings from N without: the width grows as N^(1/3) at a fixed ratio of width to depth."""
    return np.asarray(N + omega * np.cbrt(N))


def optimal_budget(law: Chinchilla, omega: float, N: FloatArray | float) -> FloatArray:
    """The C (FLOPs, embeddings left out) at which N parameters without embeddings are optimal (equation 16).

    Raises:
        ScalingLawsError: N is not positive.
    """
    N = _positive("N", N)
    alpha, beta = np.asarray(law.alpha), np.asarray(law.beta)
    front = 6 * (beta * law.B / (alpha * law.A)) ** (1 / beta)
    third = N + omega / 3 * np.cbrt(N)
    return np.asarray(front * total_parameters(N, omega) ** ((1 + alpha) / beta) * third ** (-1 / beta) * N)


def local_exponent(law: Chinchilla, omega: float, N: FloatArray | float) -> FloatArray:
    """g = d log N_opt / d log C where N parameters without embeddings are optimal.

    It goes from beta / (alpha / 3 + beta) for small N over a peak to beta / (alpha + beta) for large N.
    """
    u = np.cbrt(_positive("N", N)) ** 2
    alpha, beta = np.asarray(law.alpha), np.asarray(law.beta)
    rise = (1 + alpha) / beta * (u + omega / 3) / (u + omega)
    fall = (u + omega / 9) / (u + omega / 3) / beta
    return np.asarray(1 / (1 + rise - fall))


def optimal_size(law: Chinchilla, omega: float, C: FloatArray | float) -> FloatArray:
    """The inverse of `optimal_budget`: N without embeddings that is optimal at C, by bisection in log N.

    The constants of the law are numbers here, not arrays.

    Raises:
        ScalingLawsError: C is not positive, 1e-30 to 1e60 parameters do not cover it, or the optimum is not
            unique (constants with beta below about 1/6).
    """
    C = _positive("C", C)
    low, high = np.full(C.shape, -30 * np.log(10)), np.full(C.shape, 60 * np.log(10))
    everywhere = np.exp(np.linspace(low.flat[0], high.flat[0], 2000))
    if not np.all(local_exponent(law, omega, everywhere) > 0):
        raise ScalingLawsError("allocation: with these constants C does not determine one optimal N")
    if np.any(optimal_budget(law, omega, np.exp(low)) > C) or np.any(
        optimal_budget(law, omega, np.exp(high)) < C
    ):
        raise ScalingLawsError("allocation: C is out of reach")
    for _ in range(70):  # 200 e-folds to the last digit
        middle = (low + high) / 2
        below = optimal_budget(law, omega, np.exp(middle)) < C
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(np.exp((low + high) / 2))


def _positive(name: str, values: FloatArray | float) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if not np.all(np.isfinite(array) & (array > 0)):
        raise ScalingLawsError(f"allocation: {name} must be finite and positive")
    return array
