"""The figures of Hestness et al. 2017 on small tables."""

import math
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection

from scalinglaws.papers.hestness_2017.figures.learning_curves import learning_curves
from scalinglaws.plotting.save import drawn_data
from unit.made_tables import draw_tables


def points(axes: Axes, hollow: bool) -> list[tuple[float, float]]:
    """Positions of all markers that are hollow, or filled."""
    found: list[tuple[float, float]] = []
    for collection in axes.collections:
        # Rings around points at an end of the grid have no face.
        if isinstance(collection, PathCollection) and len(collection.get_facecolor()):
            empty = bool(np.all(collection.get_facecolor()[0] == 1))
            found += [tuple(point) for point in np.asarray(collection.get_offsets()) if empty == hollow]
    return sorted(found)


def test_points_outside_the_region_are_hollow() -> None:
    tables = draw_tables()
    left, _ = learning_curves(tables).axes
    for hollow in (True, False):
        expected = tables.best[tables.best.in_region != hollow]
        assert points(left, hollow) == sorted(zip(expected.data_size, expected.score, strict=True))


def test_censored_sizes_are_hollow_at_the_edge_of_the_grid() -> None:
    tables = draw_tables()
    _, right = learning_curves(tables).axes
    best = tables.best[tables.best.metric == "cross_entropy"]
    censored = best[best.censored]
    fitted = best[~best.censored & best.in_region]
    assert points(right, False) == list(zip(fitted.data_size, fitted["size"], strict=True))
    assert points(right, True) == list(zip(censored.data_size, censored.edge, strict=True))
    assert any("censored" in text.get_text() for text in right.get_legend().get_texts())


def test_laws_are_labelled_with_their_numbers() -> None:
    left, right = learning_curves(draw_tables()).axes
    texts = [text.get_text() for axes in (left, right) for text in axes.get_legend().get_texts()]
    assert r"$\varepsilon(m) = 2.00\,m^{-0.300}$  [-0.310, -0.290]" in texts
    assert r"$s(m) = 3,000\,m^{0.50}$  [0.40, 0.60]" in texts


def test_it_is_drawn_when_every_best_fit_is_censored() -> None:
    figure = learning_curves(draw_tables(censored=[True] * 5))
    figure.draw_without_rendering()
    _, right = figure.axes
    assert points(right, False) == []
    assert len(points(right, True)) == 5
    assert not any(text.get_text().startswith("$s(m)") for text in right.get_legend().get_texts())


def test_it_is_drawn_when_no_best_fit_is_censored() -> None:
    figure = learning_curves(draw_tables(censored=[False] * 5))
    figure.draw_without_rendering()
    _, right = figure.axes
    assert [x for x, _ in points(right, True)] == [1, 16]  # those outside the region
    texts = [text.get_text() for text in right.get_legend().get_texts()]
    assert any("outside the region" in text for text in texts)
    assert not any("censored" in text for text in texts)


def test_what_is_drawn_is_listed() -> None:
    tables = draw_tables()
    drawn = drawn_data(learning_curves(tables))
    assert set(drawn.panel) == {"Learning curves", "Best-fit model size"}
    line = drawn[drawn.series == "Cross-entropy, nats"]
    best = tables.best[tables.best.metric == "cross_entropy"]
    np.testing.assert_allclose(line[["x", "y"]], best[["data_size", "score"]])
    band = drawn[drawn.series == "Top-1 error, interval"]
    best = tables.best[tables.best.metric == "top1_error"]
    np.testing.assert_allclose(band[["low", "high"]], best[["low", "high"]])
    assert (drawn.series == "Best-fit size").sum() >= 3


def test_axes_are_those_of_the_paper() -> None:
    left, right = learning_curves(draw_tables()).axes
    for axes in (left, right):
        assert axes.get_xscale() == axes.get_yscale() == "log"
        assert "(log scale)" in axes.get_xlabel()
        assert "(log scale)" in axes.get_ylabel()
        assert [t for t in axes.get_xticks() if 1 <= t <= 16] == [1, 2, 4, 8, 16]
    assert left.get_ylim()[1] > math.log(10)  # what guessing among ten classes gives
    assert [label.get_text() for label in right.get_yticklabels()] == ["1k", "4k", "16k"]


def test_any_study_has_its_unit_and_metrics() -> None:
    images = draw_tables()
    best = images.best[images.best.metric == "cross_entropy"]
    letters = replace(images, best=best, manifest={"unit": {"name": "letters"}})
    left, _ = learning_curves(letters).axes
    assert left.get_xlabel() == "Training data set size, letters (log scale)"
    legend = left.get_legend()
    assert legend
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts[0] == "Cross-entropy, nats a symbol"
    assert "Best guess" not in texts
    # The points, their law and two markers: there is no class to guess.
    assert texts[1].startswith("$")
    assert texts[2:] == ["not fitted (outside the region)", "the best is the largest model"]


def test_points_that_did_not_converge_are_triangles_and_in_the_legend() -> None:
    left, right = learning_curves(draw_tables(converged=[True, True, True, False, True])).axes
    for axes in (left, right):
        texts = [text.get_text() for text in axes.get_legend().get_texts()]
        assert "not converged, or a cut model could be better" in texts
    drawn = drawn_data(left.figure)
    assert (drawn.series == "Cross-entropy, nats, not converged").sum() == 1


def test_a_size_beside_a_model_that_did_not_converge_is_in_no_fit_and_hollow() -> None:
    tables = draw_tables(censored=[False] * 5)
    tables.best.loc[tables.best.data_size == 4, "sized"] = False
    _, right = learning_curves(tables).axes
    assert [x for x, _ in points(right, hollow=False)] == [2, 8]
    texts = [text.get_text() for text in right.get_legend().get_texts()]
    assert "not converged, or a cut model could be better" in texts


def test_its_caption_names_both_ranges() -> None:
    said = "Range of x: 1 to 800 images per class in the paper, 1 to 16 images per class here."
    assert learning_curves(draw_tables()).get_label() == said


@pytest.mark.parametrize("diverged", [0, 2])
def test_diverged_runs_do_not_hinder(diverged: int) -> None:
    learning_curves(draw_tables(diverged=diverged)).draw_without_rendering()
