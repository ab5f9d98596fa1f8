"""Publishing runs and adopting them again: only what the present spec and code would make."""

import argparse
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from scalinglaws.cli import adopt as adopting
from scalinglaws.cli import publish
from scalinglaws.cli.adopt import adopt, read_records
from scalinglaws.config.canonical import short_hash
from scalinglaws.config.job import Job
from scalinglaws.config.plan import Plan, plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.spec import RunSpec
from scalinglaws.errors import EditedRecordError, RecordError
from scalinglaws.files import write_json
from scalinglaws.staleness.made_of import read_made_of
from scalinglaws.staleness.steps import steps
from scalinglaws.training.records.record import Record, read_record
from scalinglaws.training.records.search import read_choice
from unit.small_config import changed

MakeRecord = Callable[[Job, RunSpec], Record]
Options = argparse.Namespace
RECORDS = Path("records/laptop/paper/one/runs.jsonl")
RUNS = Path("results/laptop/runs/paper/one")
STUDY = Path("config/studies/paper/one.yaml")
RESULTS = {
    "results/laptop/figures/paper/fig1.pdf": "figures/paper/fig1.pdf",
    "results/laptop/figures/paper/fig1.png": "figures/paper/fig1.png",
    "results/laptop/figures/paper/fig1.csv": "figures/paper/fig1.csv",
    "results/laptop/figures/paper/fig1.caption.md": "figures/paper/fig1.caption.md",
    "results/laptop/figures/paper/fig1.caption.tex": "figures/paper/fig1.caption.tex",
    "results/laptop/tables/paper/one/runs.csv": "records/laptop/paper/one/runs.csv",
    "results/laptop/report/claims/paper/one.csv": "records/laptop/paper/one/claims.csv",
}


@pytest.fixture
def published(finished: Plan, options: Options) -> Plan:
    """The plan, published; the results are gone, as after a clone."""
    assert publish.run(options) == 0
    shutil.rmtree(RUNS)
    return finished


