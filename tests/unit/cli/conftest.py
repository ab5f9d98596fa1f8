"""A project's folder with a config of one small study, and records of its runs."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from scalinglaws.config.canonical import short_hash
from scalinglaws.config.job import Job
from scalinglaws.config.plan import Plan, plan, training_code
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.spec import RunSpec
from scalinglaws.files import write_json, write_text
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.steps import note_step, steps
from scalinglaws.training.records.record import Record, write_record
from scalinglaws.training.records.result import RunResult
from scalinglaws.training.records.search import choice_file, find_learning_rate, write_choice
from unit.made_records import PROVENANCE, SIZE
from unit.small_config import ANALYSIS, SCALE, STUDY, changed

BEST = 0.02
FIGURE = {"draw": "hestness-2017/learning-curves:learning_curves", "caption": "A figure."}
CHANGES: dict[str, Any] = {
    "scales.laptop.runs.optimiser": None,
    "runs.learning_rate.widenings": 0,
    "scales.laptop.runs.axes.model": [{"family": "resnet", "width": 1}, {"family": "resnet", "width": 2}],
    "figures": [{"name": "fig1", **FIGURE}],
}
FILES = {"train": {"bytes": 1, "sha256": "00"}}
DATA_CONTENT = short_hash(FILES)
Options = argparse.Namespace


@pytest.fixture
def options() -> Options:
    """What the command line gives to a command."""
    return Options(scale="laptop", paper=None, cores="1", adopt=None, strict_versions=False)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder, which is the working folder of the test."""
    folder = tmp_path / "config" / "studies" / "paper"
    folder.mkdir(parents=True)
    (tmp_path / "config" / "laptop.yaml").write_text(yaml.safe_dump(SCALE))
    (folder / "one.yaml").write_text(yaml.safe_dump(changed(STUDY, CHANGES), sort_keys=False))
    monkeypatch.chdir(tmp_path)
    Path("Snakefile").touch()
    make_manifest()
    return tmp_path


def make_manifest() -> None:
    """What a run of the data stage leaves, as far as the commands read it."""
    for spec in plan(load_config("laptop")).data:
        write_json(Path("results/laptop/data") / spec.name / "manifest.json", {"files": FILES})
        for seed in (0, 1):
            shuffle = Path("results/laptop/subsets") / spec.name / f"shuffle-{seed}.npy"
            shuffle.parent.mkdir(parents=True, exist_ok=True)
            shuffle.touch()


@pytest.fixture
def analysis(project: Path) -> None:
    """The project with an analysis of public runs."""
    folder = project / "config" / "studies" / "other"
    folder.mkdir()
    (folder / "two.yaml").write_text(yaml.safe_dump(changed(ANALYSIS, {"study": "other/two"})))


@pytest.fixture
def work(project: Path) -> Plan:
    """The plan of that config."""
    return plan(load_config("laptop"))


@pytest.fixture
def make_record() -> Callable[[Job, RunSpec], Record]:
    """A record of a run by the present code; the search finds `BEST` best."""

    def make(job: Job, spec: RunSpec) -> Record:
        rate = spec.learning_rate if isinstance(spec.learning_rate, float) else BEST
        minima = {"top1_error": 0.5, "cross_entropy": 1.0 if rate == BEST else 2.0}
        return Record(
            run=spec.id,
            study=job.study,
            job=job.name,
            phase="grid" if any(run.id == spec.id for run in job.runs) else "search",
            spec=spec,
            learning_rate=rate,
            code=training_code(job),
            data=DATA_CONTENT,
            model=SIZE,
            results=(
                RunResult(
                    status="completed",
                    stopped="duration",
                    steps=100,
                    examples_seen=1000,
                    diverged_at=None,
                    minima=minima,
                    curve=({"step": 100, "training_loss": 0.1, **minima},),
                ),
            ),
            provenance=PROVENANCE,
        )

    return make


@pytest.fixture
def finished(work: Plan, make_record: Callable[[Job, RunSpec], Record]) -> Plan:
    """The plan, with everything that its steps make, as if they had been done."""
    runs = Path("results/laptop/runs/paper/one")
    for job in work.jobs:
        records = {run.id: make_record(job, run) for run in job.planned}
        for record in records.values():
            write_record(record, runs)
        if job.search is not None:
            choice = find_learning_rate(job.search, lambda wanted: [records[run.id] for run in wanted])  # noqa: B023
            write_choice(choice, choice_file(runs, job.planned[0].model.name))
    for step in steps(work):
        for file in map(Path, step.files):
            if not file.exists():
                write_text(file, f"made as {file}")
        note_step(step, Hashes())
    return work
