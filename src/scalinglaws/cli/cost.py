"""`scalinglaws cost`: how many runs a scale trains, their FLOPs and their time, before anything starts."""

import argparse
from collections.abc import Sequence

from scalinglaws.cli.estimate import Estimates, briefly, cores, in_words, read_timings
from scalinglaws.cli.options import selection
from scalinglaws.config.job import Job
from scalinglaws.config.plan import plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.spec import RunSpec
from scalinglaws.counting.size import ModelSize
from scalinglaws.tasks.core.shapes import shapes_of
from scalinglaws.terminal import columns

HEADINGS = ("study", "models", "runs", "parameters", "FLOPs", "time")


def run(options: argparse.Namespace) -> int:
    """Print a table with a row per study, and what its numbers mean.

    Raises:
        ConfigError: the config cannot be used.
    """
    work = plan(load_config(selection(options)))
    scale = work.config.scale
    estimates = Estimates(read_timings(), scale.machine, scale.device, count)
    print(f"Scale {scale.scale}: {scale.description}\n")
    if work.trained:
        rows = [_row(study.name, study.jobs, estimates) for study in work.trained]
        if len(rows) > 1:
            rows.append(_row("all", work.jobs, estimates))
        print("\n".join(columns([HEADINGS, *rows])))
        parallel = scale.machine.workers if estimates.on_gpu else cores()
        wall = in_words(estimates.wall_seconds([job.planned for job in work.jobs], parallel))
        print(f"\nWith {parallel} {'job' if parallel == 1 else 'jobs'} at a time, training takes {wall}.")
        print(estimates.basis)
        print("FLOPs are those of whole durations; most runs stop earlier, and recorded times include that.")
    if others := len(work.studies) - len(work.trained):
        more = "more " if work.trained else ""
        print(f"{others} {more}{'study trains' if others == 1 else 'studies train'} nothing.")
    return 0


def count(run: RunSpec) -> ModelSize | None:
    """The size of a run's model; None where the data source does not tell the shape of its examples."""
    shapes = shapes_of(run.data, run.task)
    if shapes is None:
        return None
    from scalinglaws.counting.meta import count  # here because it imports torch

    return count(run.model, shapes)


def _row(name: str, jobs: Sequence[Job], estimates: Estimates) -> tuple[str, ...]:
    runs = [run for job in jobs for run in job.planned]
    sizes = {run.model.name: size.parameters for run in runs if (size := estimates.size(run))}
    least, most = (f"{choose(sizes.values(), default=0):.1e}" for choose in (min, max))
    return (
        name,
        str(len({run.model.name for run in runs})),
        f"{len(runs):,}",
        f"{least} to {most}" if sizes else "unknown",
        f"{sum(map(estimates.flops, runs)):.1e}" if sizes else "unknown",
        briefly(sum(map(estimates.seconds, runs))),
    )
