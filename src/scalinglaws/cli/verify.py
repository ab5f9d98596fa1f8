"""`scalinglaws verify`: check everything on disk against what it was made of. Nothing is changed."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from scalinglaws.cli.options import selection
from scalinglaws.config.plan import Plan, plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.errors import RecordError
from scalinglaws.staleness.changes import MADE, Changes
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.steps import Step, final, records_of, steps
from scalinglaws.staleness.upgrades import upgraded
from scalinglaws.terminal import columns
from scalinglaws.training.records.record import read_record

WRONG = 1
"""Exit status where something is stale, missing or damaged."""


def run(options: argparse.Namespace) -> int:
    """Print a row per stage and what is wrong; the exit status is 0 if everything is as it was made.

    Raises:
        ConfigError: the config cannot be used, or this is not the project's folder.
    """
    work = plan(load_config(selection(options)))
    every = steps(work)
    changed = Changes(final(every), every, Hashes(), strict_versions=options.strict_versions)
    records = list(_records(every))
    print("\n".join(_table(every, changed.stale)))
    causes = [*changed.causes(), *records]
    if causes:
        print("\n".join(["", "Wrong:", *(f"- {cause}" for cause in causes)]))
    print("\n".join(["", *upgraded(work), _verdict(work, causes, bool(records))]))
    return WRONG if causes else 0


def _table(every: Sequence[Step], stale: Sequence[Step]) -> list[str]:
    """How many steps of each stage are up to date, stale or missing."""
    rows = [("stage", "up to date", "stale", "missing")]
    for stage, what in MADE.items():
        there = [step for step in every if step.stage == stage]
        # A step that has lost all its outputs was never done, or its outputs were deleted.
        gone = {step.made_of for step in there if not any(Path(file).exists() for file in step.files)}
        old = {step.made_of for step in stale if step.stage == stage} - gone
        if there:
            rows.append((what, str(len(there) - len(old) - len(gone)), str(len(old)), str(len(gone))))
    return columns(rows)


def _records(every: Sequence[Step]) -> Iterator[str]:
    """Run records that are damaged or edited."""
    for step in every:
        for file in records_of(step):
            try:
                read_record(Path(file))
            except FileNotFoundError:
                continue  # the table counts it
            except (OSError, RecordError) as error:
                yield str(error)


def _verdict(work: Plan, causes: Sequence[str], broken_records: bool) -> str:
    results = f"results/{work.config.name}"
    if causes:
        first = "once its run records are put back or deleted, " if broken_records else ""
        said = f"{results} does not match its code, config and data;"
        return f"{said} {first}`scalinglaws replicate` repairs it."
    return f"{results} matches its code, config and data."
