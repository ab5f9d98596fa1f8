"""Every law finds its own parameters again, and laws with many optima find the lowest."""

import time

import numpy as np
import pytest

from scalinglaws import laws
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.solver.batch import Batch
from scalinglaws.fitting.solver.initial_guesses import design
from scalinglaws.fitting.solver.solve import Engine, has_compiler, solve
from scalinglaws.laws.law import FloatArray, Law
from unit.laws.cases import CASES

POINTS = 60
SECONDS = 2.0
FAST: Engine = "compiled" if has_compiler() else "numpy"


def data(name: str, noise: float = 0.0, seed: int = 0) -> tuple[Law, FloatArray, FloatArray, FloatArray]:
    """A law, its true parameters, and points over the ranges of its case."""
    law, case, rng = laws.find(name), CASES[name], np.random.default_rng(seed)
    columns = []
    for variable, column in zip(law.variables, case.columns, strict=True):
        if variable.zero:
            columns.append(rng.integers(0, int(column.max()) + 1, POINTS).astype(float))
        elif len(law.variables) == 1:
            columns.append(np.geomspace(column.min(), column.max(), POINTS))
        else:
            columns.append(np.exp(rng.uniform(np.log(column.min()), np.log(column.max()), POINTS)))
    x, truth = np.stack(columns), np.array(case.params)
    return law, truth, x, law.predict(truth, x) * np.exp(rng.normal(0, noise, POINTS))


def in_order(params: FloatArray, name: str) -> FloatArray:
    """Breaks have no order of their own: they are put in that of the truth."""
    if not name.startswith("bnsl"):
        return params
    truth = np.array(CASES[name].params)[3:].reshape(-1, 3)
    breaks = params[3:].reshape(-1, 3)
    ranks = np.argsort(np.argsort(truth[:, 1]))
    return np.concatenate([params[:3], breaks[np.argsort(breaks[:, 1])][ranks].ravel()])


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("estimator", [Estimator(), Estimator("log", "huber")], ids=["squared", "huber"])
def test_noiseless_truth_is_recovered(name: str, estimator: Estimator) -> None:
    law, truth, x, y = data(name)
    found = Problem(law, Points(x, y), estimator).fit()
    np.testing.assert_allclose(found.predict(x), y, rtol=1e-6)
    if found.unidentified:
        assert any("not identified" in warning for warning in found.warnings)
    else:
        np.testing.assert_allclose(in_order(found.values, name), truth, rtol=1e-6)
        assert found.converged
        assert not found.on_bound


def test_what_the_data_do_not_determine_is_said() -> None:
    """At one size alone, model size and floor are one constant: their parts cannot be told apart."""
    law, truth, x, _ = data("chinchilla")
    x = np.stack([np.full_like(x[0], 1e9), x[1]])
    found = Problem(law, Points(x, law.predict(truth, x))).fit()
    np.testing.assert_allclose(found.predict(x), law.predict(truth, x), rtol=1e-6)
    assert {"A", "E", "alpha"} >= set(found.unidentified)
    assert set(found.unidentified) >= {"A", "alpha"}
    assert any("not identified" in warning for warning in found.warnings)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gemstones", "bnsl-1", "bnsl-2", "bnsl-3"])
@pytest.mark.parametrize("seed", [3, 5])
def test_laws_with_many_optima_reach_the_best_of_a_thousand_guesses(name: str, seed: int) -> None:
    law, _, x, y = data(name, noise=0.02, seed=seed)
    begin = time.process_time()
    found = Problem(law, Points(x, y)).fit()
    assert time.process_time() - begin < 2 * SECONDS  # twice the goal: other work may slow it
    alone = Batch(law, Estimator(), x, y[None], np.ones((1, POINTS)), law.bounds)
    guesses = design(alone, 1000, candidates=1024)
    count = guesses.shape[1]
    assert count >= 900
    peers = solve(alone.some(np.zeros(count, dtype=np.int64)), guesses, engine=FAST)
    assert found.objective <= peers.objective.min() * (1 + 1e-6)
