"""The estimate before anything starts."""

import argparse
from pathlib import Path

import pytest

from scalinglaws.commands import cost
from scalinglaws.commands.cost import Prices
from scalinglaws.config.load import load_config
from scalinglaws.config.plan import Plan, plan
from scalinglaws.config.scale import Machine
from scalinglaws.models.resnet import build
from scalinglaws.training.flops import model_size

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = sorted(path.stem for path in (ROOT / "config").glob("*.yaml"))
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
    machine = work.config.scale.machine
    assert "At most: every run is priced at its whole budget" in text
    assert f"Assumed, not measured: {machine.flops_per_second:.1e} FLOP/s" in text
    assert f"with {machine.workers} at a time" in text


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
    assert cost._duration(seconds) == text
