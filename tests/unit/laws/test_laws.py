"""Every law: its value against plain numpy, its exact derivatives, what a declaration must hold."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from scalinglaws import laws
from scalinglaws.config import plugins
from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray, Law, Parameter, Variable
from unit.laws.cases import CASES, CHINCHILLA

each = pytest.mark.parametrize("name", CASES)


def slopes_of(law: Law, params: FloatArray, x: FloatArray) -> FloatArray:
    """df/dparams [parameters, *batch, points]."""
    positive = law.positive.reshape(-1, *(1,) * (params.ndim - 1))
    slopes = law.program.slopes(law.coordinates(params), law.safe(x))
    return slopes / np.where(positive, params, 1.0)[..., None]


def law_at(name: str) -> tuple[Law, FloatArray, FloatArray]:
    case = CASES[name]
    return laws.find(name), np.array(case.params), case.columns


def test_every_law_is_tested_here_and_named_for_configs() -> None:
    assert sorted(CASES) == list(laws.every())
    assert plugins.declared("laws", "Law") == tuple(laws.every())


@each
def test_value_is_that_of_the_formula_by_hand(name: str) -> None:
    law, params, x = law_at(name)
    y = law.predict(params, x)
    assert (y > 0).all()
    np.testing.assert_allclose(y, CASES[name].formula(*params, *x), rtol=1e-12)


@each
def test_derivatives_are_those_of_the_formula_by_hand(name: str) -> None:
    """A step along the imaginary axis loses no digits: the derivative by hand is exact to rounding."""
    law, params, x = law_at(name)
    slopes = slopes_of(law, params, x)
    for k, value in enumerate(params):
        moved = [*params[:k], complex(value, 1e-30), *params[k + 1 :]]
        expected = np.imag(CASES[name].formula(*moved, *x)) / 1e-30 * np.ones(x.shape[1])
        np.testing.assert_allclose(slopes[k], expected, rtol=1e-9, atol=1e-12 * np.abs(expected).max())


@each
def test_curvature_equals_differences_of_slopes(name: str) -> None:
    law, params, x = law_at(name)
    theta = law.coordinates(params)
    curvature = iter(law.program.run(theta, x, law.program.curvature))
    for i in range(len(theta)):
        for j in range(i + 1):
            step = np.zeros_like(theta)
            step[j] = 1e-6
            ahead, behind = law.program.slopes(theta + step, x), law.program.slopes(theta - step, x)
            numeric = (ahead - behind)[i] / 2e-6
            scale = np.abs(ahead).max()
            np.testing.assert_allclose(next(curvature), numeric, rtol=1e-5, atol=1e-7 * scale)


@each
def test_batches_agree_with_one_at_a_time(name: str) -> None:
    law, params, x = law_at(name)
    batch = params[:, None, None] * np.linspace(0.98, 1.02, 6).reshape(2, 3)
    values, slopes = law.predict(batch, x), slopes_of(law, batch, x)
    assert values.shape == (2, 3, x.shape[1])
    assert slopes.shape == (len(params), 2, 3, x.shape[1])
    for i, j in np.ndindex(2, 3):
        np.testing.assert_allclose(values[i, j], law.predict(batch[:, i, j], x), rtol=1e-13)
        np.testing.assert_allclose(slopes[:, i, j], slopes_of(law, batch[:, i, j], x), rtol=1e-12)
    own_points = np.stack([x, x[:, ::-1]], axis=1)  # each member of a batch at points of its own
    pair = np.stack([params, params], axis=1)
    np.testing.assert_allclose(law.predict(pair, own_points)[1], law.predict(params, x)[::-1], rtol=1e-13)


@each
def test_coordinates_and_natural_units_are_inverse(name: str) -> None:
    law, params, _ = law_at(name)
    np.testing.assert_allclose(law.natural(law.coordinates(params)), params, rtol=1e-13)


@each
def test_a_law_is_declared_in_full(name: str) -> None:
    law = laws.find(name)
    assert law.title
    assert any(year in law.source for year in map(str, range(1992, 2027)))
    assert law.equation == f"{law.response.name}({', '.join(v.name for v in law.variables)}) = {law.formula}"
    assert all(parameter.meaning for parameter in law.parameters)
    assert all(variable.meaning and variable.unit for variable in (law.response, *law.variables))


@each
def test_fits_begin_inside_the_bounds(name: str) -> None:
    law, params, _ = law_at(name)
    for parameter in law.parameters:
        assert parameter.lower < parameter.upper
        if parameter.guesses is None:
            continue
        low, high = parameter.guesses
        assert low < high
        if parameter.of is None:
            assert parameter.lower <= low and high <= parameter.upper
            assert low > 0 or not parameter.positive
        else:
            assert parameter.positive and parameter.of in [variable.name for variable in law.variables]
    lower, upper = law.bounds
    theta = law.coordinates(params)
    assert ((lower <= theta) & (theta <= upper)).all()


@pytest.mark.parametrize("name", ["learning-curve", "model-size", "power-law", "m1", "hernandez", "amari-2"])
def test_a_pure_power_law_has_one_optimum_in_log_space(name: str) -> None:
    assert laws.find(name).program.log_linear


def test_terms_are_solved_for_where_the_formula_is_linear() -> None:
    def solved(name: str) -> list[str]:
        law = laws.find(name)
        return [p.name for p, linear in zip(law.parameters, law.program.linear, strict=True) if linear]

    assert solved("chinchilla") == ["A", "B", "E"]
    assert solved("learning-curve-with-floor") == ["alpha", "gamma"]
    assert solved("bnsl-2") == ["a", "b"]
    assert solved("m4") == ["eps_inf", "eps_0"]
    assert solved("lovelace-3") == ["A", "B", "E", "P"]
    assert solved("kaplan-ND") == []


def test_equations_read_as_in_the_papers() -> None:
    assert laws.find("chinchilla").equation == "L(N, D) = E + A/N^alpha + B/D^beta"
    assert laws.find("learning-curve-with-floor").equation == "epsilon(m) = alpha * m^beta_g + gamma"
    assert laws.find("bnsl-1").equation == "y(x) = a + b * x^-c_0 * (1 + (x/d_1)^(1/f_1))^(-c_1 * f_1)"
    assert laws.find("kaplan-ND").equation == "L(N, D) = ((N_c/N)^(alpha_N/alpha_D) + D_c/D)^alpha_D"


# Forms and limits that the papers print and the formulas here are written out from.


def test_muennighoff_gives_the_values_printed_by_its_authors() -> None:
    x = np.array([[6.34e9, 8.67e9], [242e9, 178e9], [25e9, 25e9]])
    loss = laws.find("muennighoff").predict(np.array([15.387756, 5.309743]), x)
    np.testing.assert_allclose(loss, [2.2256440889984477, 2.2269634075087867], rtol=1e-14)


def test_muennighoff_is_its_base_law_while_data_are_fresh() -> None:
    N, D = np.array([1e8, 1e9]), np.array([1e10, 1e11])
    law = laws.find("muennighoff")
    constants = law.constants or {}
    base = np.array([constants[name] for name in ("A", "B", "E", "alpha")])
    expected = laws.find("chinchilla-tied").predict(base, np.stack([N, D]))
    for unique in (D, 3 * D):  # more unique tokens than are seen make no difference
        found = law.predict(np.array([15.0, 5.0]), np.stack([N, D, unique]))
        np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_m4_solves_its_implicit_equation() -> None:
    law, params, x = law_at("m4")
    d, c, eps_inf, eps_0 = params
    eps = law.predict(params, x)
    np.testing.assert_allclose((eps - eps_inf) / (eps_0 - eps), d**c * x[0] ** -c, rtol=1e-10)


def test_rosenfelds_laws_are_the_modulus_of_a_complex_ratio() -> None:
    law, params, x = law_at("rosenfeld-envelope")
    eps0, alpha, b, beta, c_inf, eta = params
    t = x[0] ** -alpha + b * x[1] ** -beta + c_inf
    np.testing.assert_allclose(law.predict(params, x), eps0 * np.abs(t / (t - 1j * eta)), rtol=1e-13)
    law, params, x = law_at("pruning-single")
    eps_up, gamma, p = params
    d, eps_np = x
    ratio = (d - 1j * p * (eps_up / eps_np) ** (1 / gamma)) / (d - 1j * p)
    np.testing.assert_allclose(law.predict(params, x), eps_np * np.abs(ratio) ** gamma, rtol=1e-13)


def test_the_joint_law_of_pruning_sees_the_invariant_alone() -> None:
    law, params, _ = law_at("pruning-joint")
    _, _, _, phi, psi = params
    small = np.array([0.1, 8.0, 1.0, 0.1])
    large = np.array([0.1 / (4**phi * 0.5**psi), 32.0, 0.5, 0.1])
    y = law.predict(params, np.stack([small, large], axis=1))
    assert y[0] == pytest.approx(y[1], rel=1e-13)


def test_kaplans_joint_law_is_each_single_one_where_the_other_is_plenty() -> None:
    joint = laws.find("kaplan-ND")
    params = np.array([6.4e13, 1.8e13, 0.076, 0.103])
    sizes, plenty = np.geomspace(1e6, 1e9, 4), np.full(4, 1e40)
    alone = laws.find("kaplan-N").predict(params[[0, 2]], sizes[None])
    np.testing.assert_allclose(joint.predict(params, np.stack([sizes, plenty])), alone, rtol=1e-10)
    alone = laws.find("kaplan-D").predict(params[[1, 3]], sizes[None])
    np.testing.assert_allclose(joint.predict(params, np.stack([plenty**3, sizes])), alone, rtol=1e-10)


def test_pearce_and_song_is_chinchilla_with_embeddings_counted() -> None:
    law, params, (size, tokens) = law_at("pearce-song")
    counted = np.stack([size + 47491 * np.cbrt(size), tokens])
    expected = laws.find("chinchilla").predict(params, counted)
    np.testing.assert_allclose(law.predict(params, np.stack([size, tokens])), expected, rtol=1e-13)


@pytest.mark.parametrize("name", ["lovelace-1", "lovelace-3"])
def test_fresh_data_bear_no_penalty(name: str) -> None:
    law, params, x = law_at(name)
    x[2] = 0.0
    expected = laws.find("chinchilla").predict(np.array(CHINCHILLA), x[:2])
    np.testing.assert_array_equal(law.predict(params, x), expected)
    slopes = slopes_of(law, params, x)
    assert np.isfinite(slopes).all()
    assert (np.abs(slopes[5:]) < 1e-200).all()
    assert (x[2] == 0).all()  # the caller's array is left as it is


@pytest.mark.parametrize("name", ["bnsl-1", "bnsl-2", "bnsl-3"])
def test_the_sharpest_breaks_neither_overflow_nor_lose_their_slopes(name: str) -> None:
    law, params, _ = law_at(name)
    params[[i for i, n in enumerate(law.names) if n.startswith("f_")]] = 0.02  # (x/d)^50
    x = np.geomspace(1, 1e13, 14)[None]
    theta = law.coordinates(params)
    for node in (law.program.value, *law.program.slope, *law.program.curvature):
        assert np.isfinite(law.program.run(theta, x, (node,))).all()
    first = laws.find("power-law-floor").predict(params[:3], x[:, :3])
    np.testing.assert_allclose(law.predict(params, x[:, :3]), first, rtol=1e-10)


# Finding and declaring laws.


def test_an_unknown_law_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(ScalingLawsError, match=r"'learning'.*amari-1, .*learning-curve, "):
        laws.find("learning")


NO_RANGE = Parameter("c", "exponent", exponent=True)
TOY: dict[str, Any] = {
    "name": "toy",
    "title": "A toy",
    "formula": "a + b * x^-c",
    "source": "this test",
    "response": Variable("y", "error", "of the metric"),
    "variables": (Variable("x", "scale", "any"),),
    "parameters": (
        Parameter("a", "floor", lower=0.0),
        Parameter("b", "level", positive=True),
        Parameter("c", "exponent", exponent=True, guesses=(0.1, 1.0)),
    ),
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"formula": "b * x^-c"}, r"law toy: .*'a'"),
        ({"formula": "a + b * x^-c + q"}, r"law toy: .*'q'"),
        ({"constants": {"k": 1.0}}, r"law toy: .*'k'"),
        ({"formula": "a + b * x^-c +"}, "invalid syntax"),
        ({"formula": "a + b * sin(x)^-c"}, "cannot use `sin"),
        (
            {"parameters": (*TOY["parameters"][:2], NO_RANGE)},
            "toy: c needs a range",
        ),
        (
            {"parameters": (*TOY["parameters"], Parameter("x", "clash"))},
            "toy: a name is declared twice",
        ),
    ],
)
def test_a_declaration_that_could_not_be_fitted_is_refused(change: dict[str, Any], message: str) -> None:
    assert Law(**TOY).equation == "y(x) = a + b * x^-c"
    with pytest.raises(ValueError, match=message):
        Law(**{**TOY, **change})


def test_a_law_with_one_optimum_needs_no_range() -> None:
    assert Law(
        **{**TOY, "formula": "b * x^-c", "parameters": (TOY["parameters"][1], NO_RANGE)}
    ).program.log_linear


def test_tied_parameters_become_one() -> None:
    law = laws.find("chinchilla").tied(beta="alpha")
    assert law.name == "chinchilla[beta = alpha]"
    assert law.names == ("A", "B", "E", "alpha")
    assert law.formula == laws.find("chinchilla-tied").formula
    for ties in ({"gamma": "alpha"}, {"beta": "gamma"}, {"beta": "alpha", "alpha": "beta"}):
        with pytest.raises(ScalingLawsError, match="cannot tie"):
            laws.find("chinchilla").tied(**ties)


def test_a_narrower_range_is_kept_and_a_wider_one_refused() -> None:
    law = laws.find("chinchilla").bounded(E=(1.5, 2.0), A=(100.0, 500.0))
    lower, upper = law.bounds
    np.testing.assert_allclose([lower[0], upper[0], lower[2], upper[2]], [*np.log([100, 500]), 1.5, 2.0])
    for bounds in ({"E": (-1.0, 2.0)}, {"E": (2.0, 1.0)}, {"gamma": (0.0, 1.0)}):
        with pytest.raises(ScalingLawsError, match="law chinchilla: "):
            law.bounded(**bounds)


def test_constants_can_be_replaced() -> None:
    law = replace(laws.find("pearce-song"), constants={"omega": 0.0})
    _, params, x = law_at("pearce-song")
    expected = laws.find("chinchilla").predict(params, x)
    np.testing.assert_allclose(law.predict(params, x), expected, rtol=1e-13)


def test_bounds_are_those_of_the_fitted_coordinates() -> None:
    lower, upper = laws.find("bnsl-1").bounds
    np.testing.assert_array_equal(lower, [0, -np.inf, -10, -10, -np.inf, np.log(0.02)])
    np.testing.assert_array_equal(upper, [np.inf, np.inf, 10, 10, np.inf, np.log(5)])
