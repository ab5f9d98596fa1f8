"""Measured exponents beside published ones, and what they imply, on synthetic studies."""

from dataclasses import replace
from math import inf

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.hestness_2017.analyses import summary as hestness_summary
from scalinglaws.papers.hestness_2017.figures.summary import MOST_FACTOR, implications, summary
from scalinglaws.plotting.save import drawn_data
from scalinglaws.tables.inputs import Inputs
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


def headings(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_each_domain_is_a_heading_above_its_families(tables: Tables) -> None:
    figure = summary(tables)
    figure.draw_without_rendering()
    left, right = figure.axes[:2]
    assert headings(left) == ["Words", "Speech"]
    labels = [text.get_text() for text in left.get_yticklabels()]
    assert labels[0] == "two: Cross-entropy, nats a word"
    assert len(labels) == 3
    assert list(left.get_yticks()) == sorted(left.get_yticks(), reverse=True)
    assert right.get_ylim() == left.get_ylim()


def test_measured_and_published_are_drawn(tables: Tables) -> None:
    drawn = drawn_data(summary(tables))
    table = tables["summary"]
    measured = drawn[drawn.series == "Words, beta_g"]
    np.testing.assert_allclose(measured.x, table.beta_g[:2])
    published = drawn[drawn.series == "published_beta_p"]
    assert list(published.x) == [0.69, 0.78]  # none for speech


def test_the_panels_hold_all_values(tables: Tables) -> None:
    left, right = summary(tables).axes[:2]
    for axes, name in ((left, "beta_g"), (right, "beta_p")):
        low, high = axes.get_xlim()
        for column in (name, f"published_{name}"):
            values = tables["summary"][column].dropna()
            assert ((low < values) & (values < high)).all()


def test_a_very_long_bar_does_not_shrink_the_rest(tables: Tables) -> None:
    table = tables["summary"].assign(beta_p_high=1e6)
    figure = summary({**tables, "summary": table})
    figure.draw_without_rendering()
    assert figure.axes[1].get_xlim()[1] < 2


def test_printed_rows_at_odds_with_their_exponents_are_hollow(tables: Tables) -> None:
    figure = implications(tables)
    figure.draw_without_rendering()
    assert headings(figure.axes[0])[0] == "Words, 3.37 to 2.48 nats a word"
    drawn = drawn_data(figure)
    data = drawn[drawn.panel == "Data, times more"]
    assert list(data[data.series == "printed"].x) == [100, 100]
    assert list(data[data.series == "printed, at odds"].x) == [33]


def test_what_has_no_upper_end_is_an_arrow_at_the_edge(tables: Tables) -> None:
    table = tables["implications"].copy()
    table.loc[0, ["data_ratio", "data_ratio_low", "data_ratio_high"]] = [1e20, 1e18, inf]
    table.loc[1, "data_ratio_high"] = inf
    figure = implications({**tables, "implications": table})
    figure.draw_without_rendering()
    left = figure.axes[0]
    arrows = [line for line in left.get_lines() if line.get_marker() == ">"]
    assert [len(line.get_xdata()) for line in arrows] == [2]  # type: ignore[arg-type]
    assert left.get_xlim()[1] == 3 * MOST_FACTOR


def test_it_is_drawn_where_nothing_was_measured(tables: Tables) -> None:
    gone = {name: np.nan for name in tables["summary"].columns if name.startswith("beta_")}
    summary({**tables, "summary": tables["summary"].assign(**gone)}).draw_without_rendering()
    lost = {
        name: np.nan for name in tables["implications"].columns if "_ratio" in name and "printed" not in name
    }
    implications({**tables, "implications": tables["implications"].assign(**lost)}).draw_without_rendering()
    implications({**tables, "implications": tables["implications"].iloc[:0]}).draw_without_rendering()
