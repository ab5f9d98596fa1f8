"""Resamples, standard errors and how often intervals hold the truth."""

import numpy as np
import pytest

from scalinglaws import laws
from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.solver.solve import has_compiler
from scalinglaws.fitting.uncertainty.bootstrap import bootstrap, draw, refit
from scalinglaws.fitting.uncertainty.covariance import covariance, delta_interval
from scalinglaws.fitting.uncertainty.coverage import Simulation, coverage
from scalinglaws.public_runs.read import read

X = np.geomspace(1, 1000, 60)
LINE = laws.find("power-law")
TRUTH = np.array([482.01, 2085.43, 1.8172, 0.3478, 0.3658])  # Besiroglu et al. 2024


def test_pairs_keep_the_number_of_points_and_hold_enough_distinct_ones() -> None:
    weights, redrawn = draw(6, 500, np.random.default_rng(0), needed=4)
    assert weights.shape == (500, 6)
    assert (weights.sum(axis=1) == 6).all()
    assert ((weights > 0).sum(axis=1) >= 4).all()
    assert redrawn > 0


def test_clusters_are_drawn_whole() -> None:
    clusters = np.repeat(np.arange(5), 4)
    weights, _ = draw(20, 200, np.random.default_rng(0), needed=3, clusters=clusters)
    blocks = weights.reshape(200, 5, 4)
    assert (blocks == blocks[:, :, :1]).all()
    assert (blocks[:, :, 0].sum(axis=1) == 5).all()


def test_subsamples_hold_four_fifths_once() -> None:
    weights, _ = draw(10, 100, np.random.default_rng(0), needed=3, method="subsample")
    assert set(weights.ravel()) == {0.0, 1.0}
    assert (weights.sum(axis=1) == 8).all()


def test_points_too_few_for_resamples_are_an_error() -> None:
    with pytest.raises(ScalingLawsError, match="only 0 hold 5 distinct"):
        draw(4, 50, np.random.default_rng(0), needed=5)


def test_standard_errors_of_a_line_are_those_of_the_regression() -> None:
    noise = 0.05
    y = 2 * X**-0.3 * np.exp(np.random.default_rng(3).normal(0, noise, 60))
    found = Problem(LINE, Points(X, y)).fit()
    centred = np.log(X) - np.log(X).mean()
    exact = np.sqrt(found.objective / 58 / (centred**2).sum())
    curved = np.sqrt(np.diag(covariance(found)))[1]
    drawn = np.nanstd(bootstrap(found, 2000, np.random.default_rng(0)).params[1])
    assert curved == pytest.approx(exact, rel=0.15)
    assert drawn == pytest.approx(exact, rel=0.15)
    low, high = delta_interval(found, covariance(found), 0.95)["c"]
    assert high - low == pytest.approx(2 * 1.96 * curved, rel=1e-3)


def test_checkpoints_of_one_run_are_not_independent() -> None:
    """Twelve runs with noise of their own, each seen ten times: clusters tell, points pretend."""
    rng = np.random.default_rng(0)
    runs = np.repeat(np.arange(12), 10)
    x = np.geomspace(1, 1000, 12)[runs]
    y = 2 * x**-0.3 * np.exp(rng.normal(0, 0.1, 12)[runs] + rng.normal(0, 0.01, 120))
    together, alone = (Problem(LINE, Points(x, y, clusters=labels)).fit() for labels in (runs, None))
    whole, apart = (
        np.nanstd(bootstrap(fit, 1000, np.random.default_rng(1)).params[1]) for fit in (together, alone)
    )
    assert 2 < whole / apart < 4.5  # sqrt(10) = 3.2
    by_cluster = np.sqrt(np.diag(covariance(together)))[1]
    assert by_cluster == pytest.approx(whole, rel=0.35)


def test_equal_seeds_give_equal_bits() -> None:
    y = 2 * X**-0.3 * np.exp(np.random.default_rng(3).normal(0, 0.05, 60))
    found = Problem(laws.find("power-law-floor"), Points(X, y)).fit()
    once, again = (bootstrap(found, 200, np.random.default_rng(7)).params for _ in range(2))
    np.testing.assert_array_equal(once, again)


def test_fixed_parameters_stay_fixed_in_every_refit() -> None:
    y = 2 * X**-0.3 * np.exp(np.random.default_rng(3).normal(0, 0.05, 60))
    found = Problem(laws.find("power-law-floor"), Points(X, y), fixed={"c": 0.3}).fit()
    refits = bootstrap(found, 100, np.random.default_rng(0))
    assert (refits.params[2] == 0.3).all()
    assert np.nanstd(refits.params[1]) > 0


def chinchilla_points() -> tuple[np.ndarray, np.ndarray]:
    """The 240 points in the file's order."""
    points = read("chinchilla-points").query("not excluded")
    return points[["N", "D"]].to_numpy().T, points["loss"].to_numpy()


def test_the_optimum_of_the_chinchilla_points() -> None:
    x, y = chinchilla_points()
    found = Problem(laws.find("chinchilla"), Points(x, y), Estimator("log", "huber")).fit()
    assert found.objective <= 0.0010182740179
    assert found.agreeing == found.descents
    expected = {"A": 477.83, "B": 2143.42, "E": 1.8172, "alpha": 0.34731, "beta": 0.36717}
    assert found.params == pytest.approx(expected, rel=2e-5)


@pytest.mark.slow
def test_standard_errors_on_the_published_resamples() -> None:
    """Besiroglu et al. 2024 print 124.52, 1293.28, .02566, .01540, .02060 for A, B, E, alpha, beta."""
    x, y = chinchilla_points()
    found = Problem(laws.find("chinchilla"), Points(x, y), Estimator("log", "huber")).fit()
    published = np.array([124.52, 1293.28, 0.02566, 0.01540, 0.02060])
    np.random.seed(42)
    rows = np.array([np.random.choice(240, 240) for _ in range(4000)])
    weights = np.array([np.bincount(row, minlength=240) for row in rows], dtype=float)
    refits = refit(found, weights)
    assert refits.failed == 0
    np.testing.assert_allclose(refits.params.std(axis=1), published, rtol=0.005)
    fast = "compiled" if has_compiler() else "numpy"
    for seed in range(10):
        drawn = bootstrap(found, 4000, np.random.default_rng(seed), engine=fast)  # type: ignore[arg-type]
        ratio = np.nanstd(drawn.params, axis=1) / published
        np.testing.assert_allclose(ratio[[0, 2, 3, 4]], 1, atol=0.06)
        assert ratio[1] == pytest.approx(1, abs=0.15)


@pytest.mark.slow
@pytest.mark.skipif(not has_compiler(), reason="numba is not installed: this would take an hour")
@pytest.mark.parametrize(("points", "least", "most"), [(24, 0.93, 1.0), (48, 0.93, 0.99), (240, 0.93, 0.99)])
def test_percentile_intervals_hold_the_truth(points: int, least: float, most: float) -> None:
    """Four hundred studies of known truth. At 24 points the intervals are too wide, never too narrow."""
    simulation = Simulation(laws.find("chinchilla"), TRUTH, points, 0.005, Estimator("log", "huber"))
    found = coverage(simulation, simulations=400, resamples=300)
    shares = {name: found.of("percentile", name) for name in ("alpha", "beta")}
    print(f"{points} points: {shares}, median widths {dict(zip(found.names, found.width[0], strict=True))}")
    assert found.failed == 0
    assert all(least <= share <= most for share in shares.values()), shares
    # The delta method, which needs no resamples, is too short for Huber's narrow loss: hence the bootstrap.
    assert found.of("delta", "alpha") < shares["alpha"]
