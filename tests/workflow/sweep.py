"""A throw-away project with a sweep of 5,000 runs, all of them done, though nothing was trained.

The records are made up; every other output is an empty file. Snakemake is told by `--touch` that
its rules made all of it, and judges it from then on as it judges what they did make.
"""

import copy
import sys
from pathlib import Path
from typing import Any

from scalinglaws.config.job import Job
from scalinglaws.config.plan import plan, training_code
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.spec import RunSpec, identity
from scalinglaws.files import write_json

sys.path.insert(0, str(Path(__file__).parents[1]))  # for the benchmark, which is outside the tests

from workflow.project import STUDY, Project

WIDTHS, SUBSETS, SEEDS = (1, 2, 3, 4, 5), tuple(range(4, 104, 4)), tuple(range(40))
RUNS = len(WIDTHS) * len(SUBSETS) * len(SEEDS)


def sweep(folder: Path) -> Project:
    """The project, with nothing left to do."""
    project = Project.bare(folder)
    study = copy.deepcopy(STUDY)
    study["runs"]["learning_rate"] = 0.01
    study["scales"]["smoke"] = {
        "subsets": list(SUBSETS),
        "models": [{"family": "resnet", "width": width, "depth": 8} for width in WIDTHS],
        "seeds": list(SEEDS),
        "region": [0.5, 100],
    }
    project.write_study(study)
    work = plan(load_config(str(project.folder / "config" / "smoke.yaml"), project.folder / "config"))
    for job in work.jobs:
        code = training_code(job)
        for run in job.runs:
            write_json(project.runs / f"{run.id}.json", _record(job, run, code))
    pretend(project, "smoke")
    return project


def pretend(project: Project, scale: str) -> None:
    """Make the outputs that are missing, empty; have Snakemake note all of them as made by their rules."""
    for file in outputs(project, scale):
        _make(project.folder / file)
    arguments = ("--touch", "--forceall", "--cores", "1", "--config", f"scale={scale}")
    done = project.call("snakemake", *arguments)
    assert done.returncode == 0, done.stderr


def outputs(project: Project, scale: str) -> list[str]:
    """The outputs of all jobs, as Snakemake lists them."""
    done = project.call("snakemake", "--summary", "--cores", "1", "--config", f"scale={scale}")
    assert done.returncode == 0, done.stderr
    return [line.split("\t")[0] for line in done.stdout.splitlines()[1:]]


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def _record(job: Job, run: RunSpec, code: str) -> dict[str, Any]:
    """As large as a real one; a workflow with nothing to do looks into none."""
    minima = {"top1_error": 0.5, "top5_error": 0.1, "cross_entropy": 1.0}
    curve = [{"step": 2 * step, "training_loss": 1.0, **minima} for step in range(1, 11)]
    return {
        "run": run.id,
        "study": job.study,
        "job": job.name,
        "phase": job.phase,
        "spec": identity(run),
        "learning_rate": run.learning_rate,
        "code": code,
        "data": "made up",
        "result": {"status": "completed", "minima": minima, "curve": curve},
    }
