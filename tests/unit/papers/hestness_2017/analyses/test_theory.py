"""The theory of Hestness et al. 2017: exponents, and the classifier that is cut into regions."""

import pandas as pd
import pytest

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.hestness_2017.analyses import theory as hestness_theory
from scalinglaws.papers.hestness_2017.analyses._regions import IRREDUCIBLE, POWER, SMALL, local_slopes
from scalinglaws.tables.inputs import Inputs
from scalinglaws.tables.schema import CLAIMED
from unit.known_entropy_study import known_entropy_study

SPEC = AnalysisSpec(name="hestness-theory", study="a/b", scale="smoke", resamples=20)


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return hestness_theory.analyse(Inputs(studies={"a/known-entropy": known_entropy_study()}), SPEC)


def fitted(tables: dict[str, pd.DataFrame], law: str, metric: str, parameter: str) -> float:
    fits = tables["fits"]
    (value,) = fits[(fits.law == law) & (fits.metric == metric) & (fits.parameter == parameter)].value
    return float(value)


@pytest.mark.parametrize(
    ("metric", "beta"),
    [
        ("fair-coin:l1", -0.498),
        ("fair-coin:absolute-kl", -0.495),
        ("fair-coin:kl", -0.996),
        ("fair-coin:squared-l2", -1.000),
        ("biased-coin:l1", -0.503),
        ("biased-coin:absolute-kl", -0.495),
        ("biased-coin:kl", -0.981),
        ("biased-coin:squared-l2", -1.000),
    ],
)
def test_exponents_of_the_counting_model(tables: dict[str, pd.DataFrame], metric: str, beta: float) -> None:
    """Found before by a separate computation, to three digits."""
    assert fitted(tables, "counting-model", metric, "beta_g") == pytest.approx(beta, abs=5.1e-4)


@pytest.mark.parametrize(
    ("law", "metric", "beta", "within"),
    [
        ("amari-1:exponent", "threshold", -1, 0.01),
        ("amari-2:exponent", "threshold-with-gap", -2, 0.1),
        ("amari-3:exponent", "fair-coin", -0.5, 0.01),
        ("amari-4:exponent", "biased-coin", -1, 0.02),
    ],
)
def test_each_of_amaris_types_has_an_example(
    tables: dict[str, pd.DataFrame], law: str, metric: str, beta: float, within: float
) -> None:
    assert fitted(tables, law, metric, "beta_g") == pytest.approx(beta, abs=within)


def test_the_floor_of_the_stochastic_learner_is_found(tables: dict[str, pd.DataFrame]) -> None:
    known = fitted(tables, "amari-4", "biased-coin", "known-floor")
    assert known == pytest.approx(0.325083, abs=1e-6)
    assert fitted(tables, "amari-4", "biased-coin", "E") == pytest.approx(known, abs=1e-3)


def test_zipf_sets_the_classifiers_exponent(tables: dict[str, pd.DataFrame]) -> None:
    for zipf in (1.25, 1.5, 2.0):
        name = f"zipf-{zipf:g}"
        assert fitted(tables, "counting-classifier:theory", name, "beta_g") == pytest.approx(1 / zipf - 1)
        found = fitted(tables, "counting-classifier:above-floor", name, "beta_g")
        assert found == pytest.approx(1 / zipf - 1, abs=1e-4)


def test_the_classifier_shows_all_three_regions(tables: dict[str, pd.DataFrame]) -> None:
    regions = tables["regions"].set_index("region")
    assert list(regions.index) == [SMALL, POWER, IRREDUCIBLE]
    assert (regions.x_low.diff().dropna() > 0).all()
    assert (regions.x_high[:-1].to_numpy() < regions.x_low[1:].to_numpy()).all()
    assert regions.loc[SMALL, "x_high"] < 1 / regions.commonest.iloc[0] < regions.loc[POWER, "x_low"]
    assert regions.loc[SMALL, "error_low"] == pytest.approx(0.9, rel=2e-3)
    assert regions.loc[IRREDUCIBLE, "error_high"] == pytest.approx(0.01, rel=0.02)
    curve = tables["curves"].query("group == 'classifier' and setting == 'zipf-1.5' and series == 'error'")
    slopes, at = local_slopes(curve.x.to_numpy(), curve.y.to_numpy())
    share = slopes / slopes.min()
    for name, low, high in ((SMALL, 0, 0.1), (POWER, 0.9, 1), (IRREDUCIBLE, 0, 0.1)):
        inside = (2**at >= regions.loc[name, "x_low"]) & (2**at <= regions.loc[name, "x_high"])
        assert inside.sum() >= 4
        assert ((share[inside] >= low) & (share[inside] <= high)).all()


def test_what_is_exact_has_intervals_of_no_width(tables: dict[str, pd.DataFrame]) -> None:
    assert set(tables) == set(hestness_theory.TABLES)
    every = tables["fits"]
    assert list(every.columns) == list(CLAIMED.names)
    assert not every.duplicated(["law", "metric", "parameter"]).any()
    measured = every.law.str.startswith("known-entropy:")
    assert measured.sum() == 6
    fits = every[~measured]
    assert (fits.low == fits.value).all()
    assert (fits.high == fits.value).all()
    assert fits.level.isna().all()
    assert (fits.warnings == "").all()
