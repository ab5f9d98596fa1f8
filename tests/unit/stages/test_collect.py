"""From run records to tables."""

import csv
import json
import math
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config.spec import RunSpec
from scalinglaws.errors import ConfigError, RecordError
from scalinglaws.stages.collect import main
from scalinglaws.staleness.made_of import read_made_of
from scalinglaws.tables.csv import read_table
from scalinglaws.tables.schema import CURVES, RUNS, SEARCHES
from scalinglaws.training.records.record import Record, write_record
from scalinglaws.training.records.search import choice_file, find_learning_rate, write_choice
from unit.made_records import run_record, run_result, run_spec, searched
from unit.toy_images import prepare_images

RUN_COLUMNS = [
    "run", "level", "density", "study", "phase", "model", "parameters", "parameters_without_embeddings",
    "flops_per_example", "forward_flops_per_example",
    "flops_body", "flops_attention", "flops_head", "flops_embedding",
    "examples", "data_size", "seed", "learning_rate",
    "status", "stopped", "steps", "diverged_at", "examples_seen", "data_seen", "training_flops", "versions",
    "cross_entropy", "cross_entropy_passed", "cross_entropy_slope",
    "top1_error", "top1_error_passed", "top1_error_slope",
]  # fmt: skip
MODEL = "resnet-depth8-width1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a small data set is prepared."""
    return prepare_images(tmp_path)


@pytest.fixture
def records() -> list[Record]:
    """Four runs, one of which diverged."""
    specs = [run_spec(subset={"examples": n, "seed": s}, seed=s) for n in (8, 40) for s in (0, 1)]
    lowest = [0.1 + 0.2 / i for i in range(2, 5)]
    results = [run_result(cross_entropy=[low, 2.0], top1_error=[1 / 3, 0.25]) for low in lowest]
    return [run_record(*each) for each in zip(specs, [run_result(), *results], strict=True)]


def collect(folder: Path, records: list[Record], out: str = "tables", **spec: Any) -> Path:
    for record in records:
        write_record(record, folder / "runs")
    return collect_again(folder, records, out, **spec)


def collect_again(folder: Path, records: list[Record], out: str = "tables", **spec: Any) -> Path:
    text = json.dumps({"study": "paper/one", "runs": [record.run for record in records], **spec})
    places = ["--runs", str(folder / "runs"), "--data", str(folder / "data")]
    places += ["--subsets", str(folder / "subsets"), "--out", str(folder / out)]
    main(["--spec", text, *places, "--made-of", str(folder / "made-of.json")])
    return folder / out


def search(folder: Path, losses: dict[float, float], best: float = 0.0) -> list[Record]:
    """Do a search with given losses; what the rule adds is the better the nearer it is to `best`."""
    made: dict[str, Record] = {}

    def records(runs: Sequence[RunSpec]) -> list[Record]:
        for run in runs:
            rate = float(run.learning_rate)
            loss = losses.get(rate, 1 + abs(rate - best))
            curves = {"cross_entropy": [loss, loss], "top1_error": [0.5, 0.5]} if math.isfinite(loss) else {}
            made[run.id] = run_record(run, run_result(**curves), phase="search")
        return [made[run.id] for run in runs]

    asked = searched(*losses, metric="cross_entropy")
    write_choice(find_learning_rate(asked, records), choice_file(folder / "runs", MODEL))
    for record in made.values():
        write_record(record, folder / "runs")
    return list(made.values())


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


def test_one_row_per_run(folder: Path, records: list[Record]) -> None:
    table = rows(collect(folder, records) / "runs.csv")
    assert list(table[0]) == RUN_COLUMNS
    found = [(row["examples"], row["seed"]) for row in table]
    assert found == [("8", "0"), ("8", "1"), ("40", "0"), ("40", "1")]
    first, second = table[:2]
    assert (first["status"], first["stopped"], first["diverged_at"]) == ("diverged", "diverged", "7")
    assert (first["cross_entropy"], first["cross_entropy_passed"], first["top1_error_slope"]) == (
        "",
        "false",
        "",
    )
    assert (second["status"], second["stopped"], second["steps"]) == ("completed", "duration", "10")
    assert (second["diverged_at"], second["cross_entropy"]) == ("", "0.2")
    assert float(table[2]["cross_entropy"]) == 0.1 + 0.2 / 3  # in full
    assert (second["data_size"], second["data_seen"]) == ("2.0", "10.0")  # four classes, five epochs
    assert (second["parameters"], second["parameters_without_embeddings"]) == ("100", "80")
    assert (second["flops_per_example"], second["forward_flops_per_example"]) == ("2000", "600")
    parts = [second[f"flops_{part}"] for part in ("body", "attention", "head", "embedding")]
    assert parts == ["1500", "200", "300", "0"]
    assert second["training_flops"] == str(2000 * 40)  # ten steps of four examples
    assert (second["model"], second["level"], second["density"]) == (MODEL, "0", "1.0")


