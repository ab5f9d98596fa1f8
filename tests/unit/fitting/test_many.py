"""One law fitted to many data sets: as if each were fitted alone."""

import numpy as np
import pytest

from scalinglaws import laws
from scalinglaws.fitting.many import Fits, cross_validate, fit_many
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.solver.solve import Engine
from scalinglaws.fitting.system import System
from scalinglaws.laws.law import FloatArray

LAW = laws.find("learning-curve-with-floor")
RELATIVE = Estimator(residual="relative")
X = np.geomspace(10, 5000, 9)[None]


def drawn(fits: int, noise: float = 0.02) -> FloatArray:
    rng = np.random.default_rng(0)
    truth = LAW.predict(np.array([3.0, -0.4, 0.1]), X)
    return np.asarray(truth * (1 + noise * rng.standard_normal((fits, X.shape[1]))))


def many(y: FloatArray, fixed: dict[str, float] | None = None, engine: Engine | None = None) -> Fits:
    return fit_many(System.of(LAW, Points(X, y[0]), RELATIVE, fixed), y, engine=engine)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_each_fit_is_that_of_its_data_alone(engine: str) -> None:
    y = drawn(6)
    found = many(y, engine=engine)  # type: ignore[arg-type]
    for k, values in enumerate(y):
        alone = Problem(LAW, Points(X, values), RELATIVE, initial_guesses=32).fit()
        assert found.params[:, k] == pytest.approx(alone.values, rel=1e-6)
    assert not found.failed.any()


def test_a_fixed_parameter_stays_and_is_not_on_a_bound() -> None:
    found = many(drawn(4), fixed={"gamma": 0.12})
    assert found.params[2] == pytest.approx([0.12] * 4)
    assert "gamma" not in found.on_bound


def test_bounds_are_reported_with_their_share() -> None:
    y = drawn(2, noise=0.0)
    y[1] = LAW.predict(np.array([3.0, -0.4, 0.0]), X) * np.linspace(1.05, 0.95, X.shape[1])  # floor below 0
    found = many(y)
    assert found.on_bound == {"gamma": 0.5}
    assert found.warnings == ("gamma sits on a bound in 50% of fits",)


def test_cross_validation_predicts_a_point_from_the_others_alone() -> None:
    y = drawn(3)
    found = many(y)
    folds = X.shape[1]  # leave one out: every point is a fold
    crossed = cross_validate(found, y, folds, np.random.default_rng(0))
    for k in (0, 4, 8):
        others = np.arange(folds) != k
        alone = Problem(LAW, Points(X[:, others], y[1, others]), RELATIVE).fit()
        assert crossed[1, k] == pytest.approx(float(alone.predict(X[:, k])[0]), rel=1e-6)
    assert np.std(crossed / y - 1) > np.std(found.predict(X) / y - 1)
