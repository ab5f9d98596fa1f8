"""Which runs are trained after a change, and which records stay as they are, byte for byte."""

import os
import shutil
from pathlib import Path

import pytest
import yaml

from scalinglaws.training.records.record import read_record, write_record
from workflow.project import (
    ADDED,
    ALL_GRID_RUNS,
    ALL_RUNS,
    DATA_EDIT,
    FROM_FITS,
    FROM_RUNS,
    GRIDS,
    RATES,
    SCALE,
    SEEDS,
    STUDY_NAME,
    SUBSETS,
    TRAINING_EDIT,
    WIDTHS,
    Jobs,
    Project,
    grid_run,
    record_of,
    runs_line,
    search_run,
)

pytestmark = pytest.mark.slow

NOTHING = Jobs()
N, G = len(ALL_RUNS), len(ALL_GRID_RUNS)


def test_a_subset_size_is_added_and_taken_away_again(project: Project) -> None:
    project.change("scales.smoke.runs.axes.subset.examples", [*SUBSETS, 80])
    outcome = project.replicate()
    assert outcome.status == 0, outcome.stderr
    assert outcome.jobs == GRIDS + FROM_RUNS
    assert outcome.trained == {grid_run(width, 80, seed) for width in WIDTHS for seed in SEEDS}
    assert project.jobs() == NOTHING

    project.change("scales.smoke.runs.axes.subset.examples", list(SUBSETS))
    assert project.jobs() == GRIDS + FROM_RUNS  # the jobs have other runs now, and run
    assert project.train().trained == set()


def test_a_candidate_that_wins_is_added(project: Project) -> None:
    before = project.learning_rates()
    project.change("runs.learning_rate.search", [*RATES, 0.05])
    trained = project.train().trained
    # The best is the largest, so the rule adds twice as much, which is better still with the test's data.
    assert project.learning_rates() == dict.fromkeys(before, 0.1)
    assert trained == {search_run(width, rate) for width in WIDTHS for rate in (0.05, 0.1)} | ALL_GRID_RUNS


def test_a_candidate_that_loses_retrains_nothing(project: Project) -> None:
    before = project.learning_rates()
    project.change("runs.learning_rate.search", [1e-6, *RATES])
    assert project.train().trained == {search_run(width, 1e-6) for width in WIDTHS}
    assert project.learning_rates() == before


def test_a_search_is_widened_once_more(project: Project) -> None:
    assert set(project.learning_rates().values()) == {ADDED}
    project.change("runs.learning_rate.widenings", 2)
    assert project.train().trained == {search_run(width, 2 * ADDED) for width in WIDTHS} | ALL_GRID_RUNS
    project.change("runs.learning_rate.widenings", 1)  # without what its own candidates do not lead to
    assert project.train().trained == ALL_GRID_RUNS
    searches = project.results / "tables" / STUDY_NAME / "searches.csv"
    assert len(searches.read_text().splitlines()) == 1 + len(WIDTHS) * (len(RATES) + 1)


def test_a_record_that_a_search_added_is_deleted(project: Project) -> None:
    tables, wanted = project.tables(), search_run(WIDTHS[0], ADDED)
    record_of(project, wanted).unlink()
    outcome = project.replicate()
    assert (outcome.status, outcome.trained) == (0, {wanted})
    assert project.tables() == tables
    assert project.jobs() == NOTHING


def test_a_learning_rate_is_given_instead_of_searched(project: Project) -> None:
    """One run of the search is then one of the grid, and is not trained twice."""
    project.change("runs.learning_rate", ADDED)
    assert project.train().trained == ALL_GRID_RUNS - {grid_run(width, 20, 0) for width in WIDTHS}
    runs = (project.results / "tables" / STUDY_NAME / "runs.csv").read_text()
    assert (runs.count(",grid,"), runs.count(",search,")) == (G, 0)


