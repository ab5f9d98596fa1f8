"""Studies that train nothing: what is built, what is left out, what a change makes stale."""

from pathlib import Path

import pytest
import yaml

from workflow.analysed import DATA, FILE, LINE, PAPER, analysed, write_study
from workflow.project import Jobs, Project

pytestmark = pytest.mark.slow

NOTHING = Jobs()
POINTS, FITS = Jobs(["analyse points", "figure"]), Jobs(["analyse fits", "figure"])
JUDGED = Jobs(["claims", "summary"])
ALL = Jobs(["published", "claims"]) + POINTS + FITS + JUDGED


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project after its first `scalinglaws replicate`, which fetched the data; not to be changed."""
    project = analysed(tmp_path_factory.mktemp("built") / "project")
    outcome = project.replicate()
    assert outcome.status == 0, outcome.stderr
    assert outcome.jobs == ALL
    assert outcome.stdout.startswith("fetching chinchilla-points (svg_extracted_data.csv) from file:///")
    assert "1 claims: 1 reproduced." in outcome.stdout
    assert f"No claim is stated about {PAPER}/points." in outcome.stdout
    assert "is left out" not in outcome.stdout
    return project


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    """A copy of the finished project, as if it had been run there."""
    return built.copy(tmp_path / "project")


def log(project: Project) -> str:
    return (project.results / "logs" / "snakemake.log").read_text()


def test_what_there_is_afterwards(built: Project) -> None:
    assert (built.folder / "results" / "archives" / FILE).read_text() == DATA
    points = (built.results / "fits" / PAPER / "points" / "points.csv").read_text().splitlines()
    assert points == [
        "N,D,C,loss,excluded",
        "1000000000.0,10000000000.0,6e+19,3.5,False",
        "2000000000.0,5000000000.0,6e+19,3.0,False",
    ]
    captions = [
        (built.results / "figures" / PAPER / f"{name}.png").read_bytes() for name in ("points", "fits")
    ]
    assert b"Of points. Scale smoke. Run data: Hoffmann et al. 2022, Fig 4" in captions[0]
    assert b"without run data. Intervals, where shown, from 30 bootstrap resamples." in captions[1]
    assert not (built.results / "tables").exists()


def test_nothing_changed(project: Project) -> None:
    before = project.tables()
    outcome = project.replicate()
    assert outcome.status == 0
    assert outcome.stdout.startswith("Nothing to be done: results/smoke is up to date.\n")
    assert project.tables() == before


@pytest.mark.parametrize(
    ("module", "old", "new", "jobs"),
    [
        ("analyses/tiny_points.py", "[~points.excluded]", "[points.excluded]", POINTS),
        ("analyses/tiny_fits.py", '"points": 9', '"points": 8', FITS + JUDGED),
        (
            "public_runs/sets/chinchilla_points.py",
            "EXCLUDED = 5",
            "EXCLUDED = 4",
            Jobs(["published"]) + POINTS,
        ),
    ],
    ids=lambda value: value.replace("/", ".") if str(value).endswith((".py", ".yaml")) else "",
)
def test_a_module_changes_its_meaning(project: Project, module: str, old: str, new: str, jobs: Jobs) -> None:
    project.edit(module, old, new)
    assert project.jobs() == jobs


def test_a_law_is_added(project: Project) -> None:
    """Analyses find laws by name, so that each of them may use it."""
    project.source("laws/another.py").write_text("NAME = 'another'\n")
    assert project.jobs() == POINTS + FITS + JUDGED


def test_comments_and_docstrings_change(project: Project) -> None:
    for module in (
        "analyses/tiny_points.py",
        "stages/analyse.py",
        "public_runs/published_set.py",
        "published.py",
    ):
        path = project.source(module)
        path.write_text(f"{path.read_text()}\n\n# the end\n")
    project.edit("published.py", '"""Find, check and read one set; write', '"""Read one set; write')
    assert project.jobs() == NOTHING


def test_an_analysis_is_taken_away(project: Project) -> None:
    (project.folder / "config" / "studies" / PAPER / "points.yaml").unlink()
    assert project.jobs() == Jobs(["summary"])
    write_study(project, "points", ["chinchilla-points"])
    assert project.jobs() == NOTHING


# Where the data are


def test_data_are_at_another_place(project: Project) -> None:
    """Their content is pinned: where it was found makes nothing stale, even if it is nowhere now."""
    archives = project.folder / "results" / "archives"
    archives.rename(project.folder / "mirror")
    project.mirror = project.folder / "mirror"
    assert project.jobs() == NOTHING
    project.mirror = None
    (project.folder / "upstream" / FILE).unlink()
    outcome = project.replicate()
    assert (outcome.status, outcome.jobs) == (0, NOTHING)
    assert "is left out" not in outcome.stdout
    assert not archives.exists()


def test_data_cannot_be_had(tmp_path: Path) -> None:
    """The rest is built, and what is left out is named: by us, and by Snakemake itself."""
    project = analysed(tmp_path / "project")
    (project.folder / "upstream" / FILE).unlink()
    outcome = project.replicate()
    assert outcome.status == 0, outcome.stderr
    assert outcome.jobs == FITS + JUDGED
    assert f"{FILE}: cannot be fetched (" in outcome.stdout
    assert outcome.stdout.count(LINE) == log(project).count(LINE) == 1
    assert not (project.results / "published").exists()
    assert not (project.results / "figures" / PAPER / "points.pdf").exists()
    assert "points" not in (project.results / "report" / f"{PAPER}.txt").read_text()

    project.mirror = project.folder / "mirror"
    project.mirror.mkdir()
    (project.mirror / FILE).write_text(DATA)
    outcome = project.replicate()
    assert outcome.jobs == Jobs(["published", "claims", "summary"]) + POINTS
    assert "left out" not in outcome.stdout + log(project)
    assert list((project.folder / "results" / "archives").iterdir()) == []


def test_data_are_not_those_that_were_published(tmp_path: Path) -> None:
    project = analysed(tmp_path / "project")
    project.mirror = project.folder / "upstream"
    (project.mirror / FILE).write_text("changed")
    outcome = project.replicate()
    assert outcome.status == 1
    assert f"error: {project.mirror / FILE}: SHA-256 is " in outcome.stderr
    assert "results/smoke/logs/published/chinchilla-points.log" in outcome.stderr
    assert (project.results / "figures" / PAPER / "fits.pdf").exists()
    assert (project.mirror / FILE).read_text() == "changed"


# Analyses that read the tables of trained studies

SUMMARY = {
    "study": "hestness-2017/summary",
    "title": "All",
    "source": "None",
    "analysis": "hestness-2017/summary",
    "studies": ["hestness-2017/image"],
    "figures": [
        {"name": name, "draw": f"hestness-2017/summary:{name}", "caption": "Tiny."}
        for name in ("summary", "implications")
    ],
}
READING = Jobs(["analyse summary", "figure", "figure", "claims", "summary"])


def test_an_analysis_reads_a_trained_study(finished_project: Project, tmp_path: Path) -> None:
    """It follows the tables of that study, retrains nothing, and is named by `why` and `cost`."""
    project = finished_project.copy(tmp_path / "project")
    path = project.folder / "config" / "studies" / "hestness-2017" / "summary.yaml"
    path.write_text(yaml.safe_dump(SUMMARY))
    outcome = project.replicate()
    assert (outcome.status, outcome.trained) == (0, set()), outcome.stderr
    assert outcome.jobs == READING
    made = project.results / "fits" / "hestness-2017" / "summary" / "summary.csv"
    assert [line.split(",")[0] for line in made.read_text().splitlines()] == ["study", *["image"] * 3]
    drawn = (project.results / "figures" / "hestness-2017" / "summary.png").read_bytes()
    assert b"Studies hestness-2017/image, trained on CIFAR-10" in drawn
    assert project.replicate().stdout.startswith("Nothing to be done: results/smoke is up to date.\n")

    project.change("scales.smoke.region", [0.9, 100])
    assert project.jobs() == Jobs(["fit", "claims", "figure"]) + READING
    text = project.why(str(made.relative_to(project.folder)))
    assert "region" in text
    assert "fits, tables of analyses" in text
    done = project.call("scalinglaws.cli.main", "cost", "--scale", "smoke")
    assert "Nothing is trained for hestness-2017/summary." in done.stdout
