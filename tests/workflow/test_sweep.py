"""A sweep of 5,000 runs: few jobs, and a call with nothing to do that does not take long."""

import re
import resource

import pytest

from workflow.project import Project
from workflow.sweep import RUNS, sweep

pytestmark = pytest.mark.slow

LIMIT = 8.0
"""Seconds that a call with nothing to do may take on two idle cores."""
GENEROUS = 2


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The sweep; no test changes it for good."""
    project = sweep(tmp_path_factory.mktemp("sweep") / "project")
    assert len(list(project.runs.glob("*.json"))) == RUNS == 5000
    return project


def nothing_to_do(project: Project) -> None:
    outcome = project.replicate()
    assert outcome.status == 0, outcome.stderr
    assert "Nothing to be done: results/smoke is up to date" in outcome.stdout


def cpu_seconds() -> float:
    """CPU time of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_it_is_a_hundred_jobs_at_most(swept: Project) -> None:
    done = swept.call("snakemake", "--dry-run", "--forceall", "--cores", "2", "--config", "scale=smoke")
    assert done.returncode == 0, done.stderr
    total = re.search(r"^total\s+(\d+)$", done.stdout + done.stderr, re.MULTILINE)
    assert total is not None
    assert 40 < int(total[1]) <= 100


def test_nothing_to_do_takes_little_time(swept: Project) -> None:
    before = cpu_seconds()
    nothing_to_do(swept)
    assert cpu_seconds() - before < GENEROUS * LIMIT


def test_a_missing_record_is_seen(swept: Project) -> None:
    record = next(iter(sorted(swept.runs.glob("*.json"))))
    kept = record.read_bytes()
    record.unlink()
    jobs = swept.jobs()
    assert sum(number for job, number in jobs.items() if job.startswith("train")) == 1
    record.write_bytes(kept)
