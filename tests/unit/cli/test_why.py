"""`scalinglaws why`: what it finds in the files that stages wrote beside their outputs."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from scalinglaws.config.job import Job
from scalinglaws.config.plan import Plan, plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.spec import RunSpec
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.made_of import MadeOf
from scalinglaws.staleness.steps import Step, note_step, steps
from scalinglaws.training.records.record import Record, read_record, write_record
from unit.own_runs.calling import Call as CallCommand
from unit.small_config import changed

MakeRecord = Callable[[Job, RunSpec], Record]
STUDY = Path("config/studies/paper/one.yaml")
RUNS = Path("results/laptop/runs/paper/one")
FIGURE = "results/laptop/figures/paper/fig1.pdf"


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CallCommand:
    return CallCommand(monkeypatch, capsys)


def write_note(path: Path, plain: dict[str, Any]) -> None:
    """Write a note that was changed, with the digest that belongs to it."""
    plain.pop("digest", None)
    MadeOf.model_validate(plain).write(path)


SUBSETS = "scales.laptop.runs.axes.subset.examples"


def change(key: str, value: Any) -> Plan:
    content = changed(yaml.safe_load(STUDY.read_text()), {key: value})
    STUDY.write_text(yaml.safe_dump(content, sort_keys=False))
    return plan(load_config("laptop"))


def step_of(work: Plan, stage: str, number: int = 0) -> Step:
    return [step for step in steps(work) if step.stage == stage][number]


def test_nothing_changed(finished: Plan, call: CallCommand) -> None:
    assert call("why") == "results/laptop is up to date.\n"
    assert call("why", FIGURE) == f"{FIGURE} is up to date.\n"
    assert call("why", Path.cwd() / FIGURE) == f"{FIGURE} is up to date.\n"
    assert call("why", "results/laptop/figures") == "results/laptop/figures is up to date.\n"


def test_without_an_output_it_tells_of_every_scale_that_has_results(
    finished: Plan, call: CallCommand
) -> None:
    for name in ("smaller", "unused"):
        shutil.copy("config/laptop.yaml", f"config/{name}.yaml")
    Path("results/smaller").mkdir()
    Path("results/smaller/notes.txt").touch()
    said = call("why")
    assert said.startswith("results/laptop is up to date.\nresults/smaller is stale: not made yet: ")
    assert "unused" not in said
    assert call("why", "--scale", "laptop") == "results/laptop is up to date.\n"


def test_a_paper_a_study_and_values_that_are_set(finished: Plan, call: CallCommand) -> None:
    assert call("why", "--paper", "paper", "--scale", "laptop") == "results/laptop is up to date.\n"
    said = call("why", FIGURE, "--set", "paper/one:protocol.region=[2, 10]")
    assert said.startswith(f"{FIGURE} is stale: protocol.region changed from [1, 10] to [2, 10].\n")
    report = "results/laptop/report/paper/one.txt"
    assert call("why", report, "--study", "paper/one").startswith(f"{report} is missing: not made yet")


def test_nothing_was_made_yet(work: Plan, call: CallCommand) -> None:
    shutil.rmtree("results")
    said = call("why", FIGURE)
    assert said.startswith(f"{FIGURE} is missing: not made yet: results/laptop/data/")
    assert "): 12 to train (12 without a record), 0 kept.\n" in said
    assert said.endswith("To be made again: data, shuffles, runs, run tables, fits, figures.\n")


@pytest.mark.parametrize(
    ("key", "value", "said", "counts"),
    [
        ("runs.duration.steps", 90, "duration.steps changed from 100 to 90",
         "12 to train (12 without a record), 0"),
        (SUBSETS, [10, 100, 200], "subset.examples changed from [10, 100] to [10, 100, 200]",
         "4 to train (4 without a record), 8"),
        ("runs.learning_rate.search", [0.02, 0.03], "learning_rate.search changed from [0.01, 0.02] to [0.02, 0.03]",  # noqa: E501
         "2 to train (2 without a record), 8 only if the search chooses another rate, 2"),
        (SUBSETS, [100], "4 runs are no longer part of paper/one", "0 to train, 4"),
        ("runs.data.validation.examples", 1000, "data.validation.examples changed from 2000 to 1000",
         "12 to train (12 without a record), 0"),
    ],
)  # fmt: skip
def test_the_runs_of_a_study_change(
    finished: Plan, call: CallCommand, key: str, value: Any, said: str, counts: str
) -> None:
    change(key, value)
    text = call("why", FIGURE)
    assert f"- {said}\n" in text or f" is stale: {said}.\n" in text
    assert f"): {counts} kept.\n" in text


def test_a_fit_option_changes_and_nothing_upstream_of_it(finished: Plan, call: CallCommand) -> None:
    change("scales.laptop.protocol.region", [1, 50])
    said = "stale: protocol.region changed from [1, 10] to [1, 50].\nTo be made again: fits, figures.\n"
    assert call("why", FIGURE) == f"{FIGURE} is {said}"
    table = "results/laptop/tables/paper/one/runs.csv"
    assert call("why", table) == f"{table} is up to date.\n"


def test_modules_change_or_only_their_names(finished: Plan, call: CallCommand) -> None:
    path = Path(step_of(finished, "figures").made_of)
    plain = json.loads(path.read_text())
    modules = plain["code"]["modules"]
    modules["scalinglaws.plotting.once"] = modules.pop("scalinglaws.plotting.style")
    write_note(path, plain)
    assert call("why", FIGURE) == f"{FIGURE} is up to date.\n"  # a moved module means the same
    plain["code"]["fingerprint"] = "0" * 16
    write_note(path, plain)
    said = "the code of scalinglaws.plotting.once, scalinglaws.plotting.style changed"
    assert call("why", FIGURE).startswith(f"{FIGURE} is stale: {said}.\n")


def test_the_code_of_training_changes(finished: Plan, call: CallCommand) -> None:
    for number, job in enumerate(finished.jobs):
        for run in job.planned:
            record = read_record(RUNS / f"{run.id}.json")
            write_record(record.model_copy(update={"code": "other"}), RUNS)
        step = step_of(finished, "train", number)
        note_step(step, Hashes())
        path = Path(step.made_of)
        plain = json.loads(path.read_text())
        plain["code"]["fingerprint"] = "other"
        write_note(path, plain)
    assert "): 12 to train (12 by other code), 0 kept.\n" in call("why")


def test_files_are_missing_edited_or_of_a_job_that_failed(finished: Plan, call: CallCommand) -> None:
    fits = Path("results/laptop/fits/paper/one/fits.csv")
    fits.write_text("edited")
    assert f"{FIGURE} is stale: {fits} was changed after it was made.\n" in call("why", FIGURE)
    fits.unlink()
    said = f"{FIGURE} is stale: {fits} is missing (deleted, or a job failed).\n"
    assert call("why", FIGURE) == f"{said}To be made again: fits, figures.\n"
    job = step_of(finished, "train", -1)
    Path(job.made_of).unlink()
    said = call("why", job.outputs["runs"][0])
    assert said.startswith(f"{job.outputs['runs'][0]} is kept, but its job runs again: {job.made_of} is ")
    Path(job.outputs["runs"][0]).unlink()
    Path(job.outputs["runs"][1]).write_text("{")
    counts = "2 to train (1 without a record, 1 with a damaged record), 0 kept.\n"
    assert f"Runs of paper/one (1 job): {counts}" in call("why")


def test_the_search_chose_another_learning_rate(finished: Plan, call: CallCommand) -> None:
    job = step_of(finished, "train", -1)
    (path,) = map(Path, job.inputs["learning_rate"])
    path.write_text(path.read_text().replace('"learning_rate": 0.02', '"learning_rate": 0.01'))
    for step in steps(finished):
        if str(path) in step.files:
            note_step(step, Hashes())
    said = call("why")
    assert f"{path} changed after runs were made from it" in said
    assert "4 to train (4 with another learning rate), 0 kept." in said


def test_data_that_are_missing_are_prepared_again_where_they_are_needed(
    finished: Plan, call: CallCommand
) -> None:
    """As Snakemake does: a folder of data may be deleted once everything is made of it."""
    step = step_of(finished, "data")
    for file in step.files[:-1]:
        Path(file).unlink()
    assert call("why") == "results/laptop is up to date.\n"
    manifest = step.outputs["manifest"][0]
    assert call("why", manifest).startswith(f"{manifest} is missing: {manifest}, ")
    Path(step_of(finished, "train").outputs["runs"][0]).unlink()
    counts = "1 to train (1 without a record), 11 only if the data come out different, 0 kept.\n"
    assert f"): {counts}" in call("why")
    Path(step.made_of).unlink()  # nothing tells any more whether they would come out as they were
    assert f"- not made yet: {manifest}, " in call("why")


def test_mistakes_are_one_sentence(finished: Plan, call: CallCommand) -> None:
    other = FIGURE.replace("fig1", "fig")
    nearest = f"{other} is not an output of the workflow in results/laptop; nearest are {FIGURE}, "
    assert call.error("why", other).startswith(nearest)
    place = "results/gpu/a.csv is not of this scale, whose outputs are in results/laptop"
    assert call.error("why", "results/gpu/a.csv") == f"{place}; name another with --scale"
    assert "no such scale file" in call.error("why", "results/laptop/a.csv", "--scale", "huge")
    Path("Snakefile").unlink()
    assert "there is no Snakefile here" in call.error("why")
