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
    assert lines[-1] == "1 claim: 1 reproduced."


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
    assert text.endswith("4 claims: 1 reproduced, 1 not reproduced, 2 not testable at this scale.\n")


def test_studies_without_claims_are_named() -> None:
    text = summary([row("a")], ["paper/other", "paper/third"])
    assert text.endswith("\n\nNo claim is stated about paper/other, paper/third.\n\n1 claim: 1 reproduced.\n")
    assert summary([], ["paper/other"]) == "No claim is stated about paper/other.\n"
