"""`scalinglaws report`: a site of a finished replication, and Snakemake's own report."""

import argparse
from pathlib import Path

from scalinglaws.cli import snakemake
from scalinglaws.cli.options import selection
from scalinglaws.cli.process.failures import problem_in
from scalinglaws.cli.process.signals import Signals, StoppedError
from scalinglaws.cli.snakemake import Workflow
from scalinglaws.config.plan import plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.errors import RecordError, ScalingLawsError
from scalinglaws.staleness.changes import Changes
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.steps import cache, final, steps


def run(options: argparse.Namespace) -> int:
    """Make both and print where they begin.

    Raises:
        ConfigError: the config cannot be used, or this is not the project's folder.
        RecordError: the results are not up to date; then nothing is made.
        ScalingLawsError: a replication is running here, or a table could not be read.
    """
    asked = selection(options)
    work = plan(load_config(asked))
    name, every = work.config.name, steps(work)
    results = Path("results") / name
    changed = Changes(final(every), every, Hashes(cache(work)))
    if changed.stale:
        part = f" STUDY={asked.study}" if asked.study else f" PAPER={asked.paper}" if asked.paper else ""
        other = "" if part or len(work.papers) == 1 else ", or name a paper that is, with PAPER=..."
        raise RecordError(
            f"{results} is not up to date ({changed.causes()[0]}); "
            f"run `make replicate SCALE={name}{part}` first{other}"
        )
    site, own = results / "site" / "index.html", results / "report" / "workflow.html"
    log = results / "logs" / "report.log"
    try:
        with Signals() as signals, snakemake.alone(results, asked):
            log.write_text("", encoding="utf-8")
            workflow = Workflow(asked, options.cores, log, signals)
            for arguments in ((str(site),), ("--report", str(own))):
                if workflow.run(*arguments):
                    raise ScalingLawsError(f"{problem_in(workflow.text())}; all output is in {log}")
    except StoppedError as stopped:
        return stopped.status
    print(f"{site}\n{own}")
    return 0
