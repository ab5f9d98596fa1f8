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
from scalinglaws.config.scale import check_programs
from scalinglaws.errors import RecordError, ScalingLawsError
from scalinglaws.staleness.changes import Changes
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.steps import cache, final, steps


def run(options: argparse.Namespace) -> int:
    """Make both and print where they begin. Figures that are behind are drawn again, as the scale file says.

    Raises:
        ConfigError: the config cannot be used, this is not the project's folder, or a format needs a program
            that is not there.
        RecordError: something other than figures is not up to date; then nothing is made.
        ScalingLawsError: a replication is running here, or a table could not be read.
    """
    asked = selection(options)
    work = plan(load_config(asked))
    check_programs(work.config.scale.look.formats)
    name, every, hashes = work.config.name, steps(work), Hashes(cache(work))
    results = Path("results") / name
    behind = [step for step in Changes(final(every), every, hashes).stale if step.stage != "figures"]
    if behind:
        part = f" STUDY={asked.study}" if asked.study else f" PAPER={asked.paper}" if asked.paper else ""
        other = "" if part or len(work.papers) == 1 else ", or name a paper that is, with PAPER=..."
        raise RecordError(
            f"{results} is not up to date ({Changes(behind, every, hashes).causes()[0]}); "
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