def test_development_has_runs_of_its_own(project: Project) -> None:
    tables, published = project.tables(), project.records()
    project.write_scale({**SCALE, "development": True})
    assert project.train().trained.isdisjoint(ALL_RUNS)
    both = project.records()
    assert (len(both), both.items() >= published.items()) == (2 * N, True)
    project.write_scale(SCALE)
    outcome = project.replicate()
    assert (outcome.status, outcome.trained) == (0, set())
    assert project.tables() == tables


def test_a_change_of_all_runs_is_reverted(project: Project) -> None:
    tables = project.tables()
    project.change("runs.duration.steps", 6)
    assert project.train().trained == ALL_RUNS
    project.change("runs.duration.steps", 20)
    said = project.why()
    assert "duration.steps changed from 6 to 20" in said
    assert f"0 to train, {G} only if the search chooses another rate, {N - G} kept." in said
    outcome = project.replicate()
    assert outcome.trained == set()
    assert project.tables() == tables


def test_runs_are_divided_into_other_jobs(project: Project) -> None:
    """With another number of workers, jobs with other runs start and find them trained."""
    tables = project.tables()
    scale = project.folder / "config" / "smoke.yaml"
    scale.write_text(scale.read_text().replace("workers: 2", "workers: 3"))
    assert project.jobs() == Jobs(["train w2 part0", "train w2 part2"]) + FROM_RUNS
    said = project.why()
    assert "are divided into jobs differently" in said
    assert runs_line(2, 0, 12) in said
    outcome = project.replicate()
    assert outcome.trained == set()
    assert project.tables() == tables
    assert project.jobs() == NOTHING


def test_two_studies_change_their_subsets(project: Project) -> None:
    """Nothing that one of them has trained counts for the other."""
    fewer = yaml.safe_load(project.study_file.read_text())
    fewer.update(study="hestness-2017/other", figures=[])
    axes = fewer["scales"]["smoke"]["runs"]["axes"]
    axes["subset.examples"] = list(SUBSETS[:-1])
    other = project.study_file.with_name("other.yaml")
    other.write_text(yaml.safe_dump(fewer))
    # The runs that both have: nothing to train.
    runs = project.runs.with_name("other")
    for path in project.runs.glob("*.json"):
        record = read_record(path)
        if record.spec.subset.examples != SUBSETS[-1]:
            write_record(record.model_copy(update={"study": "hestness-2017/other"}), runs)
    shutil.copytree(project.runs / "learning-rate", runs / "learning-rate")
    assert project.replicate().trained == set()
    assert project.jobs() == NOTHING

    project.change("scales.smoke.runs.axes.subset.examples", list(SUBSETS[:-1]))
    axes["subset.examples"] = list(SUBSETS)
    other.write_text(yaml.safe_dump(fewer))
    both = GRIDS + GRIDS + FROM_RUNS + Jobs(["collect", "fit other", "claims"])
    assert project.jobs() == both
    assert f"3 runs are no longer part of {STUDY_NAME}" in project.why()
    said = project.why("results/smoke/fits/hestness-2017/other/fits.csv")
    assert "3 to train (3 without a record)" in said


def test_the_training_code_changes_its_meaning(project: Project) -> None:
    codes = {state.content.partition(b'"code": ')[2][:20] for state in project.records().values()}
    project.edit(*TRAINING_EDIT)
    assert project.train().trained == ALL_RUNS
    # The fingerprint that Snakemake sees and the code that trains are both the copy's.
    assert codes.isdisjoint(
        state.content.partition(b'"code": ')[2][:20] for state in project.records().values()
    )


def test_the_data_change(project: Project) -> None:
    """Every pixel is inverted: no run may be kept."""
    project.edit(*DATA_EDIT)
    assert project.train().trained == ALL_RUNS


# Outputs


