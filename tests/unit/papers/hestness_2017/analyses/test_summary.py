"""All domains beside the published exponents, and what the exponents would imply."""

from dataclasses import replace
from math import inf, isnan, log

import pandas as pd
import pytest

from scalinglaws.claims.claim import FitQuantity, claims_of
from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.hestness_2017.analyses import summary as hestness_summary
from scalinglaws.papers.hestness_2017.analyses.summary import factors
from scalinglaws.papers.hestness_2017.constants.hestness_2017 import EXPONENTS, PRINTED
from scalinglaws.papers.hestness_2017.constants.hestness_2019 import DOMAINS
from scalinglaws.tables.inputs import Inputs
from scalinglaws.tables.study import CURVE, TrainedStudy
from scalinglaws.tables.value import MISSING, Value
from unit.trained_studies import made

SPEC = AnalysisSpec(name="hestness-summary", study="a/b", scale="smoke", resamples=200)
WORDS, SPEECH = DOMAINS[0], DOMAINS[3]


def called(study: TrainedStudy, name: str, title: str) -> TrainedStudy:
    """A study under another name."""
    told = study.facts.model_copy(update={"study": f"hestness-2017/{name}", "title": title})
    return replace(study, facts=told)


@pytest.fixture(scope="module")
def studies() -> dict[str, TrainedStudy]:
    steep, flat = made("words-lstm2", 11.9, -0.2), made("words-rhn5", 12.8, -0.22, 0.5, seed=2)
    every = (
        called(steep, "words-lstm2", "Words: LSTM"),
        called(flat, "speech-ds2", "Speech: DS2"),
        called(flat, "other", "Others: all"),
    )
    return {study.facts.study: study for study in every}


@pytest.fixture(scope="module")
def tables(studies: dict[str, TrainedStudy]) -> dict[str, pd.DataFrame]:
    return hestness_summary.analyse(Inputs(studies=studies), SPEC)


def test_it_makes_the_tables_that_it_declares(tables: dict[str, pd.DataFrame]) -> None:
    assert set(tables) == set(hestness_summary.TABLES)
    assert not tables["fits"].duplicated(["law", "metric", "parameter"]).any()


def test_measured_is_beside_published(
    tables: dict[str, pd.DataFrame], studies: dict[str, TrainedStudy]
) -> None:
    table = tables["summary"].set_index("study")
    words = table.loc["words-lstm2"]
    exponent = studies["hestness-2017/words-lstm2"].exponent
    assert (words.beta_g_low, words.beta_g, words.beta_g_high) == pytest.approx(
        (exponent.low, exponent.value, exponent.high)
    )
    assert words.beta_g_low < -0.2 < words.beta_g_high
    assert words.beta_p_low < 0.6 < words.beta_p_high
    assert (words.published_beta_g, words.published_beta_p) == (-0.0656, 0.69)
    assert (words.domain, words.family, words.optimiser) == ("Words", "LSTM", "sgd")
    assert words.r_squared > 0.99
    assert isnan(table.loc["other"].published_beta_g)


def test_verdicts_are_those_of_the_claims(studies: dict[str, TrainedStudy]) -> None:
    """The same ranges and fewest points, so that a figure of the summary says what the report says."""
    ranges = {
        (f"{CURVE}:straightness", "bend"): hestness_summary.STRAIGHT,
        (CURVE, "beta_g"): hestness_summary.USUAL_RANGE,
    }
    seen = 0
    for name in EXPONENTS:
        for claim in claims_of(f"hestness-2017/{name}"):
            asked = claim.quantity
            if not isinstance(asked, FitQuantity) or claim.data_set is not None:
                continue
            if (asked.law, asked.parameter) in ranges:
                assert claim.range == ranges[asked.law, asked.parameter]
                assert claim.min_points == hestness_summary.MIN_POINTS
                seen += 1
    assert seen > 10


