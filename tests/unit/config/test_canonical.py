"""Equal values are equal texts, and a value without a stable text is refused."""

import math
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config.canonical import canonical_json, short_hash


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": {"d": 2, "c": 3}}, {"b": {"c": 3, "d": 2}, "a": 1}),
        (1.0, 1),
        ([0.1, 2.0], (0.1, 2)),
        (-0.0, 0),
        (1e3, 1000),
    ],
)
def test_equal_values_are_equal_texts(one: Any, other: Any) -> None:
    assert canonical_json(one) == canonical_json(other)
    assert short_hash(one) == short_hash(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (0, False), ("1", 1), ([1, 2], [2, 1]), (0.1, 0.1 + 1e-16), (None, "null"), ([], {})],
)
def test_unequal_values_are_unequal_texts(one: Any, other: Any) -> None:
    assert (one == other and type(one) is type(other)) or canonical_json(one) != canonical_json(other)


def test_the_text_is_compact_and_sorted() -> None:
    assert canonical_json({"b": [1.0, 0.5, None, True], "a": "é"}) == '{"a":"\\u00e9","b":[1,0.5,null,true]}'


def test_a_huge_float_stays_a_float() -> None:
    assert canonical_json(1e300) == "1e+300"


@pytest.mark.parametrize("value", [{1, 2}, Path("a"), b"a", object(), {1: 2}, {"a": [Path("b")]}])
def test_what_has_no_stable_text_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="text"):
        canonical_json(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, {"a": [math.nan]}])
def test_numbers_that_are_not_finite_are_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(value)


def test_the_hash_has_as_many_digits_as_asked_for() -> None:
    assert len(short_hash({})) == 16
    assert short_hash({}, 8) == short_hash({})[:8]
