"""From run records to tables."""

import csv
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from scalinglaws.config.spec import RunSpec
from scalinglaws.errors import ConfigError, RecordError
from scalinglaws.stages.collect import main
from scalinglaws.training.records.record import Record, write_record

MakeSpec = Callable[..., RunSpec]
MakeRecord = Callable[..., Record]
RUN_COLUMNS = [
    "run", "study", "phase", "model", "parameters", "parameters_without_embeddings",
    "flops_per_example", "forward_flops_per_example",
    "flops_body", "flops_attention", "flops_head", "flops_embedding",
    "examples", "data_size", "seed", "learning_rate",
    "status", "stopped", "steps", "diverged_at", "examples_seen", "training_flops", "versions",
    "cross_entropy", "top1_error",
]  # fmt: skip


@pytest.fixture
def records(make_spec: MakeSpec, make_record: MakeRecord) -> list[Record]:
    """Four runs of the grid, one of which diverged, and one of the search."""
    specs = [make_spec(subset={"examples": n, "seed": s}, seed=s) for n in (8, 40) for s in (0, 1)]
    made = [
        make_record(spec, cross_entropy=0.1 + 0.2 / i, top1_error=1 / 3) for i, spec in enumerate(specs, 1)
    ]
    made[0] = diverged(make_record(specs[0]), 7)
    search = make_spec(learning_rate=0.5)
    return [*made, make_record(search, phase="search", cross_entropy=1.0, top1_error=0.25)]


def diverged(record: Record, step: int) -> Record:
    """The record of a run that diverged at a step."""
    return record.model_copy(update={"result": record.result.model_copy(update={"diverged_at": step})})


def collect(folder: Path, records: list[Record], out: str = "tables") -> Path:
    for record in records:
        write_record(record, folder / "runs")
    return collect_again(folder, records, out)


def collect_again(folder: Path, records: list[Record], out: str = "tables") -> Path:
    spec = json.dumps({"study": "paper/one", "runs": [record.run for record in records]})
    places = ["--runs", str(folder / "runs"), "--data", str(folder / "data")]
    places += ["--subsets", str(folder / "subsets"), "--out", str(folder / out)]
    main(["--spec", spec, *places])
    return folder / out


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


def test_one_row_per_run(prepared: Path, records: list[Record]) -> None:
    table = rows(collect(prepared, records) / "runs.csv")
    assert list(table[0]) == RUN_COLUMNS
    assert [(row["phase"], row["examples"], row["seed"]) for row in table] == [
        ("grid", "8", "0"),
        ("grid", "8", "1"),
        ("grid", "40", "0"),
        ("grid", "40", "1"),
        ("search", "8", "0"),
    ]
    first, second = table[:2]
    assert (first["status"], first["stopped"], first["diverged_at"]) == ("diverged", "diverged", "7")
    assert (first["cross_entropy"], first["top1_error"]) == ("", "")
    assert (second["status"], second["stopped"], second["steps"]) == ("completed", "budget", "10")
    assert (second["diverged_at"], second["cross_entropy"]) == ("", "0.2")
    assert float(table[2]["cross_entropy"]) == 0.1 + 0.2 / 3  # in full
    assert second["data_size"] == "2.0"  # four classes
    assert (second["parameters"], second["parameters_without_embeddings"]) == ("100", "80")
    assert (second["flops_per_example"], second["forward_flops_per_example"]) == ("2000", "600")
    parts = [second[f"flops_{part}"] for part in ("body", "attention", "head", "embedding")]
    assert parts == ["1500", "200", "300", "0"]
    assert second["training_flops"] == str(2000 * 40)  # ten steps of four examples
    assert second["model"] == "resnet-depth8-width1"


def test_one_row_an_evaluation(prepared: Path, records: list[Record]) -> None:
    table = rows(collect(prepared, records) / "curves.csv")
    assert list(table[0]) == ["run", "step", "training_loss", "cross_entropy", "top1_error"]
    assert len(table) == 2 * 4
    keys = [(row["run"], int(row["step"])) for row in table]
    assert keys == sorted(keys)
    assert {row["step"] for row in table} == {"2", "10"}


def test_tables_depend_on_nothing_but_the_runs(prepared: Path, records: list[Record]) -> None:
    one = collect(prepared, records, "one")
    later = [
        record.model_copy(
            update={
                "provenance": record.provenance.model_copy(update={"started": "later", "platform": "there"})
            }
        )
        for record in records
    ]
    random.Random(0).shuffle(later)
    two = collect(prepared, later, "two")
    for name in ("runs.csv", "curves.csv"):
        assert (one / name).read_bytes() == (two / name).read_bytes()
        assert b"\r" not in (one / name).read_bytes()


def test_all_runs_may_diverge(prepared: Path, make_spec: MakeSpec, make_record: MakeRecord) -> None:
    tables = collect(prepared, [make_record(make_spec())])
    assert [row["status"] for row in rows(tables / "runs.csv")] == ["diverged"]
    assert (tables / "curves.csv").read_text() == "run,step,training_loss\n"


def test_a_missing_record(prepared: Path, records: list[Record]) -> None:
    collect(prepared, records)
    (prepared / "runs" / f"{records[0].run}.json").unlink()
    with pytest.raises(RecordError, match=rf"{records[0].run}\.json: no such run record"):
        collect_again(prepared, records)


def test_a_bad_spec(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="CollectSpec"):
        main(["--spec", "{}", "--runs", "a", "--data", "b", "--subsets", "c", "--out", str(tmp_path)])
