"""`scalinglaws extrapolate`: which law best predicts points of your curves that it has not seen."""

import argparse
import csv
import io
import sys
import time
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from scalinglaws.files import write_text
from scalinglaws.own_runs.curves import (
    AUTO,
    Curve,
    Score,
    Standing,
    curves_of,
    parse_names,
    score,
    standings,
)
from scalinglaws.own_runs.paths import check_outputs
from scalinglaws.own_runs.table import distinct, read_table
from scalinglaws.terminal import one_line

TERMINAL_EVERY, FILE_EVERY = 0.5, 15.0  # seconds between progress lines
COLUMNS = ("group", "law", "rmse")
REASONS_SHOWN, NAMES_SHOWN = 5, 3  # reasons per law, and curves per reason


@np.errstate(all="ignore")  # what overflows is refused, or printed as a dash
def run(options: argparse.Namespace) -> int:
    """Fit every law to every curve's training rows, print how they did on the rest, and write the scores."""
    groups = options.group or []
    named = {f"--group {name}": name for name in groups}
    distinct(named | {"--x": options.x, "--y": options.y, "--train": options.train})
    check_outputs({"--out": options.out}, options.curves)
    names = parse_names(options.laws)
    table = read_table(options.curves)
    curves, skipped = curves_of(table, groups, options.x, options.y, options.train)
    scores = list(_with_progress(curves, score(curves, names)))
    rows = sum(len(curve.rows) for curve in curves)
    fitted = sum(len(curve.x) for curve in curves)
    print(
        f"{options.curves.name}: {len(curves)} curve(s), {fitted} rows fitted, {rows} predicted\n"
        f"rmse: root mean square of log prediction - log {options.y} on the rows with "
        f"{options.train} = 0\n"
    )
    print("\n".join(_table(standings(scores), len(curves))))
    for line in skipped:
        print(f"warning: {one_line(line)}")
    for line in map(one_line, _notes(scores)):
        print(line if line.startswith(" ") else f"warning: {line}")
    if options.out is not None:
        write_text(options.out, _csv(scores))
        print(f"\nscores of each curve: {options.out}")
    return 0


def _with_progress(curves: Sequence[Curve], scores: Iterable[list[Score]]) -> Iterator[list[Score]]:
    """The scores, with a line of progress on stderr now and then."""
    terminal = sys.stderr.isatty()
    every = TERMINAL_EVERY if terminal else FILE_EVERY
    started = shown = time.monotonic()
    for done, found in enumerate(scores, start=1):
        yield found
        now = time.monotonic()
        if now - shown >= every:
            shown = now
            left = (now - started) / done * (len(curves) - done)
            line = f"{done} of {len(curves)} curves, {left:.0f} s left"
            start, end = ("\r", "") if terminal else ("", "\n")
            print(f"{start}{line:<40}", end=end, file=sys.stderr, flush=True)
    if terminal:
        print(f"\r{'':<40}", end="\r", file=sys.stderr, flush=True)


def _table(rows: Sequence[Standing], curves: int) -> Iterator[str]:
    compared = any(row.law == AUTO for row in rows) and len(rows) > 1
    width = max(12, *(len(row.law) + 2 for row in rows))
    yield f"{'law':<{width}}{'mean rmse':>10}{'median':>10}{'best on':>12}{'missing':>9}" + (
        f"{'rmse / auto':>13}" if compared else ""
    )
    for row in rows:
        best = f"{row.best} ({100 * row.best / curves:.0f} %)"
        yield f"{row.law:<{width}}{_cell(row.mean):>10}{_cell(row.median):>10}{best:>12}{row.missing:>9}" + (
            f"{_cell(row.ratio, '.2f'):>13}" if compared else ""
        )
    yield ""
    if compared:
        yield "rmse / auto: geometric mean over the curves that both are scored on; above 1, auto is better"
    if any(row.missing for row in rows):
        yield "Laws with missing scores come last: their means are over fewer curves and cannot be compared."


def _notes(scores: Sequence[Sequence[Score]]) -> Iterator[str]:
    """For each law, which scores are missing and why, and what to know about the others; by reason."""
    reasons: dict[tuple[str, bool], dict[str, list[str]]] = {}
    for curve in scores:
        for one in curve:
            if one.reason:
                of_law = reasons.setdefault((one.law, one.rmse is None), {})
                of_law.setdefault(one.reason, []).append(one.group)
    for (law, missing), found in reasons.items():
        count = sum(len(groups) for groups in found.values())
        yield f"{law}{' has no score' if missing else ''} on {count} of {len(scores)} curve(s):"
        for reason, groups in list(found.items())[:REASONS_SHOWN]:
            names = [group for group in groups if group]
            more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
            where = "; ".join(names[:NAMES_SHOWN]) + more
            yield f"    {where}{': ' if where else ''}{reason}"
        rest = sum(len(groups) for groups in list(found.values())[REASONS_SHOWN:])
        if rest:
            yield f"    and {rest} more like these{'; their rmse is empty in the scores' if missing else ''}"


def _csv(scores: Sequence[Sequence[Score]]) -> str:
    """Columns group, law, rmse; the rmse of a law without a score is empty."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for curve in scores:
        for one in curve:
            writer.writerow([one.group, one.law, "" if one.rmse is None else repr(one.rmse)])
    return stream.getvalue()


def _cell(value: float | None, style: str = ".4f") -> str:
    return "-" if value is None else f"{value:{style}}"
