"""Every law at realistic parameters and scales, with its formula written out by hand in plain numpy."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from scalinglaws.laws.law import FloatArray

Formula = Callable[..., Any]


@dataclass(frozen=True)
class Case:
    """A law at realistic parameters and scales; the formula, by hand, takes parameters, then variables."""

    params: tuple[float, ...]
    x: tuple[Any, ...]
    formula: Formula

    @property
    def columns(self) -> FloatArray:
        return np.stack([np.broadcast_to(column, np.shape(self.x[0])) for column in self.x]).astype(float)


def bnsl(a: Any, b: Any, c_0: Any, *rest: Any) -> Any:
    *breaks, x = rest
    y = x**-c_0
    for c, d, f in zip(breaks[0::3], breaks[1::3], breaks[2::3], strict=True):
        y = y * (1 + (x / d) ** (1 / f)) ** (-c * f)
    return a + b * y


def envelope(eps0: Any, alpha: Any, b: Any, beta: Any, c_inf: Any, eta: Any, n: Any, m: Any) -> Any:
    t = n**-alpha + b * m**-beta + c_inf
    return eps0 * t / np.sqrt(t * t + eta * eta)


def pruned(eps_up: Any, gamma: Any, p: Any, d: Any, eps_np: Any) -> Any:
    k = p * (eps_up / eps_np) ** (1 / gamma)
    return eps_np * ((d**2 + k**2) / (d**2 + p**2)) ** (gamma / 2)


def pruned_jointly(
    eps_up: Any, gamma: Any, p_prime: Any, phi: Any, psi: Any, d: Any, l: Any, w: Any, eps_np: Any
) -> Any:
    return pruned(eps_up, gamma, p_prime, l**phi * w**psi * d, eps_np)


def muennighoff(r_D: Any, r_N: Any, N: Any, D: Any, U: Any) -> Any:
    A, B, E, alpha = np.exp(6.255414), np.exp(7.3049974), np.exp(0.6254804), 0.3526596
    u_d = np.minimum(U, D)
    u_n = np.minimum(N, (A / B) ** (1 / alpha) * u_d)
    tokens = u_d + u_d * r_D * (1 - np.exp(-(D / u_d - 1) / r_D))
    size = u_n + u_n * r_N * (1 - np.exp(-(N / u_n - 1) / r_N))
    return E + A / size**alpha + B / tokens**alpha


def lovelace(A: Any, B: Any, E: Any, alpha: Any, beta: Any, *rest: Any) -> Any:
    *penalty, N, U, R = rest
    P, delta, kappa = (*penalty, 1, 1) if len(penalty) == 1 else penalty
    return E + A / N**alpha + B / (U * (1 + R)) ** beta + P * R**delta * (N / U) ** kappa


def with_embeddings(A: Any, B: Any, E: Any, alpha: Any, beta: Any, N_E: Any, D: Any) -> Any:
    return E + A / (N_E + 47491 * np.cbrt(N_E)) ** alpha + B / D**beta


X = np.geomspace(300, 2e7, 9)
N = np.geomspace(5e7, 1e10, 8)
D = np.array([2e9, 3e10, 5e8, 1e11, 7e9, 2e10, 4e9, 9e10])
SHARES = 2.0 ** -np.arange(6)
DENSITIES = 0.8 ** np.arange(0.0, 40.0, 5.0)
CHINCHILLA = (482.01, 2085.43, 1.8172, 0.3478, 0.3658)

CASES = {
    "amari-1": Case((3.0,), (X,), lambda c, D: c / D),
    "amari-2": Case((3.0,), (X,), lambda c, D: c / D / D),
    "amari-3": Case((3.0,), (X,), lambda c, D: c * D**-0.5),
    "amari-4": Case((3.0, 0.1), (X,), lambda c, E, D: c / D + E),
    "bnsl-1": Case((0.1, 3.0, 0.15, 0.5, 3e4, 0.2), (X,), bnsl),
    "bnsl-2": Case((0.05, 3.0, 0.1, 0.5, 2e4, 0.2, -0.4, 1e6, 0.3), (X,), bnsl),
    "bnsl-3": Case((0.05, 3.0, 0.1, 0.5, 6e3, 0.2, -0.5, 5e4, 0.3, 0.6, 1e6, 0.25), (X,), bnsl),
    "chinchilla": Case(CHINCHILLA, (N, D), lambda A, B, E, a, b, N, D: E + A / N**a + B / D**b),
    "chinchilla-tied": Case(
        (520.8, 1487.7, 1.869, 0.3527), (N, D), lambda A, B, E, a, N, D: E + A / N**a + B / D**a
    ),
    "exponential": Case((0.2, 0.7, 4e5), (X,), lambda a, b, s, x: a + b * np.exp(-x / s)),
    "gemstones": Case(
        (30.0, 2.0, 2085.0, 1.8, 0.8, 0.7, 0.36),
        (np.geomspace(256, 3072, 8), np.array([3, 80, 7, 20, 12, 40, 5, 60]), D),
        lambda A, B, C, E, a, b, c, w, d, D: E + A / w**a + B / d**b + C / D**c,
    ),
    "hernandez": Case((5.1e7, -0.5), (N,), lambda k, alpha, N: k * N**alpha),
    "kaplan-C": Case((3.1e8, 0.05), (np.geomspace(1e-9, 10, 8),), lambda C_c, a, C: (C_c / C) ** a),
    "kaplan-D": Case((5.4e13, 0.095), (D,), lambda D_c, a, D: (D_c / D) ** a),
    "kaplan-N": Case((8.8e13, 0.076), (N,), lambda N_c, a, N: (N_c / N) ** a),
    "kaplan-ND": Case(
        (6.4e13, 1.8e13, 0.076, 0.103),
        (N, D),
        lambda N_c, D_c, a, b, N, D: ((N_c / N) ** (a / b) + D_c / D) ** b,
    ),
    "kaplan-NS": Case(
        (6.5e13, 2.1e3, 0.077, 0.76),
        (N, np.geomspace(2.5e5, 3e3, 8)),
        lambda N_c, S_c, a, b, N, S: (N_c / N) ** a + (S_c / S) ** b,
    ),
    "learning-curve": Case((3.87, -0.128), (X,), lambda alpha, beta_g, m: alpha * m**beta_g),
    "learning-curve-with-floor": Case(
        (41.2, -0.36, 0.39), (X,), lambda alpha, beta_g, gamma, m: alpha * m**beta_g + gamma
    ),
    "logarithmic": Case((0.9, 0.04), (X,), lambda a, b, x: a - b * np.log(x)),
    "lovelace-1": Case((*CHINCHILLA, 0.0229), (N, D, np.arange(1.0, 9.0)), lovelace),
    "lovelace-3": Case((*CHINCHILLA, 0.0229, 1.84, 0.9), (N, D, np.arange(1.0, 9.0)), lovelace),
    "m1": Case((8.0, 0.35), (X,), lambda beta, c, x: beta * x**-c),
    "m2": Case((8.0, 0.35, 0.2), (X,), lambda beta, c, eps_inf, x: eps_inf + beta * x**-c),
    "m3": Case((8.0, 0.35, 4e5), (X,), lambda beta, c, d, x: beta * (1 / x + 1 / d) ** c),
    "m4": Case(
        (5e4, 0.6, 0.1, 0.9),
        (X,),
        lambda d, c, low, high, x: (low + high * (d / x) ** c) / (1 + (d / x) ** c),
    ),
    "model-size": Case((2000.0, 0.573), (X,), lambda alpha_p, beta_p, m: alpha_p * m**beta_p),
    "muennighoff": Case(
        (15.387756, 5.309743),
        (N, D, np.array([2e9, 1e10, 6e8, 2e9, 1e9, 2e10, 1e9, 3e9])),
        muennighoff,
    ),
    "pearce-song": Case(CHINCHILLA, (N, D), with_embeddings),
    "power-law": Case((8.0, 0.35), (X,), lambda b, c, x: b * x**-c),
    "power-law-floor": Case((0.2, 8.0, 0.35), (X,), lambda a, b, c, x: a + b * x**-c),
    "pruning-joint": Case(
        (0.85, 1.1, 0.3, 0.9, 1.6),
        (DENSITIES, np.array([8, 14, 20, 26, 50, 98, 8, 20]), 2.0 ** -np.arange(-2, 6), 0.08 + DENSITIES / 9),
        pruned_jointly,
    ),
    "pruning-single": Case((0.85, 1.1, 0.01), (DENSITIES, 0.08), pruned),
    "rosenfeld-additive": Case(
        (0.1, 0.6, 0.05, 0.5, 0.1),
        (SHARES, SHARES[::-1] ** 2),
        lambda a, alpha, b, beta, c_inf, n, m: a / n**alpha + b / m**beta + c_inf,
    ),
    "rosenfeld-envelope": Case((0.9, 0.66, 0.0587, 0.53, 0.7, 19.77), (SHARES, SHARES[::-1] ** 2), envelope),
}
