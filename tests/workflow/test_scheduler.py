"""How often Snakemake looks at the jobs that wait: when one has ended, and not once a second."""

import pytest

from workflow.project import RESULTS, STUDY_NAME, Project, jobs_in

pytestmark = pytest.mark.slow


def test_waiting_jobs_are_looked_at_when_a_job_has_ended(bare: Project) -> None:
    """With a limit of job starts, a timer for each ended job looks once a second (hook in `Snakefile`)."""
    target = str(RESULTS / "tables" / STUDY_NAME / "runs.csv")
    done = bare.call("snakemake", "--cores", "1", "--verbose", target, "--config", "scale=smoke")
    log = done.stdout + done.stderr
    assert done.returncode == 0, log
    looks = log.count("Ready jobs: ")
    assert 0 < looks <= sum(jobs_in(log).values()), log
