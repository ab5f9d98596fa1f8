"""Pearce and Song 2024: what their script prints, the closed form, and its derivative."""

import numpy as np
import pytest

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray
from scalinglaws.laws.optimum.parametric import Chinchilla, numeric
from scalinglaws.laws.optimum.pearce import local_exponent, optimal_budget, optimal_size, total_parameters
from scalinglaws.papers.weng_2026.toy.two_counts import OMEGA

HOFFMANN = Chinchilla(A=406.4, B=410.7, E=1.6934, alpha=0.3392, beta=0.2849)


def test_the_large_models_of_the_closed_form_follow_hoffmann(truth: Chinchilla) -> None:
    """The script's fit to the ten largest of 100 sizes."""
    N = np.logspace(2, 11, 100)[90:]
    slope = np.polyfit(np.log(optimal_budget(truth, OMEGA, N)), np.log(N), 1)[0]
    assert slope == pytest.approx(0.5147, abs=5e-5)


@pytest.mark.parametrize("law", [Chinchilla(482.01, 2085.43, 1.8172, 0.3478, 0.3658), HOFFMANN])
@pytest.mark.parametrize("omega", [OMEGA, 1e3])
def test_the_analytic_derivative_is_the_numeric_one(law: Chinchilla, omega: float) -> None:
    N = np.geomspace(1e2, 1e12, 50)
    step = 1e-4
    rise = np.log(
        optimal_budget(law, omega, N * np.exp(step)) / optimal_budget(law, omega, N * np.exp(-step))
    )
    np.testing.assert_allclose(local_exponent(law, omega, N), 2 * step / rise, atol=1e-8)


def test_the_closed_form_is_the_minimum_of_the_law(truth: Chinchilla) -> None:
    """The law in N_E against its own numeric minimum at C_E = 6 N_E D."""

    def law(N: FloatArray, D: FloatArray) -> FloatArray:
        return truth(total_parameters(N, OMEGA), D)

    C = np.geomspace(1e13, 1e24, 12)
    np.testing.assert_allclose(optimal_size(truth, OMEGA, C), numeric(law, C).N, rtol=1e-4)


def test_without_embeddings_it_is_chinchilla(truth: Chinchilla) -> None:
    np.testing.assert_allclose(local_exponent(truth, 0.0, np.geomspace(1, 1e12, 5)), truth.a, rtol=1e-12)


def test_what_has_no_answer_is_refused(truth: Chinchilla) -> None:
    with pytest.raises(ScalingLawsError, match="C must be"):
        optimal_size(truth, OMEGA, -1.0)
    with pytest.raises(ScalingLawsError, match="out of reach"):
        optimal_size(truth, OMEGA, 1e250)
    with pytest.raises(ScalingLawsError, match="one optimal N"):
        optimal_size(Chinchilla(A=400, B=400, E=1, alpha=0.01, beta=0.05), OMEGA, 1e20)
