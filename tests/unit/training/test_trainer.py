"""The trainer: phases of a job, and runs of any schedule, optimiser and procedure that are killed."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config.job import Job
from scalinglaws.config.spec import RunSpec
from scalinglaws.training.ensemble.policy import MOST_RUNS
from scalinglaws.training.records.record import read_record
from scalinglaws.training.resume import checkpoint
from scalinglaws.training.trainer import Trainer

MakeSpec = Callable[..., RunSpec]
Results = dict[str, str]


class Killed(BaseException):
    """Stands for a kill right after a checkpoint."""


class Place:
    """Folders of a job: its data, records and checkpoint."""

    def __init__(self, prepared: Path, name: str, job: Job) -> None:
        self.job = job
        self.options = argparse.Namespace(
            data=prepared / "data",
            subsets=prepared / "subsets",
            out=prepared / name / "runs",
            checkpoint=prepared / name / "checkpoint.pt",
            heartbeat=None,
            device="cpu",
            ensemble=MOST_RUNS,
            code="c0de",
        )

    def trainer(self) -> Trainer:
        return Trainer(self.job, self.options, "da7a")

    def missing(self) -> list[tuple[RunSpec, float]]:
        return [
            (run, float(run.learning_rate))
            for run in self.job.runs
            if not (self.options.out / f"{run.id}.json").exists()
        ]

    def results(self) -> Results:
        """The results as they are in the records, by run."""
        paths = self.options.out.glob("*.json")
        return {path.stem: json.dumps(json.loads(path.read_text())["results"]) for path in paths}

    def trained(self) -> Results:
        """Train what is missing, to the end."""
        trainer = self.trainer()
        trainer.train(self.missing(), "grid")
        trainer.close()
        assert not self.options.checkpoint.exists()
        return self.results()


KINDS: dict[str, dict[str, Any]] = {
    "patience": {"stopping": {"patience": 2, "tolerance": 0.01}},
    "multistep": {
        "schedule": {"decay": "multistep", "at": [{"share": 0.5}, {"epochs": 4.0}], "warmup": {"share": 0.1}}
    },
    "adamw with cosine": {
        "optimiser": {"name": "adamw", "batch": 4, "weight_decay": 0.1, "clip": 1.0},
        "schedule": {"decay": "cosine", "to": 0.1, "warmup": {"steps": 3}},
    },
    "imp": {
        "optimiser": {"name": "sgd", "batch": 4, "momentum": 0.8, "nesterov": False, "averaging": 0.1},
        "procedure": {"name": "imp", "rewind": {"share": 0.2}, "levels": 2, "fraction": 0.4},
    },
}


def job_of(make_spec: MakeSpec, **blocks: Any) -> Job:
    runs = [
        make_spec(**{"duration": {"epochs": 5.0}, **blocks, "seed": seed, "learning_rate": 0.02 * (1 + seed)})
        for seed in range(3)
    ]
    return Job(study="paper/one", name="job", runs=tuple(runs))


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_job_ends_as_if_nothing_had_been(
    make_spec: MakeSpec, prepared: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    job = job_of(make_spec, **KINDS[kind])
    undisturbed = Place(prepared, "undisturbed", job).trained()
    assert len(undisturbed) == 3
    place, writes = Place(prepared, "killed", job), [0]
    write = checkpoint.Checkpoint.write

    def deadly(self: checkpoint.Checkpoint, states: checkpoint.States) -> bool:
        write(self, states)
        writes[0] += 1
        if writes[0] % 4 == 0:
            raise Killed
        return True

    monkeypatch.setattr(checkpoint, "EVERY_SECONDS", 0.0)
    monkeypatch.setattr(checkpoint, "SHARE", 1e9)
    monkeypatch.setattr(checkpoint.Checkpoint, "write", deadly)
    kills = 0
    while True:
        try:
            results = place.trained()
            break
        except Killed:
            kills += 1
            assert kills < 50
    assert kills > 1
    assert results == undisturbed
    # The levels of a pruned network are results of one run.
    levels = 3 if kind == "imp" else 1
    assert [len(json.loads(each)) for each in results.values()] == [levels] * 3


def test_phases_of_a_job_are_trained_one_after_the_other(make_spec: MakeSpec, prepared: Path) -> None:
    place = Place(prepared, "phases", job_of(make_spec))
    first, second, third = ((run, float(run.learning_rate)) for run in place.job.runs)
    trainer = place.trainer()
    for phase, runs in (("search", [first]), ("search", [second]), ("grid", [third])):
        trainer.train(runs, phase)  # type: ignore[arg-type]
    trainer.close()
    records = [read_record(place.options.out / f"{run.id}.json") for run in place.job.runs]
    assert [record.phase for record in records] == ["search", "search", "grid"]
    assert [path for path in place.options.out.iterdir() if path.suffix != ".json"] == []
    assert place.results() == Place(prepared, "together", place.job).trained()


def test_a_flop_budget_is_spent(make_spec: MakeSpec, prepared: Path) -> None:
    place = Place(prepared, "flops", job_of(make_spec, duration={"flops": 2e6}))
    place.trained()
    for run in place.job.runs:
        record = read_record(place.options.out / f"{run.id}.json")
        spent = record.model.flops_per_example * record.results[0].examples_seen
        step = record.model.flops_per_example * 4
        assert abs(spent - 2e6) <= step / 2


def test_adding_a_value_to_an_axis_changes_no_other_run(make_spec: MakeSpec, prepared: Path) -> None:
    def with_decays(*decays: float) -> Job:
        optimisers = [{"batch": 4, "name": "adamw", "weight_decay": decay} for decay in decays]
        runs = [make_spec(optimiser=optimiser) for optimiser in optimisers]
        return Job(study="paper/one", name="job", runs=tuple(runs))

    few = Place(prepared, "few", with_decays(0.0, 0.1)).trained()
    many = Place(prepared, "many", with_decays(0.3, 0.0, 0.2, 0.1)).trained()
    assert len(many) == 4
    assert few.items() <= many.items()
