"""What `scalinglaws replicate` says and calls, and the other commands on studies that train nothing."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.cli import publish, replicate
from scalinglaws.cli.adopt import adopt
from scalinglaws.cli.estimate import Estimates
from scalinglaws.cli.process.failures import LOCKED_OUT
from scalinglaws.cli.progress import Progress
from scalinglaws.cli.snakemake import Workflow
from scalinglaws.config.plan import Plan, plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.reading.selection import Selection
from scalinglaws.errors import RecordError
from scalinglaws.files import write_text
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.steps import note_step, steps
from scalinglaws.training.records.record import write_record

Options = argparse.Namespace
Capture = pytest.CaptureFixture[str]
CLAIM = (
    "claim,kind,verdict\nx,trained,reproduced\ny,trained,not testable at this scale\n"
    "z,recomputed,recomputed\n"
)


def work(paper: str | None = None) -> Plan:
    return plan(load_config(Selection(paper=paper)))


@dataclass
class Snakemake:
    """Stands in for it: the papers that it was called for, and what it says and returns by paper."""

    papers: list[str | None] = field(default_factory=list)
    said: dict[str | None, str] = field(default_factory=dict)
    status: dict[str | None, int] = field(default_factory=dict)

    def run(self, workflow: Workflow, *arguments: str, show: Any) -> int:
        self.papers.append(workflow.asked.paper)
        with workflow.log.open("a") as log:
            log.write(self.said.get(workflow.asked.paper, "Finished jobid: 1\n"))
        return self.status.get(workflow.asked.paper, 0)


@pytest.fixture
def snakemake(project: Path, monkeypatch: pytest.MonkeyPatch) -> Snakemake:
    """In a project where all claims are judged."""
    for study in ("paper/one", "other/two"):
        write_text(Path(f"results/laptop/report/claims/{study}.csv"), CLAIM)
    stand_in = Snakemake()
    monkeypatch.setattr(Workflow, "run", lambda *given, **named: stand_in.run(*given, **named))
    return stand_in


def test_papers_are_finished_one_after_the_other_and_the_end_fits_a_screen(
    snakemake: Snakemake, analysis: None, options: Options, capsys: Capture
) -> None:
    assert replicate.run(options) == 0
    assert snakemake.papers == ["other", "paper"]  # the one that needs no training comes first
    out = capsys.readouterr().out
    assert out.startswith(
        "Scale laptop: trains 12 of 12 runs, fits and draws in about 40 s (20 to 90) on 1 core.\n"
        "Order: other (no training), paper (12 runs).\n"
        "Shorter: PAPER=other (one paper).\n"
        "other is finished: 1 figure in results/laptop/figures/other/\n"
    )
    ending = out.partition("figures/paper/\n")[2].splitlines()
    assert ending[1:6] == [
        "paper              claims  reproduced  inconclusive  not reproduced  not testable",
        "other                   2           1             0               0             1",
        "other, recomputed       1           1             0               0             0",
        "paper                   2           1             0               0             1",
        "paper, recomputed       1           1             0               0             0",
    ]
    assert len(ending) < 24
    assert max(map(len, out.splitlines())) <= 100
    lines = [line for line in out.splitlines() if line]
    assert len(set(lines)) == len(lines)


def test_where_all_runs_are_trained_one_call_is_enough(
    snakemake: Snakemake,
    analysis: None,
    options: Options,
    make_record: Callable[..., Any],
    capsys: Capture,
) -> None:
    for job in work().jobs:
        for run in job.planned:
            write_record(make_record(job, run), Path("results/laptop/runs/paper/one"))
    assert replicate.run(options) == 0
    assert snakemake.papers == [None]
    said = "Scale laptop: all 12 runs are trained; fits, figures and verdicts are brought up to date.\n"
    assert capsys.readouterr().out.startswith(said)


def test_where_nothing_is_stale_snakemake_is_not_called(
    snakemake: Snakemake, options: Options, make_record: Callable[..., Any], capsys: Capture
) -> None:
    for job in work().jobs:
        for run in job.planned:
            write_record(make_record(job, run), Path("results/laptop/runs/paper/one"))
    for step in steps(work()):
        for file in step.files:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            Path(file).touch()
        note_step(step, Hashes())
    assert replicate.run(options) == 0
    assert snakemake.papers == []
    assert capsys.readouterr().out == (
        "Nothing to be done: results/laptop is up to date; its verdicts are in results/laptop/report/.\n"
    )


def test_a_paper_that_fails_is_reported_and_the_others_go_on(
    snakemake: Snakemake, analysis: None, options: Options, capsys: Capture
) -> None:
    snakemake.said["other"], snakemake.status["other"] = "error: two.yaml: is wrong\n", 1
    assert replicate.run(options) == 1
    assert snakemake.papers == ["other", "paper"]
    out, err = capsys.readouterr()
    assert err == (
        "\nerror: two.yaml: is wrong\n"
        "The workflow stopped; all of its output is in results/laptop/logs/snakemake.log\n"
    )
    assert out.splitlines()[-1] == "paper is finished: 1 figure in results/laptop/figures/paper/"


def test_a_lock_is_reported_once(
    snakemake: Snakemake, analysis: None, options: Options, capsys: Capture
) -> None:
    snakemake.said["other"], snakemake.status["other"] = f"{LOCKED_OUT}:\n", 1
    assert replicate.run(options) == 1
    assert snakemake.papers == ["other"]


def test_the_end_names_the_folders_that_there_are_and_the_report_of_one_study(
    snakemake: Snakemake, analysis: None, options: Options, capsys: Capture
) -> None:
    options.study = "other/two"
    assert replicate.run(options) == 0
    out = capsys.readouterr().out
    assert "results/laptop/report/other/two.txt" in out
    assert out.endswith("\nresults/laptop/ also has fits/ and logs/.\n")
    options.study = "paper/one"
    assert replicate.run(options) == 0
    assert capsys.readouterr().out.endswith("\nresults/laptop/ also has tables/, fits/ and logs/.\n")


def test_analyses_have_no_runs_to_adopt(analysis: None) -> None:
    assert adopt(work("other"), Path("records"), None) == 0  # type: ignore[arg-type]


def test_analyses_have_no_progress_to_show(analysis: None, capsys: Capture) -> None:
    asked = work("other")
    progress = Progress(asked, Path("results/laptop"), (), Estimates((), asked.config.scale.machine))
    progress.show()
    progress.end()
    assert capsys.readouterr().out == ""


def test_figures_and_claims_of_analyses_are_published(
    analysis: None, options: Options, capsys: Capture
) -> None:
    options.paper = "other"
    endings = ("pdf", "png", "csv", "caption.md", "caption.tex", "json")
    made = [Path(f"results/laptop/figures/other/fig2.{ending}") for ending in endings]
    made.append(Path("results/laptop/report/claims/other/two.csv"))
    with pytest.raises(RecordError, match="is not up to date"):
        publish.run(options)
    for step in steps(work("other")):
        for path in map(Path, step.files):
            write_text(path, f"made as {path}")
        note_step(step, Hashes())
    assert publish.run(options) == 0
    published = [f"figures/other/fig2.{ending}" for ending in endings]
    published.append("records/laptop/other/two/claims.csv")
    assert capsys.readouterr().out.splitlines() == published
    assert [Path(name).read_text() for name in published] == [f"made as {path}" for path in made]