@pytest.mark.parametrize(
    ("beta", "verdict"), [(-0.2, "reproduced"), (-0.35, "inconclusive"), (-0.5, "not reproduced")]
)
def test_an_exponent_is_judged_by_its_whole_interval(
    studies: dict[str, TrainedStudy], beta: float, verdict: str
) -> None:
    study = studies["hestness-2017/words-lstm2"]
    fits = study.fits.copy()
    rows = (fits.law == CURVE) & (fits.parameter == "beta_g")
    fits.loc[rows, ["value", "low", "high"]] = [beta, beta - 0.01, beta + 0.01]
    moved = replace(study, fits=fits)
    summary = hestness_summary.analyse(Inputs(studies={study.facts.study: moved}), SPEC)["summary"]
    assert list(summary.usual) == [verdict]
    fits.loc[rows, "points"] = 4
    few = hestness_summary.analyse(Inputs(studies={study.facts.study: moved}), SPEC)["summary"]
    assert list(few.usual) == ["not testable at this scale"]


def test_the_data_factor_of_the_published_exponent_is_the_printed_one() -> None:
    data, model = factors(WORDS, Value(-0.066, -0.0665, -0.0655), Value(0.68, 0.675, 0.685))
    assert data.value == pytest.approx(104, abs=0.5)
    assert data.low < 104 < data.high
    assert model.value == pytest.approx(data.value**0.68)
    assert model.low < model.value < model.high


def test_the_interval_of_the_data_factor_is_that_of_the_exponent() -> None:
    data, _ = factors(WORDS, Value(-0.2, -0.25, -0.16), Value(0.7, 0.5, 0.9))
    steps = log(3.37 / 2.48)
    assert [log(value) for value in (data.low, data.value, data.high)] == pytest.approx(
        [steps / 0.25, steps / 0.2, steps / 0.16]
    )


def test_an_exponent_that_may_be_0_leaves_the_factors_open() -> None:
    data, model = factors(WORDS, Value(-0.1, -0.25, 0.02), Value(0.7, 0.5, 0.9))
    assert data.high == inf
    assert data.low == pytest.approx((3.37 / 2.48) ** 4)
    assert model.high == inf
    assert isnan(model.low)
    for beta in (MISSING, Value(0.1, 0.05, 0.2)):
        assert all(isnan(found.value) for found in factors(WORDS, beta, Value(0.7, 0.5, 0.9)))


def test_factors_without_growth() -> None:
    data, model = factors(WORDS, Value(-0.2, -0.25, -0.16), MISSING)
    assert data.known
    assert isnan(model.value)
    near_nothing, _ = factors(WORDS, Value(-1e-4, -2e-4, -0.5e-4), MISSING)
    assert near_nothing.value == inf


def test_rows_that_the_follow_up_contradicts_are_marked(tables: dict[str, pd.DataFrame]) -> None:
    table = tables["implications"].set_index("study")
    assert list(table.index) == ["words-lstm2", "speech-ds2"]  # the third has no row in the follow-up
    assert list(table.printed_data_ratio_agrees) == [True, False]
    assert list(table.printed_model_ratio_agrees) == [True, True]
    assert list(table.printed_data_ratio) == [WORDS.data_ratio.value, SPEECH.data_ratio.value]


def test_the_extremes_are_those_of_first_metrics(
    tables: dict[str, pd.DataFrame], studies: dict[str, TrainedStudy]
) -> None:
    fits = tables["fits"][tables["fits"].law == "learning-curve:all-domains"].set_index("parameter")
    values = [study.exponent for study in studies.values()]
    assert fits.loc["steepest"].value == min(v.value for v in values)
    assert fits.loc["flattest"].high == max(v.high for v in values)


def test_exponents_of_the_text_agree_with_those_printed_in_figures() -> None:
    for study, metric, series in (
        ("translation", "token_error_rate", "token_error_rate"),
        ("characters-sgd", "cross_entropy", "char_lm_sgd"),
        ("characters-adam", "cross_entropy", "char_lm_adam"),
        ("speech-ds2", "error_rate", "ds2"),
        ("speech-attention", "error_rate", "attention"),
    ):
        text, printed = EXPONENTS[study].beta_g[metric].value, PRINTED[series].beta_g.value
        assert abs(text - printed) <= 0.0011
