"""The training stage with the real trainer, on a small data set."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config.job import Job, Search, write_jobs
from scalinglaws.config.spec import RunSpec, identity
from scalinglaws.errors import RecordError
from scalinglaws.stages import train as stage
from scalinglaws.training.ensemble.ensemble import Ensemble
from scalinglaws.training.records.record import read_record
from scalinglaws.training.records.result import RunResult
from scalinglaws.training.records.search import choice_file, read_choice
from unit.made_records import run_spec, searched
from unit.toy_images import prepare_images

METRICS = {"top1_error", "top5_error", "cross_entropy"}
MODEL = "resnet-depth8-width1"


class Stage:
    """Calls the stage on a prepared data set, in a folder of results."""

    def __init__(self, prepared: Path, name: str = "made") -> None:
        self.prepared, self.folder, self.out = prepared, prepared / name, prepared / name / "runs"
        self.choice, self.checkpoint = choice_file(self.out, MODEL), self.folder / "checkpoint.pt"

    def __call__(self, *runs: RunSpec, **more: Any) -> list[RunResult]:
        """Train; the results of the runs, each of which has one level."""
        job = Job(study="paper/one", name="job", runs=runs, **more)
        plan = self.folder / "plan.json"
        write_jobs(plan, [job])
        which = ["--plan", str(plan), "--job", job.name, "--spec", job.hash, "--code", "c0de"]
        places = ["--data", str(self.prepared / "data"), "--subsets", str(self.prepared / "subsets")]
        places += ["--out", str(self.out), "--checkpoint", str(self.checkpoint)]
        stage.main([*which, *places, "--learning-rate", str(self.choice)])
        return [result for run in runs for result in read_record(self.out / f"{run.id}.json").results]

    def results(self) -> dict[str, Any]:
        """What is in the records, but for times and places, and in the choice."""
        records = [read_record(path) for path in self.out.glob("*.json")]
        found = {each.run: (each.phase, each.learning_rate, each.results) for each in records}
        return {**found, "choice": read_choice(self.choice) if self.choice.exists() else None}


@pytest.fixture
def train(tmp_path: Path) -> Stage:
    return Stage(prepare_images(tmp_path))


def test_every_run_gets_its_record(train: Stage) -> None:
    runs = [run_spec(subset={"examples": size, "seed": 0}) for size in (16, 8, 4)]
    (result, *_) = train(*runs)
    assert len(list(train.out.iterdir())) == 3  # and no heartbeat is left
    assert not train.checkpoint.exists()
    record = read_record(train.out / f"{runs[0].id}.json")
    assert record.spec == runs[0]
    assert (record.study, record.job, record.phase, record.code) == ("paper/one", "job", "grid", "c0de")
    assert record.learning_rate == 0.05
    assert result.steps == 6
    assert set(result.minima) == METRICS
    assert [point["step"] for point in result.curve] == [2, 4, 6]
    assert (
        record.model.parameters == 9 * 1 + 1 + 2 * (9 + 1) + (18 + 2) + (36 + 2) + (72 + 4) + (144 + 4) + 20
    )
    assert result.diverged_at is None
    made = record.provenance
    assert (made.device, made.ensemble) == ("cpu", 3)
    assert 0 < made.evaluation_share < 1
    assert 0 < made.utilisation < 1
    assert made.cpu_seconds > 0 < made.busy_seconds
    assert made.peak_memory_mb > 50


def test_a_subset_larger_than_the_pool(train: Stage) -> None:
    with pytest.raises(RecordError, match=r"toy: a subset of 41 examples is asked for.*pool has 40"):
        train(run_spec(subset={"examples": 41, "seed": 0}))


@pytest.mark.parametrize("seeds", [((0, 0), (0, 1)), ((0, 0), (1, 0))])
def test_both_seeds_count(train: Stage, seeds: tuple[tuple[int, int], ...]) -> None:
    one, two = train(*(run_spec(seed=own, subset={"examples": 8, "seed": s}) for own, s in seeds))
    assert one.curve != two.curve


def test_the_record_is_plain_json(train: Stage) -> None:
    run = run_spec()
    train(run)
    plain = json.loads((train.out / f"{run.id}.json").read_text())
    assert list(plain) == sorted(plain)
    assert plain["spec"]["model"] == {"family": "resnet", "options": {"depth": 8, "width": 1}}


RUNS = [run_spec(learning_rate="searched", subset={"examples": size, "seed": 1}) for size in (16, 8)]
UP, DOWN = (1e-4, 2e-4), (8.0, 1e30)
"""Candidates that are all too small, and all too large."""
STEPS = 5 * 6
"""Steps of a search that is widened three times, and of the runs: the runs of each ensemble take six."""


def search_of(rates: tuple[float, ...]) -> Search:
    return searched(*rates, at=(16, 4), metric="cross_entropy")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[float, ...], dict[str, Any]]:
    """By candidates, what a search and its runs give if nothing happens to them."""
    prepared = prepare_images(tmp_path_factory.mktemp("undisturbed"))
    made = {rates: Stage(prepared, f"from-{rates[0]}") for rates in (UP, DOWN)}
    for rates, train in made.items():
        train(*RUNS, search=search_of(rates))
    return {rates: train.results() for rates, train in made.items()}


Undisturbed = dict[tuple[float, ...], dict[str, Any]]


@pytest.mark.parametrize(("rates", "first"), [(UP, 4e-4), (DOWN, 4.0)])
def test_a_search_gives_what_its_runs_give_elsewhere(
    train: Stage, undisturbed: Undisturbed, rates: tuple[float, ...], first: float
) -> None:
    together = undisturbed[rates]
    choice = together["choice"]
    learning_rates = [candidate.learning_rate for candidate in choice.candidates]
    assert learning_rates[: len(rates) + 1] == [*rates, first]
    tried = [run for rate in learning_rates for run in search_of(rates).candidate(rate)]
    same = [RunSpec.model_validate({**identity(run), "learning_rate": choice.learning_rate}) for run in RUNS]
    results = train(*same, *tried)
    for run, result in zip(RUNS, results, strict=False):
        assert together[run.id] == ("grid", choice.learning_rate, (result,))
    for run, result in zip(tried, results[len(RUNS) :], strict=True):
        assert together[run.id] == ("search", run.learning_rate, (result,))
    assert len(together) == len(choice.runs) + len(RUNS) + 1


@pytest.mark.parametrize(("rates", "step"), [(UP, 3), (UP, 9), (UP, 20), (UP, 28), (DOWN, 9)])
@pytest.mark.parametrize("signalled", [True, False], ids=["signal", "kill"])
def test_a_search_that_was_interrupted_gives_the_same_results(
    train: Stage,
    undisturbed: Undisturbed,
    monkeypatch: pytest.MonkeyPatch,
    rates: tuple[float, ...],
    step: int,
    signalled: bool,
) -> None:
    taken, advance = 0, Ensemble.advance

    def interrupted(*arguments: Any) -> Any:
        nonlocal taken
        taken += 1
        if taken == step and signalled:
            signal.raise_signal(signal.SIGTERM)
        elif taken == step:
            raise RuntimeError("killed")  # a process that is killed saves nothing any more
        return advance(*arguments)

    monkeypatch.setattr(Ensemble, "advance", interrupted)
    with pytest.raises(SystemExit if signalled else RuntimeError):
        train(*RUNS, search=search_of(rates))
    assert train.checkpoint.exists() == signalled
    train(*RUNS, search=search_of(rates))
    assert train.results() == undisturbed[rates]
    if signalled and rates == UP:
        assert taken == STEPS  # none was taken twice
    assert not train.checkpoint.exists()
