"""Expressions over columns: what they mean, and what they refuse to run."""

import numpy as np
import pytest

from scalinglaws.errors import ScalingLawsError
from scalinglaws.own_runs.expression import LONGEST, parse

VALUES = {
    "N": np.array([1e8, 1e9, 1e10]),
    "D": np.array([1e11, 1e9, 1e9]),
    "loss": np.array([2.0, 3.0, 7.0]),
    "Model Size": np.array([1.0, 2.0, 3.0]),
    "é": np.array([1.0, 1.0, 2.0]),
    "state": np.array(["finished", "", "crashed"], dtype=object),
}


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        ("D/N<0.41", [2]),
        ("D/N >= 1", [0, 1]),
        ("  loss > 6 or D > 1e10", [0, 2]),
        ("not loss > 2.5 and N < 1e9", [0]),
        ("not (loss > 2.5 or N < 1e9)", []),
        ("1e8 < N <= 1e10", [1, 2]),
        ("loss == 3", [1]),
        ("loss != 3", [0, 2]),
        ("-loss + 1 < -1.5", [1, 2]),
        ("N^2 > 1e17", [1, 2]),
        ("N**2 > 1e17", [1, 2]),
        ("-loss^2 < -5", [1, 2]),
        ("2^3^2 > loss * 100", [0, 1]),
        ("log(N) - log(D) > 0", [2]),
        ("exp(loss) < 8", [0]),
        ("`Model Size` * 2 > 3", [1, 2]),
        ("é > 1", [2]),
        ("loss + 6 * D / N < 11", [1, 2]),
        ("abs(loss - 3) < 0.1 and sqrt(N) > 1", [1]),
        ("state != 'finished'", [1, 2]),
        ('state == "crashed" or loss < 3', [0, 2]),
    ],
)
def test_which_rows_a_rule_holds_for(rule: str, rows: list[int]) -> None:
    holds = parse(rule, list(VALUES)).holds(VALUES)
    assert holds.dtype == np.bool_
    assert np.flatnonzero(holds).tolist() == rows


def test_a_missing_number_is_unequal_to_all_and_neither_above_nor_below() -> None:
    values = VALUES | {"loss": np.array([2.0, np.nan, 7.0])}
    held = {
        rule: parse(rule, ["loss"]).holds(values).tolist() for rule in ("loss > 1", "loss != 2", "loss == 2")
    }
    assert list(held.values()) == [[True, False, True], [False, True, True], [True, False, False]]


def test_a_column_is_computed() -> None:
    how = parse("6 * N * `Model Size`^2", list(VALUES))
    assert how.names == ("N", "Model Size")
    np.testing.assert_array_equal(how.computed(VALUES), 6 * VALUES["N"] * VALUES["Model Size"] ** 2)
    with pytest.raises(ScalingLawsError, match="must be a number, not a comparison"):
        parse("N > 1", list(VALUES)).computed(VALUES)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("Q < 3", "'Q' is not known; there are N, D, loss, `Model Size`, é"),
        ("`Model` > 1", "'Model' is not known"),
        ("_quoted_0 > 1", "'_quoted_0' is not known"),
        ("N = 3", "cannot be read"),
        ("N < 3 # why", "has a # outside of quotes"),
        ("N < 3) or (N > 1", "cannot be read"),
        ("`Model Size < 3", "cannot be read"),
        ("N", "must compare something"),
        ("not N", "mixes numbers, texts and comparisons"),
        ("state > 3", "mixes numbers, texts and comparisons"),
        ("state < 'a'", "not allowed"),
        ("N < 3 & D > 1", "not allowed"),
        ("1 < 2", "names no column"),
        ("N < 1" + "0" * 400, "too large a number"),
        ("9**9**9**9**9 > N", "cannot be evaluated"),
        ("True < N", "not allowed"),
        ("N < 'a'", "not allowed"),
        ("N in D", "not allowed"),
        ("log(N, D) < 3", "not allowed"),
        ("sin(N) < 3", "not allowed"),
        ("N.real < 1", "not allowed"),
        ("@N < 1", "cannot be read"),
        ("[N][0] < 1", "not allowed"),
        ("(lambda: N)() < 1", "not allowed"),
        ("__import__('os').getcwd() < N", "not allowed"),
        ("f'{N}' < 3", "not allowed"),
        ("N < (x := 3)", "not allowed"),
        ("(N if N else D) < 3", "not allowed"),
        ("N < " + "(" * 240 + "1" + ")" * 240, "cannot be read"),
    ],
)
def test_what_is_not_allowed_is_refused_and_never_run(rule: str, words: str) -> None:
    with pytest.raises(ScalingLawsError) as refused:
        parse(rule, list(VALUES)).holds(VALUES)
    assert words in str(refused.value)


@pytest.mark.parametrize("rule", ["", "   ", "N < 3\nD < 1", "N <" + " " * LONGEST + "3"])
def test_an_expression_is_one_short_line(rule: str) -> None:
    with pytest.raises(ScalingLawsError, match="an expression is one line"):
        parse(rule, list(VALUES))


@pytest.mark.parametrize("rule", ["N < " + "-" * (LONGEST - 5) + "1", "not " * (LONGEST // 4 - 5) + "N > 1"])
def test_deep_nesting_is_evaluated_or_refused_but_never_a_crash(rule: str) -> None:
    try:
        parse(rule, list(VALUES)).holds(VALUES)
    except ScalingLawsError as refused:
        assert "\n" not in str(refused)
