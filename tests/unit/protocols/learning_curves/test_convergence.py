"""Convergence: which cells count, what a cut run could still become, and that cut runs are in no fit."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from scalinglaws.config.fit import FitSpec
from scalinglaws.protocols.learning_curves.analysis import analyse
from scalinglaws.protocols.learning_curves.best_fit import Selection, select
from scalinglaws.protocols.learning_curves.convergence import Cells
from scalinglaws.protocols.learning_curves.run_grid import RunGrid

NAN = np.nan
SIZES = np.array([1e2, 1e3, 1e4, 1e5])
SPEC = FitSpec(
    study="synthetic",
    metrics=("top1_error", "top5_error", "cross_entropy"),
    size_metric="cross_entropy",
    region=(2, 1000),
    resamples=100,
)


def cells(passed: list[bool], slope: list[float], values: list[float] | None = None) -> Cells:
    """One cell with a run per seed."""
    scores = np.array(values or [0.5] * len(passed))
    ran = np.ones((1, 1, len(passed)), dtype=np.bool_)
    return Cells.of(
        scores[None, None, None], ran, np.array(passed)[None, None, None], np.array(slope)[None, None, None]
    )


@pytest.mark.parametrize(
    ("passed", "converged"),
    [
        ([True, True, True], True),
        ([True, True, False], True),
        ([True, False, False], False),
        ([True, False], False),
        ([True, True, True, False, False], False),
        ([True, True, True, True, False, False], True),
    ],
)
def test_a_cell_has_converged_if_two_thirds_of_its_seeds_passed(passed: list[bool], converged: bool) -> None:
    found = cells(passed, [0.0] * len(passed))
    assert found.converged.item() is converged
    assert found.passed.item() == sum(passed)


def test_a_diverged_run_did_not_pass() -> None:
    assert cells([True, True, False], [0.1, 0.1, NAN], [0.5, 0.5, NAN]).converged.item()
    assert not cells([True, False, False], [0.1, NAN, NAN], [0.5, NAN, NAN]).converged.item()


def test_a_cut_cell_might_fall_for_ten_times_its_steps_at_its_steepest_slope() -> None:
    assert cells([False, False, False], [-0.1, -0.2, 0.1]).reach.item() == pytest.approx(10**-0.2)
    assert cells([False, False, False], [0.1, 0.2, 0.1]).reach.item() == 1
    assert cells([True, True, False], [0.1, 0.2, -0.3]).reach.item() == 1
    assert cells([False, False, False], [NAN, NAN, NAN]).reach.item() == 0  # nothing is known: it might win


def chosen(
    scores: list[float], converged: list[bool], slope: float = -0.05, tolerance: float = 0
) -> Selection:
    """A subset whose models have these scores."""
    values, passed = np.array(scores)[None, :, None], np.array(converged)[None, :, None]
    state = Cells.of(values[None], np.isfinite(values), passed[None], np.full_like(values, slope)[None])
    found = select(values[None], SIZES, np.isfinite(values), state, tolerance)
    return found


@pytest.mark.parametrize(
    ("scores", "converged", "best", "settled"),
    [
        ([0.9, 0.5, 0.6, 0.7], [True, True, True, True], 1, True),
        ([0.9, 0.5, 0.6, 0.7], [True, False, True, True], 1, False),  # the best was cut
        ([0.9, 0.7, 0.5, 0.51], [True, True, True, False], 2, False),  # a cut larger one might win
        ([0.9, 0.7, 0.5, 0.80], [True, True, True, False], 2, True),  # it is too far away
        ([0.9, 0.5, 0.6, 0.51], [True, True, True, False], 1, True),  # the score rises before it
        ([0.51, 0.6, 0.5, 0.6], [False, True, True, True], 2, True),  # and likewise below
        ([0.9, 0.51, 0.5, 0.6], [True, False, True, True], 2, False),
        ([0.9, 0.7, 0.5, NAN], [True, True, True, False], 2, True),  # one that diverged is no rival
    ],
)
def test_a_best_model_is_settled_if_it_converged_and_no_cut_one_could_win(
    scores: list[float], converged: list[bool], best: int, settled: bool
) -> None:
    found = chosen(scores, converged)
    assert found.best.item() == best
    assert found.settled.item() is settled


def test_a_size_rests_on_the_models_that_its_rule_sees() -> None:
    scores = [0.9, 0.7, 0.5, 0.8]
    assert chosen(scores, [False, True, True, True]).sized.item()
    assert not chosen(scores, [True, True, True, False], slope=0.0).sized.item()  # the parabola sees it
    assert chosen(scores, [True, True, True, False], slope=0.0, tolerance=0.02).sized.item()
    assert not chosen(scores, [True, False, True, True], slope=0.0, tolerance=0.02).sized.item()


def test_runs_that_were_cut_enter_no_fit_and_no_interval(
    draw: Callable[..., RunGrid], exponents: tuple[float, ...]
) -> None:
    """At the three largest sizes all runs stop at a score that is too high: the curve seems to bend."""
    whole = draw(np.random.default_rng(3), noise=0.01)
    late = whole.data_size >= 32
    raised = whole.values * np.where(late, (whole.data_size / 16) ** 0.25, 1.0)[:, None, None]
    passed = np.broadcast_to(~late[:, None, None], whole.values.shape)
    cut = replace(whole, values=raised, passed=passed, slope=np.where(passed, 0.1, -0.3))
    believed = replace(cut, passed=np.ones_like(passed))
    honest, naive = analyse(cut, SPEC), analyse(believed, SPEC)
    for k, exponent in enumerate(exponents):
        low, high = np.percentile(honest.fits[k].param("beta_g")[1], [1, 99])
        assert honest.fits[k].points == 4
        assert low <= exponent <= high
        assert honest.fits[k].param("beta_g")[0] == pytest.approx(exponent, abs=0.02)
        assert naive.fits[k].param("beta_g")[0] > exponent + 0.05
        assert honest.evidence[k].cut == 0
    assert honest.growth.best.points <= 4
    assert not honest.fitted[:, late].any()


def test_a_resample_leaves_out_a_point_where_it_chooses_a_model_that_was_cut(
    draw: Callable[..., RunGrid],
) -> None:
    """At one size a cut model is about as good as the best: resamples that choose it have no point there."""
    grid = draw(np.random.default_rng(0), noise=0.05, seeds=3)
    at, best = 4, int(select(grid.values, grid.parameters).best[2, 4])
    passed = grid.passed.copy()
    values = grid.values.copy()
    values[:, at, best + 1] = 1.001 * values[:, at, best]
    passed[:, at, best + 1] = False
    cut = replace(grid, values=values, passed=passed)  # with slopes above 0: it could not win, trained on
    fit = analyse(cut, SPEC).fits[2]
    assert fit.points == 7
    assert fit.refits is not None
    assert np.isfinite(fit.refits.params).all()
