"""`scalinglaws report`: the site and Snakemake's own report, of a finished replication."""

from pathlib import Path

import pytest

from unit.report.site.site_reader import broken_links, read_page, text_of
from workflow.analysed import PAPER, analysed
from workflow.project import Project, files_under

pytestmark = pytest.mark.slow

NO_NETWORK = """
import socket


def refused(*arguments, **options):
    raise OSError("a test of working without a network")


socket.getaddrinfo = socket.socket.connect = socket.socket.connect_ex = refused
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A replicated project whose claims at another scale are published; it has no network."""
    project = analysed(tmp_path_factory.mktemp("reported") / "project")
    outcome = project.replicate()
    assert outcome.status == 0, outcome.stderr
    published = project.folder / "records" / "laptop" / PAPER / "fits" / "claims.csv"
    published.parent.mkdir(parents=True)
    published.write_bytes((project.results / "report" / "claims" / PAPER / "fits.csv").read_bytes())
    project.source("../sitecustomize.py").write_text(NO_NETWORK)
    project.forks = False  # only a new process reads that file
    done = project.call("scalinglaws.cli.main", "report", "--scale", "smoke", "--cores", "2")
    assert done.returncode == 0, done.stderr
    site, own = (project.folder / line for line in done.stdout.splitlines())
    assert (site, own) == (
        project.results / "site" / "index.html",
        project.results / "report" / "workflow.html",
    )
    return project


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    """A copy of that project."""
    copy = built.copy(tmp_path / "project")
    copy.forks = False
    return copy


def report(project: Project) -> tuple[int, str]:
    """Call it again: its exit status and what it says on stderr."""
    done = project.call("scalinglaws.cli.main", "report", "--scale", "smoke", "--cores", "2")
    return done.returncode, done.stderr


def log(project: Project) -> str:
    return (project.results / "logs" / "report.log").read_text()


def test_the_site_is_whole(built: Project) -> None:
    site = built.results / "site"
    assert broken_links(site) == []
    matrix = next(read_page(site / "index.html").iter("thead"))
    assert text_of(matrix) == "Paper and studysmokelaptop"
    copied = site / "files" / "config" / "studies" / PAPER / "fits.yaml"
    assert copied.read_bytes() == (built.folder / "config" / "studies" / PAPER / "fits.yaml").read_bytes()


def test_the_report_of_snakemake_has_every_output_with_caption_and_category(built: Project) -> None:
    text = (built.results / "report" / "workflow.html").read_text(encoding="utf-8")
    for words in ("Of points.", "Figures", "Claims and verdicts", "Fits", "Summaries", f"{PAPER}.txt"):
        assert words in text
    assert "<script src" not in text and '<link rel="stylesheet" href="http' not in text


def test_a_second_call_makes_no_page_again(project: Project) -> None:
    before = (project.results / "site" / "index.html").stat().st_mtime_ns
    assert report(project) == (0, "")
    assert (project.results / "site" / "index.html").stat().st_mtime_ns == before


def test_a_change_of_the_pages_makes_only_the_pages_again(project: Project) -> None:
    before = files_under(project.results, "fits", "figures", "report/claims")
    project.edit("report/site/templates/index.html", "Neural scaling laws, replicated", "Other words")
    assert project.jobs() == {}
    assert report(project) == (0, "")
    assert "Other words" in (project.results / "site" / "index.html").read_text()
    assert files_under(project.results, "fits", "figures", "report/claims") == before


def test_results_that_are_not_up_to_date_are_not_reported(project: Project) -> None:
    study = project.folder / "config" / "studies" / PAPER / "points.yaml"
    study.write_text(study.read_text().replace("Of points.", "Other words."))
    table = project.results / "fits" / PAPER / "fits" / "fits.csv"
    table.write_text(table.read_text().replace("0.5", "0.45"))
    status, said = report(project)
    assert status == 2
    changed = f"results/smoke/fits/{PAPER}/fits/fits.csv was changed after it was made"
    assert said.startswith(f"error: results/smoke is not up to date ({changed})")  # and not the caption
    assert "run `make replicate SCALE=smoke` first" in said


def test_figures_that_were_drawn_for_a_venue_are_drawn_again_as_the_scale_file_says(project: Project) -> None:
    before = files_under(project.results, "figures", "fits", "report/claims")
    drawn = project.call("scalinglaws.cli.main", "figures", "--scale", "smoke", "--venue", "icml")
    assert drawn.returncode == 0, drawn.stderr
    assert files_under(project.results, "figures", "fits", "report/claims") != before
    assert report(project) == (0, "")
    assert files_under(project.results, "figures", "fits", "report/claims") == before


def test_a_page_that_was_edited_is_made_again(project: Project) -> None:
    page = project.results / "site" / "claims.html"
    whole = page.read_bytes()
    page.write_text("cut")
    assert report(project) == (0, "")
    assert page.read_bytes() == whole
