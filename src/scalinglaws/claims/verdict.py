"""Verdicts, computed from a claim's range and a measured interval; never written by hand."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from math import isinf, isnan

from scalinglaws.claims.claim import Claim
from scalinglaws.claims.measure import Measurement


class Verdict(StrEnum):
    """What a replication says about a claim."""

    REPRODUCED = "reproduced"
    RECOMPUTED = "recomputed"
    INCONCLUSIVE = "inconclusive"
    NOT_REPRODUCED = "not reproduced"
    NOT_TESTABLE = "not testable at this scale"


@dataclass(frozen=True)
class Judgement:
    """A verdict, and a sentence that says why."""

    verdict: Verdict
    reason: str


def judge(claim: Claim, measured: Measurement, sources: Collection[str], title: str, scale: str) -> Judgement:
    """Judge a claim.

    An interval inside the range means `reproduced`, or `recomputed` where nothing was trained here; one that
    overlaps an end of it, `inconclusive`; one outside it, `not reproduced`. A range with one open end is
    judged by the end of the interval on the other side. With too few points or no interval the claim is `not
    testable at this scale`. A constant that only holds for the paper's own data set can be neither reproduced
    nor refuted on other data: there it is not testable, whatever the interval.

    Args:
        claim: the claim.
        measured: its quantity.
        sources: names of the data that it was measured on, e.g. fashion-mnist.
        title: their title, for the reason.
        scale: name of the scale, for the reason.
    """
    if measured.missing:
        note = measured.note or "no value was measured"
        return Judgement(Verdict.NOT_TESTABLE, f"At scale {scale}: {note}.")
    if measured.points < claim.min_points:
        note = f"the value rests on {measured.points} points; the claim needs {claim.min_points}"
        return Judgement(Verdict.NOT_TESTABLE, f"At scale {scale} {note}.")
    low, high = claim.range
    inside = low <= measured.low and measured.high <= high
    overlap = measured.low <= high and low <= measured.high
    span = _interval(measured)
    if claim.data_set and not set(claim.data_set.sources) & set(sources):
        return Judgement(
            Verdict.NOT_TESTABLE,
            f"The constant belongs to {claim.data_set.title}; measured on {title}, where the {span} "
            f"{'overlaps it' if overlap else 'lies elsewhere'}.",
        )
    if inside:
        verdict = Verdict.RECOMPUTED if claim.kind == "recomputed" else Verdict.REPRODUCED
        return Judgement(verdict, f"The {span} lies inside {_range(claim)}.")
    if overlap:
        return Judgement(Verdict.INCONCLUSIVE, f"The {span} overlaps {_range(claim)} without lying inside.")
    return Judgement(Verdict.NOT_REPRODUCED, f"The {span} lies outside {_range(claim)}.")


def _interval(measured: Measurement) -> str:
    level = "" if isnan(measured.level) else f"{100 * measured.level:g} % "
    return f"{level}interval [{_number(measured.low)}, {_number(measured.high)}]"


def _number(value: float) -> str:
    """Three significant digits, and not as a power of ten below a million."""
    return f"{float(f'{value:.3g}'):,.0f}" if 1e3 <= abs(value) < 1e6 else f"{value:.3g}"


def _range(claim: Claim) -> str:
    low, high = claim.range
    if isinf(low):
        return f"the claim (below {high:g})"
    return f"the claim (above {low:g})" if isinf(high) else f"the claim [{low:g}, {high:g}]"
