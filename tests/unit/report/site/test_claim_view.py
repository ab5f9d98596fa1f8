"""The picture of a claim: where its numbers are on the axis."""

from math import inf, nan

import pytest

from scalinglaws.claims.claim import Claim, FitQuantity
from scalinglaws.report.site.claim_view import claim_view, strip


def claim(low: float, high: float, published: float | None = None) -> Claim:
    quantity = FitQuantity(table="fits", law="power", metric="loss", parameter="beta")
    return Claim(
        id="a/b/c", study="a/b", statement="S", quantity=quantity, published=published, range=(low, high),
        kind="trained", source="p. 1", certainty="fig",
    )  # fmt: skip


def test_numbers_keep_their_order_and_stay_on_the_axis() -> None:
    found = strip(claim(-0.35, -0.07, -0.3), -0.25, -0.4, -0.1)
    assert found is not None and found.published is not None
    begin, end = found.interval[0], sum(found.interval)
    assert 0 < begin < found.range[0] < found.published < found.measured < end < sum(found.range) < 100


def test_an_open_end_reaches_the_end_of_the_axis() -> None:
    found = strip(claim(0.0, inf), 11.0, 9.0, 13.0)
    assert found is not None and sum(found.range) == pytest.approx(100)
    open_interval = strip(claim(0.0, 1.0), 0.5, 0.2, inf)
    assert open_interval is not None and sum(open_interval.interval) == pytest.approx(100)


def test_without_an_interval_there_is_a_point() -> None:
    found = strip(claim(0.0, 1.0), 0.5, nan, nan)
    assert found is not None and found.interval == (found.measured, 0)


@pytest.mark.parametrize(
    ("about", "measured"), [(claim(0.0, inf), nan), (claim(-inf, inf), 1.0)], ids=["missing", "one number"]
)
def test_too_few_numbers_give_no_picture(about: Claim, measured: float) -> None:
    assert strip(about, measured, nan, nan) is None


@pytest.mark.parametrize(
    ("about", "value"),
    [(claim(0, 1, -0.3), -0.3), (claim(-inf, 5), 5), (claim(2, inf), 2), (claim(-inf, inf), nan)],
    ids=["printed", "below", "above", "none"],
)
def test_claims_sort_by_the_printed_number_or_an_end_of_the_range(about: Claim, value: float) -> None:
    row = {"statement": "S", "published": "", "measured": 11.0, "low": nan, "high": nan, "reason": "",
           "claim": about.id, "verdict": "", "source": "", "certainty": "fig", "kind": "trained"}  # fmt: skip
    found = claim_view(row, {about.id: about})
    assert found.published_value == pytest.approx(value, nan_ok=True)
    assert found.measured_value == 11.0
