"""The formula language: what it reads and refuses, what it merges, and that its derivatives are exact."""

import ast
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from scalinglaws.laws.expression import Graph, Node, names_in, parse, rename
from scalinglaws.laws.program import Program

FloatArray = NDArray[np.float64]


def program(formula: str, *names: str, positive: bool = False) -> Program:
    """A formula over a variable x and some parameters."""
    return Program.of(formula, ("x",), names, (positive,) * len(names), {})


def at(formula: str, x: float, **params: float) -> tuple[float, list[float]]:
    """Value and slopes of a formula at a point."""
    compiled = program(formula, *params)
    theta, points = np.array([*params.values()]), np.array([[x]])
    return compiled.values(theta, points).item(), compiled.slopes(theta, points)[:, 0].tolist()


def kinds(formula: str, *names: str, positive: bool = True) -> list[object]:
    """The operations of a formula, sorted; leaves left out."""
    compiled = program(formula, *names, positive=positive)
    leaves = ("constant", "parameter", "variable")
    found = (compiled.graph.nodes[node][0] for node in compiled.needed((compiled.value,)))
    return sorted(str(kind) for kind in found if kind not in leaves)


# Reading.


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("2 + 3 * 4 ^ 2 / 8 - 1", 7.0),
        ("-x^2", -9.0),
        ("x^-a", 1 / 9),
        ("x^-1", 1 / 3),
        ("(x - 5)^3", -8.0),  # whole exponents keep the sign of their base
        ("(x - 5)^-2", 0.25),
        ("x^0", 1.0),
        ("x^0.5 * sqrt(x)", 3.0),
        ("x^5", 243.0),
        ("2^a", 4.0),
        ("exp(log(x) * a)", 9.0),
        ("min(x, a) + 10 * max(x, a)", 32.0),
        ("max(min(x, 1e3), 5e0)", 5.0),
        ("a - (-x)", 5.0),
        ("-a * -x", 6.0),
        ("a / -x", -2 / 3),
        ("(x - 4) * (x - 5)", 2.0),
        ("log((x - 4) * (x - 5))", np.log(2)),  # two negative factors: no sum of logarithms
        ("log((x - 4) / (x - 5))", np.log(0.5)),
        ("log(x * a)", np.log(6)),
    ],
)
def test_formulas_are_read_as_arithmetic(formula: str, value: float) -> None:
    compiled = program(formula, "a")
    assert compiled.values(np.array([2.0]), np.array([[3.0]])).item() == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("a +", "invalid syntax"),
        ("", "invalid syntax"),
        ("lambda", "invalid syntax"),
        ("a x", "invalid syntax"),
        ("q * x", "q is not known; there are x, a"),
        ("sin(x)", r"cannot use `sin\(x\)`; there are .* exp, log, sqrt, min, max"),
        ("exp(x, a)", "cannot use"),
        ("min(x)", "cannot use"),
        ("max(x, a, 1)", "cannot use"),
        ("log(x, base=2)", "cannot use"),
        ("x % a", "cannot use `x % a`"),
        ("x // a", "cannot use"),
        ("x if a else 1", "cannot use"),
        ("x.real", "cannot use"),
        ("'x'", "cannot use"),
        ("__import__('os')", "cannot use"),
        ("a < x", "cannot use"),
        ("x / 0", "division by zero"),
        ("x^1e999", "infinity"),
    ],
)
def test_a_text_that_is_not_a_formula_is_refused(formula: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        program(formula, "a")


def test_names_are_those_of_parameters_and_variables_alone() -> None:
    assert names_in("E + A/N^alpha + min(exp(x_1), 1e5)") == {"E", "A", "N", "alpha", "x_1"}
    with pytest.raises(ValueError, match="invalid syntax"):
        names_in("a +")


def test_names_are_replaced_whole() -> None:
    assert rename("a + alpha * a_1 - 1e5 * e5^a", {"a": "b", "e5": "q"}) == "b + alpha * a_1 - 1e5 * q^b"


# Merging.


def test_powers_become_one_exponential() -> None:
    assert kinds("A / x^c", "A", "c", positive=False) == ["exp", "log", "mul", "mul", "neg"]
    # A exp(-c log x) with A = exp(theta): no product is left but that in the exponent.
    assert kinds("A * x^-2.5", "A") == ["add", "exp", "log", "mul"]
    assert kinds("x^a * x^b / x^c", "a", "b", "c", positive=False).count("exp") == 1
    assert kinds("exp(log(x))") == []
    assert kinds("log(exp(a))", "a", positive=False) == []


def test_equal_parts_are_held_once() -> None:
    graph = Graph()
    names = {"x": graph.variable(0), "a": graph.parameter(0)}
    first = parse("x^a + 1", graph, names)
    size = len(graph.nodes)
    assert parse("1 + x^a", graph, names) == first
    assert len(graph.nodes) == size


@pytest.mark.parametrize(
    "formula", ["0 * a + x", "x + a - a", "a^0 * x", "x * 1", "x / 1", "-(-x)", "x - 0 + 0", "a / a * x"]
)
def test_what_has_no_effect_is_dropped(formula: str) -> None:
    compiled = program(formula, "a")
    values = compiled.values(np.array([5.0]), np.array([[2.0, 3.0]]))
    np.testing.assert_array_equal(values, [2.0, 3.0])
    assert compiled.graph.value(compiled.slope[0]) == 0 or "a -" in formula


# Stability.


def test_the_logarithm_of_one_plus_an_exponential_does_not_overflow() -> None:
    assert kinds("log(1 + exp(a))", "a", positive=False) == ["softplus"]
    assert kinds("log(exp(a) + 1)", "a", positive=False) == ["softplus"]
    compiled = program("log(1 + exp(a * x))", "a")
    x = np.array([[-1000.0, 0.0, 1000.0]])
    value, slope, curve = compiled.run(
        np.array([1.0]), x, (compiled.value, compiled.slope[0], compiled.curvature[0])
    )
    np.testing.assert_allclose(value, [0.0, np.log(2), 1000.0])
    np.testing.assert_allclose(slope, [0.0, 0.0, 1000.0])
    np.testing.assert_allclose(curve, [0.0, 0.0, 0.0], atol=1e-300)


def test_a_smooth_break_keeps_its_limits_where_its_power_overflows() -> None:
    formula = "(1 + (x/d)^(1/f))^(-c * f)"
    compiled = program(formula, "d", "f", "c")
    x, theta = np.array([[1e-9, 1.0, 1e9]]), np.array([1.0, 0.001, 0.7])  # (1e9)^1000
    np.testing.assert_allclose(compiled.values(theta, x), [1.0, 2**-0.0007, 1e9**-0.7], rtol=1e-13)
    assert np.isfinite(compiled.slopes(theta, x)).all()


# Minima and maxima.


@pytest.mark.parametrize(
    ("formula", "x", "value", "slope"),
    [
        ("min(a, x)", 3.0, 2.0, 1.0),
        ("min(a, x)", 1.0, 1.0, 0.0),
        ("max(a, x)", 3.0, 3.0, 0.0),
        ("max(a, x)", 1.0, 2.0, 1.0),
        ("min(a^2, 3 * a)", 1.0, 4.0, 4.0),
        ("max(a^2, 3 * a)", 1.0, 6.0, 3.0),
        ("min(x, 1) * a", 0.5, 1.0, 0.5),
    ],
)
def test_minima_and_maxima_take_the_side_they_are_on(
    formula: str, x: float, value: float, slope: float
) -> None:
    assert at(formula, x, a=2.0) == (value, [slope])


# What a formula is linear in.


@pytest.mark.parametrize(
    ("formula", "linear"),
    [
        ("a + b * x^-c", (True, True, False)),
        ("a * b + x^c", (True, False, False)),  # the later of two that multiply each other
        ("(a + b * x) * c", (True, True, False)),
        ("a^2 + b / x + exp(c)", (False, True, False)),
        ("a * min(x, 2) + b + x^c", (True, True, False)),
        ("max(a, b * x) + c", (False, False, True)),  # each piece is linear, the whole is not
        ("min(x, a) * b + c", (False, True, True)),
    ],
)
def test_linear_parameters_are_linear_together(formula: str, linear: tuple[bool, ...]) -> None:
    assert program(formula, "a", "b", "c").linear == linear


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("a * x^b", True),
        ("a / sqrt(x) * exp(b)", False),  # b = exp(theta) inside another exponential
        ("a * x^(b * a)", False),
        ("a + x^b", False),
        ("max(a, b) * x", False),
    ],
)
def test_log_linear_formulas_are_known(formula: str, expected: bool) -> None:
    compiled = Program.of(formula, ("x",), ("a", "b"), (True, formula.endswith("exp(b)")), {})
    assert compiled.log_linear is expected
    assert not program("exp(max(a, b * x))", "a", "b").log_linear


