"""The summary printed at the end of a run."""

from math import nan

from scalinglaws.report.text import WIDTH, measured_text, summary


def row(name: str, verdict: str = "reproduced", **changes: object) -> dict[str, object]:
    return {
        "claim": f"paper/figure/{name}",
        "statement": "The exponent of the learning curve",
        "published": "-0.35 to -0.07",
        "measured": -0.30000001,
        "low": -0.321,
        "high": -0.28,
        "kind": "recomputed" if verdict == "recomputed" else "trained",
        "verdict": verdict,
        "reason": "The 95 % interval lies inside.",
        **changes,
    }


def test_a_row_shows_claim_published_measured_and_verdict() -> None:
    lines = summary([row("a")]).splitlines()
    assert lines[0] == "paper/figure"
    (line,) = [line for line in lines if line.startswith("The exponent")]
    cells = [cell for cell in line.split("  ") if cell]
    assert [cell.strip() for cell in cells] == [
        "The exponent of the learning curve",
        "-0.35 to -0.07",
        "-0.300 [-0.321, -0.280]",
        "reproduced",
    ]
    assert lines[-1] == "1 claim about runs trained here: 1 reproduced."


def test_columns_are_aligned_and_nothing_is_wider_than_the_page() -> None:
    rows = [
        row("a", statement="A statement that goes on and on, " * 6),
        row(
            "b",
            "not testable at this scale",
            reason="Because of this and that; " * 9,
            measured=nan,
            low=nan,
            high=nan,
        ),
        row("c", measured=123456.789, low=100000.0, high=200000.0),
    ]
    lines = summary(rows).splitlines()
    assert max(map(len, lines)) <= WIDTH
    heading = next(line for line in lines if line.startswith("Claim"))
    at = heading.index("Verdict")
    assert [line[at:] for line in lines if line[at:] in ("reproduced", "not testable at this scale")] == [
        "reproduced",
        "not testable at this scale",
        "reproduced",
    ]


def test_a_value_without_interval_and_no_value() -> None:
    assert measured_text(row("a", low=nan, high=nan)) == "-0.300"
    for numbers, text in (
        ((11.3, 9.3004, 13.31), "11.3 [9.3, 13.3]"),
        ((2143.2, 1082.0, 5712.0), "2,140 [1,080, 5,710]"),
        ((7.3211e10, 5.7912e10, float("inf")), "7.32e+10 [5.79e+10, inf]"),
    ):
        measured, low, high = numbers
        assert measured_text(row("a", measured=measured, low=low, high=high)) == text
    assert measured_text(row("a", measured=nan)) == "-"


def test_reasons_are_given_once_for_verdicts_that_leave_a_question() -> None:
    text = summary(
        [
            row("a"),
            row("b", "not testable at this scale", reason="Too few points."),
            row("c", "not testable at this scale", reason="Too few points."),
            row("d", "not reproduced", reason="It lies outside."),
        ]
    )
    assert "- b, c: Too few points.\n- d: It lies outside.\n" in text
    assert "lies inside" not in text
    assert text.endswith(
        "4 claims about runs trained here: 1 reproduced, 1 not reproduced, 2 not testable at this scale.\n"
    )


def test_what_is_recomputed_is_counted_apart() -> None:
    rows = [row("a"), row("b", "recomputed"), row("c", "recomputed"), row("d", "inconclusive")]
    rows.append(row("e", "not reproduced") | {"kind": "recomputed"})
    assert summary(rows).splitlines()[-2:] == [
        "2 claims about runs trained here: 1 reproduced, 1 inconclusive.",
        "3 claims recomputed from numbers or runs of others: 2 recomputed, 1 not reproduced.",
    ]


def test_the_evidence_of_each_curve_is_a_line() -> None:
    known = {
        "study": "paper/one", "metric": "error", "subsets": 7, "converged": 6, "fitted": 5, "cut": 0,
        "interior": 4, "r_squared": 0.998, "lack_of_fit": 3.456, "p_value": 0.0123, "exponent": -0.3,
        "low": -0.32, "high": -0.28, "without_last": -0.31,
    }  # fmt: skip
    unknown = {**known, "metric": "loss"} | dict.fromkeys(
        ("r_squared", "lack_of_fit", "p_value", "exponent", "low", "high", "without_last"), nan
    )
    lines = summary([row("a")], evidence=[known, unknown]).splitlines()
    at = lines.index("What the learning curves rest on")
    head, rule, first, second = lines[at + 2 : at + 6]
    assert max(map(len, (head, rule, first))) <= WIDTH
    assert first.split() == [
        "one", "error", "5/7", "6/7", "4", "0.998", "3.5", "(0.012)", "-0.300", "[-0.320,", "-0.280]",
        "-0.310",
    ]  # fmt: skip
    assert second.split()[2:] == ["5/7", "6/7", "4", "-", "-", "(-)", "-", "-"]
    assert "Cut points in a fit: 0." in "\n".join(lines)


def test_studies_without_claims_are_named() -> None:
    text = summary([row("a")], ["paper/other", "paper/third"])
    said = "\n\nNo claim is stated about paper/other, paper/third.\n\n1 claim about"
    assert text.endswith(f"{said} runs trained here: 1 reproduced.\n")
    assert summary([], ["paper/other"]) == "No claim is stated about paper/other.\n"
