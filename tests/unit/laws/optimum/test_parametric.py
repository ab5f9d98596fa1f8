"""Approach 3: published optima, the numeric optimum against the closed form, and other counts of FLOPs."""

import numpy as np
import pytest

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray
from scalinglaws.laws.optimum.parametric import Chinchilla, closed_form, numeric, tokens

GOPHER = 5.76e23
BUDGETS = np.geomspace(1e18, 1e25, 12)
HOFFMANN = {"A": np.exp(6.0073404), "B": np.exp(6.0179186), "E": np.exp(0.5267228)}


@pytest.mark.parametrize(
    ("law", "N", "D", "ratio"),
    [
        (Chinchilla(482.01, 2085.43, 1.8172, 0.3478, 0.3658), 72e9, 1.33e12, 18.4),
        (Chinchilla(**HOFFMANN, alpha=0.33917084, beta=0.2849083), 40e9, 2.38e12, 58.9),
        (Chinchilla(406.4, 410.7, 1.69, 0.34, 0.28), 32e9, 2.98e12, 92.6),
    ],
)
def test_gophers_budget(law: Chinchilla, N: float, D: float, ratio: float) -> None:
    """Besiroglu et al. 2024, Hoffmann et al. 2022 before rounding, and as printed."""
    best = closed_form(law, GOPHER)
    np.testing.assert_allclose([best.N, best.D], [N, D], rtol=0.015)
    assert best.tokens_per_parameter == pytest.approx(ratio, abs=0.05)
    np.testing.assert_allclose(6 * best.N * best.D, GOPHER, rtol=1e-12)
    assert best.loss == pytest.approx(law.E + law.A * best.N**-law.alpha + law.B * best.D**-law.beta)


def test_exponents(truth: Chinchilla) -> None:
    assert truth.a == pytest.approx(0.5126, abs=5e-5)
    assert truth.a + truth.b == pytest.approx(1, abs=1e-15)
    best = closed_form(truth, BUDGETS)
    slope = np.polyfit(np.log(BUDGETS), np.log(best.N), 1)[0]
    assert slope == pytest.approx(float(truth.a), abs=1e-12)


def test_the_numeric_optimum_is_the_closed_form_for_many_parameter_vectors(truth: Chinchilla) -> None:
    rng = np.random.default_rng(0)
    A, B, E, alpha, beta = (
        value * np.exp(spread * rng.standard_normal((500, 1)))
        for value, spread in ((482, 0.2), (2085, 0.2), (1.8, 0.02), (0.3478, 0.03), (0.3658, 0.03))
    )
    law = Chinchilla(A, B, E, alpha, beta)
    exact, found = closed_form(law, BUDGETS), numeric(law, BUDGETS)
    assert found.N.shape == exact.N.shape == (500, 12)
    np.testing.assert_allclose(np.log(found.N), np.log(exact.N), atol=2e-6)
    np.testing.assert_allclose(found.N * found.D, exact.N * exact.D, rtol=1e-12)
    np.testing.assert_allclose(found.loss, exact.loss, rtol=1e-13)
    assert not found.on_edge.any()


def test_a_law_that_has_no_closed_form() -> None:
    """Kaplan et al. 2020, equation 1.5: against the stationary point found from its derivative."""

    def law(N: FloatArray, D: FloatArray) -> FloatArray:
        return np.asarray(((6.4e13 / N) ** (0.076 / 0.103) + 1.8e13 / D) ** 0.103)

    found = numeric(law, BUDGETS)
    # d/dlogN of (N_c/N)^r + 6 D_c N / C vanishes at N^(1 + r) = r N_c^r C / (6 D_c).
    r = 0.076 / 0.103
    exact = (r * 6.4e13**r * BUDGETS / (6 * 1.8e13)) ** (1 / (1 + r))
    np.testing.assert_allclose(found.N, exact, rtol=1e-5)


