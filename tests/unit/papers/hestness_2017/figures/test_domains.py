"""Figs 1, 2, 3 and 5 of Hestness et al. 2017, measured, on synthetic studies."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.hestness_2017.analyses import domain as hestness_domain
from scalinglaws.papers.hestness_2017.figures.domains import (
    families_and_fixed_sizes,
    fixed_sizes,
    two_panels,
    two_scales,
)
from scalinglaws.plotting.save import drawn_data
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


def texts(axes: Axes) -> list[str]:
    legend = axes.get_legend()
    assert legend
    return [text.get_text() for text in legend.get_texts()]


def test_both_panels_show_every_family(tables: Tables) -> None:
    figure = two_panels(tables)
    figure.draw_without_rendering()
    for axes in figure.axes:
        shown = texts(axes)
        assert [text for text in shown if text in FAMILIES] == list(FAMILIES)
        assert axes.get_xlabel() == "Training data set size, words (log scale)"
        assert axes.get_xscale() == axes.get_yscale() == "log"
    left, right = figure.axes
    assert left.get_ylabel() == "Minimum validation cross-entropy, nats a word (log scale)"
    assert "not fitted (outside the region)" in texts(left)
    assert "outside the region" in texts(right)
    drawn = drawn_data(figure)
    for name, family in zip(("words-lstm2", "words-rhn5"), FAMILIES, strict=True):
        best = tables["best"][tables["best"].study == name]
        line = drawn[(drawn.series == family) & (drawn.panel != "Best-fit model size")]
        np.testing.assert_allclose(line[["x", "y"]], best[["data_size", "score"]])


def test_points_that_did_not_converge_have_a_marker_of_their_own(tables: Tables) -> None:
    best, cut = tables["best"].copy(), "not converged, or a cut model could be better"
    assert not any(cut in texts(axes) for axes in two_panels(tables).axes)
    best.loc[best.data_size == best.data_size.max(), "converged"] = False
    best.loc[best.data_size == best.data_size.min(), "rivalled"] = True
    figure = two_panels({**tables, "best": best})
    assert all(cut in texts(axes) for axes in figure.axes)
    drawn = drawn_data(figure)
    for family in FAMILIES:
        assert len(drawn[drawn.series == f"{family}, not converged"]) == 2
        assert len(drawn[drawn.series == f"{family}, {cut}"]) == 2


def test_the_left_panel_says_where_the_largest_model_wins(tables: Tables) -> None:
    plain = "Best-fit model at each size"
    inner = two_panels({**tables, "best": tables["best"].assign(end="")}).axes[0]
    outer = two_panels({**tables, "best": tables["best"].assign(end="largest")}).axes[0]
    assert (inner.get_title(loc="left"), outer.get_title(loc="left")) == (
        plain, f"{plain}, mostly the largest model",
    )  # fmt: skip
    assert "the best is the largest model" in texts(outer)
    assert "the best is the largest model" not in texts(inner)


def test_sizes_near_the_best_score_are_a_band(tables: Tables) -> None:
    figure = two_panels(tables)
    near = "sizes within 1 to 10 % of the best score"
    assert near in texts(figure.axes[1])
    drawn = drawn_data(figure)
    band = drawn[drawn.series == f"{FAMILIES[0]}, {near}"]
    best = tables["best"][tables["best"].study == "words-lstm2"]
    np.testing.assert_allclose(band[["low", "high"]], best[["sufficient_low", "sufficient_high"]])


def test_captions_name_the_range_of_x_of_the_paper_and_ours(tables: Tables) -> None:
    for draw in (two_panels, fixed_sizes, families_and_fixed_sizes):
        assert draw(tables).get_label() == (
            "Range of x: 768,000 to 307 million words in the paper, 1,020 to 262,000 words here."
        )


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
    assert [text for text in texts(axes) if text in names] == names
    drawn = drawn_data(figure)
    for name in names:
        assert len(drawn[drawn.series == name]) == 9
        assert (drawn.series.str.startswith(f"{name}: $")).any()
    colours = {line.get_label(): line.get_color() for line in axes.get_lines() if line.get_label() in names}
    assert len(set(colours.values())) == 4
    assert axes.get_xlim()[1] > 10 * tables["best"].data_size.max()
    assert figure.get_label().count("in the paper") == 2
    assert "Scale gpu: Range of x" in figure.get_label()


def test_laws_are_labelled_with_their_numbers(tables: Tables) -> None:
    fits = tables["fits"].set_index(["law", "metric", "parameter"])
    beta = fits.loc[("learning-curve", "words-rhn5/cross_entropy", "beta_g")]
    left, right = two_panels(tables).axes
    label = rf"m^{{{beta.value:.3f}}}$  [{beta.low:.3f}, {beta.high:.3f}]"
    assert any(text.endswith(label) for text in texts(left))
    assert sum(text.startswith("$s(m) = ") for text in texts(right)) == 2


def test_models_of_one_size_beside_the_best(tables: Tables) -> None:
    figure = fixed_sizes(tables)
    figure.draw_without_rendering()
    left, right = figure.axes
    pair = tables["fixed"][(tables["fixed"].study == "words-lstm2") & (tables["fixed"].role != "")]
    for gamma in pair.gamma:
        assert any(f"+ {gamma:.3g}$  floor [" in text for text in texts(left))
    assert texts(left)[-2:] == ["all other sizes of the grid", "best-fit model at each size"]
    assert set(FAMILIES) < set(texts(right))
    drawn = drawn_data(figure)
    models = drawn[drawn.panel == "LSTM, 2 layers: models of one size"].series
    assert models[models.str.endswith(" parameters")].nunique() == 7
    assert [axes.get_title(loc="left") for axes in families_and_fixed_sizes(tables).axes] == [
        right.get_title(loc="left"), left.get_title(loc="left"),
    ]  # fmt: skip


def test_it_is_drawn_where_nothing_could_be_fitted(tables: Tables) -> None:
    best = tables["best"].assign(in_region=False, censored=True, size=np.nan)
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
    assert texts(two_panels(bare).axes[1]).count("too few converged sizes inside the grid to fit") == 2


def test_regions_that_differ_are_not_shaded(tables: Tables) -> None:
    studies = tables["studies"].copy()
    shaded = [len(two_panels(tables).axes[0].patches)]
    studies.loc[1, "region_low"] = 1.0
    shaded.append(len(two_panels({**tables, "studies": studies}).axes[0].patches))
    assert shaded == [1, 0]


def test_ticks_of_sizes_leave_room_for_their_labels(tables: Tables) -> None:
    grid = tables["scores"].parameters
    close = pd.concat([tables["scores"], tables["scores"].assign(parameters=grid * 1.01)])
    ticks = two_panels({**tables, "scores": close}).axes[1].get_yticks()
    assert set(ticks) < set(close.parameters)
    assert ticks[0] == grid.min()
    room = np.log(close.parameters.max() / grid.min()) / 12
    assert np.diff(np.log(ticks)).min() >= room


def test_legends_hide_no_point(tables: Tables) -> None:
    for draw in (two_panels, fixed_sizes, families_and_fixed_sizes):
        figure = draw(tables)
        figure.draw_without_rendering()
        for axes in figure.axes:
            assert axes.get_legend().get_window_extent().y1 < axes.get_window_extent().y0  # type: ignore[union-attr]


def test_a_study_can_be_replaced(tables: Tables) -> None:
    one = made("words-lstm2", 11.9, -0.2, 0.6, FAMILIES[0])
    told = one.facts.model_copy(update={"title": "Words: alone"})
    spec = AnalysisSpec(name="hestness-domain", study="a/b", scale="smoke", resamples=200)
    alone = hestness_domain.analyse(Inputs(studies={told.study: replace(one, facts=told)}), spec)
    assert "alone" in texts(two_panels(alone).axes[0])
