"""Studies that train nothing: what is built and what a change makes stale."""

from hashlib import sha256
from pathlib import Path

import pytest
import yaml

from workflow.analysed import DATA, DESCRIPTION, PAPER, SET, analysed, write_study
from workflow.project import FROM_FITS, Jobs, Project

pytestmark = pytest.mark.slow

NOTHING = Jobs()
POINTS, FITS = Jobs(["fit points", "figure"]), Jobs(["fit fits", "figure"])
JUDGED = Jobs(["claims", "summary"])
ALL = POINTS + FITS + JUDGED + Jobs(["claims"])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project after its first `scalinglaws replicate`, which no test changes."""
    project = analysed(tmp_path_factory.mktemp("built") / "project")
    outcome = project.replicate()
    assert outcome.status == 0, outcome.stderr
    assert outcome.jobs == ALL
    counted = next(line for line in outcome.stdout.splitlines() if line.startswith(f"{PAPER}, recomputed"))
    assert counted.split()[2:] == ["1", "1", "0", "0", "0"]
    report = (project.results / "report" / f"{PAPER}.txt").read_text()
    assert "1 claim recomputed from numbers or runs of others: 1 recomputed." in report
    assert f"No claim is stated about {PAPER}/points." in report
    return project


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    """A copy of the finished project, as if it had been run there."""
    return built.copy(tmp_path / "project")


def test_what_there_is_afterwards(built: Project) -> None:
    points = (built.results / "fits" / PAPER / "points" / "points.csv").read_text().splitlines()
    assert points == [
        "N,loss,excluded",
        "1000000000.0,3.5,false",
        "2000000000.0,3.0,false",
    ]
    captions = [
        (built.results / "figures" / PAPER / f"{name}.caption.md").read_bytes() for name in ("points", "fits")
    ]
    assert captions == [b"Of points. Scale smoke, Tiny points.\n", b"Of fits. Scale smoke.\n"]
    assert not (built.results / "tables").exists()


def test_nothing_changed(project: Project) -> None:
    before = project.tables()
    outcome = project.replicate()
    assert outcome.status == 0
    assert "Nothing to be done: results/smoke is up to date" in outcome.stdout
    assert project.tables() == before


@pytest.mark.parametrize(
    ("module", "old", "new", "jobs"),
    [
        ("papers/tiny_2020/analyses/tiny_points.py", "[~points.excluded]", "[points.excluded]", POINTS),
        ("papers/tiny_2020/analyses/tiny_fits.py", '"points": 9', '"points": 8', FITS + JUDGED),
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
        "papers/tiny_2020/analyses/tiny_points.py",
        "stages/fit.py",
        "public_runs/read.py",
    ):
        path = project.source(module)
        path.write_text(f"{path.read_text()}\n\n# the end\n")
    project.edit("stages/fit.py", '"""Stage `fit`: ', '"""The stage `fit`: ')
    assert project.jobs() == NOTHING


def test_an_analysis_is_taken_away(project: Project) -> None:
    (project.folder / "config" / "studies" / PAPER / "points.yaml").unlink()
    assert project.jobs() == Jobs(["summary"])
    write_study(project, "points", ["tiny-points"])
    assert project.jobs() == NOTHING


# Sets of public runs


def test_a_set_gets_another_title(project: Project) -> None:
    """Captions and verdicts name it; the analysis reads numbers alone."""
    project.edit(f"{SET}.yaml", "Tiny points", "Small points")
    assert project.jobs() == Jobs(["figure"]) + JUDGED


def test_a_table_is_changed(project: Project) -> None:
    """With its description, what is made of it is made again; without, it is refused."""
    changed = DATA.replace("3.5", "3.25")
    project.source(f"{SET}.csv").write_text(changed)
    outcome = project.replicate()
    assert outcome.status == 1
    assert f"{SET}.csv: SHA-256 is {sha256(changed.encode()).hexdigest()}, but its" in outcome.stderr
    old, new = (sha256(text.encode()).hexdigest() for text in (DATA, changed))
    project.source(f"{SET}.yaml").write_text(DESCRIPTION.replace(old, new))
    assert project.jobs() == POINTS + JUDGED


# Analyses that read the tables of trained studies

SUMMARY = {
    "study": "hestness-2017/summary",
    "title": "All",
    "source": "None",
    "protocol": {"name": "hestness-2017/summary"},
    "reads": {"studies": ["hestness-2017/image"]},
    "figures": [
        {"name": name, "draw": f"hestness-2017/summary:{name}", "caption": "Tiny."}
        for name in ("summary", "implications")
    ],
}
READING = Jobs(["fit summary", "figure", "figure", "claims", "summary"])


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
    drawn = (project.results / "figures" / "hestness-2017" / "summary.caption.md").read_bytes()
    assert b"Scale smoke, CIFAR-10: n = " in drawn
    assert "Nothing to be done: results/smoke is up to date" in project.replicate().stdout

    project.change("scales.smoke.protocol.region", [0.9, 100])
    assert project.jobs() == FROM_FITS - Jobs(["summary"]) + READING
    text = project.why(str(made.relative_to(project.folder)))
    assert "protocol.region changed from [0.5, 100] to [0.9, 100]" in text
    assert text.endswith("To be made again: fits.\n")
    done = project.call("scalinglaws.cli.main", "cost", "--scale", "smoke")
    assert "1 more study trains nothing." in done.stdout
