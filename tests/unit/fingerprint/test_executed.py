"""Analyses and figures of the papers execute nothing that their fingerprints do not cover."""

import json
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config import plugins
from scalinglaws.config.plan import plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.stages import figures as stages_figures
from scalinglaws.staleness.steps import Step, steps
from unit.fingerprint.executed import not_covered, noting
from unit.known_entropy_study import known_entropy_study

QUICK = (
    "hestness-2017/projections",
    "rosenfeld-2021/surfaces",
    "weng-2026/chinchilla",
    "weng-2026/muennighoff",
    "weng-2026/pearce",
)
ROOT = plugins.PACKAGE.parents[1]


@cache
def every_step() -> tuple[Step, ...]:
    return steps(plan(load_config("smoke", ROOT / "config")))


def executed(stage: str, spec: dict[str, Any], *options: str) -> set[tuple[str, int]]:
    """The functions that a call of a stage executes."""
    main = import_module(f"scalinglaws.stages.{stage}").main
    with noting(plugins.PACKAGE) as found:
        main(["--spec", json.dumps(spec), *options])
    return found


@pytest.mark.parametrize("study", QUICK)
def test_an_analysis_and_its_figures(study: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(stages_figures, "save", lambda *_: [])  # the longest part; any figure does it
    of_study = [step for step in every_step() if step.spec.get("study") == study]
    (analysis,) = (step for step in of_study if step.stage == "fit")
    folder = str(Path(analysis.made_of).parent)
    ran = executed("fit", {**analysis.spec, "resamples": 20}, "--out", folder)
    assert not_covered(ran, analysis.modules) == set()
    assert any("papers" in file for file, _ in ran)
    figures = [step for step in of_study if step.stage == "figures"]
    assert figures
    for step in figures:
        ran = executed("figures", dict(step.spec), "--files", *step.inputs["files"], "--out", ".")
        assert not_covered(ran, step.modules) == set()
        assert any("papers" in file for file, _ in ran)


def test_an_analysis_of_a_trained_study() -> None:
    step = next(step for step in every_step() if step.name == "hestness-2017/theory")
    study = known_entropy_study()
    module = import_module("scalinglaws.papers.hestness_2017.analyses._known_entropy")
    with noting(plugins.PACKAGE) as ran:
        module.known_entropy(study)
    assert ran
    assert not_covered(ran, step.modules) == set()


def test_a_function_that_is_not_covered_is_found() -> None:
    with noting(plugins.PACKAGE) as ran:
        plugins.names("models")
        load_config("smoke", ROOT / "config")
    assert ("scalinglaws.config.reading.load", "load_config") in not_covered(ran, ["scalinglaws.files"])
    assert not_covered(ran, ["scalinglaws.config.reading.load"]) == set()