def test_the_score_of_the_study_is_what_counts(folder: Path, records: list[Record]) -> None:
    table = rows(collect(folder, records, score="final") / "runs.csv")
    assert [row["cross_entropy"] for row in table] == ["", "2.0", "2.0", "2.0"]
    assert [row["top1_error"] for row in table] == ["", "0.25", "0.25", "0.25"]


def test_each_metric_says_whether_its_minimum_was_passed(folder: Path) -> None:
    falling, rising = [8.0, 4.0, 2.0], [1.0, 2.0, 4.0]
    runs = [
        run_record(
            run_spec(seed=seed, duration={"steps": 100}, schedule={"warmup": {"share": 0}}, **more),
            run_result((4, 8, 16), loss=falling, error=rising),
        )
        for seed, more in enumerate([{}, {"stopping": {"patience": 2}}, {"stopping": {"patience": 3}}])
    ]
    table = rows(collect(folder, runs) / "runs.csv")
    found = [(row["loss_passed"], row["error_passed"]) for row in table]
    assert found == [("false", "false"), ("false", "true"), ("false", "false")]
    for row in table:
        assert float(row["loss_slope"]) == pytest.approx(-1)
        assert float(row["error_slope"]) == pytest.approx(1)


def test_each_level_of_pruning_has_a_row_and_a_curve(folder: Path) -> None:
    levels = [run_result((4, 8), level, loss=[2.0 + level, 1.0 + level]) for level in (0, 1, 2)]
    tables = collect(folder, [run_record(run_spec(), *levels)])
    found = [(row["level"], row["density"], row["loss"]) for row in rows(tables / "runs.csv")]
    assert found == [("0", "1.0", "1.0"), ("1", "0.5", "2.0"), ("2", "0.25", "3.0")]
    points = [(row["level"], row["step"]) for row in rows(tables / "curves.csv")]
    assert points == [(level, step) for level in "012" for step in "48"]


def test_each_other_axis_has_a_column(folder: Path) -> None:
    blocks: list[dict[str, Any]] = [
        {"optimiser": {"batch": 4}, "duration": {"flops": 1e12}},
        {"optimiser": {"name": "adam", "weight_decay": 0.1, "betas": [0.9, 0.95]}, "duration": {"steps": 7}},
    ]
    runs = [
        run_record(run_spec(seed=s, **block), run_result(loss=[2.0, 1.0])) for s, block in enumerate(blocks)
    ]
    axes = ["duration.flops", "optimiser.betas", "optimiser.name", "optimiser.weight_decay", "precision"]
    tables = collect(folder, runs, axes=axes)
    table = rows(tables / "runs.csv")
    assert list(table[0])[-5:] == axes
    assert [[row[axis] for axis in axes] for row in table] == [
        ["1000000000000.0", "", "sgd", "0.0", "float32"],
        ["", "[0.9,0.95]", "adam", "0.1", "float32"],
    ]
    read = read_table(tables / "runs.csv", RUNS)
    assert read["optimiser.name"].tolist() == ["sgd", "adam"]
    assert read["optimiser.weight_decay"].tolist() == [0.0, 0.1]
    assert read["loss_passed"].tolist() == [False, False]


def test_one_row_per_evaluation(folder: Path, records: list[Record]) -> None:
    table = rows(collect(folder, records) / "curves.csv")
    assert list(table[0]) == ["run", "level", "step", "training_loss", "cross_entropy", "top1_error"]
    keys = [(row["run"], int(row["step"])) for row in table]
    assert keys == sorted((record.run, step) for record in records[1:] for step in (2, 10))


