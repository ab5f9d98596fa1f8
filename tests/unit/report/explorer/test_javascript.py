"""Laws as JavaScript: the same values as in Python, at many points, for every law."""

import json
from dataclasses import replace

import numpy as np
import pytest

from scalinglaws import laws
from scalinglaws.laws.law import FloatArray, Law, Parameter, Variable
from scalinglaws.report.explorer.javascript import function_of
from scalinglaws.report.explorer.page import functions
from unit.laws.cases import CASES
from unit.report.explorer.javascript_engine import Engine

POINTS = 400


def values_in_javascript(js: Engine, law: Law, params: FloatArray, x: FloatArray) -> FloatArray:
    """The law [points] at params [parameters, points] and x [variables, points]."""
    found = js.value(
        f"(f => params.map((p, k) => String(f(p, x[k]))))({function_of(law)})",
        params=params.T.tolist(),
        x=x.T.tolist(),
    )
    return np.array([float(value) for value in found])  # JSON has no NaN, but text has


def assert_equal_everywhere(js: Engine, law: Law, params: FloatArray, x: FloatArray) -> None:
    in_python = law.predict(params, x.T[:, :, None].transpose(1, 0, 2))[:, 0]
    np.testing.assert_allclose(values_in_javascript(js, law, params, x), in_python, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("name", laws.every())
def test_a_law_has_the_same_values_in_javascript(js: Engine, name: str) -> None:
    rng = np.random.default_rng(len(name))
    law, case = laws.find(name), CASES[name]
    params = np.array(case.params)[:, None] * np.exp(0.2 * rng.standard_normal((len(case.params), POINTS)))
    low, high = np.log(case.columns.min(axis=1) / 10), np.log(case.columns.max(axis=1) * 10)
    x = np.exp(rng.uniform(low[:, None], high[:, None], (len(low), POINTS)))
    for k, variable in enumerate(law.variables):
        if variable.zero:
            x[k, ::4] = 0
    assert_equal_everywhere(js, law, params, x)


def test_constants_ties_and_comparisons_are_printed_too(js: Engine) -> None:
    rng = np.random.default_rng(0)
    plain = Law(
        name="odd",
        title="Names that JavaScript has for itself, and every operation",
        formula="new - (Math - Infinity/x) * -2 - log(1 + exp(var * x)) + max(x, 3)/sqrt(min(x, new)) + x^3",
        source="this test",
        response=Variable("y", "y", "any"),
        variables=(Variable("x", "x", "any"),),
        parameters=(
            Parameter("new", "n", positive=True, guesses=(0.5, 2)),
            Parameter("Math", "m", guesses=(-1, 1)),
            Parameter("var", "v", guesses=(-1, 1)),
        ),
        constants={"Infinity": 1e-3},
    )
    x = np.exp(rng.uniform(-3, 3, (1, POINTS)))
    params = rng.uniform(0.1, 2, (3, POINTS))
    assert_equal_everywhere(js, plain, params, x)
    assert_equal_everywhere(js, plain.tied(var="Math"), params[:2], x)
    other = replace(plain, formula=plain.formula.replace("-2", "-3"))
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(
            values_in_javascript(js, plain, params, x), values_in_javascript(js, other, params, x)
        )


def test_values_beyond_all_numbers_are_the_same(js: Engine) -> None:
    law = laws.find("bnsl-1")  # its factor has a softplus, which must not overflow
    params = np.array([[0.1, 3.0, 0.15, 0.5, 3e4, 0.02]] * 4).T
    x = np.array([[1e-300, 1e-8, 1e20, 1e300]])
    assert_equal_everywhere(js, law, params, x)
    zero = np.array([[0.0, 0.5, 1.0]])
    assert_equal_everywhere(js, laws.find("power-law"), np.array([[2.0] * 3, [0.3] * 3]), zero + 1e-310)


def test_all_laws_are_in_the_page_by_name(js: Engine) -> None:
    assert js.value(f"(() => {{ {functions()} return Object.keys(LAW_FUNCTIONS); }})()") == list(laws.every())
    assert json.dumps("chinchilla") in functions()
