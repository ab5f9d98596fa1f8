"""The bootstrap: what is drawn, that it is reproducible, and how often its intervals hold the truth."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from scalinglaws import laws
from scalinglaws.config.fit import FitSpec
from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.uncertainty.bootstrap import refit
from scalinglaws.fitting.uncertainty.covariance import interval
from scalinglaws.protocols.learning_curves.analysis import analyse
from scalinglaws.protocols.learning_curves.best_fit import Selection
from scalinglaws.protocols.learning_curves.resampling import draw_points, draw_runs, resample
from scalinglaws.protocols.learning_curves.run_grid import RunGrid

SPEC = FitSpec(
    study="synthetic",
    metrics=("top1_error", "top5_error", "cross_entropy"),
    size_metric="cross_entropy",
    region=(2, 1000),
    resamples=200,
)


def test_runs_are_drawn_inside_their_cell_and_together_for_all_metrics(grid: RunGrid) -> None:
    drawn = draw_runs(grid, 20, np.random.default_rng(0))
    assert drawn.shape == (20, *grid.values.shape)
    known = {tuple(np.nan_to_num(run)) for run in grid.values[:, 2, 1].T}
    assert {tuple(np.nan_to_num(run)) for run in drawn[:, :, 2, 1].transpose(0, 2, 1).reshape(-1, 3)} == known


def test_a_cell_keeps_its_number_of_runs(grid: RunGrid) -> None:
    ran = grid.ran.copy()
    ran[0, 0, 2:] = False
    drawn = draw_runs(replace(grid, ran=ran), 50, np.random.default_rng(0))[:, 0, 0, 0]
    assert np.isnan(drawn[:, 2:]).all()
    assert set(drawn[:, :2].ravel()) == set(grid.values[0, 0, 0, :2])


def test_only_usable_points_are_drawn_and_as_many_as_there_are() -> None:
    usable = np.tile([True, False, True, True, False], (400, 2, 1))
    weights, again = np.moveaxis(draw_points(usable, np.random.default_rng(0)), 1, 0)
    np.testing.assert_array_equal(weights, again)  # metrics share the draws, to be compared in pairs
    assert (weights[:, [1, 4]] == 0).all()
    assert (weights.sum(axis=1) == 3).all()
    # Each point is left out with probability (2/3)^3 = 0.296; three standard errors are 0.07.
    assert np.abs((weights[:, [0, 2, 3]] == 0).mean(axis=0) - 8 / 27).max() < 0.07


def test_degenerate_resamples_are_redrawn_and_counted(grid: RunGrid) -> None:
    def first_three(selection: Selection) -> np.ndarray:
        return np.broadcast_to(np.arange(8) < 3, selection.score.shape)

    found = resample(grid, first_three, 300, np.random.default_rng(0))
    assert ((found.weights > 0).sum(axis=-1) == 3).all()
    # 6 of 27 draws hold all three points: 3.5 redrawn for each that is kept.
    assert found.redrawn == pytest.approx(300 * 3.5, rel=0.2)


def test_too_few_points_end_the_bootstrap(grid: RunGrid) -> None:
    with pytest.raises(ScalingLawsError, match="0 resamples with 3 sizes"):
        resample(
            grid,
            lambda selection: np.broadcast_to(np.arange(8) < 2, selection.score.shape),
            20,
            np.random.default_rng(0),
        )


def test_equal_seeds_give_equal_resamples_and_other_seeds_do_not(grid: RunGrid) -> None:
    once, again, other = (
        analyse(grid, SPEC.model_copy(update={"seed": seed})).fits[0].refits for seed in (1, 1, 2)
    )
    assert once and again and other
    np.testing.assert_array_equal(once.params, again.params)
    assert not np.array_equal(once.params, other.params)


def test_without_noise_every_resample_gives_the_truth(
    draw: Callable[..., RunGrid], exponents: tuple[float, ...]
) -> None:
    analysis = analyse(draw(np.random.default_rng(0), noise=0, seeds=2), SPEC)
    for fit, exponent in zip(analysis.fits[:3], exponents, strict=True):
        value, samples = fit.param("beta_g")
        # The grid of sizes is coarse, so that the best score wobbles around the power law.
        assert value == pytest.approx(exponent, abs=0.01)
        assert np.abs(samples - exponent).max() < 0.05
    paired = next(row for row in analysis.derived if row.metric == "top5_error-top1_error")
    np.testing.assert_allclose(paired.samples, -0.15, atol=1e-12)


@pytest.mark.parametrize(("seeds", "fewest", "most", "widest"), [(1, 0.72, 0.95, 1.3), (5, 0.95, 1.0, 2.2)])
def test_intervals_hold_the_truth_as_often_as_documented(
    seeds: int, fewest: float, most: float, widest: float
) -> None:
    """Eight sizes, one model, level 0.9; width in units of the ideal interval for noise of known size."""
    x = 2.0 ** np.arange(8)
    trials, noise, level = 150, 0.1, 0.9
    median_deviation = {1: 1.0, 5: 0.536}[seeds]  # of the median of normal draws, in their deviations
    ideal = 2 * 1.645 * noise * median_deviation / np.sqrt(((np.log(x) - np.log(x).mean()) ** 2).sum())
    law = laws.find("learning-curve")
    held, width = 0, 0.0
    for trial in range(trials):
        rng = np.random.default_rng(trial)
        values = (x**-0.3)[None, :, None, None] * np.exp(rng.normal(0, noise, (1, 8, 1, seeds)))
        runs = np.ones((8, 1, seeds), dtype=np.bool_)
        grid = RunGrid(
            metrics=("error",), examples=10 * x, data_size=x, models=("one",), parameters=np.array([9.0]),
            values=values, ran=runs, passed=runs[None], slope=0 * values, x=x, in_region=x > 0,
        )  # fmt: skip
        drawn = resample(grid, lambda selection: np.isfinite(selection.score), 300, rng)
        found = Problem(law, Points(x, np.exp(np.log(values[0, :, 0]).mean(axis=-1)))).fit()
        samples = refit(found, drawn.weights[:, 0], x, drawn.score[:, 0]).params[1]
        low, high = interval(samples, level)
        held += int(low <= -0.3 <= high)
        width += (high - low) / trials
    assert fewest <= held / trials <= most
    assert 0.6 * ideal < width < widest * ideal


def test_the_floor_law_fits_every_resample_at_least_as_well_as_the_line(grid: RunGrid) -> None:
    """The line is the floor law at gamma = 0, so that on no resample it may fit better."""
    fits = analyse(grid, SPEC).fits
    line, floor = (next(f for f in fits if f.law.name == name).r_squared for name in SPEC.laws)
    assert line is not None
    assert floor is not None
    assert (floor >= line - 1e-9).all()
    assert (floor > line + 1e-4).any()


def test_an_interval_leaves_missing_samples_out() -> None:
    samples = np.array([[1.0, np.nan], [2.0, np.nan], [np.nan, np.nan], [3.0, np.nan]])
    low, high = interval(samples, 0.9)
    assert low[0] == pytest.approx(1.1)
    assert high[0] == pytest.approx(2.9)
    assert np.isnan([low[1], high[1]]).all()


def test_refits_do_not_depend_on_the_warm_start() -> None:
    law, rng = laws.find("learning-curve-with-floor"), np.random.default_rng(0)
    x = 2.0 ** np.arange(8)
    truth = 1.2 * x**-0.35 + 0.05
    y = truth * np.exp(rng.normal(0, 0.03, (200, 8)))
    found = Problem(law, Points(x, truth)).fit()
    astray = replace(found, optima=np.array([[-400.0], [-0.35], [0.2]]))
    good, far = (refit(start, np.ones_like(y), y=y) for start in (found, astray))
    np.testing.assert_allclose(far.objective, good.objective, rtol=1e-6)
    assert np.isfinite(good.objective).all()
