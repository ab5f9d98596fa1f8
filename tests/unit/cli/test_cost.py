"""The table of costs."""

import argparse
from pathlib import Path

import pytest

from scalinglaws.cli import cost
from scalinglaws.config.plan import plan
from scalinglaws.config.reading.load import load_config
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
def test_shipped_scales_are_known_in_full(
    scale: str, options: Options, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    work = plan(load_config(scale))
    text = printed(Options(scale=scale, paper=None), capsys)
    (total,) = [line for line in text.splitlines() if line.startswith("all ")]
    assert f"{sum(len(study.runs) for study in work.studies):,}" in total.split()
    assert "unknown" not in text  # every source tells the shape of its examples
    assert ("assumed, not measured" in text) == (work.config.scale.device != "cpu")
    assert max(map(len, text.splitlines()[1:])) <= 100  # the first holds the scale's own description


def test_a_row_holds_the_exact_flops_of_a_study(
    project: Path, options: Options, capsys: pytest.CaptureFixture[str]
) -> None:
    (row,) = [line.split() for line in printed(options, capsys).splitlines() if line.startswith("paper/one")]
    sizes = [model_size(build((1, 28, 28), 10, width=width), (1, 28, 28)) for width in (1, 2)]
    assert row[1:3] == ["2", "12"]  # per model two runs of the search, and two subsets for each of two seeds
    assert row[3:6] == [f"{sizes[0].parameters:.1e}", "to", f"{sizes[1].parameters:.1e}"]
    # Batches of 64, or of all examples where there are fewer.
    flops = sum(size.flops_per_example for size in sizes) * 100 * (4 * 64 + 2 * 10)
    assert float(row[6]) == pytest.approx(flops, rel=0.05)


def test_an_analysis_trains_nothing(
    analysis: None, options: Options, capsys: pytest.CaptureFixture[str]
) -> None:
    assert printed(options, capsys).endswith("\n1 more study trains nothing.\n")
    options.paper = "other"
    assert printed(options, capsys).splitlines()[1:] == ["", "1 study trains nothing."]
