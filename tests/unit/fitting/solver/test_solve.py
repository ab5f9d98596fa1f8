"""The solvers: certified problems, both engines alike, bounds, and one fit's independence of the others."""

from pathlib import Path

import numpy as np
import pytest

from scalinglaws import laws
from scalinglaws.fingerprint import code_fingerprint
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.solver.batch import Batch
from scalinglaws.fitting.solver.sobol import MOST, sobol
from scalinglaws.fitting.solver.solve import has_compiler, solve
from scalinglaws.fitting.system import bounds_with
from scalinglaws.laws.law import Law, Parameter, Variable

NEEDS_NUMBA = pytest.mark.skipif(not has_compiler(), reason="numba is not installed")
ENGINES = ["numpy", pytest.param("compiled", marks=NEEDS_NUMBA)]


def problem(formula: str, **guesses: tuple[float, float]) -> Law:
    """A law out of a certified problem; parameters without a range enter linearly."""
    names = sorted({f"b{k}" for k in range(1, 8) if f"b{k}" in formula})
    return Law(
        name="nist",
        title="certified problem",
        formula=formula,
        source="NIST Statistical Reference Datasets, nonlinear regression",
        response=Variable("y", "response", "1"),
        variables=(Variable("x", "predictor", "1"),),
        parameters=tuple(Parameter(name, name, guesses=guesses.get(name)) for name in names),
    )


