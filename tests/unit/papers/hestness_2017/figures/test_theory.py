"""Fig 6 and the theory of Hestness et al. 2017: what is drawn is what the tables say."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.hestness_2017.analyses import theory as hestness_theory
from scalinglaws.papers.hestness_2017.figures.theory import regions, theory
from scalinglaws.plotting.drawn import drawn_data
from scalinglaws.tables.inputs import Inputs
from unit.known_entropy_study import ENTROPY, known_entropy_study

NETWORKS, EXCESS = "Trained: known entropy", "The same, less H"
COMPUTED = "Computed: counting labels"


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    spec = AnalysisSpec(name="hestness-theory", study="a/b", scale="smoke", resamples=20)
    return hestness_theory.analyse(Inputs(studies={"a/known-entropy": known_entropy_study()}), spec)


def test_the_sketch_has_the_papers_words_and_no_numbers(tables: dict[str, pd.DataFrame]) -> None:
    figure = regions(tables)
    assert len(figure.axes) == 4
    sketch = figure.axes[0]
    words = {text.get_text().replace("\n", " ") for text in sketch.texts}
    assert words == {
        "Small Data Region",
        "Power-law Region",
        "Irreducible Error Region",
        "Best Guess Error",
        "Irreducible Error",
    }
    assert len(sketch.get_xticks()) == len(sketch.get_yticks()) == 0
    drawn = drawn_data(figure)
    # A sketch is not data.
    assert set(drawn.panel) == {COMPUTED, NETWORKS, EXCESS}


def test_the_regions_of_the_table_are_shaded(tables: dict[str, pd.DataFrame]) -> None:
    measured = regions(tables).axes[1]
    shaded = [(p.get_x(), p.get_x() + p.get_width()) for p in measured.patches if isinstance(p, Rectangle)]
    found = tables["regions"]
    np.testing.assert_allclose(shaded, np.column_stack([found.x_low, found.x_high]))
    assert [text.get_text() for text in measured.texts[:3]] == [
        "small\ndata",
        "power\nlaw",
        "irreducible\nerror",
    ]


def test_the_computed_curve_is_between_its_levels(tables: dict[str, pd.DataFrame]) -> None:
    drawn = drawn_data(regions(tables))
    drawn = drawn[drawn.panel == COMPUTED].groupby("series")
    curve = drawn.get_group("Expected error, exact")
    guess = drawn.get_group("Best guess error: 0.9").y
    floor = drawn.get_group("Irreducible error: 0.01").y
    assert (curve.y < guess.iloc[0]).all()
    assert (curve.y > floor.iloc[0]).all()
    theory_line = drawn.get_group(r"Theory: $0.01 + c\,m^{-0.333}$")
    assert theory_line.y.iloc[-1] == pytest.approx(curve.y.iloc[-1])


def series(tables: dict[str, pd.DataFrame], panel: str) -> dict[str, pd.DataFrame]:
    drawn = drawn_data(regions(tables))
    return {str(name): rows for name, rows in drawn[drawn.panel == panel].groupby("series", sort=False)}


def test_networks_are_between_the_known_levels(tables: dict[str, pd.DataFrame]) -> None:
    expected = tables["known_entropy"]
    shuffled = {**tables, "known_entropy": expected.sample(frac=1, random_state=0)}
    drawn = series(shuffled, NETWORKS)
    np.testing.assert_allclose(drawn["Best-fit network"][["x", "y"]], expected[["x", "y"]])
    np.testing.assert_allclose(drawn["Interval"][["x", "low", "high"]], expected[["x", "low", "high"]])
    assert set(drawn["Irreducible error: 1.75"].y) == {ENTROPY}
    assert set(drawn["Best guess error: 3.47"].y) == {np.log(32)}
    low, high = regions(tables).axes[2].get_ylim()
    assert low < ENTROPY
    assert high > np.log(32)


def test_regions_of_the_networks_are_shaded_and_say_how_many_sizes(tables: dict[str, pd.DataFrame]) -> None:
    axes, found = regions(tables).axes[2], tables["known_entropy_regions"]
    shaded = [(p.get_x(), p.get_x() + p.get_width()) for p in axes.patches if isinstance(p, Rectangle)]
    np.testing.assert_allclose(shaded, found[["x_low", "x_high"]])
    assert [text.get_text().replace("\n", " ") for text in axes.texts][: len(found)] == [
        f"{row.region} ({row.points} {'size' if row.points == 1 else 'sizes'})" for row in found.itertuples()
    ]


def test_the_excess_is_drawn_with_its_law(tables: dict[str, pd.DataFrame]) -> None:
    points, drawn = tables["known_entropy"], series(tables, EXCESS)
    np.testing.assert_allclose(drawn["Excess over the entropy"][["x", "y"]], points[["x", "above"]])
    np.testing.assert_allclose(
        drawn["Excess, not fitted"][["x", "y"]], points[~points.fitted][["x", "above"]]
    )
    (law,) = [rows for name, rows in drawn.items() if name.startswith(r"$\varepsilon - H = ")]
    np.testing.assert_allclose(law[["x", "y"]], points[points.fitted][["x", "law"]])
    fits = tables["fits"]
    beta = fits[(fits.law == "known-entropy:above-floor") & (fits.parameter == "beta_g")].iloc[0]
    assert f"m^{{{beta.value:#.3g}}}$" in law.series.iloc[0]
    (words,) = regions(tables).axes[3].texts
    assert words.get_text().replace("\n", " ") == law.series.iloc[0]


def test_networks_that_did_not_converge_are_triangles_in_both_panels(tables: dict[str, pd.DataFrame]) -> None:
    cut = tables["known_entropy"].copy()
    cut.loc[cut.x == cut.x.max(), ["settled", "fitted"]] = False
    name = "ot converged, or a cut model could be better"
    for panel, key in ((NETWORKS, f"N{name}"), (EXCESS, f"Excess, n{name}")):
        assert len(series({**tables, "known_entropy": cut}, panel)[key]) == 1
        assert key not in series(tables, panel)


def test_networks_without_intervals_or_law(tables: dict[str, pd.DataFrame]) -> None:
    columns = ["low", "high", "above_low", "above_high", "law"]
    bare = tables["known_entropy"].assign(**dict.fromkeys(columns, np.nan), fitted=False)
    drawn = series({**tables, "known_entropy": bare}, EXCESS)
    assert set(drawn) == {"Excess over the entropy", "Excess, not fitted"}
    assert "Interval" not in series({**tables, "known_entropy": bare}, NETWORKS)


def test_an_excess_that_is_nowhere_positive_leaves_its_panel_empty(tables: dict[str, pd.DataFrame]) -> None:
    bare = tables["known_entropy"].assign(above=np.nan, law=np.nan, fitted=False)
    drawn = series({**tables, "known_entropy": bare}, EXCESS)
    assert drawn == {}


def test_losses_and_types_are_named_with_their_fits(tables: dict[str, pd.DataFrame]) -> None:
    texts = [[text.get_text() for text in axes.get_legend().get_texts()] for axes in theory(tables).axes]
    assert r"L1: $0.393\,m^{-0.498}$" in texts[0]
    assert r"KL: $0.440\,m^{-0.981}$" in texts[1]
    assert r"1, threshold: $0.658/D$ ($D^{-0.991}$)" in texts[2]
    assert r"4, log loss: $0.424/D + 0.326$ ($D^{-0.981}$)" in texts[2]
    assert r"Zipf 1.5: $m^{-0.333}$ (theory $-0.333$)" in texts[3]


def test_every_curve_is_drawn_with_its_law(tables: dict[str, pd.DataFrame]) -> None:
    drawn = drawn_data(theory(tables))
    curves = tables["curves"]
    for panel, coin in (("A fair coin", "fair-coin"), ("A coin with p = 0.9", "biased-coin")):  # fmt: skip
        lines = drawn[drawn.panel == panel].groupby("series", sort=False)
        assert len(lines) == 9  # four losses, their fits, and the closed form
        kl = curves[(curves.setting == coin) & (curves.series == "kl")]
        (name,) = [series for series in lines.groups if str(series).startswith("KL: ")]
        np.testing.assert_allclose(lines.get_group(name).y, kl.y)
        fit = lines.get_group("KL, fitted")
        assert fit.x.min() == 16
        np.testing.assert_allclose(fit.y, kl[kl.fitted].y, rtol=0.15)
    amari = drawn[drawn.panel == "Amari's four types"]
    assert amari.series.nunique() == 9  # four types, their laws, and one less its floor
