"""The follow-up's projections: computed again, and what does not agree found by computation."""

import pandas as pd
import pytest

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.hestness_2017.analyses import projections as hestness_projections
from scalinglaws.papers.hestness_2017.constants.hestness_2019 import DOMAINS, printed
from scalinglaws.tables.inputs import Inputs


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    spec = AnalysisSpec(name="hestness-projections", study="a/b", scale="smoke", resamples=20)
    return hestness_projections.analyse(Inputs(), spec)


def cell(table: pd.DataFrame, domain: str, quantity: str) -> pd.Series:
    (row,) = table[(table.domain == domain) & (table.quantity == quantity)].to_dict("records")
    return pd.Series(row)


@pytest.mark.parametrize(
    ("domain", "quantity", "value", "digits"),
    [
        ("word_lm", "alpha", 13.00, 0.005),
        ("nmt", "alpha", 3.06, 0.005),
        ("image", "alpha", 15.03, 0.005),
        ("speech", "alpha", 30.8, 0.05),
        ("word_lm", "data_ratio", 104, 0.5),
        ("nmt", "data_ratio", 750, 0.5),
        ("image", "data_ratio", 80, 0.5),
        ("char_lm", "data_ratio", 836, 0.5),
        ("speech", "data_ratio", 19.5, 0.05),
    ],
)
def test_numbers_follow_from_the_printed_constants(
    tables: dict[str, pd.DataFrame], domain: str, quantity: str, value: float, digits: float
) -> None:
    assert cell(tables["projections"], domain, quantity).value == pytest.approx(value, abs=digits)


@pytest.mark.parametrize(
    ("domain", "millions"), [("word_lm", 1036), ("nmt", 211), ("speech", 110), ("image", 61)]
)
def test_sigma_is_in_millions_of_parameters(
    tables: dict[str, pd.DataFrame], domain: str, millions: float
) -> None:
    assert cell(tables["implied"], domain, "parameters").value == pytest.approx(1e6 * millions, rel=0.006)


def test_rows_that_rounding_does_not_explain(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["projections"]
    off = {(row.domain, row.quantity) for row in rows[~rows.agrees].itertuples()}
    assert off == {
        ("char_lm", "alpha"),
        ("char_lm", "parameters_target"),
        ("speech", "data_ratio"),
        ("word_lm", "tera_step"),
        ("nmt", "tera_step"),
        ("image", "tera_step"),
    }


def test_the_character_row_has_another_exponent(tables: dict[str, pd.DataFrame]) -> None:
    for quantity in ("beta_g_of_alpha", "beta_g_of_data_ratio"):
        row = cell(tables["implied"], "char_lm", quantity)
        assert row.value == pytest.approx(-0.090, abs=1e-4)
        assert row.printed == -0.092


def test_agreement_is_that_of_the_two_ranges(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["projections"]
    overlap = (rows.low <= rows.printed_high) & (rows.printed_low <= rows.high)
    assert (rows.agrees == overlap).all()
    assert (rows.agrees == ((rows.ratio_low <= 1) & (rows.ratio_high >= 1))).all()
    assert ((rows.low <= rows.value) & (rows.value <= rows.high)).all()


def test_days_are_computed_only_where_a_sample_is_a_unit(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["projections"]
    assert list(rows[rows.quantity == "epoch_days"].domain) == ["image"]
    assert cell(rows, "image", "epoch_days").value == pytest.approx(85.7, abs=0.05)


def test_what_is_off_is_a_warning_of_its_fit(tables: dict[str, pd.DataFrame]) -> None:
    fits = tables["fits"]
    assert (fits.warnings != "").sum() == (~tables["projections"].agrees).sum() == 6
    assert fits.level.isna().all()


@pytest.mark.parametrize(
    ("text", "value", "half"),
    [("9.4e-4", 9.4e-4, 0.05e-4), ("77e9", 77e9, 0.5e9), ("0.08", 0.08, 0.005), ("31e3", 31000, 500)],
)
def test_half_a_unit_of_the_last_printed_digit(text: str, value: float, half: float) -> None:
    number = printed(text, "Table 1")
    assert (number.value, number.half_unit) == pytest.approx((value, half))


def test_five_domains_with_their_tables() -> None:
    assert [domain.name for domain in DOMAINS] == ["word_lm", "char_lm", "nmt", "speech", "image"]
    assert DOMAINS[0].data_target.value == 77e9
    assert DOMAINS[4].epoch_days.value == 84
