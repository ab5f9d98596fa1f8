"""A call with nothing to do is answered from a note, but only while nothing changed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from workflow.analysed import PAPER, analysed
from workflow.project import Jobs, Project

pytestmark = pytest.mark.slow

FROM_THE_NOTE = "nothing changed since Snakemake said so"
TABLE = Path("fits") / PAPER / "fits" / "fits.csv"
FIGURE = Path("figures") / PAPER / "fits.png"


@pytest.fixture(scope="module")
def noted(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in which nothing is to be done, and that is noted; every test leaves it so."""
    project = analysed(tmp_path_factory.mktemp("noted") / "project")
    assert project.replicate().status == 0
    assert settle(project) == 1
    return project


def log(project: Project) -> str:
    return (project.results / "logs" / "snakemake.log").read_text()


def settle(project: Project) -> int:
    """Call until the answer comes from the note; how often Snakemake had to be asked for that."""
    for asked in range(3):
        outcome = project.replicate()
        assert outcome.status == 0
        assert outcome.stdout.startswith("Nothing to be done: results/smoke is up to date.\n")
        if FROM_THE_NOTE in log(project):
            return asked
    raise AssertionError("it is never noted")


def test_snakemake_is_not_started(noted: Project) -> None:
    before = noted.tables()
    calls = sorted((noted.folder / ".snakemake" / "log").iterdir())
    assert settle(noted) == 0
    assert sorted((noted.folder / ".snakemake" / "log").iterdir()) == calls
    assert noted.tables() == before


CHANGES: dict[str, tuple[Callable[[Project], object], Jobs]] = {
    "deleted": (lambda project: (project.results / FIGURE).unlink(), Jobs(["figure"])),
    "module": (
        lambda project: project.edit("papers/tiny_2020/figures/tiny.py", 'label="fits"', 'label="law"'),
        Jobs(["figure", "figure"]),
    ),
}


@pytest.mark.parametrize(("change", "jobs"), CHANGES.values(), ids=CHANGES.keys())
def test_after_a_change_the_workflow_runs(
    noted: Project, change: Callable[[Project], object], jobs: Jobs
) -> None:
    change(noted)
    outcome = noted.replicate()
    assert outcome.status == 0, outcome.stderr
    assert outcome.jobs == jobs
    assert settle(noted) == 1


def test_an_edited_output_is_seen_as_snakemake_sees_it(noted: Project) -> None:
    table = noted.results / TABLE
    table.write_text(table.read_text().replace("0.6", "0.7"))
    outcome = noted.replicate()
    assert outcome.jobs == Jobs(["figure", "claims", "summary"])
    assert settle(noted) == 1


def test_a_touched_output_is_snakemakes_to_judge(noted: Project) -> None:
    (noted.results / TABLE).touch()
    assert settle(noted) == 1


@pytest.mark.parametrize("scale", ["smoke", "laptop"])
def test_every_file_of_the_workflow_lies_under_its_results(tmp_path: Path, scale: str) -> None:
    """What the note looks at is all that Snakemake looks at."""
    project = Project.bare(tmp_path / "project", tiny=False)
    done = project.call("snakemake", "--detailed-summary", "--cores", "1", "--config", f"scale={scale}")
    assert done.returncode == 0, done.stderr
    head, *lines = (line.split("\t") for line in done.stdout.splitlines())
    columns = [head.index("output_file"), head.index("input-file(s)")]
    files = {file for line in lines for column in columns for file in line[column].split(",")} - {"-", ""}
    assert len(files) > 50
    assert {file for file in files if not file.startswith(f"results/{scale}/")} == set()
    assert {file for file in files if file.startswith(f"results/{scale}/logs/")} == set()
