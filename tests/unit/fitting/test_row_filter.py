"""Rules by which rows are left out: what they mean, and what they refuse."""

import numpy as np
import pytest

from scalinglaws.errors import ScalingLawsError
from scalinglaws.own_runs.row_filter import LONGEST, parse_filter

VALUES = {
    "N": np.array([1e8, 1e9, 1e10]),
    "D": np.array([1e11, 1e9, 1e9]),
    "loss": np.array([2.0, 3.0, 7.0]),
    "Model Size": np.array([1.0, 2.0, 3.0]),
    "é": np.array([1.0, 1.0, 2.0]),
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
    ],
)
def test_which_rows_a_rule_holds_for(rule: str, rows: list[int]) -> None:
    found = parse_filter(rule, list(VALUES)).matches(VALUES)
    assert found.dtype == np.bool_
    assert np.flatnonzero(found).tolist() == rows


def test_a_rule_knows_the_names_it_uses() -> None:
    rule = parse_filter("`Model Size` > 1 and loss < 3 or loss > N", list(VALUES))
    assert rule.names == ("Model Size", "loss", "N")


@pytest.mark.parametrize(
    ("rule", "character", "words"),
    [
        ("Q < 3", 1, "'Q' is not known; there are N, D, loss, `Model Size`, é"),
        ("N^2 < Q", 7, "'Q' is not known"),
        ("é > 1 and `Model Size` < Q", 26, "'Q' is not known"),
        ("  N < 3 and Q < 1", 13, "'Q' is not known"),
        ("`Model` > 1", 1, "'Model' is not known"),
        ("N = 3", 3, "a single ="),
        ("N < 3 # why", 7, "is #"),
        ("N <", None, "cannot be read"),
        ("N < 3)", None, "cannot be read"),
        ("N < 3) or (N > 1", None, "cannot be read"),
        ("`Model Size < 3", None, "cannot be read"),
        ("N", 1, "is a number, where a comparison is needed"),
        ("not N", 5, "is a number, where a comparison is needed"),
        ("(N < 3) + 1 > 2", 2, "is a condition, where a number is needed"),
        ("N < 3 & D > 1", 5, "joined by `and` and `or`"),
        ("1 < 2", 1, "compares no column"),
        ("N < 1" + "0" * 400, 5, "too large a number"),
        ("True < N", 1, "not allowed"),
        ("N < 'a'", 5, "not allowed"),
        ("N in D", 1, "not allowed"),
        ("N % 2 < 1", 1, "not allowed"),
        ("log(N, D) < 3", 1, "not allowed"),
        ("sin(N) < 3", 1, "not allowed"),
        ("N.real < 1", 1, "not allowed"),
        ("[N][0] < 1", 1, "not allowed"),
        ("(lambda: N)() < 1", 1, "not allowed"),
        ("__import__('os').getcwd() < N", 1, "not allowed"),
        ("(N if N else D) < 3", 2, "not allowed"),
        ("N < " + "(" * 240 + "1" + ")" * 240, None, "cannot be read"),
    ],
)
def test_a_rule_that_is_refused_says_where(rule: str, character: int | None, words: str) -> None:
    with pytest.raises(ScalingLawsError) as refused:
        parse_filter(rule, list(VALUES))
    assert words in str(refused.value)
    assert ", character " in str(refused.value)
    if character is not None:  # where Python's parser stumbles differs between its versions
        assert f"rule '{rule}', character {character}: " in str(refused.value)


@pytest.mark.parametrize("rule", ["", "   ", "N < 3\nD < 1", "N <" + " " * LONGEST + "3"])
def test_a_rule_is_one_short_line(rule: str) -> None:
    with pytest.raises(ScalingLawsError, match="a rule is one line"):
        parse_filter(rule, list(VALUES))


def test_deep_nesting_is_read_or_refused_but_never_a_crash() -> None:
    deep = "N < " + "-" * (LONGEST - 5) + "1"
    assert parse_filter(deep, list(VALUES)).matches(VALUES).tolist() == [False] * 3
    with pytest.raises(ScalingLawsError):
        parse_filter("not " * (LONGEST // 4 - 1) + "N", list(VALUES))


def test_what_is_no_number_decides_nothing() -> None:
    rule = parse_filter("log(loss - 2.5) > 0", list(VALUES))
    with pytest.raises(ScalingLawsError, match=r"not a number in row 1$"):
        rule.matches(VALUES)
    with pytest.raises(ScalingLawsError, match=r"not a number in row 7$"):
        rule.matches(VALUES, places=np.array([7, 8, 9]))
