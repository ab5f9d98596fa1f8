"""The analysis of Muennighoff et al. 2023: published numbers from the public runs, and a flat profile."""

import numpy as np
import pandas as pd
import pytest

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.weng_2026.analyses import muennighoff
from scalinglaws.papers.weng_2026.constants import muennighoff_2023 as paper
from scalinglaws.public_runs.read import read
from scalinglaws.tables.inputs import Inputs

SPEC = AnalysisSpec(name="muennighoff", study="weng-2026/muennighoff", scale="smoke", resamples=60)


@pytest.fixture(scope="module")
def runs() -> pd.DataFrame:
    return read("muennighoff-runs")


@pytest.fixture(scope="module")
def tables(runs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return muennighoff.analyse(Inputs(public_runs={"muennighoff-runs": runs}), SPEC)


def fit(tables: dict[str, pd.DataFrame], parameter: str, law: str = "muennighoff") -> "pd.Series[float]":
    fits = tables["fits"]
    rows = fits[(fits.law == law) & (fits.parameter == parameter)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_the_value_of_repeated_data() -> None:
    epochs = np.array([2, 4, 8, 16, 32, 40, 64])
    expected = [0.984, 0.931, 0.828, 0.661, 0.448, 0.379, 0.252]
    value = muennighoff.value_of_data(paper.R_D.value, epochs)
    np.testing.assert_allclose(value, expected, atol=5e-4)
    assert muennighoff.value_of_data(1e6, 64) == pytest.approx(1, abs=1e-4)
    assert muennighoff.value_of_data(1e-3, 64) == pytest.approx(1 / 64, rel=2e-3)


@pytest.mark.parametrize(
    ("law", "printed"),
    [
        ("muennighoff:published", paper.R_SQUARED),
        ("muennighoff:published, only data fade", paper.R_SQUARED_DATA),
        ("muennighoff:published, only parameters fade", paper.R_SQUARED_PARAMETERS),
        ("muennighoff:base law", paper.R_SQUARED_BASE),
    ],
)
def test_r_squared_of_the_published_laws(
    tables: dict[str, pd.DataFrame], law: str, printed: paper.Constant
) -> None:
    assert fit(tables, "r_squared", law)["value"] == pytest.approx(printed.value, abs=5e-5)


def test_the_published_point_is_a_local_optimum_and_not_the_lowest(tables: dict[str, pd.DataFrame]) -> None:
    optima = tables["optima"].set_index("kind")
    assert optima.objective["published"] == pytest.approx(paper.OBJECTIVE.value, abs=5e-8)
    near = optima.loc["optimum nearest to it"]
    assert (near.r_D, near.r_N) == (pytest.approx(15.37, abs=0.01), pytest.approx(5.32, abs=0.01))
    lowest = optima.loc["lowest"]
    assert lowest.objective == pytest.approx(0.0158047, abs=5e-8)
    assert (lowest.r_D, lowest.r_N) == (pytest.approx(95.4, abs=0.5), pytest.approx(1.71, abs=0.01))
    assert fit(tables, "r_squared")["value"] == pytest.approx(0.791, abs=5e-4)


def test_the_profile_is_flat(tables: dict[str, pd.DataFrame]) -> None:
    along = tables["profile"]
    for r_D, objective in ((10, 0.015913), (50, 0.015808), (95, 0.015805), (200, 0.015817), (1000, 0.015878)):
        found = np.interp(np.log(r_D), np.log(along.r_D), along.objective)
        assert found == pytest.approx(objective, abs=5e-6)
    # Flat within 0.3 %: "about 13 to 450".
    assert 11 < fit(tables, "r_D flat from")["value"] < 14
    assert 350 < fit(tables, "r_D flat to")["value"] < 480


def test_whoever_reads_r_d_is_warned(tables: dict[str, pd.DataFrame]) -> None:
    row = fit(tables, "r_D")
    assert "within 0.3% of the lowest objective r_D goes from" in row.warnings
    assert "r_D sits on a bound in" in row.warnings
    assert row.low < paper.R_D.value < row.high
    assert row.high > 1000


def test_curves_go_through_the_measured_loss_after_one_epoch(tables: dict[str, pd.DataFrame]) -> None:
    runs = tables["runs"].set_index("size")
    for table in ("empirical", "epochs"):
        for size, curve in tables[table].groupby("size"):
            measured = runs.loss[runs.epochs == 1][size]
            start = curve[curve.epochs == 1].iloc[0]
            for law in ("published", "refitted", "as_new"):
                assert start[law] == pytest.approx(measured, rel=1e-12)


def test_the_runs_are_those_of_the_figure(tables: dict[str, pd.DataFrame]) -> None:
    inside = tables["runs"].query("epochs < 12")
    assert inside.groupby("size").size().to_dict() == {"2.8B": 6, "4.2B": 6, "8.7B": 6}
    by_name = inside.set_index("name").loss
    assert by_name["2b855b55b"] == 2.574117
    assert by_name["8b7178b25b"] == 2.376484


def test_training_that_stops_is_worse_than_repeating(tables: dict[str, pd.DataFrame]) -> None:
    drawn = tables["empirical"].dropna()
    later = drawn[drawn.epochs > 1]
    assert (later.stopped > later.published).all()
    assert (later.published > later.as_new).all()
