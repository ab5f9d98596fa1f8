"""The paper's selection, against examples worked by hand."""

import numpy as np
import pytest

from scalinglaws.errors import ScalingLawsError
from scalinglaws.protocols.learning_curves.best_fit import select, vertex

NAN = np.nan
SIZES = np.array([100.0, 1000.0, 10000.0])


def test_score_is_the_median_over_seeds_and_the_best_its_argmin() -> None:
    values = np.array([[[0.9, 0.5, 0.7], [0.6, 0.6, 0.1], [0.8, 0.9, 0.65]]])
    found = select(values, SIZES)
    np.testing.assert_array_equal(found.scores, [[0.7, 0.6, 0.8]])
    assert found.best.tolist() == [1]
    assert found.score.tolist() == [0.6]
    assert found.censored.tolist() == [False]


def test_an_even_number_of_seeds_takes_the_middle() -> None:
    found = select(np.array([[[0.2, 0.4], [0.1, 0.3]]]), SIZES[:2])
    np.testing.assert_allclose(found.scores, [[0.3, 0.2]])


def test_a_cell_in_which_more_than_half_diverged_has_no_score() -> None:
    values = np.array([[[0.7, NAN, NAN, 0.1], [0.6, NAN, NAN, NAN], [0.8, 0.9, NAN, 1.0]]])
    np.testing.assert_allclose(select(values, SIZES).scores, [[0.4, NAN, 0.9]])


def test_a_missing_run_is_not_a_diverged_one() -> None:
    values = np.array([[[0.7, NAN, NAN], [0.6, NAN, NAN], [0.8, NAN, NAN]]])
    ran = np.array([[[True, False, False], [True, True, True], [True, True, False]]])
    np.testing.assert_allclose(select(values, SIZES, ran).scores, [[0.7, NAN, 0.8]])


@pytest.mark.parametrize(
    ("scores", "censored", "best"),
    [
        ([0.5, 0.6, 0.7], True, 0),
        ([0.7, 0.6, 0.5], True, 2),
        ([0.7, 0.5, 0.6], False, 1),
        ([0.7, 0.5, NAN], True, 1),  # the grid ends where the scores end
        ([NAN, 0.5, 0.6], True, 1),
        ([NAN, NAN, NAN], True, -1),
    ],
)
def test_an_optimum_at_the_end_of_the_grid_is_censored(
    scores: list[float], censored: bool, best: int
) -> None:
    found = select(np.array(scores)[None, :, None], SIZES)
    assert found.censored.tolist() == [censored]
    assert found.best.tolist() == [best]
    assert bool(np.isnan(found.size[0])) == censored


def between(low: float, high: float, before: float, after: float, limit: float) -> float:
    """Where the line through (low, before) and (high, after), in logarithms, comes down to the limit."""
    return float(low * (high / low) ** (np.log(before / limit) / np.log(before / after)))


@pytest.mark.parametrize(
    ("scores", "size", "edge"),
    [
        # a smaller one is as good
        ([0.9, 0.7, 0.5, 0.499], between(1e3, 1e4, 0.7, 0.5, 1.02 * 0.499), NAN),
        ([0.9, 0.505, 0.5, 0.502], between(1e2, 1e3, 0.9, 0.505, 1.02 * 0.5), NAN),
        ([0.9, NAN, 0.505, 0.5], between(1e2, 1e4, 0.9, 0.505, 1.02 * 0.5), NAN),
        ([0.9, 0.7, 0.515, 0.5], NAN, 1e5),  # only the largest suffices: a yet larger one may be better
        ([0.505, 0.5, 0.5, 0.49], NAN, 1e5),
        ([0.505, 0.5, 0.5, 0.5], NAN, 1e2),  # the smallest suffices: a yet smaller one may
        ([0.505, 0.504, 0.502, 0.5], NAN, 1e2),  # though the largest is best
    ],
)
def test_the_smallest_model_that_suffices(scores: list[float], size: float, edge: float) -> None:
    found = select(np.array(scores)[None, :, None], np.array([1e2, 1e3, 1e4, 1e5]), tolerance=0.02)
    assert found.score.tolist() == [np.nanmin(scores)]
    assert bool(found.censored[0]) == np.isnan(size)
    np.testing.assert_allclose(found.size, [size])
    np.testing.assert_equal(found.edge, [edge])


def test_the_vertex_passes_over_a_model_without_score() -> None:
    sizes = np.array([1e2, 1e3, 1e4, 1e5])
    scores = np.exp(0.1 * (np.log(sizes) - np.log(2e3)) ** 2)
    scores[2] = NAN
    found = select(scores[None, :, None], sizes)
    np.testing.assert_allclose(found.size, [2e3])


def test_a_batch_is_selected_row_by_row() -> None:
    values = np.random.default_rng(0).uniform(0.1, 1, (4, 2, 5, 3, 7))
    values[values < 0.3] = NAN
    batch = select(values, SIZES)
    for at in np.ndindex(4, 2):
        one = select(values[at], SIZES)
        for name in (
            "scores",
            "best",
            "score",
            "size",
            "censored",
            "edge",
            "end",
            "converged",
            "rivalled",
            "sized",
        ):
            np.testing.assert_array_equal(getattr(batch, name)[at], getattr(one, name))


def test_the_vertex_of_a_parabola_is_found_on_an_uneven_grid() -> None:
    u = np.array([1.0, 2.5, 3.1])
    assert vertex(u, 0.7 * (u - 2.2) ** 2 - 4) == pytest.approx(2.2)


def test_the_vertex_of_a_flat_trio_is_its_middle() -> None:
    assert vertex(np.array([1.0, 2.0, 4.0]), np.array([0.3, 0.3, 0.3])) == 2.0


def test_the_vertex_stays_between_the_midpoints() -> None:
    u = np.array([0.0, 1.0, 2.0])
    assert vertex(u, np.array([0.0, 0.0, 9.0])) == pytest.approx(0.5)
    assert vertex(u, np.array([9.0, 0.0, 0.0])) == pytest.approx(1.5)


def test_a_zero_error_and_unordered_models_are_errors() -> None:
    with pytest.raises(ScalingLawsError, match="zero or negative"):
        select(np.array([[[0.0], [0.1], [0.2]]]), SIZES)
    with pytest.raises(ScalingLawsError, match="ascending"):
        select(np.array([[[0.3], [0.1], [0.2]]]), SIZES[::-1])


def test_what_suffices_is_not_known_where_the_largest_model_is_best() -> None:
    """The optimum is beyond the grid, further for larger data, so the sizes near the best grow slower."""
    sizes, data = np.geomspace(1e3, 3e4, 5), np.geomspace(1, 100, 7)
    optimum = 2e4 * data**0.7
    scores = data[:, None] ** -0.2 * (1 + 0.03 * np.log(sizes / optimum[:, None]) ** 2)
    found = select(scores[..., None], sizes, tolerance=0.1)
    assert (found.end == 1).all()
    there = ~found.censored
    assert np.polyfit(np.log(data[there]), np.log(found.size[there]), 1)[0] < 0.6
    assert not found.sized.any()
