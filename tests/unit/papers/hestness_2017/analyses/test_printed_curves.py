"""The curves of Hestness et al. 2017: points as read off, fits as the paper prints them."""

import pandas as pd
import pytest

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.hestness_2017.analyses import printed_curves as hestness_curves
from scalinglaws.papers.hestness_2017.constants import hestness_2017 as paper
from scalinglaws.tables.inputs import Inputs

DECLARED, ALL, FLOOR = "learning-curve", "learning-curve:all-points", "learning-curve-with-floor"


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    spec = AnalysisSpec(name="hestness-curves", study="a/b", scale="smoke", resamples=100)
    return hestness_curves.analyse(Inputs(), spec)


def fitted(tables: dict[str, pd.DataFrame], law: str, series: str) -> pd.DataFrame:
    fits = tables["fits"]
    return fits[(fits.law == law) & (fits.metric == series)].set_index("parameter")


# Log-log regressions of the points as read off, to the digits of an independent computation.
@pytest.mark.parametrize(
    ("law", "series", "points", "alpha", "beta"),
    [
        (DECLARED, "token_error_rate", 6, 3.83, -0.127),
        (ALL, "token_error_rate", 9, 3.07, -0.112),
        (DECLARED, "char_lm_sgd", 6, 5.34, -0.0933),
        (ALL, "char_lm_sgd", 8, 4.87, -0.0868),
        (DECLARED, "char_lm_adam", 6, 5.33, -0.0963),
        (DECLARED, "ds2", 6, 0.95, -0.296),
        (ALL, "ds2", 8, 0.86, -0.267),
        (DECLARED, "attention", 5, 1.34, -0.296),
        (ALL, "attention", 8, 1.30, -0.285),
    ],
)
def test_lines_are_those_of_the_points(
    tables: dict[str, pd.DataFrame], law: str, series: str, points: int, alpha: float, beta: float
) -> None:
    rows = fitted(tables, law, series)
    assert rows.loc["alpha", "value"] == pytest.approx(alpha, abs=0.006)
    assert rows.loc["beta_g", "value"] == pytest.approx(beta, abs=0.0006)
    assert (rows.points == points).all()


@pytest.mark.parametrize("series", paper.PRINTED)
def test_declared_points_give_the_printed_line(tables: dict[str, pd.DataFrame], series: str) -> None:
    rows = fitted(tables, DECLARED, series)
    printed = paper.PRINTED[series]
    assert rows.loc["alpha", "value"] == pytest.approx(printed.alpha.value, rel=0.03)
    assert rows.loc["beta_g", "value"] == pytest.approx(printed.beta_g.value, abs=0.005)
    assert rows.loc["beta_g", "low"] < printed.beta_g.value < rows.loc["beta_g", "high"]


def test_all_points_do_not_give_the_printed_translation_line(tables: dict[str, pd.DataFrame]) -> None:
    rows = fitted(tables, ALL, "token_error_rate")
    assert rows.loc["beta_g", "low"] > paper.PRINTED["token_error_rate"].beta_g.value


def test_a_choice_of_points_is_said(tables: dict[str, pd.DataFrame]) -> None:
    fits = tables["fits"]
    chosen = fits[fits.warnings.str.contains("was chosen")]
    assert set(chosen.metric) == {"token_error_rate", "char_lm_sgd", "ds2", "attention"}
    assert set(chosen.law) == {DECLARED}


def test_larger_models_have_lower_floors(tables: dict[str, pd.DataFrame]) -> None:
    floors = [fitted(tables, FLOOR, f"ds2_{size}").loc["gamma"] for size in ("1.7M", "6M", "87M")]
    values = [float(floor["value"]) for floor in floors]
    assert values == pytest.approx([0.2207, 0.1109, 0.0636], abs=5e-4)
    assert all(floor["low"] < floor["value"] < floor["high"] for floor in floors)
    assert [int(floor["points"]) for floor in floors] == [8, 8, 6]


def test_the_largest_sets_are_above_the_line(tables: dict[str, pd.DataFrame]) -> None:
    row = fitted(tables, "learning-curve:beyond", "token_error_rate").loc["excess"]
    assert row.value == pytest.approx(0.394 / 0.355 - 1, abs=0.005)  # the last point over the fitted line
    assert 0 < row.low < row.value < row.high


def test_differences_of_floors_have_the_sign_of_their_floors(tables: dict[str, pd.DataFrame]) -> None:
    row = fitted(tables, f"{FLOOR}:difference", "ds2_1.7M-ds2_6M").loc["gamma"]
    assert row.value == pytest.approx(0.2207 - 0.1109, abs=1e-3)
    assert 0 < row.low < row.value < row.high


def test_both_kinds_of_interval_are_there(tables: dict[str, pd.DataFrame]) -> None:
    intervals = tables["intervals"]
    assert set(intervals.method) == {"student", "pairs bootstrap"}
    assert len(intervals) == 2 * len(tables["fits"][tables["fits"].law.isin([DECLARED, ALL, FLOOR])])
    assert intervals[["low", "high"]].notna().all().all()


def test_hollow_points_are_those_beyond_the_declared(tables: dict[str, pd.DataFrame]) -> None:
    points = tables["points"]
    left_out = points[~points.used].groupby("series").size().to_dict()
    expected = {"token_error_rate": 3, "char_lm_sgd": 2, "ds2": 2, "attention": 3, "ds2_best": 8}
    assert left_out == expected
