"""The simulator's figures draw what the tables hold."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.weng_2026.analyses import simulator as analysis
from scalinglaws.papers.weng_2026.figures import simulator
from scalinglaws.plotting.drawn import drawn_data
from scalinglaws.tables.inputs import Inputs

SPEC = AnalysisSpec(name="simulator", study="weng-2026/simulator", scale="smoke", resamples=20)


@pytest.fixture(scope="module")
def tables() -> Iterator[dict[str, pd.DataFrame]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(analysis, "BIASES", (0, 100))
        patch.setattr(analysis, "DECIMALS", (4, 1))
        yield analysis.analyse(Inputs(), SPEC)


def test_a_panel_for_each_setting_with_all_its_runs(tables: dict[str, pd.DataFrame]) -> None:
    drawn = drawn_data(simulator.playground(tables))
    assert len(drawn.panel.unique()) == 9
    assert "Small models, 1 decimal, no bias" in set(drawn.panel)
    for panel, part in drawn.groupby("panel"):
        counts = part.series.value_counts()
        assert counts["Fitted runs"] == (36 if panel.startswith("All") else 16)
        assert counts.get("Held-out runs", 0) == 36 - counts["Fitted runs"]
        truth = part[part.series == "Truth"]
        assert truth.y.iloc[-1] == pytest.approx(1.8229, abs=5e-5)
        assert truth.x.iloc[-1] == pytest.approx(1e15)


def test_predictions_are_where_the_curves_end(tables: dict[str, pd.DataFrame]) -> None:
    drawn = drawn_data(simulator.playground(tables))
    for _, part in drawn.groupby("panel"):
        curve = part[part.series == "The article's grid search"]
        point = part[part.series == "Predicted, grid search"]
        assert point.y.tolist() == pytest.approx([curve.y.iloc[-1]])


def test_errors_of_every_setting_are_drawn(tables: dict[str, pd.DataFrame]) -> None:
    drawn = drawn_data(simulator.errors(tables))
    assert len(drawn) == len(tables["settings"])
    chosen = (drawn.panel == "Fitted to all models") & (drawn.series == "4 decimals, the article's search")
    zero = drawn[chosen & (drawn.x == 0)]
    np.testing.assert_allclose(zero.y, -0.0005, atol=5e-5)
