"""`scalinglaws replicate`: run the workflow, show how far it is, end with the verdicts and the paths."""

import argparse
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from scalinglaws.cli import snakemake, up_to_date
from scalinglaws.errors import ConfigError

if (
    TYPE_CHECKING
):  # the modules of config, plan and progress take longer than all there is to do when nothing is
    from scalinglaws.config.plan import Plan

POLL_SECONDS = 0.5
SHORT_SECONDS = 60.0


def run(options: argparse.Namespace) -> int:
    """Bring a scale up to date; the exit status is Snakemake's.

    Raises:
        ConfigError: the config cannot be used, or this is not the project's folder.
    """
    if not Path("Snakefile").is_file():
        raise ConfigError("there is no Snakefile here; call this in the project's folder")
    if options.adopt is None and _is_unchanged(options):
        return 0
    from scalinglaws.config.load import load_config
    from scalinglaws.config.plan import plan

    work = plan(load_config(options.scale, paper=options.paper))
    results = Path("results") / work.config.name
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end as by Ctrl-C, with all that runs for us
    with snakemake.alone(results, options.scale):
        return _replicate(work, results, options)


def _is_unchanged(options: argparse.Namespace) -> bool:
    """Whether nothing is different from when Snakemake last found nothing to do; then that is said again."""
    results = up_to_date.results_folder(options.scale)
    if not up_to_date.is_noted(results):
        return False
    with snakemake.alone(results, options.scale):
        said = up_to_date.noted(results, up_to_date.state(_call(options), options.scale, results))
        if said is None:
            return False
        _log(results).write_text(f"{snakemake.NOTHING}: nothing changed since Snakemake said so.\n")
    print(said)
    return True


def _replicate(work: "Plan", results: Path, options: argparse.Namespace) -> int:
    from scalinglaws.cli.adopt import adopt

    log = _log(results)
    if options.adopt is not None:
        status = adopt(work, options.adopt, options, log)
        if status:
            return _failed(log, status)
    before, began = up_to_date.state(_call(options), options.scale, results), time.monotonic()
    with log.open("w", encoding="utf-8") as stream:
        process = snakemake.start(_call(options), stream)
        status = _watch(process, work, results)
    if status:
        return _failed(log, status)
    answer = log.read_text(encoding="utf-8", errors="replace")
    nothing = f"Nothing to be done: {results} is up to date.\n{_paths(work, results, log)}"
    if snakemake.NOTHING in answer:
        print(nothing)
    else:
        for paper in work.papers:
            print(f"\n{(results / 'report' / f'{paper}.txt').read_text(encoding='utf-8')}")
        print(_paths(work, results, log))
    if snakemake.NOTHING not in answer and time.monotonic() - began > SHORT_SECONDS:
        # Is all done? After short work the next call asks, which is soon enough.
        sys.stdout.flush()
        before = up_to_date.state(_call(options), options.scale, results)
        answer = snakemake.dry_run(options.scale, options.paper)
    if snakemake.NOTHING in answer and before is not None:
        after = up_to_date.state(_call(options), options.scale, results)
        if after == before:
            up_to_date.note(results, after, nothing)
    return 0


def _call(options: argparse.Namespace) -> list[str]:
    return snakemake.command(options.scale, options.paper, options.cores)


def _log(results: Path) -> Path:
    return results / "logs" / "snakemake.log"


def _watch(process: subprocess.Popen[str], work: "Plan", results: Path) -> int:
    from scalinglaws.cli.progress import Progress

    progress = Progress(work, results)
    try:
        while True:
            try:
                return process.wait(POLL_SECONDS)
            except subprocess.TimeoutExpired:
                progress.show()
    finally:
        progress.end()
        snakemake.stop(process)  # nothing, unless we were interrupted


def _failed(log: Path, status: int) -> int:
    print(
        f"\n{snakemake.problem_in(log)}\nThe workflow stopped; all of its output is in {log}", file=sys.stderr
    )
    return status


def _paths(work: "Plan", results: Path, log: Path) -> str:
    """Where everything lies."""
    lines = [f"figures   {results}/figures/"]
    for study in work.all_studies:
        for figure in study.study.figures:
            lines.append(f"          {results}/figures/{study.study.paper}/{figure.name}.pdf (.png, .csv)")
    for name, what in (
        *([("tables", "runs and their validation curves")] if work.studies else []),
        ("fits", "scores, best fits, laws; tables of analyses"),
        ("report", "claims and verdicts"),
    ):
        lines.append(f"{name:9} {results}/{name}/  {what}")
    return "\n".join([*lines, f"logs      {results}/logs/  (this run: {log})"])
