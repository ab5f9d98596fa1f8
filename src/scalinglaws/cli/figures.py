"""`scalinglaws figures`: draw figures again, for a venue, from tables that are up to date."""

import argparse
from pathlib import Path

from scalinglaws.cli import snakemake
from scalinglaws.cli.options import selection
from scalinglaws.cli.process.failures import problem_in
from scalinglaws.cli.process.signals import Signals, StoppedError
from scalinglaws.cli.snakemake import Workflow
from scalinglaws.config.plan import Plan, plan
from scalinglaws.config.reading.explain import unknown
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.scale import check_programs
from scalinglaws.errors import ConfigError, RecordError, ScalingLawsError
from scalinglaws.staleness.changes import Changes
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.steps import Step, cache, steps


def run(options: argparse.Namespace) -> int:
    """Draw figures and print their files.

    Raises:
        ConfigError: the config or an option cannot be used, or a format needs a program that is not there.
        RecordError: the tables that figures are drawn from are not up to date.
        ScalingLawsError: a replication is running here, or a figure could not be drawn.
    """
    options.set = [*(options.set or []), *look_settings(options)]
    asked = selection(options)
    work = plan(load_config(asked))
    check_programs(work.config.scale.look.formats)
    every = steps(work)
    wanted = figure_steps(every, options.figure)
    hashes = Hashes(cache(work))
    stale = Changes(wanted, every, hashes).stale
    behind = [step for step in stale if step.stage != "figures"]
    if behind:
        cause = Changes(behind, every, hashes).causes()[0]
        raise RecordError(
            f"results/{work.config.name}: the tables are not up to date ({cause}); "
            f"run `make replicate SCALE={work.config.name}` first"
        )
    if stale:
        try:
            with Signals() as signals, snakemake.alone(Path("results") / work.config.name, asked):
                _draw(Workflow(asked, options.cores, _log(work), signals), wanted)
        except StoppedError as stopped:
            return stopped.status
    print("\n".join(file for step in wanted for file in step.outputs["figure"]))
    return 0


def look_settings(options: argparse.Namespace) -> list[str]:
    """The options of the look, as values that are set in the scale file."""
    formats = f"[{options.format}]" if options.format is not None else None
    given = {"venue": options.venue, "columns": options.columns, "width": options.width, "formats": formats}
    return [f"scale:look.{key}={value}" for key, value in given.items() if value is not None]


def figure_steps(every: tuple[Step, ...], name: str | None) -> list[Step]:
    """The steps that draw all figures, or those of one name.

    Raises:
        ConfigError: there is no figure of this name.
    """
    drawn = [step for step in every if step.stage == "figures"]
    found = [step for step in drawn if name in (None, step.name.partition(" ")[2])]
    if name is not None and not found:
        known = sorted(step.name.partition(" ")[2] for step in drawn)
        raise ConfigError(f"--figure {unknown(name, known)}")
    return found


def _log(work: Plan) -> Path:
    log = Path("results") / work.config.name / "logs" / "figures.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("", encoding="utf-8")
    return log


def _draw(workflow: Workflow, wanted: list[Step]) -> None:
    if workflow.run(*(step.made_of for step in wanted)):
        raise ScalingLawsError(f"{problem_in(workflow.text())}; all output is in {workflow.log}")
