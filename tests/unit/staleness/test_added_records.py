"""Records that the rule adds to a search: nothing planned them, and yet they count."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config.canonical import canonical_json
from scalinglaws.config.job import Job
from scalinglaws.data.store import MANIFEST
from scalinglaws.stages import collect
from scalinglaws.staleness.changes import Changes
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.steps import Step, note_step
from scalinglaws.training.records.record import Record, write_record
from scalinglaws.training.records.search import choice_file, find_learning_rate, write_choice
from unit.made_records import run_record, run_result, run_spec, searched
from unit.toy_images import prepare_images

MODEL = "resnet-depth8-width1"


class Made:
    """A job whose search was widened, and the tables of its runs, both as their stages leave them."""

    def __init__(self, folder: Path) -> None:
        self.folder = prepare_images(folder)
        self.runs, choice = folder / "runs", choice_file(folder / "runs", MODEL)
        run = run_spec(learning_rate="searched")
        self.job = Job(study="paper/one", name="a", runs=(run,), search=searched(0.01, 0.02))
        assert self.job.search is not None
        found = find_learning_rate(
            self.job.search, lambda runs: [self.record(float(r.learning_rate)) for r in runs]
        )
        self.added = [
            self.runs / f"{run}.json" for each in found.candidates if each.added for run in each.runs
        ]
        write_choice(found, choice)
        write_record(run_record(run, run_result(loss=[2.0, 1.0]), rate=found.learning_rate), self.runs)
        planned = [str(self.runs / f"{each.id}.json") for each in self.job.planned]
        shuffle, manifest = str(folder / "subsets" / "shuffle-0.npy"), str(folder / "data" / MANIFEST)
        code = ("scalinglaws.data.subsets",)
        self.train = Step(
            stage="train",
            name="paper/one a",
            made_of=str(self.runs / "jobs" / "a.json"),
            inputs={"manifest": [manifest], "shuffles": [shuffle], "learning_rate": []},
            outputs={"runs": planned, "learning_rate": [str(choice)]},
            modules=code,
            job=self.job,
        )
        note_step(self.train, Hashes(), self.added)
        self.collect = Step(
            stage="collect",
            name="paper/one",
            made_of=str(folder / "tables" / "made-of.json"),
            inputs={
                "runs": planned,
                "jobs": [self.train.made_of],
                "choices": [str(choice)],
                "manifest": [manifest],
                "shuffles": [shuffle],
            },
            outputs={
                "tables": [str(folder / "tables" / f"{name}.csv") for name in ("runs", "curves", "searches")]
            },
            modules=code,
            settings={"study": "paper/one", "runs": [run.id], "choices": [MODEL]},
        )
        places = [f"--{name}={folder / name}" for name in ("runs", "data", "subsets")]
        places += [
            f"--out={folder / 'tables'}",
            f"--made-of={self.collect.made_of}",
            f"--code={self.collect.code}",
        ]
        collect.main([f"--spec={canonical_json(self.collect.settings)}", *places])

    def record(self, rate: float) -> Record:
        loss = abs(rate - 0.005) + 1
        record = run_record(run_spec(learning_rate=rate), run_result(loss=[2.0, loss]), phase="search")
        write_record(record, self.runs)
        return record

    def changes(self) -> Changes:
        return Changes([self.collect], [self.train, self.collect], Hashes())


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path)


def test_nothing_is_stale_after_a_search_was_widened(made: Made) -> None:
    assert len(made.added) == 2
    found = made.changes()
    assert (found.stale, found.causes()) == ([], [])


def edit(path: Path) -> None:
    plain: dict[str, Any] = json.loads(path.read_text())
    path.write_text(json.dumps({**plain, "study": "paper/two"}))


@pytest.mark.parametrize(
    ("spoil", "said"), [(Path.unlink, "is missing"), (edit, "was changed after it was made")]
)
def test_an_added_record_that_is_gone_or_edited_is_seen(
    made: Made, spoil: Callable[[Path], object], said: str
) -> None:
    spoil(made.added[1])
    found = made.changes()
    assert found.stale == [made.train, made.collect]
    assert f"{made.added[1]} {said}" in found.causes()


def test_one_more_candidate_is_all_that_is_said_of_a_search(made: Made) -> None:
    job = made.job.model_copy(update={"search": searched(0.01, 0.02, 0.03)})
    planned = [str(made.runs / f"{run.id}.json") for run in job.planned]
    made.train = replace(made.train, job=job, outputs={**made.train.outputs, "runs": planned})
    made.collect = replace(made.collect, inputs={**made.collect.inputs, "runs": planned})
    found = made.changes()
    assert found.stale == [made.train, made.collect]
    assert found.causes() == ["learning_rate.search changed from [0.01, 0.02] to [0.01, 0.02, 0.03]"]