# Data and certified values of the NIST Statistical Reference Datasets (public domain).
CERTIFIED = {
    "Misra1a": (
        problem("b1 * (1 - exp(-b2 * x))", b2=(1e-5, 1e-2)),
        [77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0],
        [10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78],
        [2.3894212918e2, 5.5015643181e-4],
        1.2455138894e-1,
    ),
    "BoxBOD": (
        problem("b1 * (1 - exp(-b2 * x))", b2=(1e-2, 10)),
        [1, 2, 3, 5, 7, 10],
        [109, 149, 149, 191, 213, 224],
        [2.1380940889e2, 5.4723748542e-1],
        1.1680088766e3,
    ),
    "DanWood": (
        problem("b1 * x^b2", b2=(0.1, 10)),
        [1.309, 1.471, 1.490, 1.565, 1.611, 1.680],
        [2.138, 3.421, 3.597, 4.340, 4.882, 5.660],
        [7.6886226176e-1, 3.8604055871],
        4.3173084083e-3,
    ),
    "MGH09": (
        problem("b1 * (x^2 + x * b2) / (x^2 + x * b3 + b4)", b2=(0.01, 1), b3=(0.01, 1), b4=(0.01, 1)),
        [4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625],
        [0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246],
        [1.9280693458e-1, 1.9128232873e-1, 1.2305650693e-1, 1.3606233068e-1],
        3.0750560385e-4,
    ),
    "MGH10": (
        problem("b1 * exp(b2 / (x + b3))", b2=(1e3, 1e4), b3=(50, 1000)),
        list(range(50, 130, 5)),
        [
            34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820,
            3307, 2872,
        ],
        [5.6096364710e-3, 6.1813463463e3, 3.4522363462e2],
        8.7945855171e1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CERTIFIED)
def test_certified_values_are_reached(name: str) -> None:
    law, x, y, certified, squares = CERTIFIED[name]
    found = Problem(law, Points(np.array(x, dtype=float), np.array(y)), Estimator("value", "squared")).fit()
    np.testing.assert_allclose(found.values, certified, rtol=1e-7)
    assert found.objective == pytest.approx(squares, rel=1e-9)
    assert found.converged


def many(law: Law, truth: list[float], fits: int = 40) -> tuple[np.ndarray, ...]:
    """Noisy data sets of a law in two variables, with weights of a bootstrap."""
    rng = np.random.default_rng(0)
    x = np.stack([10 ** rng.uniform(7, 10, 60), 10 ** rng.uniform(9, 11.5, 60)])
    y = law.predict(np.array(truth), x) * np.exp(rng.normal(0, 0.01, (fits, 60)))
    weights = rng.multinomial(60, np.full(60, 1 / 60), size=fits).astype(float)
    guesses = np.repeat(law.coordinates(np.array(truth) * 1.1)[:, None], fits, axis=1)
    return x, y, weights, guesses


@NEEDS_NUMBA
@pytest.mark.parametrize("residual", ["log", "relative", "value"])
@pytest.mark.parametrize("loss", ["squared", "huber"])
def test_both_engines_come_to_the_same_optimum(residual: str, loss: str) -> None:
    law, estimator = laws.find("chinchilla"), Estimator(residual, loss)  # type: ignore[arg-type]
    x, y, weights, guesses = many(law, [482.01, 2085.43, 1.8172, 0.3478, 0.3658])
    batch = Batch(law, estimator, x, y, weights, law.bounds)
    plain, fast = solve(batch, guesses, engine="numpy"), solve(batch, guesses, engine="compiled")
    np.testing.assert_allclose(fast.objective, plain.objective, rtol=1e-9)
    np.testing.assert_allclose(fast.theta, plain.theta, atol=1e-4)
    assert np.quantile(plain.gradient, 0.9) < 1e-6
    assert np.quantile(fast.gradient, 0.9) < 1e-6


@pytest.mark.parametrize("engine", ENGINES)
def test_parameters_stay_inside_their_bounds_and_the_optimum_there_is_found(engine: str) -> None:
    law = laws.find("power-law-floor")
    x = np.geomspace(1, 1000, 12)[None]
    y = np.exp(-0.3 * np.log(x) - 0.02 * np.log(x) ** 2)  # steeper and steeper: a floor < 0
    guesses = law.coordinates(np.array([0.1, 1.0, 0.3]))[:, None]
    found = solve(Batch(law, Estimator(), x, y, np.ones_like(y), law.bounds), guesses, engine=engine)  # type: ignore[arg-type]
    assert law.natural(found.theta)[0, 0] == 0
    line = Problem(laws.find("power-law"), Points(x, y[0])).fit()
    assert found.objective[0] == pytest.approx(line.objective, rel=1e-9)
    assert found.gradient[0] < 1e-8


@pytest.mark.parametrize("engine", ENGINES)
def test_equal_bounds_fix_a_parameter(engine: str) -> None:
    law = laws.find("chinchilla")
    x, y, weights, guesses = many(law, [482.01, 2085.43, 1.8172, 0.3478, 0.3658], fits=3)
    bounds = bounds_with(law, {"E": 1.7, "alpha": 0.3})
    found = solve(Batch(law, Estimator(), x, y, weights, bounds), guesses, engine=engine)  # type: ignore[arg-type]
    np.testing.assert_array_equal(law.natural(found.theta)[[2, 3]], [[1.7] * 3, [0.3] * 3])
    assert found.gradient.max() < 1e-8


@pytest.mark.parametrize("engine", ENGINES)
def test_a_fit_does_not_depend_on_the_others_beside_it(engine: str) -> None:
    law = laws.find("chinchilla")
    x, y, weights, guesses = many(law, [482.01, 2085.43, 1.8172, 0.3478, 0.3658])
    batch = Batch(law, Estimator(), x, y, weights, law.bounds)
    together = solve(batch, guesses, engine=engine)  # type: ignore[arg-type]
    alone = solve(batch.some(slice(7, 8)), guesses[:, 7:8], engine=engine)  # type: ignore[arg-type]
    np.testing.assert_allclose(alone.theta[:, 0], together.theta[:, 7], rtol=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_has_weight_zero_does_not_matter(engine: str) -> None:
    law = laws.find("power-law-floor")
    x = np.geomspace(1, 1000, 8)[None]
    y = 2 * x**-0.4 + 0.1
    spoilt, weights = y.copy(), np.ones_like(y)
    spoilt[0, 3], weights[0, 3] = 77.0, 0.0
    guesses = law.coordinates(np.array([0.05, 1.0, 0.3]))[:, None]
    found = solve(Batch(law, Estimator(), x, spoilt, weights, law.bounds), guesses, engine=engine)  # type: ignore[arg-type]
    np.testing.assert_allclose(law.natural(found.theta)[:, 0], [0.1, 2, 0.4], rtol=1e-6)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_parameter_whose_best_value_is_infinite_is_named_and_the_rest_is_fitted(engine: str) -> None:
    """A curve that gets steeper never levels off: the scale at which m3 does is infinite."""
    x = np.geomspace(10, 1e4, 12)
    y = 2 * x**-0.3 * np.exp(-0.01 * np.log(x) ** 2)
    found = Problem(laws.find("m3"), Points(x, y)).fit(engine)  # type: ignore[arg-type]
    assert found.unidentified == ("d",)
    assert any("not identified" in warning and "d" in warning for warning in found.warnings)
    line = Problem(laws.find("m1"), Points(x, y)).fit()
    assert found.objective == pytest.approx(line.objective, rel=1e-6)
    assert found.params["c"] == pytest.approx(line.params["c"], rel=1e-4)
    assert found.converged


@pytest.mark.parametrize("dimensions", range(1, MOST + 2))
def test_sobol_points_are_those_of_scipy(dimensions: int) -> None:
    from scipy.stats import qmc

    np.testing.assert_array_equal(sobol(dimensions, 64), qmc.Sobol(dimensions, rng=0).random(64))


@NEEDS_NUMBA
def test_machine_code_is_kept_apart_by_what_its_source_means() -> None:
    """numba knows a file by size and time, and builds the constants of other files into its code."""
    import numba

    from scalinglaws.fitting.solver import compiled

    compiled.solver()
    folder = Path(numba.config.CACHE_DIR)  # type: ignore[attr-defined]
    assert folder.name == code_fingerprint("scalinglaws.fitting.solver.compiled")
    assert list(folder.rglob("*.nbi"))
