"""Measured exponents beside published ones, and what they imply, on synthetic studies."""

from dataclasses import replace
from math import inf

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.hestness_2017.analyses import summary as hestness_summary
from scalinglaws.papers.hestness_2017.figures.summary import implications, summary
from scalinglaws.plotting.captions.explained import explanation
from scalinglaws.plotting.drawn import drawn_data
from scalinglaws.plotting.layout.panels import finish
from scalinglaws.tables.inputs import Inputs
from unit.figure_checks import cut_off, overlapping
from unit.trained_studies import made

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def tables() -> Tables:
    base = made("words-lstm2", 11.9, -0.2)
    titles = {"words-lstm2": "Words: two", "words-lstm4": "Words: four", "speech-ds2": "Speech: DS2"}
    every = [
        replace(base, facts=base.facts.model_copy(update={"study": f"hestness-2017/{name}", "title": title}))
        for name, title in titles.items()
    ]
    spec = AnalysisSpec(name="hestness-summary", study="a/b", scale="smoke", resamples=200)
    return hestness_summary.analyse(Inputs(studies={study.facts.study: study for study in every}), spec)


def words(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def arrows(axes: Axes) -> list[str]:
    """The arrows at the edges of a panel."""
    return [str(line.get_marker()) for line in axes.get_lines() if line.get_label() == "_beyond"]


def test_rows_are_under_a_heading_that_says_what_they_share(tables: Tables) -> None:
    figure = summary(tables)
    left, right = figure.axes
    assert [text for text in words(left) if "cross-entropy" in text] == [
        "Words, cross-entropy", "Speech, cross-entropy",
    ]  # fmt: skip
    assert words(left)[:3] == ["two", "four", "DS2"]
    assert right.get_ylim() == left.get_ylim()


def test_columns_say_what_the_exponents_rest_on(tables: Tables) -> None:
    table = tables["summary"].assign(straight=["reproduced", "inconclusive", "not testable at this scale"])
    figure = summary({**tables, "summary": table})
    shown = words(figure.axes[0])
    inside, squared, straight, usual = (
        shown.index(head) for head in ("inside", "$R^2$", "straight", "usual")
    )
    assert shown[inside + 1] == f"{table.interior[0]}/{table.points[0]}"
    assert shown[squared + 1] == f"{table.r_squared[0]:.4f}"
    assert shown[straight + 1 : usual] == ["yes", "open", "-"]
    assert "too few points" in explanation(figure)
    assert "too few points" not in explanation(summary(tables))


def test_measured_and_published_are_drawn(tables: Tables) -> None:
    drawn = drawn_data(summary(tables)).set_index("series")
    row = tables["summary"].iloc[0]
    measured = drawn.loc["Words, cross-entropy, two: measured"]
    left = measured[measured.panel == "Error"].iloc[0]
    assert (left.x, left.x_low, left.x_high) == pytest.approx((row.beta_g, row.beta_g_low, row.beta_g_high))
    published = drawn[drawn.index.str.endswith(": published") & (drawn.panel == "Model size")]
    assert list(published.x) == [0.69, 0.78]  # none for speech


def test_the_panels_hold_all_values(tables: Tables) -> None:
    left, right = summary(tables).axes
    for axes, name in ((left, "beta_g"), (right, "beta_p")):
        low, high = axes.get_xlim()
        for column in (name, f"published_{name}"):
            values = tables["summary"][column].dropna()
            assert ((low < values) & (values < high)).all()


def test_a_very_long_bar_is_an_arrow_and_does_not_shrink_the_rest(tables: Tables) -> None:
    figure = summary({**tables, "summary": tables["summary"].assign(beta_p_high=1e6)})
    assert figure.axes[1].get_xlim()[1] < 2
    assert arrows(figure.axes[1]) == [">"] * 3
    assert "Arrows" in explanation(figure)
    assert "Arrows" not in explanation(summary(tables))


def test_printed_rows_at_odds_with_their_exponents_are_hollow(tables: Tables) -> None:
    figure = implications(tables)
    assert "3.37 to 2.48 nats per word" in words(figure.axes[0])
    drawn = drawn_data(figure)
    data = drawn[drawn.panel == "Data"]
    assert list(data[data.series.str.endswith(": printed")].x) == [100, 100]
    assert list(data[data.series.str.endswith(": printed, at odds")].x) == [33]


def test_what_has_no_upper_end_is_an_arrow_at_the_edge(tables: Tables) -> None:
    table = tables["implications"].copy()
    table.loc[0, ["data_ratio", "data_ratio_low", "data_ratio_high"]] = [1e8, 1e6, 1e12]
    table.loc[1, "data_ratio_high"] = inf
    figure = implications({**tables, "implications": table})
    left = figure.axes[0]
    assert arrows(left) == [">", ">"]
    assert 1e8 < left.get_xlim()[1] < 1e12
    ends = drawn_data(figure).x_high
    assert sum(ends == 1e12) == sum(ends == inf) == 1


def test_no_text_is_cut_off_or_covers_another(tables: Tables) -> None:
    for draw in (summary, implications):
        figure = draw(tables)
        finish(figure)
        assert cut_off(figure) == []
        assert overlapping(figure) == []


def test_it_is_drawn_where_nothing_was_measured(tables: Tables) -> None:
    gone = {name: np.nan for name in tables["summary"].columns if name.startswith("beta_")}
    summary({**tables, "summary": tables["summary"].assign(**gone)}).draw_without_rendering()
    lost = {
        name: np.nan for name in tables["implications"].columns if "_ratio" in name and "printed" not in name
    }
    implications({**tables, "implications": tables["implications"].assign(**lost)}).draw_without_rendering()
    implications({**tables, "implications": tables["implications"].iloc[:0]}).draw_without_rendering()
