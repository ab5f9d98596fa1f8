"""Throw-away projects: a bare one, and one whose first run is done (made once, copied for each test)."""

from pathlib import Path

import pytest

from workflow.project import ALL_RUNS, Project


@pytest.fixture(scope="session")
def finished_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project after its first `scalinglaws replicate`; not to be changed."""
    project = Project.bare(tmp_path_factory.mktemp("finished") / "project")
    outcome = project.replicate()
    assert outcome.status == 0, outcome.stderr
    assert outcome.trained == ALL_RUNS
    return project


@pytest.fixture
def project(finished_project: Project, tmp_path: Path) -> Project:
    """A copy of the finished project, as if it had been run there."""
    return finished_project.copy(tmp_path / "project")


@pytest.fixture
def bare(tmp_path: Path) -> Project:
    """A project in which nothing was run."""
    return Project.bare(tmp_path / "project")
