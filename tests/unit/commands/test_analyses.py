"""Commands on studies that train nothing: what is published, adopted, priced."""

import argparse
from pathlib import Path

import pytest

from scalinglaws.cli import cost, publish, replicate, snakemake
from scalinglaws.cli.adopt import adopt
from scalinglaws.cli.progress import Progress
from scalinglaws.config.plan import Plan, plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.errors import RecordError

Options = argparse.Namespace
Capture = pytest.CaptureFixture[str]


def work(paper: str | None = None) -> Plan:
    return plan(load_config("laptop", paper=paper))


@pytest.fixture
def finished(analysis: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project in which Snakemake finds nothing to do."""
    Path("Snakefile").touch()
    monkeypatch.setattr(replicate.signal, "signal", lambda *_: None)
    monkeypatch.setattr(snakemake, "start", lambda call, log: log.write("Nothing to be done"))
    monkeypatch.setattr(replicate, "_watch", lambda *_: 0)


def test_replicate_without_runs(finished: None, analysis: None, options: Options, capsys: Capture) -> None:
    options.paper = "other"
    options.adopt = Path("records")
    assert replicate.run(options) == 0
    out = capsys.readouterr().out
    assert "results/laptop/figures/other/fig2.pdf" in out
    assert "tables    " not in out


def test_there_are_no_runs_to_adopt(
    analysis: None, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snakemake, "start", lambda call, log: pytest.fail("called"))
    assert adopt(work("other"), Path("records"), options, Path("log")) == 0


def test_there_is_no_progress_to_show(analysis: None, capsys: Capture) -> None:
    progress = Progress(work("other"), Path("results/laptop"))
    progress.show()
    progress.end()
    assert capsys.readouterr().out == ""


def test_figures_and_claims_are_published(analysis: None, options: Options, capsys: Capture) -> None:
    options.paper = "other"
    made = [Path(f"results/laptop/figures/other/fig2.{ending}") for ending in ("pdf", "png", "csv")]
    made.append(Path("results/laptop/report/claims/other/two.csv"))
    for path in made:
        with pytest.raises(RecordError, match="not there"):
            publish.run(options)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"made as {path}")
    assert publish.run(options) == 0
    published = ["figures/other/fig2.pdf", "figures/other/fig2.png", "figures/other/fig2.csv"]
    published.append("records/laptop/other/two/claims.csv")
    assert capsys.readouterr().out.splitlines() == published
    assert [Path(name).read_text() for name in published] == [f"made as {path}" for path in made]


def test_an_analysis_costs_no_training(analysis: None, options: Options, capsys: Capture) -> None:
    assert cost.run(options) == 0
    text = capsys.readouterr().out
    assert "Nothing is trained for other/two.\n" in text
    assert "paper/one" in text
    options.paper = "other"
    assert cost.run(options) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["", "Nothing is trained for other/two."]
