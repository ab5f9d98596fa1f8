"""The tutorial's files and commands do what the page says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scalinglaws.tables.csv import read_table
from scalinglaws.tables.schema import BEST
from workflow.project import ROOT, Project

pytestmark = [
    pytest.mark.slow,
    pytest.mark.network,
]  # the data come from a package, unless it is there already

PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
FILE = re.compile(r"^```yaml\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MAKE = re.compile(r"make replicate SCALE=(\S+) PAPER=(\S+)")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A clone with its environment in .venv, and the packages of data that this checkout has."""
    project = Project.bare(tmp_path / "project", tiny=False)
    (project.folder / ".venv").symlink_to(sys.prefix)
    archives = ROOT / "results" / "archives"
    if archives.exists():
        (project.folder / "results").mkdir()
        (project.folder / "results" / "archives").symlink_to(archives)
    return project


def run(project: Project, script: str) -> str:
    """What a block of commands prints. `make` would first make an environment."""
    script = MAKE.sub(r".venv/bin/scalinglaws replicate --scale \1 --paper \2", script)
    environment = {**os.environ, "PYTHONPATH": str(project.folder / "src"), "OMP_NUM_THREADS": "1"}
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(
        command, cwd=project.folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def times(folder: Path) -> dict[Path, int]:
    """When each record was written."""
    return {path: path.stat().st_mtime_ns for path in folder.glob("*.json")}


def test_the_tutorial_goes_from_a_study_file_to_a_verdict_and_a_fit(project: Project) -> None:
    _clone, first, verdict, region, fit = COMMANDS.findall(PAGE)  # tests/e2e clones and builds papers
    for name, text in FILE.findall(PAGE):
        path = project.folder / name
        assert not (ROOT / name).exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    results = project.folder / "results" / "smoke"

    assert "36" in run(project, first)  # runs, as the page says
    for name in re.findall(r"^\| `(results/smoke/\S+)` \|", PAGE, re.MULTILINE):
        assert (project.folder / name).is_file(), name
    assert "falls at least as fast" in run(project, verdict)

    records = times(results / "runs" / "my-lab" / "clothes")
    assert len(records) == 36
    assert "region" in run(project, region)  # `why` names the key
    assert times(results / "runs" / "my-lab" / "clothes") == records
    best = read_table(results / "fits" / "my-lab" / "clothes" / "best.csv", BEST)
    assert (~best.in_region).sum() == 2 and best.in_region.sum() == 6  # one of four sizes, for two metrics
    assert best.fitted.sum() == 6  # all have converged

    assert "alpha" in run(project, fit)
    assert (project.folder / "fit.json").is_file()
