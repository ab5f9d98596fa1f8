"""Resamples, standard errors and how often intervals hold the truth."""

import numpy as np
import pytest

from scalinglaws import laws
from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.solver.solve import has_compiler
from scalinglaws.fitting.uncertainty.bootstrap import bootstrap, draw
from scalinglaws.fitting.uncertainty.covariance import covariance, delta_interval

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


@pytest.mark.slow
@pytest.mark.skipif(not has_compiler(), reason="numba is not installed: this would take an hour")
@pytest.mark.parametrize(("points", "most"), [(24, 1.0), (48, 0.99), (240, 0.99)])
def test_percentile_intervals_hold_the_truth(points: int, most: float) -> None:
    """Four hundred studies of known truth. At 24 points the intervals are too wide, never too narrow."""
    law, held = laws.find("chinchilla"), np.zeros((2, 5))
    for k in range(400):
        rng = np.random.default_rng([0, points, k])
        flops, ratio = 10 ** rng.uniform(18.5, 22, points), 10 ** rng.uniform(-0.3, 2.5, points)
        size = np.sqrt(flops / 6 / ratio)
        x = np.stack([size, size * ratio])
        y = law.predict(TRUTH, x) * np.exp(rng.normal(0, 0.005, points))
        found = Problem(law, Points(x, y), Estimator("log", "huber")).fit("compiled")
        curved = delta_interval(found, covariance(found), 0.95)
        by_delta = np.array([curved[name] for name in law.names]).T
        drawn = bootstrap(found, 300, rng, engine="compiled").intervals(0.95)
        held += [(low <= TRUTH) & (high >= TRUTH) for low, high in (drawn, by_delta)]
    percentile, delta = held[:, 3:] / 400  # alpha and beta
    assert (percentile >= 0.93).all() and (percentile <= most).all(), percentile
    # The delta method, which needs no resamples, is too short for Huber's narrow loss: hence the bootstrap.
    assert delta[0] < percentile[0]
