"""`scalinglaws why` in a real project: other outputs than the figure of test_staleness.py, and mistakes."""

import pytest

from scalinglaws.cli.changed_code import is_changed
from scalinglaws.cli.dry_run import note_of
from workflow.project import ALL_RUNS, FIGURE, RESULTS, STUDY_NAME, SUBSETS, Project, asked

pytestmark = pytest.mark.slow

N = len(ALL_RUNS)


def error(project: Project, *arguments: str) -> str:
    done = project.call("scalinglaws.cli.main", "why", *arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    return done.stderr


def test_the_code_of_every_stage_is_what_snakemake_noted(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rules say which modules a stage is made of, and so does `why`."""
    monkeypatch.chdir(project.folder)
    files = [str(path.relative_to(project.folder)) for path in project.results.rglob("*") if path.is_file()]
    notes = [note for note in map(note_of, files) if note is not None]
    stages = {note.call.stage for note in notes}
    assert stages == {"data", "training", "collect", "fitting", "claims", "figures", "report"}
    assert [note.call for note in notes if is_changed(note.call, note)] == []


def test_nothing_was_made_yet(bare: Project) -> None:
    said = bare.why()
    assert said.startswith(f"{FIGURE} is missing:\n- {N} runs (such as ")
    assert "were not trained yet" in said
    assert "- not made yet: " in said
    assert asked(3, N, 0) in said
    assert not (bare.folder / "results").exists()


def test_all_outputs_and_those_that_are_no_part_of_it(project: Project) -> None:
    project.change("fit.level", 0.9)
    done = project.call("scalinglaws.cli.main", "why", "--scale", "smoke")
    assert done.stdout == (
        f"{RESULTS} is stale: fit.level changed from 0.95 to 0.9.\n"
        "To be made again: fits, claims, figures, report.\n"
    )
    table = f"{RESULTS}/tables/{STUDY_NAME}/runs.csv"
    assert project.why(table) == f"{table} is up to date.\n"


def test_a_run_that_is_kept_in_a_job_that_is_asked(project: Project) -> None:
    project.change("scales.smoke.subsets", [*SUBSETS, 80])
    kept = next(run for run, state in project.records().items() if state.words.startswith("grid"))
    file = f"{RESULTS}/runs/{STUDY_NAME}/{kept}.json"
    assert project.why(file).startswith(f"{file} is kept, but its job is asked again: ")


def test_several_changes_are_all_named(project: Project) -> None:
    """Snakemake itself stops at the first: what follows from it has to be made in any case."""
    project.change("runs.budget.steps", 25)
    project.change("fit.level", 0.9)
    project.edit("plotting/style.py", '"grid.color": "0.85"', '"grid.color": "0.75"')
    said = project.why()
    assert f"- budget.steps changed from 20 to 25 in {N} runs" in said
    assert "- fit.level changed from 0.95 to 0.9\n" in said
    assert "- the code of figures changed (edited since: scalinglaws.plotting.style)\n" in said


def test_what_is_no_output(project: Project) -> None:
    assert error(project, FIGURE.replace("image.pdf", "images.pdf")).startswith(
        f"error: {FIGURE.replace('image.pdf', 'images.pdf')} is no output of the workflow at scale smoke; "
        f"nearest are {FIGURE}, "
    )
    assert "is a folder; name a file in it, such as " in error(project, f"{RESULTS}/figures")
    assert error(project, "README.md", "--scale", "smoke").startswith("error: README.md is no output")
