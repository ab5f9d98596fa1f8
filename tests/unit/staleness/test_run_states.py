"""What becomes of the runs of a job that begins with a search."""

from pathlib import Path

import pytest

from scalinglaws.config.job import Job
from scalinglaws.config.spec import RunSpec
from scalinglaws.data.store import content_hash
from scalinglaws.staleness.run_states import RunStates
from scalinglaws.staleness.steps import Step
from scalinglaws.training.records.record import write_record
from unit.made_records import run_record, run_result, run_spec, searched
from unit.toy_images import prepare_images


class Trained:
    """A job all of whose runs have their records; 0.04 is best, so that the rule adds 0.08."""

    def __init__(self, folder: Path) -> None:
        self.folder = prepare_images(folder)
        self.job = self.of(8, 16)
        for run in (*self.job.planned, *searched(0.04).candidate(0.08)):
            self.train(run, {0.01: 4.0, 0.02: 3.0, 0.04: 2.0, 0.08: 3.0})

    def of(self, *sizes: int, candidates: tuple[float, ...] = (0.01, 0.02, 0.04)) -> Job:
        runs = (run_spec(learning_rate="searched", subset={"examples": n, "seed": 1}) for n in sizes)
        return Job(study="paper/one", name="a", runs=tuple(runs), search=searched(*candidates))

    def file(self, run: RunSpec) -> Path:
        return self.folder / "runs" / f"{run.id}.json"

    def train(self, run: RunSpec, losses: dict[float, float]) -> None:
        rate = 0.04 if run.learning_rate == "searched" else float(run.learning_rate)
        record = run_record(run, run_result(loss=[9.0, losses[rate]]), rate=rate)
        made_by = {"code": self.step(self.job).code, "data": content_hash(self.folder / "data")}
        write_record(record.model_copy(update=made_by), self.folder / "runs")

    def step(self, job: Job) -> Step:
        return Step(
            stage="train",
            name="paper/one a",
            made_of=str(self.folder / "a.json"),
            inputs={"manifest": [str(self.folder / "data" / "manifest.json")], "learning_rate": []},
            outputs={"runs": [str(self.file(run)) for run in job.planned]},
            modules=("scalinglaws.data.subsets",),
            job=job,
        )

    def said(self, job: Job) -> str:
        (line,) = RunStates([self.step(job)]).counts()
        return line.removeprefix("Runs of paper/one (1 job): ")


@pytest.fixture
def trained(tmp_path: Path) -> Trained:
    return Trained(tmp_path)


def test_a_search_that_has_all_its_records_is_known_to_choose_the_same(trained: Trained) -> None:
    assert trained.said(trained.job) == "0 to train, 6 kept."  # with the run that the rule added
    assert trained.said(trained.of(8, 16, 32)) == "1 to train (1 without a record), 6 kept."
    assert trained.said(trained.of(8, 16, candidates=(0.02, 0.04, 0.08))) == "0 to train, 5 kept."


def test_a_search_that_lacks_a_record_may_choose_another(trained: Trained) -> None:
    more = trained.of(8, 16, candidates=(0.01, 0.02, 0.03, 0.04))
    said = "1 to train (1 without a record), 2 only if the search chooses another rate, 3 kept."
    assert trained.said(more) == said
    for run in searched(0.04).candidate(0.08):  # the rule will add it again
        trained.file(run).unlink()
    said = "1 to train (1 without a record), 2 only if the search chooses another rate, 3 kept."
    assert trained.said(trained.job) == said


def test_a_search_that_chooses_another_trains_its_runs_again(trained: Trained) -> None:
    for run in searched(0.02).runs:
        trained.train(run, {0.02: 1.0})
    assert trained.said(trained.job) == "2 to train (2 with another learning rate), 3 kept."