def test_a_table_of_fits_is_made_again_as_it_was(project: Project) -> None:
    tables = project.tables()
    (project.results / "fits" / STUDY_NAME / "bands.csv").unlink()
    outcome = project.replicate()
    assert (outcome.jobs, outcome.trained) == (FROM_FITS, set())
    assert project.tables() == tables


def test_a_run_record_is_deleted(project: Project) -> None:
    tables = project.tables()
    wanted = grid_run(WIDTHS[0], SUBSETS[2], 1)
    run = next(run for run, state in project.records().items() if state.words == wanted)
    (project.runs / f"{run}.json").unlink()
    said = project.why()
    assert f"{run}.json" in said
    assert runs_line(1, 1, 5) in said
    outcome = project.replicate()
    assert outcome.jobs == Jobs(["train w2 part1"]) + FROM_RUNS
    assert outcome.trained == {wanted}
    assert project.tables() == tables


# Other folders


def test_a_fresh_clone_adopts_published_records(project: Project, tmp_path: Path) -> None:
    """Nothing is trained, and all that follows from the runs is the same; later edits are seen as ever."""
    assert project.call("scalinglaws.cli.main", "publish", "--scale", "smoke").returncode == 0
    clone = Project.bare(tmp_path / "clone")
    shutil.copytree(project.folder / "records", clone.folder / "records")
    outcome = clone.replicate("--from", "records")
    assert outcome.status == 0, outcome.stderr
    assert (outcome.jobs, outcome.trained) == (FROM_RUNS, ALL_RUNS)  # written by adoption, not by a job
    assert clone.tables() == project.tables()
    assert {run: state.content for run, state in clone.records().items()} == {
        run: state.content for run, state in project.records().items()
    }
    assert clone.jobs() == NOTHING
    clone.change("scales.smoke.runs.axes.subset.examples", [*SUBSETS, 80])
    assert runs_line(2, 3, G) in clone.why()


# Interruptions


# Records that are not as they were written

SPOILED = [grid_run(WIDTHS[0], SUBSETS[1], 1), search_run(WIDTHS[0], ADDED)]


@pytest.mark.parametrize("wanted", SPOILED)
def test_a_digit_of_a_record_was_edited(project: Project, wanted: str) -> None:
    """It is an error that says what to do, and then no other run is trained."""
    tables = project.tables()
    path = record_of(project, wanted)
    times, original = path.stat(), path.read_text()
    path.write_text(original.replace('"steps": 20', '"steps": 19'))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    outcome = project.replicate()
    said = f"error: {path.relative_to(project.folder)}: was changed after its run ended: "
    assert (outcome.status, outcome.stdout, outcome.trained) == (2, "", set())
    assert outcome.stderr.startswith(said)
    assert "delete it to train the run again" in outcome.stderr
    assert outcome.stderr.count("\n") == 1
    done = project.call("snakemake", "--cores", "2", "--config", "scale=smoke")  # says the same
    assert done.returncode == 1
    assert said in done.stdout + done.stderr
    path.unlink()
    outcome = project.replicate()
    assert (outcome.status, outcome.trained) == (0, {wanted})
    assert project.tables() == tables


def test_the_results_follow_a_record_that_was_put_back(project: Project) -> None:
    """Another valid record in the place of one, with its time: the tables are made again, and back."""
    path = record_of(project, grid_run(WIDTHS[0], SUBSETS[1], 1))
    times, tables, record = path.stat(), project.tables(), read_record(path)
    (result,) = record.results
    other = result.model_copy(update={"minima": {**result.minima, "cross_entropy": 2.0}})
    for each in (record.model_copy(update={"results": (other,)}), record):
        write_record(each, path.parent)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        outcome = project.replicate()
        assert (outcome.status, outcome.trained) == (0, set())
        assert (project.tables() == tables) == (each == record)


