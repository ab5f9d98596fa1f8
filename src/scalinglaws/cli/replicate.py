"""`scalinglaws replicate`: run the workflow, show how far it is, end with the verdicts and the folders."""

import argparse
import os.path
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from scalinglaws.claims.check import check_claims
from scalinglaws.cli import screen, snakemake
from scalinglaws.cli.adopt import adopt
from scalinglaws.cli.estimate import Estimates, cores, read_timings
from scalinglaws.cli.options import selection
from scalinglaws.cli.process.failures import LOCKED_OUT, problem_in
from scalinglaws.cli.process.signals import Signals, StoppedError
from scalinglaws.cli.progress import Progress, trained
from scalinglaws.cli.snakemake import Workflow
from scalinglaws.config.plan import Plan, plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.scale import check_programs
from scalinglaws.errors import RecordError
from scalinglaws.staleness.changes import Changes
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.run_states import set_damaged_aside
from scalinglaws.staleness.sizes import check_sizes
from scalinglaws.staleness.steps import cache, final, steps
from scalinglaws.staleness.upgrades import upgraded
from scalinglaws.training.records.provenance import training_versions, without_patch


def run(options: argparse.Namespace) -> int:
    """Bring a scale up to date; the exit status is Snakemake's, or 128 + N after signal N.

    Raises:
        ConfigError: the config cannot be used, or this is not the project's folder.
        RecordError: there are no records to adopt, or a file of them is damaged.
        ScalingLawsError: another replication is running here, or Snakemake was killed.
    """
    if options.adopt is not None and not os.path.isdir(options.adopt):  # noqa: PTH112
        raise RecordError(f"--from {options.adopt}: this is not a folder")
    asked = selection(options)
    work = plan(load_config(asked))
    results = Path("results") / work.config.name
    check_claims(work)  # before any work starts
    check_programs(work.config.scale.look.formats)
    try:
        with Signals() as signals, snakemake.alone(results, asked):
            log = results / "logs" / "snakemake.log"
            log.write_text("", encoding="utf-8")
            workflow = Workflow(asked, options.cores, log, signals)
            return _replicate(work, workflow, options)
    except StoppedError as stopped:
        with suppress(OSError):  # the terminal may be closed
            print(f"{stopped}: finished runs are kept; the same command goes on from here", file=sys.stderr)
        return stopped.status


def _replicate(work: Plan, workflow: Workflow, options: argparse.Namespace) -> int:
    results = Path("results") / work.config.name
    if options.adopt is not None:
        status = adopt(work, options.adopt, workflow)
        if status:
            return _failed(workflow.log, workflow.text(), status)
    every, hashes = steps(work), Hashes(cache(work))
    stale = Changes(final(every), every, hashes, strict_versions=options.strict_versions).stale
    hashes.save()
    check_sizes(work, every, stale)
    for line in [*set_damaged_aside(stale), *upgraded(work)]:
        print(line, file=sys.stderr, flush=True)
    if not stale:
        print("\n".join(screen.nothing(results)))
        return 0
    wanted = without_patch(training_versions()) if options.strict_versions else None
    timings, done = read_timings(), trained(work, results, wanted)
    estimates = Estimates(timings, work.config.scale.machine, work.config.scale.device)
    left = screen.Left(work, done, estimates, cores(workflow.cores))
    print("\n".join(screen.opening(left, timings)), flush=True)
    # One paper after another, the quickest first, so that its figures are there early. Each costs Snakemake
    # some seconds to start, so where nothing is trained they go together.
    parts = [left.part(paper) for paper in left.papers] if left.runs else [work]
    failed = 0
    for part in parts:
        before = workflow.text()
        each = (
            replace(workflow, asked=workflow.asked.of_paper(part.papers[0])) if len(parts) > 1 else workflow
        )
        progress = Progress(part, results, done, estimates)
        try:
            status = each.run(show=progress.show)
        finally:
            progress.end()
        said = workflow.text().removeprefix(before)
        if status:
            failed = _failed(workflow.log, said, status)
            if LOCKED_OUT in said:
                break
        elif len(parts) > 1:
            print(screen.finished(part, results), flush=True)
    if not failed:
        print("\n".join(screen.ending(work, results)))
    return failed


def _failed(log: Path, said: str, status: int) -> int:
    print(
        f"\n{problem_in(said)}\nThe workflow stopped; all of its output is in {log}",
        file=sys.stderr,
    )
    return status
