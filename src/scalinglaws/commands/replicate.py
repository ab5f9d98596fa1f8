"""`scalinglaws replicate`: run the workflow, show how far it is, end with the verdicts and the paths."""

import argparse
import signal
import subprocess
import sys
import time
from pathlib import Path

from scalinglaws.commands import snakemake
from scalinglaws.commands.adopt import adopt
from scalinglaws.commands.fetch import fetch_missing
from scalinglaws.commands.progress import Progress
from scalinglaws.config.load import load_config
from scalinglaws.config.plan import Plan, plan
from scalinglaws.data.available import available
from scalinglaws.errors import ConfigError, DataError

POLL_SECONDS = 0.5


def run(options: argparse.Namespace) -> int:
    """Bring a scale up to date; the exit status is Snakemake's.

    Raises:
        ConfigError: the config cannot be used, or this is not the project's folder.
        DataError: without public run data that are not here, nothing can be built.
    """
    if not Path("Snakefile").is_file():
        raise ConfigError("there is no Snakefile here; call this in the project's folder")
    work = plan(load_config(options.scale, paper=options.paper))
    results = Path("results") / work.config.name
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end as by Ctrl-C, with all that runs for us
    with snakemake.alone(results, options.scale):
        return _replicate(work, results, options)


def _replicate(asked: Plan, results: Path, options: argparse.Namespace) -> int:
    log = results / "logs" / "snakemake.log"
    fetch_missing(asked)
    work, left_out = available(asked)
    if not work.all_studies:
        raise DataError(left_out[0])
    if options.adopt is not None:
        status = adopt(work, options.adopt, options, log)
        if status:
            return _failed(log, status)
    with log.open("w", encoding="utf-8") as stream:
        process = snakemake.start(snakemake.command(options.scale, options.paper, options.cores), stream)
        status = _watch(process, work, results)
    if status:
        return _failed(log, status)
    if snakemake.NOTHING in log.read_text(encoding="utf-8", errors="replace"):
        print(f"Nothing to be done: {results} is up to date.")
    else:
        for paper in work.papers:
            print(f"\n{(results / 'report' / f'{paper}.txt').read_text(encoding='utf-8')}")
    _print_paths(work, results, log)
    for line in left_out:
        print(line)
    return 0


def _watch(process: subprocess.Popen[str], work: Plan, results: Path) -> int:
    progress = Progress(work, results)
    try:
        while process.poll() is None:
            time.sleep(POLL_SECONDS)
            progress.show()
    finally:
        progress.end()
        snakemake.stop(process)  # nothing, unless we were interrupted
    return process.returncode


def _failed(log: Path, status: int) -> int:
    print(
        f"\n{snakemake.problem_in(log)}\nThe workflow stopped; all of its output is in {log}", file=sys.stderr
    )
    return status


def _print_paths(work: Plan, results: Path, log: Path) -> None:
    print(f"figures   {results}/figures/")
    for study in work.all_studies:
        for figure in study.study.figures:
            print(f"          {results}/figures/{study.study.paper}/{figure.name}.pdf (.png, .csv)")
    for name, what in (
        *([("tables", "runs and their validation curves")] if work.studies else []),
        ("fits", "scores, best fits, laws; tables of analyses"),
        ("report", "claims and verdicts"),
    ):
        print(f"{name:9} {results}/{name}/  {what}")
    print(f"logs      {results}/logs/  (this run: {log})")
