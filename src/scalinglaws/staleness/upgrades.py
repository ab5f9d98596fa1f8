"""Runs in the tables that were trained by other versions of packages than those here."""

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from scalinglaws.config.plan import Plan
from scalinglaws.training.records.provenance import training_versions, without_patch


def upgraded(work: Plan) -> Iterator[str]:
    """One line if other versions than those here have trained runs in the tables of a plan."""
    here, counts, every = without_patch(training_versions()), Counter[str](), 0
    for study in work.trained:
        table = Path("results", work.config.name, "tables", study.name, "runs.csv")
        with suppress(OSError, KeyError, csv.Error, UnicodeDecodeError), table.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                every += 1
                counts[_difference(row["versions"], here)] += 1
    counts.pop("", None)
    if counts:
        (what, most), *more = counts.most_common()
        others = f", {sum(number for _, number in more):,} with others" if more else ""
        yield (
            f"note: of {every:,} runs, {most:,} were trained with {what}{others}; "
            "--strict-versions trains them again"
        )


def _difference(text: str, here: dict[str, str]) -> str:
    """`numpy 2.4.5 (here 2.4.6)`: the packages of a cell of a run table that have another version here."""
    then = dict(part.split(" ", 1) for part in text.split(", ") if " " in part)
    return ", ".join(
        f"{name} {number} (here {here.get(name)})"
        for name, number in then.items()
        if here.get(name) != number
    )
