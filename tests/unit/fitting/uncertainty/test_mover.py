"""Intervals of differences and ratios by MOVER: closed forms, simulation, and what has no interval."""

import math

import numpy as np
import pytest

from scalinglaws.fitting.uncertainty.mover import difference, ratio
from scalinglaws.tables.value import MISSING, Value

UNKNOWN = (math.nan, math.nan)


def normal(value: float, error: float) -> Value:
    return Value(value, value - 1.96 * error, value + 1.96 * error)


def test_a_difference_adds_squares_and_keeps_asymmetry() -> None:
    found = difference(Value(5.0, 2.0, 6.0), Value(1.0, -1.0, 5.0))
    assert found == Value(4.0, 4.0 - math.hypot(3, 4), 4.0 + math.hypot(1, 2))


def test_the_ends_of_a_ratio_are_those_where_the_difference_reaches_0() -> None:
    a, b = Value(0.30, 0.26, 0.37), Value(0.25, 0.22, 0.31)
    found = ratio(a, b)
    assert found.value == pytest.approx(1.2)
    for end, of_scaled in ((found.low, "low"), (found.high, "high")):
        scaled = Value(end * b.value, end * b.low, end * b.high)
        assert getattr(difference(a, scaled), of_scaled) == pytest.approx(0, abs=1e-12)


def test_a_ratio_of_normal_estimates_is_covered_as_often_as_its_level_says() -> None:
    rng = np.random.default_rng(3)
    held = 0
    for x, y in zip(rng.normal(0.3, 0.02, 4000), rng.normal(0.25, 0.025, 4000), strict=True):
        found = ratio(normal(x, 0.02), normal(y, 0.025))
        held += found.low <= 1.2 <= found.high
    assert held / 4000 == pytest.approx(0.95, abs=0.012)


def test_a_numerator_that_may_be_negative_has_an_interval_below_0() -> None:
    found = ratio(Value(0.1, -0.1, 0.3), Value(0.5, 0.4, 0.6))
    assert found.low < 0 < found.value < found.high
    scaled = Value(found.low * 0.5, found.low * 0.6, found.low * 0.4)
    assert difference(Value(0.1, -0.1, 0.3), scaled).low == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("below", [Value(0.2, -0.01, 0.4), Value(0.2, 0.0, 0.4), Value(0.2, *UNKNOWN)])
def test_a_denominator_that_reaches_0_leaves_the_ratio_open(below: Value) -> None:
    found = ratio(Value(0.3, 0.2, 0.4), below)
    assert found.value == pytest.approx(1.5)
    assert not found.known


def test_what_is_not_positive_has_no_ratio() -> None:
    for pair in ((Value(-0.1, -0.2, 0.1), Value(1, 0.5, 2)), (Value(1, 0.5, 2), MISSING)):
        assert math.isnan(ratio(*pair).value)
    assert math.isnan(difference(MISSING, Value(1, 0.5, 2)).value)
