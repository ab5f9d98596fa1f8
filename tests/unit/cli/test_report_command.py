"""`scalinglaws report` draws figures again and refuses whatever else is behind."""

from pathlib import Path

import pytest

from scalinglaws.cli import report
from scalinglaws.cli.snakemake import Workflow
from scalinglaws.config.plan import Plan, plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.reading.selection import Selection
from scalinglaws.errors import RecordError
from scalinglaws.files import write_text
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.steps import note_step, steps
from unit.cli.conftest import Options

FIGURE = Path("results/laptop/figures/paper/fig1.pdf")


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The calls of Snakemake, which are noted and not made."""
    calls: list[tuple[str, ...]] = []

    def run(workflow: Workflow, *arguments: str) -> int:
        calls.append(arguments)
        return 0

    monkeypatch.setattr(Workflow, "run", run)
    return calls


def drawn_for_a_venue() -> None:
    """What `scalinglaws figures --venue icml` leaves."""
    for step in steps(plan(load_config(Selection(scale="laptop", set=["scale:look.venue=icml"])))):
        if step.stage == "figures":
            write_text(FIGURE, "drawn for a venue")
            note_step(step, Hashes())


def test_figures_of_a_venue_are_left_to_the_workflow(
    finished: Plan, options: Options, called: list[tuple[str, ...]]
) -> None:
    drawn_for_a_venue()
    assert report.run(options) == 0
    site, own = "results/laptop/site/index.html", "results/laptop/report/workflow.html"
    assert called == [(site,), ("--report", own)]


@pytest.mark.parametrize("part", ["fits/paper/one/fits.csv", "report/paper.txt"])
def test_other_results_that_are_behind_are_refused_and_named(
    finished: Plan, options: Options, called: list[tuple[str, ...]], part: str
) -> None:
    drawn_for_a_venue()
    write_text(Path("results/laptop") / part, "edited")
    with pytest.raises(RecordError, match=f"is not up to date .results/laptop/{part} was changed"):
        report.run(options)
    assert called == []
