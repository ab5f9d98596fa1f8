"""Growth of the best-fit model by five rules, and what a study's curves rest on."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from scalinglaws.config.fit import FitSpec
from scalinglaws.fitting.uncertainty.covariance import interval
from scalinglaws.protocols.learning_curves.analysis import analyse
from scalinglaws.protocols.learning_curves.run_grid import RunGrid

Draw = Callable[..., RunGrid]
SPEC = FitSpec(
    study="synthetic",
    metrics=("top1_error", "top5_error", "cross_entropy"),
    size_metric="cross_entropy",
    region=(2, 1000),
    resamples=200,
)


def test_the_parabola_finds_the_exponent_and_the_interval_covers_all_rules(draw: Draw) -> None:
    growth = analyse(draw(np.random.default_rng(0), noise=0.002, seeds=3), SPEC).growth
    assert growth.best.param("beta_p")[0] == pytest.approx(0.6, abs=0.05)
    low, high = growth.ends("beta_p", 0.95)
    assert list(growth.rules) == ["parabola", "within-1", "within-2", "within-5", "within-10"]
    for fit in growth.rules.values():
        if fit.refits is not None:
            own = interval(fit.param("beta_p")[1], 0.95)
            assert low <= own[0] <= own[1] <= high
    assert high - low > np.diff(interval(growth.best.param("beta_p")[1], 0.95))


def test_a_largest_model_that_wins_throughout_leaves_nothing_to_fit(draw: Draw) -> None:
    grid = draw(np.random.default_rng(0), noise=0.002, seeds=3)
    falling = grid.values * (grid.parameters / 1e3)[:, None] ** -0.5
    analysis = analyse(replace(grid, values=falling), SPEC)
    value, samples = analysis.growth.best.param("beta_p")
    assert np.isnan(value)
    assert not len(samples)
    assert np.isnan(analysis.growth.ends("beta_p", 0.95)).all()
    assert "the largest model of the grid is best at 7 of 7 sizes in the region" in analysis.growth.warnings
    assert [each.end.tolist() for each in analysis.evidence] == [[1] * 7] * 3


def test_sizes_near_the_best_score_shrink_with_the_share(draw: Draw) -> None:
    analysis = analyse(draw(np.random.default_rng(0), noise=0, seeds=2), SPEC)
    least, most = analysis.sufficient[:, 2]
    best = analysis.chosen.size[2]
    inside = np.isfinite(best)
    assert (least <= most).all()
    assert (most[inside] < best[inside]).all()


def test_the_evidence_counts_the_points_and_fits_again_without_the_last(draw: Draw) -> None:
    grid = draw(np.random.default_rng(0), noise=0, seeds=2)
    steeper = grid.values.copy()
    steeper[:, -1] /= 1.5
    found = analyse(replace(grid, values=steeper), SPEC).evidence[0]
    assert (found.subsets, found.converged, found.cut, len(found.x)) == (7, 7, 0, 7)
    assert found.decades == pytest.approx(np.log10(64))
    assert found.fit.param("beta_g")[0] < -0.35
    assert found.without_last == pytest.approx(-0.3, abs=0.01)
