"""The figures of Hestness et al. 2017 on small tables."""

import math
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from scalinglaws.papers.hestness_2017.figures.learning_curves import learning_curves
from scalinglaws.plotting.captions.explained import Mark, explanation
from scalinglaws.plotting.drawn import drawn_data
from scalinglaws.plotting.learning_curves import ALL_MODELS, NEAR
from unit.made_tables import draw_tables


def texts(figure: Figure) -> list[str]:
    """The lines of all legends."""
    return [text.get_text() for legend in figure.legends for text in legend.get_texts() if text.get_text()]


def points(axes: Axes, hollow: bool) -> list[tuple[float, float]]:
    """Positions of all markers that are hollow, or filled."""
    found: list[tuple[float, float]] = []
    for collection in axes.collections:
        label = str(collection.get_label())
        # Dots of all models and dashes at the ends of the grid are no markers of best models.
        if isinstance(collection, PathCollection) and not label.endswith((" model", ALL_MODELS)):
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
    assert "Best-fit size, largest model" in drawn_data(right.figure).series.to_list()


def test_laws_are_labelled_with_their_numbers() -> None:
    shown = texts(learning_curves(draw_tables()))
    assert r"Cross-entropy, nats: $2.00\,m^{-0.300}$ $[{-0.310},\,{-0.290}]$" in shown
    assert r"Growth: $3{,}000\,m^{0.500}$ $[{0.400},\,{0.600}]$" in shown


def test_it_is_drawn_when_every_best_fit_is_censored() -> None:
    figure = learning_curves(draw_tables(censored=[True] * 5))
    figure.draw_without_rendering()
    _, right = figure.axes
    assert points(right, False) == []
    assert len(points(right, True)) == 5
    assert not any(text.startswith("Growth") for text in texts(figure))


def test_it_is_drawn_when_no_best_fit_is_censored() -> None:
    figure = learning_curves(draw_tables(censored=[False] * 5))
    figure.draw_without_rendering()
    _, right = figure.axes
    assert [x for x, _ in points(right, True)] == [1, 16]  # those outside the region
    assert "not fitted" in texts(figure)
    assert not any(text.endswith("is best") for text in texts(figure))


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
        assert [t for t in axes.get_xticks() if 1 <= t <= 16] == [1, 2, 4, 8, 16]
    assert left.get_ylim()[1] > math.log(10)  # what guessing among ten classes gives
    assert [label.get_text() for label in right.get_yticklabels()] == ["1k", "2k", "5k", "10k", "20k"]


def test_any_study_has_its_unit_and_metrics() -> None:
    images = draw_tables()
    best = images.best[images.best.metric == "cross_entropy"]
    letters = replace(images, best=best, manifest={"unit": {"name": "letters"}})
    figure = learning_curves(letters)
    assert figure.axes[0].get_xlabel() == "Training set, letters"
    shown = texts(figure)
    assert shown[0].startswith("Cross-entropy, nats per symbol: $")
    # There is no class to guess.
    assert shown[2:] == ["fitted law", "not fitted", "largest is best", "every model", NEAR]
    assert "best guess" in texts(learning_curves(images))


def test_points_that_did_not_converge_are_triangles_and_in_the_legend() -> None:
    figure = learning_curves(draw_tables(converged=[True, True, True, False, True]))
    assert "not converged" in texts(figure)
    drawn = drawn_data(figure)
    assert (drawn.series == "Cross-entropy, nats, not converged").sum() == 1


def test_a_size_beside_a_model_that_did_not_converge_is_in_no_fit_and_hollow() -> None:
    tables = draw_tables(censored=[False] * 5)
    tables.best.loc[tables.best.data_size == 4, "sized"] = False
    figure = learning_curves(tables)
    assert [x for x, _ in points(figure.axes[1], hollow=False)] == [2, 8]
    assert "not converged" in texts(figure)


def test_its_caption_names_the_range_of_the_paper() -> None:
    assert explanation(learning_curves(draw_tables())).endswith("x in the paper: 1 to 800 images per class.")


def test_its_caption_explains_the_marks_that_are_drawn_and_no_others() -> None:
    grown = explanation(learning_curves(draw_tables(censored=[False] * 5)))
    assert Mark.GROWTH_BAND in grown and Mark.REGION in grown
    assert Mark.GROWTH_BAND not in explanation(learning_curves(draw_tables(censored=[True] * 5)))
    tables = draw_tables()
    exact = replace(tables, fits=tables.fits.assign(low=float("nan"), high=float("nan")))
    assert "bootstrap" not in explanation(learning_curves(exact))


@pytest.mark.parametrize("diverged", [0, 2])
def test_diverged_runs_do_not_hinder(diverged: int) -> None:
    learning_curves(draw_tables(diverged=diverged)).draw_without_rendering()
