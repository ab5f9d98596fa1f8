"""Studies of another shape than learning curves: another value of any axis trains its runs alone."""

import copy
from pathlib import Path
from typing import Any

import pytest

from workflow.project import RESULTS, STUDY, Project

pytestmark = pytest.mark.slow

NAME = "tiny-2020/any"
ANALYSIS = """
import pandas as pd

TABLES = ("points",)
RUNS = True


def analyse(inputs, spec):
    return {"points": pd.read_csv(inputs.runs)}
"""


class Shaped(Project):
    """A project whose one study has axes over weight decay, and over sizes with their FLOP budgets."""

    @property
    def study_file(self) -> Path:
        return self.folder / "config" / "studies" / f"{NAME}.yaml"

    @property
    def runs(self) -> Path:
        return self.results / "runs" / NAME


def with_axes(decays: list[float], sizes: list[int]) -> dict[str, Any]:
    """The study with some values of its axes."""
    study = copy.deepcopy(STUDY)
    study.update(study=NAME, figures=[], protocol={"name": NAME})
    axes = {"optimiser.weight_decay": decays, "seed": [0]}
    budgets = [{"flops": 1e8 * size} for size in sizes]
    zipped = [{"subset.examples": sizes, "duration": budgets}]
    runs = {"axes": axes, "zipped": zipped, "model": {"family": "resnet", "width": 2}, "learning_rate": 0.01}
    del study["runs"]["duration"]
    study["scales"] = {"smoke": {"runs": runs}}
    return study


def test_another_value_of_any_axis_trains_its_runs_alone(tmp_path: Path) -> None:
    project = Shaped(Project.bare(tmp_path / "project").folder)
    (project.folder / "config" / "studies" / "hestness-2017" / "image.yaml").unlink()
    for folder in ("", "analyses/"):
        project.source(f"papers/tiny_2020/{folder}").mkdir()
        project.source(f"papers/tiny_2020/{folder}__init__.py").touch()
    project.source("papers/tiny_2020/analyses/any.py").write_text(ANALYSIS)

    def records(decays: list[float], sizes: list[int]) -> dict[str, bytes]:
        project.write_study(with_axes(decays, sizes))
        done = project.call("snakemake", "--cores", "2", "--config", "scale=smoke")
        assert done.returncode == 0, done.stdout + done.stderr
        return {run: state.content for run, state in project.records().items()}

    old = records([0, 0.1], [10, 20])
    new = records([0, 0.1, 0.2], [10, 20, 40])
    assert (len(old), len(new)) == (4, 9)
    assert {run: new[run] for run in old} == old  # not even written again
    table = (project.folder / RESULTS / "fits" / NAME / "points.csv").read_text().splitlines()
    assert len(table) == 10
    assert table[0].endswith(",duration.flops,optimiser.weight_decay")
