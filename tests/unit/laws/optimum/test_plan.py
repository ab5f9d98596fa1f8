"""The best run for a budget by a fitted law: closed forms against the search, intervals, ranges."""

from math import isnan

import numpy as np
import pytest

from scalinglaws import laws
from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray, Law, Parameter, Variable
from scalinglaws.laws.optimum import plan as planning
from scalinglaws.laws.optimum.plan import beyond, compute_range, growth, optimum, plan, size_name
from scalinglaws.papers.weng_2026.constants import besiroglu_2024 as besiroglu
from scalinglaws.papers.weng_2026.constants import hoffmann_2022 as hoffmann

GOPHER = 5.76e23  # FLOPs
CHINCHILLA = laws.find("chinchilla")
REFIT = np.array([getattr(besiroglu, name).value for name in ("A", "B", "E", "ALPHA", "BETA")])
KAPLAN = np.array([6.4e13, 1.8e13, 0.076, 0.103])  # Kaplan et al. 2020, Table 2
NONE = np.empty((5, 0))


def samples(params: FloatArray, spread: float = 0.01, count: int = 400) -> FloatArray:
    rng = np.random.default_rng(0)
    return np.asarray(params[:, None] * np.exp(spread * rng.standard_normal((len(params), count))))


LAWS = [
    ("chinchilla", REFIT),
    ("chinchilla-tied", REFIT[:4]),
    ("pearce-song", REFIT),
    ("kaplan-ND", KAPLAN),
]


@pytest.mark.parametrize(("name", "params"), LAWS, ids=[name for name, _ in LAWS])
@pytest.mark.parametrize("C", [1e17, 1e21, 1e25])
@pytest.mark.parametrize("flops", [6.0, 2.0])
def test_closed_forms_are_the_optima_that_a_search_finds(
    name: str, params: FloatArray, C: float, flops: float
) -> None:
    law = laws.find(name)
    drawn = np.column_stack([params, samples(params, count=3)])
    closed = optimum(law, drawn, C, flops)
    searched = planning._searched(law, drawn, C, flops)
    assert not searched.on_edge.any()
    np.testing.assert_allclose(closed.N, searched.N, rtol=1e-5)
    np.testing.assert_allclose(closed.D, searched.D, rtol=1e-5)
    np.testing.assert_allclose(closed.loss, searched.loss, rtol=1e-12)


def test_tied_exponents() -> None:
    law = CHINCHILLA.tied(beta="alpha")
    found = optimum(law, REFIT[:4], 1e21)
    expected = optimum(laws.find("chinchilla-tied"), REFIT[:4], 1e21)
    assert float(found.N) == pytest.approx(float(expected.N))
    assert growth(law, REFIT[:4]) == 0.5


def test_a_law_without_embeddings_gives_both_sizes() -> None:
    law = laws.find("pearce-song")
    one = plan(law, REFIT, NONE, 1e20, 0.95)
    omega = (law.constants or {})["omega"]
    assert one.N[0] == pytest.approx(one.size[0] + omega * np.cbrt(one.size[0]))
    assert one.N[0] == pytest.approx(plan(CHINCHILLA, REFIT, NONE, 1e20, 0.95).N[0])
    assert 6 * one.N[0] * one.D[0] == pytest.approx(1e20)
    assert growth(law, REFIT) is None


def test_exponents() -> None:
    published = np.array([getattr(hoffmann, name).value for name in ("A", "B", "E", "ALPHA", "BETA")])
    assert growth(CHINCHILLA, published) == pytest.approx(0.28 / 0.62, abs=0.01)
    assert growth(laws.find("kaplan-ND"), KAPLAN) == pytest.approx(0.103 / 0.179)
    flat = REFIT.copy()
    flat[3] = 0
    assert np.isnan(growth(CHINCHILLA, np.column_stack([REFIT, flat]))).tolist() == [False, True]  # type: ignore[arg-type]


def test_intervals_are_the_quantiles_of_the_samples_optima() -> None:
    drawn = samples(REFIT)
    one = plan(CHINCHILLA, REFIT, drawn, 1e22, 0.9)
    sizes = [float(optimum(CHINCHILLA, column, 1e22).N) for column in drawn.T]
    assert one.N[1:] == pytest.approx(tuple(np.quantile(sizes, [0.05, 0.95])))
    assert one.N[1] < one.N[0] < one.N[2]
    assert one.samples == 400
    assert one.without == 0


