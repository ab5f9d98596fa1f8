"""The training stage: what it trains, what it leaves alone, and how a search and its runs share a job."""

import signal
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scalinglaws.config.job import Job, Search, write_jobs
from scalinglaws.config.spec import RunSpec
from scalinglaws.errors import RecordError
from scalinglaws.stages import train as stage
from scalinglaws.staleness.made_of import read_made_of
from scalinglaws.training.records.record import read_record, write_record
from scalinglaws.training.records.search import Choice, choice_file, read_choice
from scalinglaws.training.resume.interruption import TrainingInterruptedError
from unit.made_records import run_record, run_result, run_spec, searched
from unit.toy_images import prepare_images

MODEL = "resnet-depth8-width1"


class Stage:
    """Calls the stage in one folder, with a stand-in for the trainer that knows the loss of a learning rate.

    Attributes:
        best: the learning rate whose loss is least.
        diverges: whether every run diverges.
        calls: phase and learning rates of each call of the trainer, since the last call of the stage.
        opened: how many trainers that call made.
        stop: after how many more runs a signal comes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.out = folder, folder / "runs"
        self.file = choice_file(self.out, MODEL)
        self.best, self.stop, self.diverges = 0.02, -1, False
        self.calls: list[tuple[str, list[float]]] = []
        self.opened = self.closed = 0

    def __call__(self, job: Job, code: str = "c0de", *, choice: bool = True) -> None:
        self.calls.clear()
        self.opened = self.closed = 0
        plan = self.folder / "plan.json"
        write_jobs(plan, [job])
        which = ["--plan", str(plan), "--job", job.name, "--spec", job.hash, "--code", code]
        places = ["--data", str(self.folder / "data"), "--subsets", str(self.folder / "subsets")]
        places += ["--out", str(self.out), "--checkpoint", str(self.folder / "checkpoint.pt")]
        places += ["--made-of", str(self.folder / "made-of.json")]
        stage.main([*which, *places, "--learning-rate", *([str(self.file)] if choice else [])])

    @property
    def choice(self) -> Choice:
        return read_choice(self.file)

    def trainer(self, job: Job, options: Any, content: str) -> Any:
        """Stands in for `Trainer`."""
        self.opened += 1

        def train(missing: list[tuple[RunSpec, float]], phase: Any) -> None:
            self.calls.append((phase, [rate for _, rate in missing]))
            for spec, rate in missing:
                if self.stop == 0:
                    raise TrainingInterruptedError(signal.SIGTERM)
                self.stop -= 1
                loss = 1 + abs(rate - self.best)
                result = run_result() if self.diverges else run_result(loss=[2 * loss, loss])
                record = run_record(spec, result, rate=rate, phase=phase)
                write_record(record.model_copy(update={"code": options.code, "data": content}), self.out)

        def close() -> None:
            self.closed += 1

        return SimpleNamespace(train=train, close=close)


@pytest.fixture
def train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    made = Stage(prepare_images(tmp_path))
    monkeypatch.setitem(sys.modules, "scalinglaws.training.trainer", SimpleNamespace(Trainer=made.trainer))
    return made


def job_of(search: Search | None, *sizes: int, name: str = "job") -> Job:
    """A job of runs with a searched learning rate on subsets of some sizes, and perhaps the search."""
    runs = (run_spec(learning_rate="searched", subset={"examples": n, "seed": 1}, seed=1) for n in sizes)
    return Job(study="paper/one", name=name, runs=tuple(runs), search=search)


def test_a_search_and_its_runs_share_a_process(train: Stage) -> None:
    job = job_of(searched(0.01, 0.02, 0.04), 16, 8)
    train(job)
    assert train.calls == [("search", [0.01, 0.02, 0.04]), ("grid", [0.02, 0.02])]
    assert (train.opened, train.closed) == (1, 1)
    assert (train.choice.learning_rate, train.choice.at_edge, train.choice.added) == (0.02, False, 0)
    phases = {run.id: read_record(train.out / f"{run.id}.json").phase for run in job.planned}
    assert list(phases.values()) == ["search"] * 3 + ["grid"] * 2


@pytest.mark.parametrize(
    ("best", "tried", "chosen"),
    [(0.004, [0.005, 0.0025], 0.005), (0.09, [0.08, 0.16], 0.08), (1, [0.08, 0.16, 0.32], 0.32)],
)
def test_a_search_whose_best_is_at_an_end_is_widened_in_the_same_process(
    train: Stage, best: float, tried: list[float], chosen: float
) -> None:
    train.best = best
    train(job_of(searched(0.01, 0.02, 0.04), 16))
    added = [("search", [rate]) for rate in tried]
    assert train.calls == [("search", [0.01, 0.02, 0.04]), *added, ("grid", [chosen])]
    assert train.opened == 1
    assert train.choice.at_edge == (best == 1)


def test_a_finished_job_trains_nothing_when_it_is_called_again(train: Stage) -> None:
    train.best = 0.1
    job = job_of(searched(0.01, 0.02), 16)
    train(job)
    before = {path: path.read_bytes() for path in train.out.rglob("*.json")}
    train.file.unlink()  # as Snakemake does before it calls a stage
    train(job)
    assert (train.calls, train.opened) == ([], 0)
    assert {path: path.read_bytes() for path in train.out.rglob("*.json")} == before


@pytest.mark.parametrize("stop", range(7))
def test_a_job_that_was_stopped_anywhere_goes_on_from_there(train: Stage, stop: int) -> None:
    train.best, train.stop = 0.09, stop
    job = job_of(searched(0.02, 0.04), 16, 8)  # 0.08 and 0.16 are added: six runs in all
    if stop < 6:
        with pytest.raises(SystemExit) as stopped:
            train(job)
        assert stopped.value.code == 128 + signal.SIGTERM
        assert train.closed == 0  # so that the checkpoint is kept
        assert len(list(train.out.glob("*.json"))) == stop
        assert train.file.exists() == (stop >= 4)
        assert not (train.folder / "made-of.json").exists()
        train.stop = -1
    train(job)
    assert train.choice.learning_rate == 0.08
    assert sum(len(rates) for _, rates in train.calls) == 6 - (stop if stop < 6 else 0)


def test_one_more_candidate_trains_that_one_alone(train: Stage) -> None:
    train(job_of(searched(0.01, 0.02, 0.04), 16))
    train(job_of(searched(0.01, 0.02, 0.04, 0.03), 16))
    assert train.calls == [("search", [0.03])]  # the winner is the same
    train(job_of(searched(0.01, 0.02, 0.04, 0.03), 16, 8))
    assert train.calls == [("grid", [0.02])]


def test_a_candidate_that_the_rule_had_added_may_join_the_list(train: Stage) -> None:
    train.best = 0.005
    train(job_of(searched(0.01, 0.02), 16))
    assert train.choice.added == 2
    train(job_of(searched(0.005, 0.01, 0.02), 16))
    assert train.calls == []
    assert [each.added for each in train.choice.candidates] == [False, False, False, True]


def test_a_candidate_that_wins_trains_the_runs_again(train: Stage) -> None:
    train(job_of(searched(0.01, 0.04, 0.08), 16, 8))
    assert train.choice.learning_rate == 0.01
    train(job_of(searched(0.01, 0.02, 0.04, 0.08), 16, 8))
    assert train.calls == [("search", [0.02]), ("grid", [0.02, 0.02])]


def test_jobs_that_share_a_search_read_its_choice(train: Stage) -> None:
    train(job_of(searched(0.01, 0.02, 0.04), name="search"))
    assert train.calls == [("search", [0.01, 0.02, 0.04])]
    train(job_of(None, 16, name="part0"))
    assert train.calls == [("grid", [0.02])]


def test_if_all_diverge_the_job_fails_and_keeps_what_it_tried(train: Stage) -> None:
    train.diverges = True
    job = job_of(searched(0.01, 0.02), 16)
    for calls in ([[0.01, 0.02], [0.005], [0.0025], [0.00125]], []):
        with pytest.raises(RecordError, match="every learning rate diverged"):
            train(job)
        assert [rates for _, rates in train.calls] == calls
    assert not train.file.exists()


@pytest.mark.parametrize("search", [None, searched(0.01, 0.02)])
def test_a_searched_learning_rate_needs_its_file(train: Stage, search: Search | None) -> None:
    with pytest.raises(RecordError, match="paper/one job: a searched learning rate needs --learning-rate"):
        train(job_of(search, 16), choice=False)


def test_a_job_notes_all_that_it_read_and_wrote(train: Stage) -> None:
    train.best = 0.1
    job = job_of(searched(0.02, 0.04), 16)
    train(job)
    made_of = read_made_of(train.folder / "made-of.json")
    assert made_of is not None
    assert made_of.spec == job.summary
    runs = {f"{run}.json" for run in (*train.choice.runs, job.runs[0].id)}
    assert len(runs) == 5  # two candidates were added
    assert {Path(file).name for file in made_of.outputs} == {*runs, f"{MODEL}.json"}
    assert {Path(file).name for file in made_of.inputs} == {"manifest.json", "shuffle-0.npy", "shuffle-1.npy"}

    train(job_of(None, 8, name="part0"))
    made_of = read_made_of(train.folder / "made-of.json")
    assert made_of is not None
    assert {Path(file).name for file in made_of.inputs} == {"manifest.json", "shuffle-1.npy", f"{MODEL}.json"}
    assert len(made_of.outputs) == 1


def test_a_finished_job_leaves_no_checkpoint(train: Stage) -> None:
    job = job_of(searched(0.01, 0.02, 0.04), 16)
    train(job)
    (train.folder / "checkpoint.pt").write_text("left by a process that was killed after its last record")
    train(job)
    assert not (train.folder / "checkpoint.pt").exists()


def test_other_code_trains_all_again(train: Stage) -> None:
    job = job_of(searched(0.01, 0.02, 0.04), 16)
    train(job)
    train(job, code="c0df")
    assert [len(rates) for _, rates in train.calls] == [3, 1]


@pytest.mark.parametrize("content", ["", "{", "[]"])
def test_a_record_that_cannot_be_read_is_trained_again(train: Stage, content: str) -> None:
    job = job_of(searched(0.01, 0.02, 0.04), 16, 8)
    train(job)
    for run in (job.search.runs[0], job.runs[1]) if job.search else ():
        (train.out / f"{run.id}.json").write_text(content)
    train(job)
    assert train.calls == [("search", [0.01]), ("grid", [0.02])]