def test_flops_with_attention_and_embeddings_move_the_optimum(truth: Chinchilla) -> None:
    """C = (6 N + k N^(2/3)) D: the overhead eats up small budgets, and is forgotten by large ones."""

    def flops(N: FloatArray, D: FloatArray) -> FloatArray:
        return (6 * N + 2e5 * N ** (2 / 3)) * D

    plain, found = numeric(truth, BUDGETS), numeric(truth, BUDGETS, flops=flops)
    np.testing.assert_allclose(flops(found.N, found.D), BUDGETS, rtol=1e-11)
    assert np.all(found.D < BUDGETS / (6 * found.N))
    assert np.all(found.N < plain.N) and np.all(found.loss > plain.loss)
    assert np.all(np.diff(found.N / plain.N) > 0)
    for log_step in (-1e-3, 1e-3):
        N = found.N * np.exp(log_step)
        assert np.all(truth(N, BUDGETS / (6 * N + 2e5 * N ** (2 / 3))) > found.loss)


def test_tokens_invert_flops_that_are_not_proportional_to_them() -> None:
    N = np.geomspace(1e6, 1e12, 7)[:, None]
    D = np.geomspace(1e6, 1e14, 9)

    def flops(N: FloatArray, D: FloatArray) -> FloatArray:
        return 6 * N * D + 1e-3 * D**2 + 1e3 * np.sqrt(D)

    np.testing.assert_allclose(tokens(N, flops(N, D), flops), np.broadcast_to(D, (7, 9)), rtol=1e-10)


def test_sizes_that_no_tokens_make_affordable_are_left_out(truth: Chinchilla) -> None:
    """Setting a model up costs 1e12 N: N beyond C / 1e12 cannot be trained at all."""

    def flops(N: FloatArray, D: FloatArray) -> FloatArray:
        return 6 * N * D + 1e12 * N

    assert np.isnan(tokens(np.array(2e8), np.array(1e20), flops))
    found = numeric(truth, 1e20, flops=flops)
    assert found.N < 1e8
    assert flops(found.N, found.D) == pytest.approx(1e20, rel=1e-10)
    with pytest.raises(ScalingLawsError, match="no N in the range"):
        numeric(truth, 1e10, flops=flops)


def test_the_lowest_of_several_minima_is_found() -> None:
    """Dips at 1e6 and 1e10; the second is deeper."""

    def law(N: FloatArray, D: FloatArray) -> FloatArray:
        x = np.log10(N)
        return np.asarray(
            5 - np.exp(-(((x - 6) / 0.4) ** 2)) - 1.5 * np.exp(-(((x - 10) / 0.4) ** 2)) + 0 * D
        )

    np.testing.assert_allclose(numeric(law, 1e20).N, 1e10, rtol=1e-6)


@pytest.mark.parametrize("between", [(1e3, 1e8), (1e11, 1e15)])
def test_an_optimum_at_the_end_of_the_range_is_flagged(
    truth: Chinchilla, between: tuple[float, float]
) -> None:
    found = numeric(truth, np.array([1e16, GOPHER, 1e27]), between=between)
    best = closed_form(truth, found.C).N
    inside = (best > between[0]) & (best < between[1])
    assert found.on_edge.tolist() == (~inside).tolist()
    assert inside.any() and not inside.all()


@pytest.mark.parametrize("C", [0.0, -1.0, np.nan, np.inf])
def test_invalid_budgets_are_refused(truth: Chinchilla, C: float) -> None:
    for optimum in (closed_form, numeric):
        with pytest.raises(ScalingLawsError, match="C must be"):
            optimum(truth, C)


def test_constants_and_ranges_without_an_optimum_are_refused(truth: Chinchilla) -> None:
    with pytest.raises(ScalingLawsError, match="beta must be positive"):
        Chinchilla(A=1, B=1, E=0, alpha=0.3, beta=-0.1)
    with pytest.raises(ScalingLawsError, match="range of N"):
        numeric(truth, 1e20, between=(1e9, 1e8))
