"""A claim as a page shows it: its numbers as text, and the published range beside the measured interval."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, isnan, nan

from scalinglaws.claims.claim import Claim
from scalinglaws.report.site.verdicts import Mark, mark
from scalinglaws.report.text import KINDS, Row, measured_text

CERTAINTY = {
    "fig": "printed in a figure of the paper",
    "seen": "read in the paper, its code or its tables",
    "sec": "quoted by a secondary source",
    "dig": "digitised from a figure",
    "der": "computed from other printed numbers",
    "mem": "from memory, not confirmed",
}
"""How a published number reached us, for a reader."""
MARGIN = 0.08


@dataclass(frozen=True)
class Strip:
    """The published range and the measured interval on one axis, in percent of its length.

    Attributes:
        range: begin and length of the range for which the claim is true.
        interval: begin and length of the measured interval.
        measured: the measured value.
        published: the printed number; None where there is none.
    """

    range: tuple[float, float]
    interval: tuple[float, float]
    measured: float
    published: float | None


@dataclass(frozen=True)
class ClaimView:
    """A claim with its verdict.

    Attributes:
        id: its id.
        anchor: its id on a page.
        statement: what the paper states.
        published, measured: the numbers as text.
        published_value, measured_value: the numbers; without a printed number, an end of the range. NaN where
            there is none.
        mark: its verdict.
        reason: why.
        source: where in the paper, and how the number reached us.
        judged_by: what it is judged by.
        strip: the numbers as a picture; None where too few are known.
    """

    id: str
    anchor: str
    statement: str
    published: str
    measured: str
    published_value: float
    measured_value: float
    mark: Mark
    reason: str
    source: str
    judged_by: str
    strip: Strip | None


def claim_view(row: Row, claims: Mapping[str, Claim]) -> ClaimView:
    """A row of a table of claims, for a page.

    Args:
        row: the row.
        claims: the claims of the package by id, for their ranges. A row about a claim that the package no
            longer has is shown without the picture.
    """
    claim = claims.get(row["claim"])
    certainty = CERTAINTY.get(row["certainty"], row["certainty"])
    return ClaimView(
        id=row["claim"],
        anchor=f"claim-{row['claim'].replace('/', '-')}",
        statement=row["statement"],
        published=row["published"],
        measured=measured_text(row),
        published_value=_published(claim) if claim else nan,
        measured_value=row["measured"],
        mark=mark(row["verdict"]),
        reason=row["reason"],
        source=f"{row['source']} ({certainty})",
        judged_by=KINDS.get(str(row["kind"]), str(row["kind"])),
        strip=strip(claim, row["measured"], row["low"], row["high"]) if claim else None,
    )


def _published(claim: Claim) -> float:
    """The printed number, or else the first end of the range that is finite."""
    ends = claim.range if claim.published is None else (claim.published,)
    return next(filter(isfinite, ends), nan)


def strip(claim: Claim, measured: float, low: float, high: float) -> Strip | None:
    """Place the numbers of a claim on an axis that holds all that are finite; open ends reach its ends."""
    known = [each for each in (measured, low, high, *claim.range, claim.published) if each is not None]
    finite = [each for each in known if isfinite(each)]
    if not isfinite(measured) or len(set(finite)) < 2:
        return None
    first, last = min(finite), max(finite)
    margin = MARGIN * (last - first)
    first, last = first - margin, last + margin

    def at(value: float) -> float:
        return round(100 * (min(max(value, first), last) - first) / (last - first), 2)

    def part(begin: float, end: float) -> tuple[float, float]:
        return at(begin), round(at(end) - at(begin), 2)

    has_interval = not (isnan(low) or isnan(high))
    return Strip(
        range=part(*claim.range),
        interval=part(low, high) if has_interval else part(measured, measured),
        measured=at(measured),
        published=None if claim.published is None else at(claim.published),
    )
