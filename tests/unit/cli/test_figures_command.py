"""The options of `scalinglaws figures`, and which figures it draws."""

import argparse
import shutil

import pytest

from scalinglaws.cli import figures as command
from scalinglaws.cli.figures import figure_steps, look_settings
from scalinglaws.config.plan import Plan, plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.reading.selection import Selection
from scalinglaws.errors import ConfigError
from scalinglaws.staleness.steps import Step, steps


def of_pearce(*settings: str) -> tuple[Step, ...]:
    return steps(plan(load_config(Selection(scale="smoke", study="weng-2026/pearce", set=settings))))


def test_a_change_of_the_venue_changes_the_specs_of_figures_and_of_nothing_else() -> None:
    given = argparse.Namespace(venue="icml", columns="1", width=None, format="pdf,svg")
    before, after = of_pearce(), of_pearce(*look_settings(given))
    changed = [new for old, new in zip(before, after, strict=True) if old.text != new.text]
    assert {step.stage for step in changed} == {"figures"}
    assert len(changed) == len(figure_steps(before, None)) > 0
    assert changed[0].spec["look"] == {"venue": "icml", "columns": 1, "formats": ["pdf", "svg"]}
    endings = [file.rpartition("/")[2].partition(".")[2] for file in changed[0].outputs["figure"]]
    assert endings == ["pdf", "svg", "csv", "caption.md", "caption.tex", "json"]


def test_an_unknown_venue_or_figure_is_an_error_that_names_what_there_is() -> None:
    with pytest.raises(ConfigError, match=r"look\.venue.*neurips"):
        of_pearce("scale:look.venue=nips")
    with pytest.raises(ConfigError, match="--figure"):
        figure_steps(of_pearce(), "no-such-figure")


def test_pgf_without_tex_is_one_error_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_work(work: Plan) -> None:
        pytest.fail("the steps were looked at")

    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(command, "steps", no_work)
    asked = {"scale": "smoke", "study": "weng-2026/pearce", "set": None, "figure": None}
    look = {"venue": None, "columns": None, "width": None, "format": "pgf,pdf"}
    with pytest.raises(ConfigError, match="pgf needs pdflatex, which is not installed"):
        command.run(argparse.Namespace(**asked, **look))
