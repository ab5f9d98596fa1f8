"""Commands on studies that train nothing: what is fetched, left out, published, adopted, priced."""

import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from scalinglaws.cli import cost, publish, replicate, snakemake
from scalinglaws.cli.adopt import adopt
from scalinglaws.cli.progress import Progress
from scalinglaws.config.load import load_config
from scalinglaws.config.plan import Plan, plan
from scalinglaws.errors import DataError, RecordError
from scalinglaws.files import sha256_of
from scalinglaws.public_runs import available as availability
from scalinglaws.public_runs import fetch_missing as fetch
from scalinglaws.public_runs.available import available, missing
from scalinglaws.public_runs.fetch_missing import fetch_missing
from scalinglaws.public_runs.published_set import MIRROR, PublishedSet

FILE = "svg_extracted_data.csv"
Options = argparse.Namespace
Capture = pytest.CaptureFixture[str]


def work(paper: str | None = None) -> Plan:
    return plan(load_config("laptop", paper=paper))


def put(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text("points")
    return folder


@pytest.fixture
def upstream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the set is fetched from, and what it now pins."""
    folder = put(tmp_path / "upstream")
    forms = ({FILE: sha256_of(folder / FILE)},)
    data = PublishedSet("chinchilla-points", "Points", "none", "a figure", f"{folder.as_uri()}/", forms)
    monkeypatch.setattr(availability, "published_set", {"chinchilla-points": data}.__getitem__)
    return folder


def test_what_is_missing_is_left_out_by_name(analysis: Path) -> None:
    asked = work()
    assert [data.name for data in missing(asked)] == ["chinchilla-points"]
    possible, lines = available(asked)
    assert (possible.studies, possible.analyses) == (asked.studies, ())
    assert lines == (
        "figure other/fig2 is left out: its public run data (chinchilla-points) are not here. `make "
        f"replicate` fetches them where there is a network; or put {FILE} into results/archives, or into a "
        f"folder named by {MIRROR} or under `locations` in the scale file",
    )


def test_a_study_without_figures_is_named_itself(analysis: Path) -> None:
    asked = work()
    study = replace(asked.analyses[0], study=asked.analyses[0].study.model_copy(update={"figures": ()}))
    (line,) = available(replace(asked, analyses=(study,)))[1]
    assert line.startswith("study other/two is left out: ")


@pytest.mark.parametrize("place", ["archives", "mirror", "location"])
def test_data_in_any_of_the_places_are_enough(
    analysis: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put(analysis if place == "archives" else Path("elsewhere"))
    if place == "mirror":
        monkeypatch.setenv(MIRROR, str(folder))
    if place == "location":
        with Path("config/laptop.yaml").open("a") as stream:
            stream.write(f"locations: {{chinchilla-points: {folder}}}\n")
    assert available(work()) == (work(), ())


def test_a_table_that_was_made_before_is_enough(analysis: Path) -> None:
    tables = Path("results/laptop/published")
    tables.mkdir(parents=True)
    (tables / "chinchilla-points.csv").write_text("N\n")
    assert missing(work())
    (tables / "chinchilla-points.json").write_text("{}")
    assert not missing(work())


def test_what_is_missing_is_fetched_once(analysis: Path, upstream: Path, capsys: Capture) -> None:
    fetch_missing(work())
    assert capsys.readouterr().out == (
        f"fetching chinchilla-points ({FILE}) from {upstream.as_uri()}/ into results/archives\n"
    )
    assert (analysis / FILE).read_text() == "points"
    assert available(work())[1] == ()
    fetch_missing(work())
    assert capsys.readouterr().out == ""


def test_what_cannot_be_fetched_is_said_and_no_error(analysis: Path, upstream: Path, capsys: Capture) -> None:
    (upstream / FILE).unlink()
    fetch_missing(work())
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2
    assert said[1].startswith(f"{upstream.as_uri()}/{FILE}: cannot be fetched (")
    assert missing(work())


def test_nothing_is_asked_for_where_nothing_is_needed(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(fetch, "_problem", lambda *_: pytest.fail("fetched"))
    fetch_missing(work())
    assert capsys.readouterr().out == ""


@pytest.fixture
def finished(analysis: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project in which Snakemake finds nothing to do."""
    Path("Snakefile").touch()
    monkeypatch.setattr(replicate.signal, "signal", lambda *_: None)
    monkeypatch.setattr(fetch, "_problem", lambda *_: "no network")
    monkeypatch.setattr(snakemake, "start", lambda call, log: log.write("Nothing to be done"))
    monkeypatch.setattr(replicate, "_watch", lambda *_: 0)


def test_replicate_builds_the_rest_and_names_what_is_left_out(
    finished: None, options: Options, capsys: Capture
) -> None:
    assert replicate.run(options) == 0
    out = capsys.readouterr().out
    assert "no network\n" in out
    assert "results/laptop/figures/paper/fig1.pdf" in out
    assert "results/laptop/figures/other/fig2.pdf" not in out
    assert out.splitlines()[-1].startswith("figure other/fig2 is left out: ")


def test_replicate_refuses_where_nothing_is_left(finished: None, options: Options) -> None:
    options.paper = "other"
    with pytest.raises(DataError, match="figure other/fig2 is left out: "):
        replicate.run(options)


def test_replicate_without_runs(finished: None, analysis: Path, options: Options, capsys: Capture) -> None:
    put(analysis)
    options.paper = "other"
    options.adopt = Path("records")
    assert replicate.run(options) == 0
    out = capsys.readouterr().out
    assert "results/laptop/figures/other/fig2.pdf" in out
    assert "tables    " not in out


def test_there_are_no_runs_to_adopt(
    analysis: Path, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snakemake, "start", lambda call, log: pytest.fail("called"))
    assert adopt(work("other"), Path("records"), options, Path("log")) == 0


def test_there_is_no_progress_to_show(analysis: Path, capsys: Capture) -> None:
    progress = Progress(work("other"), Path("results/laptop"))
    progress.show()
    progress.end()
    assert capsys.readouterr().out == ""


def test_figures_and_claims_are_published(analysis: Path, options: Options, capsys: Capture) -> None:
    options.paper = "other"
    put(analysis)
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


def test_what_is_left_out_is_not_published(analysis: Path, options: Options, capsys: Capture) -> None:
    options.paper = "other"
    assert publish.run(options) == 0
    assert capsys.readouterr().out.startswith("figure other/fig2 is left out: ")


def test_an_analysis_costs_no_training(analysis: Path, options: Options, capsys: Capture) -> None:
    assert cost.run(options) == 0
    text = capsys.readouterr().out
    assert "Nothing is trained for other/two.\n" in text
    assert "paper/one" in text
    options.paper = "other"
    assert cost.run(options) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["", "Nothing is trained for other/two."]
