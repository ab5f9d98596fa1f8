"""Figs 1, 2, 3 and 5 of Hestness et al. 2017, measured, on synthetic studies."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.hestness_2017.analyses import domain as hestness_domain
from scalinglaws.papers.hestness_2017.figures.domains import (
    NOT_GROWN,
    families_and_fixed_sizes,
    fixed_sizes,
    two_panels,
    two_scales,
)
from scalinglaws.plotting.captions.explained import explanation
from scalinglaws.plotting.drawn import drawn_data
from scalinglaws.tables.inputs import Inputs
from unit.trained_studies import made

Tables = dict[str, pd.DataFrame]
FAMILIES = ("LSTM, 2 layers", "RHN, depth 5")


@pytest.fixture(scope="module")
def tables() -> Tables:
    every = (
        made("words-lstm2", 11.9, -0.2, 0.6, FAMILIES[0]),
        made("words-rhn5", 12.8, -0.22, 0.5, FAMILIES[1], seed=2),
    )
    spec = AnalysisSpec(name="hestness-domain", study="a/b", scale="smoke", resamples=200)
    return hestness_domain.analyse(Inputs(studies={study.facts.study: study for study in every}), spec)


def texts(figure: Figure) -> list[str]:
    """The lines of all legends."""
    return [text.get_text() for legend in figure.legends for text in legend.get_texts() if text.get_text()]


def test_both_panels_show_every_family(tables: Tables) -> None:
    figure = two_panels(tables)
    figure.draw_without_rendering()
    for axes in figure.axes:
        assert axes.get_xlabel() == "Training set, words"
        assert axes.get_xscale() == axes.get_yscale() == "log"
    left, _ = figure.axes
    assert left.get_ylabel() == "Cross-entropy, nats per word"
    drawn = drawn_data(figure)
    for name, family in zip(("words-lstm2", "words-rhn5"), FAMILIES, strict=True):
        assert sum(text.startswith(f"{family}: $") for text in texts(figure)) == 1
        best = tables["best"][tables["best"].study == name]
        line = drawn[(drawn.series == family) & (drawn.panel != "Best-fit model size")]
        np.testing.assert_allclose(line[["x", "y"]], best[["data_size", "score"]])
        assert f"{family}, outside the region" in set(drawn.series)
    assert "not fitted" in texts(figure)


def test_every_model_is_drawn_below_the_best(tables: Tables) -> None:
    drawn = drawn_data(two_panels(tables))
    scores = tables["scores"][tables["scores"].study == "words-rhn5"]
    dots = drawn[drawn.series == "RHN, depth 5, every model"]
    left, right = (dots[dots.panel == panel] for panel in dots.panel.unique())
    np.testing.assert_allclose(left[["x", "y"]], scores[["data_size", "score"]])
    np.testing.assert_allclose(right[["x", "y"]], scores[["data_size", "parameters"]])


def test_families_differ_in_colour_and_in_marker(tables: Tables) -> None:
    (legend,) = two_panels(tables).legends
    lines = legend.legend_handles[:2]
    assert len({line.get_color() for line in lines}) == len({line.get_marker() for line in lines}) == 2  # type: ignore[union-attr]


def test_points_that_did_not_converge_have_a_marker_of_their_own(tables: Tables) -> None:
    best, cut = tables["best"].copy(), "not converged, or a cut model could be better"
    assert "not converged" not in texts(two_panels(tables))
    best.loc[best.data_size == best.data_size.max(), "converged"] = False
    best.loc[best.data_size == best.data_size.min(), "rivalled"] = True
    figure = two_panels({**tables, "best": best})
    assert texts(figure).count("not converged") == 1
    drawn = drawn_data(figure)
    for family in FAMILIES:
        assert len(drawn[drawn.series == f"{family}, not converged"]) == 2
        assert len(drawn[drawn.series == f"{family}, {cut}"]) == 2


def test_the_caption_says_where_the_largest_model_wins(tables: Tables) -> None:
    inner = two_panels({**tables, "best": tables["best"].assign(end="")})
    outer = two_panels({**tables, "best": tables["best"].assign(end="largest")})
    assert "Most best models are the largest." not in explanation(inner)
    assert "Most best models are the largest." in explanation(outer)
    assert "largest is best" in texts(outer)
    assert "largest is best" not in texts(inner)


def test_sizes_near_the_best_score_are_bars(tables: Tables) -> None:
    figure = two_panels(tables)
    near = "within 1-10 % of best"
    assert near in texts(figure)
    drawn = drawn_data(figure)
    band = drawn[drawn.series == f"{FAMILIES[0]}, {near}"]
    best = tables["best"][tables["best"].study == "words-lstm2"]
    np.testing.assert_allclose(band[["low", "high"]], best[["sufficient_low", "sufficient_high"]])


def test_captions_name_the_range_of_x_of_the_paper(tables: Tables) -> None:
    for draw in (two_panels, fixed_sizes, families_and_fixed_sizes):
        assert explanation(draw(tables)).endswith("x in the paper: 768,000 to 307 million words.")


def test_two_scales_are_drawn_in_one_panel(tables: Tables) -> None:
    """The other scale is ten times as large, and a quarter better."""
    larger = {
        name: table.assign(
            **{column: 10 * table[column] for column in ("data_size", "x") if column in table},
            **{column: 0.75 * table[column] for column in ("score", "low", "high") if column in table},
        )
        for name, table in tables.items()
        if name in ("best", "bands")
    }
    other = {**tables, **larger, "studies": tables["studies"].assign(scale="gpu")}
    figure = two_scales({**tables, **{f"gpu/{name}": table for name, table in other.items()}})
    figure.draw_without_rendering()
    (axes,) = figure.axes
    names = [f"{family}, scale {scale}" for scale in ("smoke", "gpu") for family in FAMILIES]
    assert [text.partition(": $")[0] for text in texts(figure)][:4] == names
    drawn = drawn_data(figure)
    for name in names:
        assert len(drawn[drawn.series == name]) == 9
        assert (drawn.series.str.startswith(f"{name}: $")).any()
    colours = {line.get_label(): line.get_color() for line in axes.get_lines() if line.get_label() in names}
    assert len(set(colours.values())) == 4
    assert axes.get_xlim()[1] > 10 * tables["best"].data_size.max()
    assert explanation(figure).count("in the paper") == 1


def test_laws_are_labelled_with_their_numbers(tables: Tables) -> None:
    fits = tables["fits"].set_index(["law", "metric", "parameter"])
    beta = fits.loc[("learning-curve", "words-rhn5/cross_entropy", "beta_g")]
    figure = two_panels(tables)
    label = rf"m^{{{beta.value:.3f}}}$ $[{{{beta.low:.3f}}},\,{{{beta.high:.3f}}}]$"
    assert any(text.endswith(label) for text in texts(figure))
    assert sum(", growth: $" in text for text in texts(figure)) == 2


def test_models_of_one_size_beside_the_best(tables: Tables) -> None:
    figure = fixed_sizes(tables)
    figure.draw_without_rendering()
    left, right = figure.axes
    pair = tables["fixed"][(tables["fixed"].study == "words-lstm2") & (tables["fixed"].role != "")]
    for gamma in pair.gamma:
        assert any(f"+ {gamma:#.3g}$ $[" in text for text in texts(figure))
    assert texts(figure)[-2:] == ["other sizes", "best model"]
    drawn = drawn_data(figure)
    models = drawn[drawn.panel == "LSTM, 2 layers, fixed size"].series
    assert models[models.str.endswith(" parameters")].nunique() == 7
    assert [axes.get_title(loc="left") for axes in families_and_fixed_sizes(tables).axes] == [
        right.get_title(loc="left"), left.get_title(loc="left"),
    ]  # fmt: skip


def test_no_two_series_of_a_figure_share_a_colour(tables: Tables) -> None:
    (legend,) = fixed_sizes(tables).legends
    named = zip(legend.legend_handles, legend.get_texts(), strict=True)
    colours = [handle.get_color() for handle, text in named if ": $" in text.get_text()]  # type: ignore[union-attr]
    assert len(colours) == len(set(colours)) == 4


def test_it_is_drawn_where_nothing_could_be_fitted(tables: Tables) -> None:
    best = tables["best"].assign(in_region=False, censored=True, size=np.nan, edge=tables["best"].parameters)
    bare = {
        **tables,
        "best": best,
        "fits": tables["fits"].iloc[:0],
        "bands": tables["bands"].iloc[:0],
        "fixed_lines": tables["fixed_lines"].iloc[:0],
    }
    for draw in (two_panels, fixed_sizes, families_and_fixed_sizes):
        figure = draw(bare)
        figure.draw_without_rendering()
    assert f"{NOT_GROWN}." in explanation(two_panels(bare))


def test_regions_that_differ_are_not_shaded(tables: Tables) -> None:
    studies = tables["studies"].copy()
    shaded = [len(two_panels(tables).axes[0].patches)]
    studies.loc[1, "region_low"] = 1.0
    shaded.append(len(two_panels({**tables, "studies": studies}).axes[0].patches))
    assert shaded == [1, 0]


def test_ticks_of_sizes_are_round_numbers(tables: Tables) -> None:
    right = two_panels(tables).axes[1]
    labels = [label.get_text() for label in right.get_yticklabels()]
    assert labels == ["10k", "20k", "50k", "100k", "200k", "500k", "1M"]


def test_legends_hide_no_panel_and_are_not_cut_off(tables: Tables) -> None:
    for draw in (two_panels, fixed_sizes, families_and_fixed_sizes):
        figure = draw(tables)
        figure.draw_without_rendering()
        (legend,) = figure.legends
        box = legend.get_window_extent()
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert not any(box.overlaps(axes.get_tightbbox()) for axes in figure.axes)


def test_a_study_can_be_replaced(tables: Tables) -> None:
    one = made("words-lstm2", 11.9, -0.2, 0.6, FAMILIES[0])
    told = one.facts.model_copy(update={"title": "Words: alone"})
    spec = AnalysisSpec(name="hestness-domain", study="a/b", scale="smoke", resamples=200)
    alone = hestness_domain.analyse(Inputs(studies={told.study: replace(one, facts=told)}), spec)
    assert "alone" in set(drawn_data(two_panels(alone)).series)
