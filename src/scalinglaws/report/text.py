"""Claims and verdicts as aligned plain text, for a terminal of 110 columns."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from itertools import groupby
from math import isnan
from textwrap import wrap
from typing import Any

WIDTH = 110
HEADINGS = ("Claim", "Published", "Measured [interval]", "Verdict")
UNFOUNDED = ("not reproduced", "not testable at this scale")  # verdicts whose reason is printed
ORDER = ("reproduced", "recomputed", "inconclusive", *UNFOUNDED)
KINDS = {
    "trained": "about runs trained here",
    "recomputed": "recomputed from numbers or runs of others",
}
"""What claims are judged by; those of each kind are counted apart."""
GAP = "  "
EVIDENCE_HEADINGS = ("Curve", "fitted", "conv.", "inner", "R2", "F (p)", "exponent", "w/o last")
EVIDENCE_MEANING = (
    "Of the training-set sizes in the region, those that are fitted and those whose best model converged; "
    "fitted ones whose best model is inside the grid; lack of fit against the noise of seeds; the exponent, "
    "and without the largest size."
)

Row = Mapping[Hashable, Any]
"""A row of a table of claims, by column."""


def summary(rows: Sequence[Row], silent: Sequence[str] = (), evidence: Sequence[Row] = ()) -> str:
    """The whole text: one table per study, the reasons behind open verdicts, and the counts of verdicts.

    Args:
        rows: tables of claims. A claim's id is `<study>/<name>`, and the rows of a study follow each other.
        silent: the studies that no claim is about; they are named after the others.
        evidence: rows of the tables `evidence`, with the name of their study.
    """
    parts = []
    for study, group in groupby(rows, key=lambda row: row["claim"].rpartition("/")[0]):
        claims = list(group)
        parts.append("\n".join([study, "=" * len(study), "", *claim_table(claims)]))
        open_ones = reasons(claims)
        if open_ones:
            parts.append("\n".join(["Why not reproduced or not testable:", *open_ones]))
    if silent:
        text = f"No claim is stated about {', '.join(silent)}."
        parts.append("\n".join(wrap(text, WIDTH, break_on_hyphens=False)))
    if evidence:
        parts.append("\n".join(["What the learning curves rest on", "", *evidence_table(evidence)]))
    if rows or not silent:
        parts.append(counts(rows))
    return "\n\n".join(parts) + "\n"


def claim_table(rows: Sequence[Row]) -> list[str]:
    """Lines of one table: heading, rule, and one row per claim; at most `WIDTH` columns wide."""
    cells = [(row["published"], measured_text(row), row["verdict"]) for row in rows]
    narrow = [max(len(text) for text in column) for column in zip(HEADINGS[1:], *cells, strict=True)]
    widths = [WIDTH - sum(narrow) - len(GAP) * len(narrow), *narrow]
    lines = [_line(HEADINGS, widths), "-" * WIDTH]
    for row, rest in zip(rows, cells, strict=True):
        first, *others = wrap(
            row["statement"], widths[0], subsequent_indent="  ", break_on_hyphens=False
        ) or [""]
        lines.append(_line((first, *rest), widths))
        lines.extend(others)
    return lines


def evidence_table(rows: Sequence[Row]) -> list[str]:
    """Lines of the table of what each learning curve rests on, and a sentence that explains its columns."""
    cells = [EVIDENCE_HEADINGS]
    for row in rows:
        ends: Row = {"measured": row["exponent"], "low": row["low"], "high": row["high"]}
        ratio, p = row["lack_of_fit"], row["p_value"]
        chance = "<0.001" if p < 0.001 else _or_dash(p, ".2g")
        fit = f"{_or_dash(ratio, '.0f' if ratio > 10 else '.2g')} ({chance})"
        cells.append(
            (
                f"{row['study'].rpartition('/')[2]} {row['metric']}",
                f"{row['fitted']}/{row['subsets']}", f"{row['converged']}/{row['subsets']}",
                str(row["interior"]), _or_dash(row["r_squared"], ".3f"), fit, measured_text(ends),
                _or_dash(row["without_last"], ".3f"),
            )
        )  # fmt: skip
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    head, *lines = [_line(line, widths) for line in cells]
    about = f"{EVIDENCE_MEANING} Cut points in a fit: {sum(row['cut'] for row in rows)}."
    return [head, "-" * max(map(len, (head, *lines))), *lines, *wrap(about, WIDTH)]


def _or_dash(value: float, form: str) -> str:
    return "-" if isnan(value) else f"{value:{form}}"


def measured_text(row: Row) -> str:
    """A value with its interval; a dash where nothing was measured."""
    value, low, high = row["measured"], row["low"], row["high"]
    if isnan(value):
        return "-"
    if isnan(low) or isnan(high):
        return _numbers(value)[0]
    text, *ends = _numbers(value, low, high)
    return f"{text} [{', '.join(ends)}]"


def reasons(rows: Sequence[Row]) -> list[str]:
    """The reasons behind verdicts that need one, wrapped. Claims with the same reason share its lines."""
    grouped: dict[str, list[str]] = {}
    for row in rows:
        if row["verdict"] in UNFOUNDED:
            grouped.setdefault(row["reason"], []).append(row["claim"].rpartition("/")[2])
    texts = (f"{', '.join(names)}: {reason}" for reason, names in grouped.items())
    return [line for text in texts for line in _bullet(text)]


def counts(rows: Sequence[Row]) -> str:
    """One line per kind of claim: how many have each verdict, from reproduced to not testable."""
    lines = []
    for kind, title in KINDS.items():
        found = Counter(row["verdict"] for row in rows if row["kind"] == kind)
        parts = [f"{found[verdict]} {verdict}" for verdict in ORDER if found[verdict]]
        claims = "1 claim" if found.total() == 1 else f"{found.total()} claims"
        text = f"{claims} {title}: {', '.join(parts)}."
        lines += wrap(text, WIDTH, subsequent_indent="  ") if parts else []
    return "\n".join(lines) or "No claims."


def _bullet(text: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)


def _numbers(*values: float) -> list[str]:
    """Numbers that are read together, to the same place: three decimals below ten, one below a hundred."""
    largest = max(map(abs, values))
    if largest < 100:
        return [f"{value:.{3 if largest < 10 else 1}f}" for value in values]
    if largest < 1e6:
        return [f"{float(f'{value:.3g}'):,.0f}" for value in values]
    return [f"{value:.3g}" for value in values]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return GAP.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