def test_samples_without_an_optimum_are_counted_and_left_out() -> None:
    drawn = samples(REFIT)
    drawn[4, :30] = 0  # beta on its bound: more tokens do not help
    drawn[0, 30:40] = np.nan
    one = plan(CHINCHILLA, REFIT, drawn, 1e22, 0.95)
    assert (one.samples, one.without) == (360, 40)
    assert np.isfinite(one.N).all()
    none = plan(CHINCHILLA, REFIT, drawn[:, :45], 1e22, 0.95)
    assert (none.samples, none.without) == (0, 45)
    assert isnan(none.D[1])


def test_a_fit_without_an_optimum_is_refused() -> None:
    flat = REFIT.copy()
    flat[3] = 0
    with pytest.raises(ScalingLawsError, match="alpha must be positive; without it there is no optimum"):
        plan(CHINCHILLA, flat, NONE, 1e22, 0.95)


def user_law(formula: str) -> Law:
    """A law of N and D that a user added; D comes first."""
    return Law(
        name="mine",
        title="A law",
        formula=formula,
        source="nobody",
        response=Variable("L", "loss", "nats"),
        variables=(Variable("D", "tokens", "tokens"), Variable("N", "size", "parameters")),
        parameters=(Parameter("k", "scale", positive=True),),
    )


def test_any_law_of_size_and_tokens_is_searched() -> None:
    law = user_law("k * (1/N + 20/D)^0.5")
    one = plan(law, np.array([3.0]), samples(np.array([3.0])), 6e18, 0.95)
    assert one.N[0] == pytest.approx(np.sqrt(1e18 / 20), rel=1e-5)  # least 1/N + 20 N/1e18
    assert one.tokens_per_parameter[0] == pytest.approx(20, rel=1e-5)
    assert one.samples == 400
    assert not one.on_edge
    assert growth(law, np.array([3.0])) is None


def test_an_optimum_at_the_end_of_the_search_is_said() -> None:
    one = plan(user_law("k * N^-0.5 * D^-0.2"), np.array([3.0]), np.full((1, 30), 3.0), 1e20, 0.95)
    assert one.on_edge
    assert (one.samples, one.without) == (0, 30)


@pytest.mark.parametrize("name", ["power-law", "kaplan-NS", "muennighoff", "gemstones", "kaplan-N"])
def test_other_laws_cannot_be_planned_with(name: str) -> None:
    with pytest.raises(ScalingLawsError, match=r"planning needs one of N \(parameters\) and D \(tokens\)"):
        size_name(laws.find(name))


@pytest.mark.parametrize(("C", "flops"), [(0.0, 6.0), (-1.0, 6.0), (np.inf, 6.0), (1e20, 0.0)])
def test_budgets_must_be_positive(C: float, flops: float) -> None:
    with pytest.raises(ScalingLawsError, match="must be finite and positive"):
        plan(CHINCHILLA, REFIT, NONE, C, 0.95, flops)


def test_values_outside_the_fitted_range_are_named_with_their_distance() -> None:
    one = plan(CHINCHILLA, REFIT, NONE, GOPHER, 0.95)
    ranges = {"N": (5e7, 1.6e10), "D": (1e9, 1e13), "N*D": (1e18, 1e21)}
    assert beyond(one, CHINCHILLA, ranges, 6) == [
        "C = 5.76e+23 is 96 times the largest fitted (6e+21)",
        "N = 7.22e+10 is 4.52 times the largest fitted (1.6e+10)",
    ]
    small = plan(CHINCHILLA, REFIT, NONE, 3e17, 0.95)
    (line, *_) = beyond(small, CHINCHILLA, ranges, 6)
    assert line == "C = 3e+17 is 0.05 times the least fitted (6e+18)"
    assert beyond(one, CHINCHILLA, {}, 6) == []
    assert beyond(plan(CHINCHILLA, REFIT, NONE, 1e20, 0.95), CHINCHILLA, ranges, 6) == []


def test_the_range_of_compute_counts_total_parameters() -> None:
    x = np.array([[1e7, 1e8], [1e9, 1e9]])
    assert compute_range(CHINCHILLA, x) == (1e16, 1e17)
    low, _ = compute_range(laws.find("pearce-song"), x)
    assert low == pytest.approx((1e7 + 47491 * np.cbrt(1e7)) * 1e9)