# Derivatives of any formula.

NAMES = ("a", "b", "c")
LEAVES = st.sampled_from([*NAMES, "x", "1.0", "2.0", "0.5"])


def _grow(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Larger positive expressions; exponents may be negative."""
    two = st.tuples(parts, parts)
    return st.one_of(
        two.map(lambda p: f"({p[0]} + {p[1]})"),
        two.map(lambda p: f"({p[0]} * {p[1]})"),
        two.map(lambda p: f"({p[0]} / {p[1]})"),
        two.map(lambda p: f"({p[0]})^({p[1]} - 1)"),
        two.map(lambda p: f"exp({p[0]} - {p[1]})"),
        two.map(lambda p: f"min({p[0]}, {p[1]})"),
        two.map(lambda p: f"max({p[0]}, {p[1]})"),
        two.map(lambda p: f"log(1 + exp({p[0]} - {p[1]}))"),
        two.map(lambda p: f"(({p[0]} - {p[1]})^2 + 1)"),
        parts.map(lambda p: f"log(1 + {p})"),
        parts.map(lambda p: f"sqrt({p})"),
        parts.map(lambda p: f"({p})^-3"),
    )


FORMULAS = st.recursive(LEAVES, _grow, max_leaves=6)
WITHOUT_CORNERS = FORMULAS.filter(lambda formula: "min" not in formula and "max" not in formula)
THETA = st.lists(st.floats(0.3, 2.0), min_size=3, max_size=3).map(np.array)
X = np.array([[0.4, 1.3, 2.6]])


def pick(p: Any, q: Any, sign: float) -> Any:
    """The smaller of two (sign 1) or the larger (-1); not a number at a corner, which has no slope."""
    gap = sign * (np.real(p) - np.real(q))
    return np.where(np.abs(gap) >= 1e-9, np.where(gap < 0, p, q), np.nan)  # also if one is not a number


def by_hand(formula: str, values: dict[str, Any]) -> tuple[Any, float]:
    """A formula as Python computes it, and the largest number on the way: NaN if a corner is on the way."""
    functions = {
        "exp": np.exp,
        "log": np.log,
        "sqrt": np.sqrt,
        "min": lambda p, q: pick(p, q, 1),
        "max": lambda p, q: pick(p, q, -1),
    }
    tree = ast.parse(formula.replace("^", "**"), mode="eval")
    parts = [n for n in ast.walk(tree) if isinstance(n, ast.expr) and getattr(n, "id", "") not in functions]
    with np.errstate(all="ignore"):
        found = [eval(compile(ast.Expression(n), "", "eval"), {}, {**functions, **values}) for n in parts]
        return found[0], float(np.max([np.abs(np.real(value)).max() for value in found]))


def run(compiled: Program, theta: FloatArray, targets: tuple[Node, ...]) -> FloatArray:
    return np.stack(compiled.run(theta, X, targets))


@settings(max_examples=150, deadline=None)
@given(formula=FORMULAS, theta=THETA)
def test_any_formula_and_its_slopes_are_those_of_complex_steps(formula: str, theta: FloatArray) -> None:
    compiled = program(formula, *NAMES)
    values = {**dict(zip(NAMES, theta, strict=True)), "x": X[0]}
    expected, largest = by_hand(formula, values)
    assume(largest < 1e4)
    close = {"rtol": 1e-9, "atol": 1e-9 * largest}
    np.testing.assert_allclose(compiled.values(theta, X), expected * np.ones(3), **close)
    slopes = compiled.slopes(theta, X)
    scale = np.abs(slopes).max()
    assume(scale < 1e6)
    for k, name in enumerate(NAMES):
        moved, _ = by_hand(formula, {**values, name: complex(theta[k], 1e-30)})
        numeric = np.imag(moved) / 1e-30 * np.ones(3)
        np.testing.assert_allclose(slopes[k], numeric, rtol=1e-8, atol=1e-9 * (largest + scale))


@settings(max_examples=80, deadline=None)
@given(formula=WITHOUT_CORNERS, theta=THETA)
def test_any_curvature_is_that_of_central_differences(formula: str, theta: FloatArray) -> None:
    compiled = program(formula, *NAMES, positive=True)
    curvature = run(compiled, theta, compiled.curvature)
    slopes = run(compiled, theta, compiled.slope)
    values = compiled.values(theta, X)
    scale = max(np.abs(part).max() for part in (values, slopes, curvature))
    assume(np.isfinite(scale) and scale < 1e4)
    rows = iter(curvature)
    for i in range(3):
        for j in range(i + 1):
            step = np.zeros(3)
            step[j] = 1e-5
            ahead, behind = (run(compiled, theta + s, compiled.slope)[i] for s in (step, -step))
            np.testing.assert_allclose(
                next(rows), (ahead - behind) / 2e-5, rtol=1e-4, atol=1e-5 * (1 + scale)
            )