def test_the_runs_of_a_search_are_those_that_its_choice_names(folder: Path, records: list[Record]) -> None:
    former = search(folder, {0.5: 9.0, 1.0: 8.0}, best=4.0)  # goes up to 8
    present = search(folder, {0.01: 2.0, 0.02: math.inf}, best=0.0)
    assert len(former) == len(present) == 5
    tables = collect(folder, records, choices=[MODEL])
    found = [row for row in rows(tables / "runs.csv") if row["phase"] == "search"]
    assert sorted(row["run"] for row in found) == sorted(record.run for record in present)
    table = rows(tables / "searches.csv")
    assert list(table[0]) == list(SEARCHES.names)
    names = ("learning_rate", "score", "chosen", "added", "at_edge", "subsets", "diverged")
    assert [tuple(row[name] for name in names) for row in table] == [
        ("0.00125", repr(math.log(1.00125)), "true", "true", "true", "1", "0"),
        ("0.0025", repr(math.log(1.0025)), "false", "true", "true", "1", "0"),
        ("0.005", repr(math.log(1.005)), "false", "true", "true", "1", "0"),
        ("0.01", repr(math.log(2.0)), "false", "false", "true", "1", "0"),
        ("0.02", "nan", "false", "false", "true", "1", "1"),
    ]
    assert {(row["model"], row["parameters"], row["metric"]) for row in table} == {
        (MODEL, "100", "cross_entropy")
    }
    made_of = read_made_of(folder / "made-of.json")
    assert made_of is not None
    read = {Path(file).name for file in made_of.inputs}
    assert {f"{MODEL}.json", *(f"{record.run}.json" for record in (*records, *present))} <= read
    assert read.isdisjoint(f"{record.run}.json" for record in former)
    assert {Path(file).name for file in made_of.outputs} == {"runs.csv", "curves.csv", "searches.csv"}


def test_a_run_that_the_plan_and_the_choice_name_is_collected_once(folder: Path) -> None:
    runs = search(folder, {0.01: 1.0, 0.02: 2.0})
    table = rows(collect(folder, runs[:1], choices=[MODEL]) / "runs.csv")
    assert len(table) == len(runs)
    # As where a study asks by number for a learning rate that it had searched.
    assert [row["run"] for row in table if row["phase"] == "grid"] == [runs[0].run]


def test_without_a_search_its_table_is_empty(folder: Path, records: list[Record]) -> None:
    assert (collect(folder, records) / "searches.csv").read_text() == ",".join(SEARCHES.names) + "\n"


def test_tables_are_read_as_they_are_written(folder: Path, records: list[Record]) -> None:
    search(folder, {0.01: 1.0, 0.02: 2.0})
    tables = collect(folder, records, choices=[MODEL])
    for table in (RUNS, CURVES, SEARCHES):
        assert len(read_table(tables / f"{table.name}.csv", table))


def test_tables_depend_on_nothing_but_the_runs(folder: Path, records: list[Record]) -> None:
    one = collect(folder, records, "one")
    there = records[0].provenance.model_copy(update={"started": "later", "platform": "there"})
    later = [record.model_copy(update={"provenance": there}) for record in records]
    random.Random(0).shuffle(later)
    two = collect(folder, later, "two")
    for name in ("runs.csv", "curves.csv"):
        assert (one / name).read_bytes() == (two / name).read_bytes()
        assert b"\r" not in (one / name).read_bytes()


def test_all_runs_may_diverge(folder: Path) -> None:
    tables = collect(folder, [run_record(run_spec(), run_result())])
    assert [row["status"] for row in rows(tables / "runs.csv")] == ["diverged"]
    assert (tables / "curves.csv").read_text() == "run,level,step,training_loss\n"


def test_a_missing_record(folder: Path, records: list[Record]) -> None:
    collect(folder, records)
    (folder / "runs" / f"{records[0].run}.json").unlink()
    with pytest.raises(RecordError, match=rf"{records[0].run}\.json: no such run record"):
        collect_again(folder, records)


def test_a_missing_choice(folder: Path, records: list[Record]) -> None:
    with pytest.raises(RecordError, match=rf"{MODEL}\.json: not the outcome of a learning-rate search"):
        collect(folder, records, choices=[MODEL])


def test_a_bad_spec(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="CollectSpec"):
        main(["--spec", "{}", "--runs", "a", "--data", "b", "--subsets", "c", "--out", str(tmp_path)])
