"""A throw-away project with a sweep of 5,000 runs, all of them done, though nothing was trained.

The records are made up, every other output is an empty file, and each step has its note.
"""

import copy
import sys
from contextlib import chdir
from pathlib import Path
from typing import Any

from scalinglaws.config.job import Job
from scalinglaws.config.plan import plan, training_code
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.spec import RunSpec, identity
from scalinglaws.files import write_json
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.steps import note_step, steps
from scalinglaws.training.records.provenance import training_versions

sys.path.insert(0, str(Path(__file__).parents[1]))  # for the benchmark, which is outside the tests

from workflow.project import STUDY, Project

WIDTHS, SUBSETS, SEEDS = (1, 2, 3, 4, 5), tuple(range(4, 104, 4)), tuple(range(40))
RUNS = len(WIDTHS) * len(SUBSETS) * len(SEEDS)


def sweep(folder: Path) -> Project:
    """The project, with nothing left to do."""
    project = Project.bare(folder)
    study = copy.deepcopy(STUDY)
    study["runs"]["learning_rate"] = 0.01
    study["scales"]["smoke"]["runs"]["axes"] = {
        "model": [{"family": "resnet", "width": width, "depth": 8} for width in WIDTHS],
        "subset.examples": list(SUBSETS),
        "seed": list(SEEDS),
    }
    project.write_study(study)
    work = plan(load_config(str(project.folder / "config" / "smoke.yaml"), project.folder / "config"))
    for job in work.jobs:
        code = training_code(job)
        for run in job.runs:
            write_json(project.runs / f"{run.id}.json", _record(job, run, code))
    with chdir(project.folder):
        hashes = Hashes()
        for step in steps(work):
            for file in map(Path, step.files):
                file.parent.mkdir(parents=True, exist_ok=True)
                file.touch()
            note_step(step, hashes)
    return project


def _record(job: Job, run: RunSpec, code: str) -> dict[str, Any]:
    """As large as a real one; a workflow with nothing to do looks into none."""
    minima = {"top1_error": 0.5, "top5_error": 0.1, "cross_entropy": 1.0}
    curve = [{"step": 2 * step, "training_loss": 1.0, **minima} for step in range(1, 11)]
    return {
        "run": run.id,
        "study": job.study,
        "job": job.name,
        "phase": "grid",
        "spec": identity(run),
        "learning_rate": run.learning_rate,
        "code": code,
        "data": "made up",
        "results": [{"status": "completed", "minima": minima, "curve": curve}],
        "provenance": {"versions": training_versions()},
    }
