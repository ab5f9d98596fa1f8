"""The training stage end to end on a small data set: what it trains, and what it leaves alone."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scalinglaws.config.candidates import Candidates
from scalinglaws.config.job import Job, write_jobs
from scalinglaws.config.spec import RunSpec
from scalinglaws.errors import RecordError
from scalinglaws.stages import train as stage
from scalinglaws.training.records.record import read_record
from scalinglaws.training.records.search import Choice, read_choice, write_choice
from scalinglaws.training.trainer import Trainer

MakeSpec = Callable[..., RunSpec]
METRICS = {"top1_error", "top5_error", "cross_entropy"}


class Stage:
    """Calls the stage, and knows what it trained."""

    def __init__(self, folder: Path, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.job, self.out = folder, job, folder / "runs"
        self.rate_file = folder / "runs" / "learning-rate" / "resnet.json"
        self.trained: list[str] = []
        train = Trainer.train

        def counted(trainer: Trainer, missing: list[tuple[RunSpec, float]]) -> None:
            self.trained += [spec.id for spec, _ in missing]
            train(trainer, missing)

        monkeypatch.setattr(Trainer, "train", counted)

    def __call__(self, job: Job | None = None, code: str = "c0de", rates: bool = False) -> list[str]:
        """Run it on a job; the ids that were trained."""
        self.trained.clear()
        job = job or self.job
        plan = self.folder / "plan.json"
        write_jobs(plan, [job])
        data, subsets = str(self.folder / "data"), str(self.folder / "subsets")
        places = ["--data", data, "--subsets", subsets, "--out", str(self.out)]
        places += ["--checkpoint", str(self.folder / "checkpoint.pt")]
        last = ["--learning-rate", *([str(self.rate_file)] if rates else [])]
        which = ["--plan", str(plan), "--job", job.name, "--spec", job.hash]
        stage.main([*which, "--code", code, *places, *last])
        return list(self.trained)

    def path(self, number: int) -> Path:
        return self.out / f"{self.job.runs[number].id}.json"

    def contents(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in self.out.glob("*.json")}


@pytest.fixture
def job(make_spec: MakeSpec) -> Job:
    runs = tuple(make_spec(subset={"examples": size, "seed": 0}) for size in (16, 8, 4))
    return Job(study="paper/one", name="job", phase="grid", runs=runs)


@pytest.fixture
def train(prepared: Path, job: Job, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(prepared, job, monkeypatch)


def test_every_run_gets_its_record(train: Stage) -> None:
    assert train() == [run.id for run in train.job.runs]
    assert len(list(train.out.iterdir())) == 3  # and no heartbeat is left
    assert not (train.folder / "checkpoint.pt").exists()
    record = read_record(train.path(0))
    assert record.spec == train.job.runs[0]
    assert (record.study, record.job, record.phase, record.code) == ("paper/one", "job", "grid", "c0de")
    assert record.learning_rate == 0.05
    assert record.result.steps == 6
    assert set(record.result.minima) == METRICS
    assert [point["step"] for point in record.result.curve] == [2, 3, 4, 6]
    assert (
        record.model.parameters == 9 * 1 + 1 + 2 * (9 + 1) + (18 + 2) + (36 + 2) + (72 + 4) + (144 + 4) + 20
    )
    assert record.result.diverged_at is None
    made = record.provenance
    assert (made.device, made.ensemble) == ("cpu", 3)
    assert 0 < made.evaluation_share < 1
    assert 0 < made.utilisation < 1
    assert made.cpu_seconds > 0 < made.busy_seconds
    assert made.peak_memory_mb > 50


def test_a_second_call_trains_nothing_and_freshens_the_records(train: Stage) -> None:
    train()
    before, time = train.contents(), train.path(0).stat().st_mtime_ns
    assert train() == []
    assert train.contents() == before
    assert train.path(0).stat().st_mtime_ns >= time


def test_only_what_is_missing_is_trained(train: Stage) -> None:
    train()
    before = train.contents()
    train.path(1).unlink()
    assert train() == [train.job.runs[1].id]
    after = train.contents()
    assert {name for name in after if after[name] == before[name]} == {train.path(0).name, train.path(2).name}


def test_a_job_that_grew_trains_what_was_added(train: Stage, make_spec: MakeSpec) -> None:
    train()
    added = make_spec(subset={"examples": 32, "seed": 0})
    grown = train.job.model_copy(update={"runs": (added, *train.job.runs)})
    assert train(grown) == [added.id]


@pytest.mark.parametrize("content", ["", "{", "[]"])
def test_a_corrupt_record_is_trained_again(train: Stage, content: str) -> None:
    train()
    train.path(2).write_text(content)
    assert train() == [train.job.runs[2].id]
    assert read_record(train.path(2)).spec == train.job.runs[2]


def test_a_record_under_a_wrong_name_is_trained_again(train: Stage) -> None:
    train()
    train.path(2).write_text(train.path(1).read_text())
    assert train() == [train.job.runs[2].id]


def test_other_code_trains_all_again(train: Stage) -> None:
    train()
    assert len(train(code="c0df")) == 3
    assert read_record(train.path(0)).code == "c0df"


def test_a_search_writes_its_outcome_and_the_grid_reads_it(train: Stage, make_spec: MakeSpec) -> None:
    rates = (0.01, 0.1, 1e30)
    search = Job(
        study="paper/one",
        name="search",
        phase="search",
        runs=tuple(make_spec(learning_rate=rate) for rate in rates),
        candidates=Candidates(learning_rates=rates, metric="cross_entropy"),
    )
    assert len(train(search, rates=True)) == 3
    choice = read_choice(train.rate_file)
    assert choice.learning_rate in (0.01, 0.1)
    assert choice.scores[str(1e30)] is None

    run = make_spec(learning_rate="searched")
    grid = Job(study="paper/one", name="grid", phase="grid", runs=(run,))
    assert train(grid, rates=True) == [run.id]
    assert read_record(train.out / f"{run.id}.json").learning_rate == choice.learning_rate
    assert train(grid, rates=True) == []

    # A file that is written again with the same outcome retrains nothing; another outcome does.
    train.rate_file.unlink()
    assert train(search, rates=True) == []
    assert train(grid, rates=True) == []
    write_choice(Choice(learning_rate=0.05, scores={}, at_edge=False), train.rate_file)
    assert train(grid, rates=True) == [run.id]
    assert read_record(train.out / f"{run.id}.json").learning_rate == 0.05


def test_a_searched_rate_needs_its_file(train: Stage, make_spec: MakeSpec) -> None:
    grid = Job(study="a/b", name="grid", phase="grid", runs=(make_spec(learning_rate="searched"),))
    with pytest.raises(RecordError, match="a/b grid: a searched learning rate needs --learning-rate"):
        train(grid)


def test_a_subset_larger_than_the_pool(train: Stage, make_spec: MakeSpec) -> None:
    large = make_spec(subset={"examples": 41, "seed": 0})
    job = Job(study="a/b", name="grid", phase="grid", runs=(large,))
    with pytest.raises(RecordError, match=r"toy: a subset of 41 examples is asked for.*pool has 40"):
        train(job)


@pytest.mark.parametrize("seeds", [((0, 0), (0, 1)), ((0, 0), (1, 0))])
def test_both_seeds_count(train: Stage, make_spec: MakeSpec, seeds: tuple[tuple[int, int], ...]) -> None:
    runs = tuple(make_spec(seed=own, subset={"examples": 8, "seed": shuffle}) for own, shuffle in seeds)
    train(Job(study="a/b", name="both", phase="grid", runs=runs))
    one, two = (read_record(train.out / f"{run.id}.json").result for run in runs)
    assert one.curve != two.curve


def test_the_record_is_plain_json(train: Stage) -> None:
    train()
    plain = json.loads(train.path(0).read_text())
    assert list(plain) == sorted(plain)
    assert plain["spec"]["model"] == {"family": "resnet", "options": {"depth": 8, "width": 1}}
