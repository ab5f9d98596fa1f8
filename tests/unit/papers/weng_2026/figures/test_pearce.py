"""The figures of Pearce and Song 2024 draw what the tables hold."""

import pandas as pd
import pytest

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.weng_2026.analyses import pearce as analysis
from scalinglaws.papers.weng_2026.figures import pearce
from scalinglaws.plotting.drawn import drawn_data
from scalinglaws.tables.inputs import Inputs


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    spec = AnalysisSpec(name="pearce", study="weng-2026/pearce", scale="smoke", resamples=20)
    return analysis.analyse(Inputs(), spec)


def test_size_and_exponent_have_panels_of_their_own(tables: dict[str, pd.DataFrame]) -> None:
    drawn = drawn_data(pearce.local_exponent(tables))
    left, right = (drawn[drawn.panel.str.contains(word)] for word in ("size", "exponent"))
    assert set(left.series) == {r"$N^*_{\backslash E}$"}
    assert right.series.nunique() == 3
    g = right[right.series == "$g$"]
    assert g.y.max() == pytest.approx(0.981, abs=5e-4)
    assert (left.x.min(), left.x.max()) == (pytest.approx(1e11), pytest.approx(1e24))


def test_exponents_are_beside_the_lines(tables: dict[str, pd.DataFrame]) -> None:
    figure = pearce.simulated(tables)
    words = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert sum("0.781" in word for word in words) == 1
    assert sum("0.458" in word for word in words) == 1
    assert set(drawn_data(figure).panel) == {"Embeddings left out", "Total"}
