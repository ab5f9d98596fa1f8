"""scipy on the mean of the losses: its gradient, its starts, and why it stops."""

import numpy as np
import pytest

from scalinglaws.laws.law import FloatArray
from scalinglaws.papers.weng_2026.refit.mean_loss import (
    FTOL,
    HuberLoss,
    bootstrap_stopped,
    descend,
    grid,
    trace,
)
from unit.made_points import TRUTH, points

AT = np.array([6.0, 7.5, 0.6, 0.33, 0.36])
TRUE = np.array([*np.log([TRUTH["A"], TRUTH["B"], TRUTH["E"]]), TRUTH["alpha"], TRUTH["beta"]])


@pytest.fixture(scope="module")
def runs() -> tuple[FloatArray, FloatArray]:
    frame = points()
    kept = frame[~frame.excluded]
    return kept[["N", "D"]].to_numpy().T, kept.loss.to_numpy()


def test_the_loss_is_hubers_sum(runs: tuple[FloatArray, FloatArray]) -> None:
    x, y = runs
    A, B, E = np.exp(AT[:3])
    residual = np.log(E + A / x[0] ** AT[3] + B / x[1] ** AT[4]) - np.log(y)
    size = np.abs(residual)
    expected = np.where(size <= 1e-3, size**2 / 2, 1e-3 * (size - 5e-4)).sum()
    assert HuberLoss.of(x, y, "sum")(AT)[0] == pytest.approx(expected, rel=1e-12)
    assert HuberLoss.of(x, y, "mean")(AT)[0] == pytest.approx(expected / len(y), rel=1e-12)
    assert HuberLoss.of(x, y, "sum", factor=1e6)(AT)[0] == pytest.approx(1e6 * expected, rel=1e-12)


@pytest.mark.parametrize("coordinate", range(5))
def test_the_gradient_is_that_of_the_loss(runs: tuple[FloatArray, FloatArray], coordinate: int) -> None:
    loss = HuberLoss.of(*runs, "sum")
    step = np.zeros(5)
    step[coordinate] = 1e-6
    numeric = (loss(AT + step)[0] - loss(AT - step)[0]) / 2e-6
    assert loss(AT)[1][coordinate] == pytest.approx(numeric, rel=1e-5)


def test_the_grid_is_the_published_one() -> None:
    starts = grid()
    assert starts.shape == (5, 4500)
    assert len(np.unique(starts, axis=1).T) == 4500
    np.testing.assert_array_equal(starts[:, 0], [0, 0, -1, 0, 0])  # as the notebook's loops begin
    np.testing.assert_array_equal(starts[:, 1], [0, 5, -1, 0, 0])
    np.testing.assert_array_equal(starts[:, -1], [25, 25, 1, 2, 2])


def test_a_smaller_grid_is_a_part_of_it_and_always_the_same() -> None:
    some = grid(50)
    assert some.shape == (5, 50)
    np.testing.assert_array_equal(some, grid(50))
    every = {tuple(start) for start in grid().T}
    assert all(tuple(start) in every for start in some.T)


def test_the_mean_stops_where_the_sum_goes_on(runs: tuple[FloatArray, FloatArray]) -> None:
    start = AT[:, None]
    mean, total = descend(*runs, start, "mean"), descend(*runs, start, "sum", tolerance=1e-15)
    assert mean.iterations[0] < total.iterations[0] / 2
    assert mean.objective[0] > 1.05 * total.objective[0]
    assert total.a[0] == pytest.approx(TRUTH["beta"] / (TRUTH["alpha"] + TRUTH["beta"]), abs=0.01)


def test_tight_tolerances_or_a_factor_make_the_mean_a_sum(runs: tuple[FloatArray, FloatArray]) -> None:
    start = AT[:, None]
    lowest = descend(*runs, start, "sum", tolerance=1e-15).objective[0]
    assert descend(*runs, start, "mean", tolerance=1e-15).objective[0] == pytest.approx(lowest, rel=1e-6)
    scaled = descend(*runs, start, "sum", factor=1e6)
    assert scaled.objective[0] == pytest.approx(lowest, rel=1e-6)


def test_a_trace_ends_with_a_gain_below_the_tolerance(runs: tuple[FloatArray, FloatArray]) -> None:
    values = trace(*runs, AT, "mean")
    gains = -np.diff(values)
    assert len(values) == descend(*runs, AT[:, None], "mean").iterations[0] + 1
    assert gains[-1] < FTOL
    assert (gains[:-1] >= FTOL).all()


def test_refits_that_stop_early_vary_less(runs: tuple[FloatArray, FloatArray]) -> None:
    x, y = runs
    rows = np.random.default_rng(0).integers(len(y), size=(20, len(y)))
    stopped = bootstrap_stopped(x, y, AT, rows, "mean")
    ends = [descend(x[:, drawn], y[drawn], TRUE[:, None], "sum", tolerance=1e-15).a[0] for drawn in rows]
    assert len(stopped.objective) == 20
    assert np.std(stopped.a) < np.std(ends) / 2