@pytest.mark.parametrize("wanted", SPOILED)
def test_a_truncated_record_is_moved_aside_and_its_run_trained_again(project: Project, wanted: str) -> None:
    tables = project.tables()
    path = record_of(project, wanted)
    half = path.read_text()[:100]
    path.write_text(half)
    outcome = project.replicate()
    assert (outcome.status, outcome.trained) == (0, {wanted})
    (line,) = outcome.stderr.splitlines()
    assert line.startswith(f"{path.relative_to(project.folder)}: not a run record: ")
    kept = path.parent / "damaged" / path.name
    assert line.endswith(f"moved to {kept.relative_to(project.folder)}, and its run is trained again")
    assert kept.read_text() == half
    assert project.tables() == tables
    path.write_text(half)  # snakemake by itself does the same
    assert project.train().trained == {wanted}


# Versions of packages


def test_other_versions_are_noted_and_trained_again_on_request(project: Project) -> None:
    tables = project.tables()
    for path in project.runs.glob("*.json"):
        record = read_record(path)
        if record.spec.seed == 1:
            versions = {**record.provenance.versions, "numpy": "1.0"}
            provenance = record.provenance.model_copy(update={"versions": versions})
            write_record(record.model_copy(update={"provenance": provenance}), path.parent)
    outcome = project.replicate()
    assert (outcome.status, outcome.trained) == (0, set())
    runs = project.results / "tables" / STUDY_NAME / "runs.csv"
    fits = project.results / "fits" / STUDY_NAME / "fits.csv"
    assert runs.read_text().count("numpy 1.0, ") == len(SUBSETS)
    assert "runs of different versions: numpy 1.0, " in fits.read_text()
    outcome = project.replicate()
    assert "Nothing to be done" in outcome.stdout
    note = f"note: of {N} runs, {len(SUBSETS)} were trained with numpy 1.0 (here "
    assert outcome.stderr.startswith(note)
    assert outcome.stderr.count("\n") == 1
    assert project.call("scalinglaws.cli.main", "verify", "--scale", "smoke").returncode == 0
    outcome = project.replicate("--strict-versions")
    assert outcome.status == 0, outcome.stderr
    assert outcome.trained == {grid_run(WIDTHS[0], size, 1) for size in SUBSETS}
    assert project.tables() == tables
    assert project.replicate("--strict-versions").jobs == NOTHING


def test_verify_reads_everything_and_changes_nothing(project: Project) -> None:
    def verify() -> str:
        before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in project.folder.rglob("*")}
        done = project.call("scalinglaws.cli.main", "verify", "--scale", "smoke")
        after = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in project.folder.rglob("*")}
        assert {path: state for path, state in after.items() if "__pycache__" not in path.parts} == {
            path: state for path, state in before.items() if "__pycache__" not in path.parts
        }
        assert (done.returncode, done.stderr) == (int("Wrong:" in done.stdout), "")
        return done.stdout

    assert verify() == (
        "stage       up to date  stale  missing\n"
        "data                 1      0        0\n"
        f"shuffles             {len(SEEDS)}      0        0\n"
        "runs                 3      0        0\n"
        "run tables           1      0        0\n"
        "fits                 1      0        0\n"
        "claims               1      0        0\n"
        "figures              1      0        0\n"
        "report               1      0        0\n"
        "\nresults/smoke matches its code, config and data.\n"
    )
    record = record_of(project, grid_run(WIDTHS[0], SUBSETS[1], 1))
    record.write_text(record.read_text().replace('"cpu_seconds": 0', '"cpu_seconds": 1'))
    said = verify()  # no table holds this, and still a record is not to be edited
    assert "figures              0      1        0\n" in said
    assert "once its run records are put back or deleted" in said
    assert f"- {record.relative_to(project.folder)}: was changed after its run ended" in said
    (project.results / "report" / "hestness-2017.txt").unlink()
    project.change("protocol.level", 0.9)
    said = verify()
    assert "fits                 0      1        0\n" in said
    assert "- protocol.level changed from its default to 0.9\n" in said
