"""`scalinglaws why` in a real project: other outputs than the figure of test_staleness.py."""

import pytest

from workflow.project import ALL_RUNS, FIGURE, RESULTS, STUDY_NAME, SUBSETS, Project, runs_line

pytestmark = pytest.mark.slow

N = len(ALL_RUNS)


def test_nothing_was_made_yet(bare: Project) -> None:
    said = bare.why()
    assert said.startswith(f"{FIGURE} is missing: not made yet: {RESULTS}/data/")
    assert runs_line(3, N, 0) in said
    assert not (bare.folder / "results").exists()


def test_all_outputs_and_files_that_are_not_outputs(project: Project) -> None:
    project.change("fit.level", 0.9)
    done = project.call("scalinglaws.cli.main", "why", "--scale", "smoke")
    assert done.stdout == (
        f"{RESULTS} is stale: fit.level changed from its default to 0.9.\n"
        "To be made again: fits, claims, figures, report.\n"
    )
    table = f"{RESULTS}/tables/{STUDY_NAME}/runs.csv"
    assert project.why(table) == f"{table} is up to date.\n"


def test_a_run_that_is_kept_in_a_job_that_is_asked(project: Project) -> None:
    project.change("scales.smoke.subsets", [*SUBSETS, 80])
    kept = next(run for run, state in project.records().items() if state.words.startswith("grid"))
    file = f"{RESULTS}/runs/{STUDY_NAME}/{kept}.json"
    assert project.why(file).startswith(f"{file} is kept, but its job runs again: ")


def test_several_changes_are_all_named(project: Project) -> None:
    """Those too that Snakemake does not look for, because their step is made again in any case."""
    project.change("runs.budget.steps", 25)
    project.change("fit.level", 0.9)
    project.edit("plotting/style.py", '"grid.color": "0.85"', '"grid.color": "0.75"')
    said = project.why()
    assert "- budget.steps changed from 20 to 25\n" in said
    assert "- fit.level changed from its default to 0.9\n" in said
    assert "- the code of scalinglaws.plotting.style changed\n" in said
