"""The estimate before anything starts."""

import argparse
import json
from collections import Counter
from pathlib import Path

import pytest
from scalinglaws.cli.prices import Prices
from scalinglaws.cli.timings import this_host

from scalinglaws.cli import cost
from scalinglaws.cli.cost import START_SECONDS, wall_seconds
from scalinglaws.config.job import Job
from scalinglaws.config.plan import Plan, plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.scale import Machine
from scalinglaws.config.spec import identity
from scalinglaws.counting.flops import model_size
from scalinglaws.models.resnet import build

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = [
    pytest.param(path.stem, marks=pytest.mark.slow if path.stem == "paper" else ())
    for path in sorted((ROOT / "config").glob("*.yaml"))
]
Options = argparse.Namespace


def printed(options: Options, capsys: pytest.CaptureFixture[str]) -> str:
    assert cost.run(options) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("scale", SHIPPED)
def test_shipped_scales(
    scale: str, options: Options, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    work = plan(load_config(scale))
    text = printed(Options(scale=scale, paper=None), capsys)
    (total,) = [line for line in text.splitlines() if line.startswith("all ")]
    assert int(total.split()[1]) == sum(len(study.runs) for study in work.studies)
    assert "unknown" not in text  # all forms of data have sizes
    machine = work.config.scale.machine
    assert "At most: every run is priced at its whole budget" in text
    assumed = f"Assumed, not measured: {machine.flops_per_second:.1e} FLOP/s" in text
    assert assumed != ("Measured " in text)
    assert assumed or work.config.scale.device == "cpu"  # the published runs were made on CPUs
    assert f"{len(work.jobs)} jobs, {machine.workers} at a time" in text


def test_one_row_a_model(project: Path, options: Options, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(options, capsys).splitlines()
    rows = {line.split()[1]: line.split() for line in lines if line.startswith("paper/one")}
    assert set(rows) == {"resnet-width1", "resnet-width2"}
    for width in (1, 2):
        size = model_size(build((1, 28, 28), 10, width=width), (1, 28, 28))
        row = rows[f"resnet-width{width}"]
        assert row[2] == f"{size.parameters:,}"
        assert row[3] == "6"  # two of the search, two subsets for each of two seeds
        # Batches of 64, or of all examples where there are fewer.
        assert float(row[4]) == pytest.approx(size.flops_per_example * 100 * (4 * 64 + 2 * 10), rel=0.01)


SIZE = {"parameters": 10**4, "embedding_parameters": 0, "forward_flops": {"body": 3 * 10**4}, "outputs": 10}
"""Of a made-up model."""


def test_measured_runs_replace_what_is_assumed(
    work: Plan, options: Options, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Assumed, not measured: 1.0e+10 FLOP/s sustained and at least 4 ms a step" in printed(
        options, capsys
    )
    folder = Path("results/laptop/runs/paper/one")
    folder.mkdir(parents=True)
    where = {
        "cpu_seconds": 60.0,
        "device": "cpu",
        "platform": "here",
        "processor": this_host("cpu").processor,
        "evaluation_share": 0.0,
    }
    for job in work.jobs:
        alike = Counter(run.subset.examples for run in job.runs)
        for run in job.runs:
            if run.model.options["width"] == 2:
                plain = {
                    "spec": identity(run),
                    "model": {**SIZE, "training_flops": {"body": 10**5}, "products": 17},
                    "result": {"steps": 50},
                    "provenance": {**where, "ensemble": alike[run.subset.examples]},
                }
                (folder / f"{run.id}.json").write_text(json.dumps(plain))
    text = printed(options, capsys)
    assert "Assumed" not in text
    assert "Measured on this machine (" in text
    assert ", in 6 runs; patience" in text
    assert "model, data and batch of 6 of the 12 runs; for 6 it is interpolated in FLOPs." in text
    (row,) = [line.split() for line in text.splitlines() if "resnet-width2" in line]
    assert (row[-3], row[-1]) == ("min", "min")
    assert float(row[-4]) == pytest.approx(6, rel=0.1)  # six runs of a minute; not all in equal ensembles
    assert float(row[-2]) == pytest.approx(2 * float(row[-4]), rel=0.02)  # they took half of their steps
    assert float(row[5]) == pytest.approx(2 * float(row[4]), rel=0.01)


def job(study: str, phase: str, width: int) -> Job:
    runs = [{**RUN, "model": {"family": "resnet", "options": {"width": width}}}]
    return Job.model_validate({"study": study, "name": f"{phase}{width}", "phase": phase, "runs": runs})


RUN = {
    "task": "image-classification",
    "data": {"source": "fashion-mnist"},
    "subset": {"examples": 10, "seed": 0},
    "learning_rate": 0.1,
    "budget": {"steps": 10},
    "seed": 0,
}


@pytest.mark.parametrize(
    ("workers", "expected"),
    [
        (1, 20 + 10 + 5 + 40 + 1),
        (2, 20 + 40),  # the search of 20, then its grid of 40; the others fit beside them
        (9, 20 + 40),
    ],
)
def test_jobs_are_scheduled(workers: int, expected: float) -> None:
    jobs = [
        job("a/b", "search", 1),
        job("a/b", "search", 2),
        job("a/b", "grid", 1),
        job("a/b", "grid", 2),
        job("c/d", "grid", 2),  # of another study: it waits for no search
    ]
    lengths = [20, 10, 40, 5, 1]
    started = {1: 5, 2: 2, 9: 2}[workers]
    assert wall_seconds(jobs, lengths, workers) == pytest.approx(expected + started * START_SECONDS)


def test_a_long_job_does_not_come_last() -> None:
    jobs = [job("a/b", "grid", width) for width in (1, 2, 3, 4)]
    assert wall_seconds(jobs, [10, 10, 10, 30], 2) == pytest.approx(30 + 3 * START_SECONDS)


def test_a_step_takes_the_longer_of_the_two_assumed_times(work: Plan) -> None:
    run = max(work.studies[0].runs, key=lambda spec: spec.subset.examples)
    slow = Prices(Machine(flops_per_second=1e3, seconds_per_step=1e-9, workers=1)).of(run)
    assert slow.seconds == pytest.approx(slow.flops / 1e3)
    launches = Prices(Machine(flops_per_second=1e30, seconds_per_step=0.5, workers=1)).of(run)
    assert launches.seconds == 0.5 * run.budget.steps
    assert launches.flops == slow.flops


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (59, "59.0 s"), (90, "1.5 min"), (5400, "1.5 h"), (2e5, "2.3 days")],
)
def test_durations(seconds: float, text: str) -> None:
    assert cost.duration(seconds) == text