class Calls:
    """Stands in for the workflow: what Snakemake was called with, and the exit status that it has."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.status = 0

    def run(self, *arguments: str) -> int:
        self.calls.append(arguments)
        return self.status


@pytest.fixture
def calls() -> Calls:
    return Calls()


def adopt_all(calls: Calls) -> int:
    return adopt(plan(load_config("laptop")), Path("records"), calls)  # type: ignore[arg-type]


def present() -> set[str]:
    return {path.stem for path in RUNS.glob("*.json")}


def change_study(key: str, value: Any) -> None:
    STUDY.write_text(
        yaml.safe_dump(changed(yaml.safe_load(STUDY.read_text()), {key: value}), sort_keys=False)
    )


def noted(work: Plan) -> set[str]:
    """Names of the jobs that count as done."""
    return {step.job.name for step in steps(work) if step.job and Path(step.made_of).exists()}


def edit_records(change: Callable[[dict[str, Any]], None]) -> None:
    plain = [json.loads(line) for line in RECORDS.read_text().splitlines()]
    for record in plain:
        change(record)
        record["digest"] = short_hash({key: value for key, value in record.items() if key != "digest"})
    RECORDS.write_text("".join(json.dumps(record) + "\n" for record in plain))


def test_publishing_copies_results_and_records(
    finished: Plan, options: Options, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish.run(options) == 0
    said = capsys.readouterr().out.splitlines()
    for made, copy in RESULTS.items():
        assert Path(copy).read_text() == f"made as {made}"
        assert copy in said
    assert str(RECORDS) in said
    records = read_records(RECORDS)
    assert [record.run for record in records] == sorted(present())
    assert records == [read_record(RUNS / f"{record.run}.json") for record in records]


def test_runs_for_development_are_not_published(finished: Plan, options: Options) -> None:
    file = Path("config/laptop.yaml")
    file.write_text(file.read_text() + "development: true\n")
    with pytest.raises(RecordError, match="laptop: its runs are for development and are not published"):
        publish.run(options)
    assert not RECORDS.exists()


def test_the_search_of_a_former_architecture_is_not_published(finished: Plan, options: Options) -> None:
    (choice, *_) = sorted((RUNS / "learning-rate").glob("*.json"))
    former = json.loads(choice.read_text())
    for candidate in former["candidates"]:
        candidate["runs"] = ["0" * 16]
    write_json(choice.with_name("resnet-depth8-width64.json"), former)
    assert publish.run(options) == 0
    assert {record.run for record in read_records(RECORDS)} == present()


def test_publishing_twice_is_the_same_bytes(finished: Plan, options: Options) -> None:
    publish.run(options)
    before = RECORDS.read_bytes()
    publish.run(options)
    assert RECORDS.read_bytes() == before


@pytest.mark.parametrize("name", [*RESULTS, "a run"])
@pytest.mark.parametrize(
    "spoil", [Path.unlink, lambda path: path.write_text("edited")], ids=["gone", "other"]
)
def test_nothing_is_published_if_something_is_missing_or_stale(
    finished: Plan, options: Options, name: str, spoil: Callable[[Path], object]
) -> None:
    path = Path(name) if name in RESULTS else next(RUNS.glob("*.json"))
    spoil(path)
    with pytest.raises(RecordError) as error:
        publish.run(options)
    said = str(error.value)
    assert said.startswith(f"results/laptop is not up to date ({path} ")
    assert said.endswith("); run `make replicate SCALE=laptop` first")
    assert not Path("figures").exists()
    assert not Path("records").exists()


def test_what_was_published_is_adopted(
    published: Plan, options: Options, calls: Calls, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt_all(calls) == 0
    runs = {run.id for run in published.studies[0].runs}
    assert present() == runs
    assert "paper/one: adopted 12 of 12 runs" in capsys.readouterr().out
    assert read_choice(RUNS / "learning-rate" / "resnet-width1.json").learning_rate == 0.02
    (made,) = calls.calls
    data = published.data[0].name
    assert {argument for argument in made if argument.endswith(".npy")} == {
        f"results/laptop/subsets/{data}/shuffle-{seed}.npy" for seed in (0, 1)
    }
    for step in steps(published):
        if step.job is not None:  # what its records were made of, as if it had trained them
            made_of = read_made_of(Path(step.made_of))
            assert made_of is not None
            assert (made_of.spec, made_of.code.fingerprint) == (step.spec, step.code)
            assert list(made_of.inputs) == sorted(step.hashed)
            assert list(made_of.outputs) == sorted(step.files[:-1])


def test_other_code_is_refused(
    published: Plan, options: Options, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adopting, "training_code", lambda job: "other")
    assert adopt_all(calls) == 0
    assert present() == set()
    assert noted(published) == set()


def test_runs_on_other_data_are_refused(published: Plan, options: Options, calls: Calls) -> None:
    folder = Path("results/laptop/data") / published.data[0].name
    write_json(folder / "manifest.json", {"files": {"train": {"bytes": 1, "sha256": "01"}}})
    adopt_all(calls)
    assert present() == set()


def test_runs_of_another_spec_are_refused(published: Plan, options: Options, calls: Calls) -> None:
    change_study("runs.duration.steps", 101)
    adopt_all(calls)
    assert present() == set()


def test_a_job_that_grew_keeps_its_runs_but_is_not_complete(
    published: Plan, options: Options, calls: Calls
) -> None:
    change_study("scales.laptop.runs.axes.subset.examples", [10, 50, 100])
    adopt_all(calls)
    assert present() == {run.id for run in published.studies[0].runs}
    assert noted(published) == {job.name for job in published.jobs if job.search}


def test_runs_with_a_rate_that_the_search_no_longer_finds_are_refused(
    published: Plan, options: Options, calls: Calls
) -> None:
    def other_rate_won(record: dict[str, Any]) -> None:
        if record["phase"] == "search":
            record["results"][0]["minima"]["cross_entropy"] = 1.0 if record["learning_rate"] == 0.01 else 2.0

    edit_records(other_rate_won)
    adopt_all(calls)
    assert present() == {run.id for job in published.jobs if job.search for run in job.search.runs}


def test_without_its_search_no_run_is_adopted(published: Plan, options: Options, calls: Calls) -> None:
    lines = RECORDS.read_text().splitlines()
    RECORDS.write_text("".join(line + "\n" for line in lines if '"phase":"grid"' in line))
    adopt_all(calls)
    assert present() == set()


@pytest.mark.parametrize(
    ("line", "message"),
    [("{", "not JSON"), ("{}", "not a run record"), ("[]", "not a run record"), ("", "not JSON")],
)
def test_a_damaged_line_is_named(
    published: Plan, options: Options, calls: Calls, line: str, message: str
) -> None:
    lines = RECORDS.read_text().splitlines()
    lines[2] = line
    RECORDS.write_text("\n".join(lines))
    with pytest.raises(RecordError, match=rf"runs\.jsonl, line 3: {message}"):
        adopt_all(calls)


def test_no_records_at_all(work: Plan, options: Options, calls: Calls) -> None:
    with pytest.raises(RecordError, match="records: no records of scale laptop"):
        adopt_all(calls)


def test_a_failure_to_make_the_data_ends_it(published: Plan, options: Options, calls: Calls) -> None:
    calls.status = 1
    assert adopt_all(calls) == 1
    assert present() == set()


def test_a_published_record_that_was_edited_is_refused(
    published: Plan, options: Options, calls: Calls
) -> None:
    RECORDS.write_text(RECORDS.read_text().replace('"steps":100', '"steps":101', 1))
    with pytest.raises(EditedRecordError, match=r"runs\.jsonl, line 1: was changed after its run ended"):
        adopt_all(calls)
