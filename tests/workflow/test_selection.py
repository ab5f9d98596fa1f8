"""One study, and values set for one call, through the workflow: what is made, and what is made again."""

import pytest

from workflow.project import ALL_RUNS, FROM_FITS, FROM_RUNS, RESULTS, STUDY_NAME, Jobs, Project, jobs_in

pytestmark = pytest.mark.slow

LEVEL = ("--set", f"{STUDY_NAME}:protocol.level=0.9")


def test_one_study_has_a_report_of_its_own(project: Project) -> None:
    report = project.results / "report"
    before = (report / "hestness-2017.txt").read_bytes()
    done = project.call("scalinglaws.cli.main", "replicate", "--scale", "smoke", "--study", STUDY_NAME)
    assert done.returncode == 0, done.stderr
    assert jobs_in((project.results / "logs" / "snakemake.log").read_text()) == Jobs(["summary"])
    assert f"{RESULTS}/report/{STUDY_NAME}.txt" in done.stdout
    assert (report / f"{STUDY_NAME}.txt").read_bytes() == before  # it is the only study here
    assert project.replicate().jobs == Jobs()


def test_what_is_set_is_part_of_what_is_recomputed(project: Project) -> None:
    """It reaches the jobs, quotes and all; `why` says it; without it, all is as before."""
    before = project.tables()

    def replicate(*more: str) -> Jobs:
        done = project.call("scalinglaws.cli.main", "replicate", "--scale", "smoke", *more)
        assert done.returncode == 0, done.stderr
        return jobs_in((project.results / "logs" / "snakemake.log").read_text())

    said = project.call("scalinglaws.cli.main", "why", str(RESULTS), *LEVEL).stdout
    assert said.startswith(f"{RESULTS} is stale: protocol.level changed from its default to 0.9.\n")
    assert replicate(*LEVEL) == FROM_FITS
    assert replicate(*LEVEL) == Jobs()
    assert project.tables() != before
    title = ("--set", 'scale:description="it\'s \\"odd\\" $HOME"')  # which nothing depends on
    assert replicate(*LEVEL, *title) == Jobs()
    assert replicate() == FROM_FITS
    assert project.tables() == before


def test_a_grid_that_is_set_trains_its_runs_and_keeps_the_others(project: Project) -> None:
    records = project.records()
    outcome = project.call(
        "scalinglaws.cli.main",
        "replicate",
        "--scale",
        "smoke",
        "--set",
        f"{STUDY_NAME}:runs.axes.subset.examples=[10, 15, 80]",
    )
    assert outcome.returncode == 0, outcome.stderr
    assert project.changed_since(records) == {f"grid w2 D80 s{seed}" for seed in (0, 1, 2)}
    assert records.items() <= project.records().items()
    again = project.replicate()
    assert again.trained == set()
    assert {state.words for state in records.values()} == ALL_RUNS
    assert again.jobs >= FROM_RUNS
