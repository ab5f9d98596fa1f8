"""What is recomputed after a change, and what is not: one row for each kind of change.

A row is an edit, the exact set of jobs that Snakemake would run after it, and what `scalinglaws why` says of
the figure. What those jobs train is tested in test_retraining.py.
"""

import base64
import os
import py_compile
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from workflow.project import (
    ADDED,
    ALL_GRID_RUNS,
    ALL_RUNS,
    DATA_EDIT,
    FIGURE,
    FROM_FITS,
    FROM_RUNS,
    GRIDS,
    RATES,
    SCALE,
    SEARCHES,
    SEEDS,
    STUDY_NAME,
    SUBSETS,
    TRAINING_EDIT,
    WIDTHS,
    Jobs,
    Project,
    record_of,
    runs_line,
    search_run,
)

pytestmark = pytest.mark.slow

NOTHING = Jobs()
JOBS = SEARCHES + GRIDS
DATA = Jobs({"prepare": 1, "shuffle": len(SEEDS)})
REPORT = "results/smoke/report/hestness-2017.txt"
CURRENT = f"{FIGURE} is up to date.\n"
N, G = len(ALL_RUNS), len(ALL_GRID_RUNS)
ALL_NEW = runs_line(3, N - 1, 0)  # what the search adds is not known before it is done
Edit = Callable[[Project], object]


def test_the_copied_package_is_the_one_that_runs(project: Project) -> None:
    where = "import scalinglaws, os; print(os.path.dirname(scalinglaws.__file__))"
    project.source("where.py").write_text(where)
    assert project.call("scalinglaws.where").stdout.strip() == str(project.source("where.py").parent)


def test_nothing_changed(project: Project) -> None:
    before = project.tables()
    outcome = project.replicate()
    assert outcome.status == 0
    assert "Nothing to be done: results/smoke is up to date" in outcome.stdout
    assert (outcome.jobs, outcome.trained) == (NOTHING, set())
    assert project.tables() == before


# The table


@dataclass(frozen=True)
class Row:
    """An edit, the jobs after it, and what `why` says of a file; without words, `why` is not called."""

    name: str
    edit: Edit
    jobs: Jobs
    said: tuple[str, ...] = ()
    of: str = FIGURE


def change(key: str, value: Any) -> Edit:
    return lambda project: project.change(key, value)


def edit(module: str, old: str, new: str) -> Edit:
    return lambda project: project.edit(module, old, new)


def delete(file: str) -> Edit:
    return lambda project: (project.results / file).unlink()


def set_resamples(project: Project) -> None:
    path = project.folder / "config" / "smoke.yaml"
    path.write_text(path.read_text().replace("resamples: 30", "resamples: 40"))


def set_style(project: Project) -> None:
    (project.folder / "own.mplstyle").write_text("font.size: 7\n")
    path = project.folder / "config" / "smoke.yaml"
    path.write_text(path.read_text() + "style: own.mplstyle\n")


def set_look(project: Project) -> None:
    project.write_scale({**SCALE, "look": {"venue": "icml", "columns": 1}})


def set_caption(project: Project) -> None:
    figures = yaml.safe_load(project.study_file.read_text())["figures"]
    project.change("figures", [{**figure, "caption": "Another."} for figure in figures])


def edit_nothing_that_counts(project: Project) -> None:
    """Comments, docstrings and layout."""
    project.edit("training/records/search.py", '"""Try the candidates', '"""Train the candidates')
    project.edit(*TRAINING_EDIT[:2], f"    # a comment\n\n{TRAINING_EDIT[1]}")
    project.edit("data/store.py", '"""Prepared data sets:', '"""Prepared data sets: indeed')
    for module in ("stages/fit.py", "plotting/style.py", "report/text.py", "claims/verdict.py"):
        path = project.source(module)
        path.write_text(path.read_text(encoding="utf-8") + "\n\n# the end\n", encoding="utf-8")


def edit_what_is_not_used(project: Project) -> None:
    project.edit("data/sources/fashion_mnist.py", "UBYTE = 0x08", "UBYTE = 4 + 4")
    project.edit("cli/why.py", "NEAREST = 3", "NEAREST = 4")
    # functions that no stage calls, of modules that all stages import
    project.edit(
        "files.py", "for each in (path, *path.parent", "for each in (*path.parents[:0], path, *path.parent"
    )
    project.edit(
        "errors.py", "class DeviceError(ScalingLawsError):", "class DeviceError(ScalingLawsError, OSError):"
    )
    project.edit("cli/main.py", 'type=cores, default="all"', 'type=cores, default="1"')
    # and a change that was taken back before anything ran
    module, old, new = TRAINING_EDIT
    project.edit(module, old, new)
    project.edit(module, new, old)


def touch_sources(project: Project) -> None:
    for folder in ("config", "src", "workflow", "profiles", "cifar"):
        for path in (project.folder / folder).rglob("*"):
            path.touch()


def touch_outputs(project: Project) -> None:
    """The other way round than they were made: what is read is newer than what was made from it."""
    for path in sorted(project.results.rglob("*"), key=lambda path: -path.stat().st_mtime_ns):
        path.touch()


def touch_records(project: Project) -> None:
    for path in (*project.runs.glob("*.json"), *project.runs.glob("learning-rate/*.json")):
        path.touch()


def reverse_keys(project: Project) -> None:
    for path in (project.study_file, project.folder / "config" / "smoke.yaml"):
        path.write_text(yaml.safe_dump(_reversed(yaml.safe_load(path.read_text())), sort_keys=False))


def _reversed(value: object) -> object:
    if isinstance(value, dict):
        return {key: _reversed(value[key]) for key in reversed(value)}
    return [_reversed(item) for item in value] if isinstance(value, list) else value


def replace_in(file: str, old: str = "0", new: str = "1") -> Edit:
    def edit_by_hand(project: Project) -> None:
        """With the old time, so that only the content tells."""
        (path,) = project.results.glob(file)
        times = path.stat()
        content = path.read_bytes()
        assert old.encode() in content
        path.write_bytes(content.replace(old.encode(), new.encode()))
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    return edit_by_hand


def forget(edit: Edit) -> Edit:
    """Lose all that Snakemake remembers, and then make an edit."""

    def lose(project: Project) -> None:
        shutil.rmtree(project.folder / ".snakemake")
        edit(project)

    return lose


def change_an_image(project: Project) -> None:
    path = project.folder / "cifar" / "data_batch_3.bin"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)


def add_a_file(project: Project) -> None:
    (project.folder / "cifar" / "data_batch_6.bin").write_bytes(b"")


MODEL = {"family": "resnet", "width": WIDTHS[0], "depth": 8}
TABLE = [
    # The grid
    Row("a subset size", change("scales.smoke.runs.axes.subset.examples", [*SUBSETS, 80]), GRIDS + FROM_RUNS,
        ("subset.examples changed from [10, 15, 20, 30, 40, 60] to [10, 15, 20, 30, 40, 60, 80]",
         runs_line(2, 3, G))),
    Row("a seed", change("scales.smoke.runs.axes.seed", [*SEEDS, 3]),
        Jobs(["shuffle", "train w2 part1"]) + FROM_RUNS,
        ("seed changed from [0, 1, 2] to [0, 1, 2, 3]", runs_line(1, 6, 6))),
    Row("a model", change("scales.smoke.runs.axes.model", [MODEL, {**MODEL, "width": 4}]),
        Jobs(["train w4", "train w2"]) + FROM_RUNS,  # jobs enough, which search first
        ("not made yet: ", runs_line(2, N - 1, N))),
    Row("a subset size is taken away", change("scales.smoke.runs.axes.subset.examples", list(SUBSETS[1:])),
        GRIDS + FROM_RUNS, (f"3 runs are no longer part of {STUDY_NAME}", runs_line(2, 0, G - 3))),
    # The search
    Row("a candidate", change("runs.learning_rate.search", [*RATES, 0.05]), JOBS + FROM_RUNS,
        ("learning_rate.search changed from [0.001, 0.002] to [0.001, 0.002, 0.05]",
         f"1 to train (1 without a record), {G} only if the search chooses another rate, 2 kept.")),
    Row("a candidate that the rule had added", change("runs.learning_rate.search", [*RATES, ADDED]),
        JOBS + FROM_RUNS,
        ("learning_rate.search changed from [0.001, 0.002] to [0.001, 0.002, 0.004]",
         f"1 to train (1 without a record), {G} only if the search chooses another rate, 3 kept.")),
    Row("a candidate is taken away", change("runs.learning_rate.search", [RATES[0], ADDED]),
        JOBS + FROM_RUNS,
        ("learning_rate.search changed from [0.001, 0.002] to [0.001, 0.004]",
         f"1 to train (1 without a record), {G} only if the search chooses another rate, 2 kept.")),
    Row("widenings", change("runs.learning_rate.widenings", 2), JOBS + FROM_RUNS,
        ("learning_rate.widenings changed from 1 to 2",
         f"1 to train (1 without a record), {G} only if the search chooses another rate, 3 kept.")),
    Row("no widenings", change("runs.learning_rate.widenings", 0), JOBS + FROM_RUNS,
        ("learning_rate.widenings changed from 1 to 0",
         f"0 to train, {G} only if the search chooses another rate, 2 kept.")),
    Row("the search's metric", change("runs.learning_rate.metric", "top5_error"), JOBS + FROM_RUNS,
        ("learning_rate.metric changed from cross_entropy to top5_error",)),
    Row("the search's size", change("runs.learning_rate.at", [15]), JOBS + FROM_RUNS,
        ("learning_rate.at changed from 20 to 15",
         f"2 to train (2 without a record), {G} only if the search chooses another rate, 0 kept.")),
    Row("the score", change("runs.score", "final"), JOBS + FROM_RUNS,
        ("is stale: score changed from minimum to final.",
         f"0 to train, {G} only if the search chooses another rate, 3 kept.")),
    Row("a record that the rule added is deleted",
        lambda project: record_of(project, search_run(WIDTHS[0], ADDED)).unlink(), JOBS + FROM_RUNS,
        (".json is missing",
         f"1 to train (1 without a record), {G} only if the search chooses another rate, 2 kept.")),
    Row("a learning rate instead of a search", change("runs.learning_rate", ADDED), GRIDS + FROM_RUNS,
        ("learning_rate changed from searched to 0.004", runs_line(2, G - 1, 1))),  # one was in the search
    # Runs' own specs
    Row("the duration", change("runs.duration.steps", 25), JOBS + FROM_RUNS,
        ("duration.steps changed from 20 to 25\n", ALL_NEW)),
    Row("a duration of another kind", change("runs.duration", {"epochs": 4}), JOBS + FROM_RUNS,
        ("duration.epochs changed from its default to 4", ALL_NEW)),
    Row("the schedule", change("runs.schedule", {"decay": "cosine", "warmup": {"share": 0.1}}),
        JOBS + FROM_RUNS,
        ("schedule.decay changed from its default to cosine", ALL_NEW)),
    Row("the stopping", change("runs.stopping.patience", 2), JOBS + FROM_RUNS,
        ("stopping.patience changed from 1 to 2", ALL_NEW)),
    Row("the evaluation", change("runs.evaluation", {"first": 2}), JOBS + FROM_RUNS,
        ("evaluation.first changed from its default to 2", ALL_NEW)),
    Row("a default that is written out", change("runs.procedure", {"name": "train"}), NOTHING, (CURRENT,)),
    Row("one more axis of one value", change("scales.smoke.runs.axes.optimiser.weight_decay", [0]),
        Jobs(["collect"]) + FROM_FITS, ("is stale: axes changed from [] to ['optimiser.weight_decay'].",)),
    Row("the key development", lambda project: project.write_scale({**SCALE, "development": True}),
        DATA + JOBS + FROM_RUNS, ("not made yet: ", ALL_NEW)),
    # Fits, figures and claims
    Row("a fit option", change("protocol.level", 0.9), FROM_FITS,
        ("is stale: protocol.level changed from its default to 0.9.\nTo be made again: fits, figures.\n",)),
    Row("resamples", set_resamples, FROM_FITS, ("protocol.resamples changed from 30 to 40.",)),
    Row("the venue", set_look, Jobs(["figure"]),
        ("look.venue changed from its default to icml", "again: figures.")),
    Row("a caption", set_caption, Jobs(["figure"]),
        ("figure.caption changed from Tiny. to Another..", "again: figures.")),
    Row("the methods", change("methods", "Other."), NOTHING, (CURRENT,)),
    Row("a published constant",
        edit("papers/hestness_2017/claims/images.yaml", "published: -0.309", "published: -0.31"),
        Jobs(["claims", "summary"]),
        ("is stale: constants changed.", ": claims, report."), REPORT),
    # Code
    Row("a style",
        edit("plotting/style.py", '"grid.color": "0.85"', '"grid.color": "0.75"'), Jobs(["figure"]),
        ("is stale: the code of scalinglaws.plotting.style changed.\nTo be made again: figures.\n",)),
    Row("a style of one's own", set_style, Jobs(["figure"]), ("own.mplstyle is a new input of figures",)),
    Row("a figure's code",
        edit("papers/hestness_2017/figures/learning_curves.py", "row_of_panels(2", "row_of_panels(1 + 1"),
        Jobs(["figure"]), ("the code of scalinglaws.papers.hestness_2017.figures.learning_curves changed.",)),
    Row("the report's code", edit("report/text.py", "WIDTH = 110", "WIDTH = 100"), Jobs(["summary"]),
        ("the code of scalinglaws.report.text changed.", ": report."), REPORT),
    Row("the verdict's code", edit("claims/verdict.py", "INCONCLUSIVE = ", "OTHER = INCONCLUSIVE = "),
        Jobs(["claims", "summary"]), ("the code of scalinglaws.claims.verdict changed.",), REPORT),
    Row("a fit's code", edit("protocols/learning_curves/tables.py", "BAND_POINTS = 61", "BAND_POINTS = 51"),
        FROM_FITS,
        ("the code of scalinglaws.protocols.learning_curves.tables changed.", ": fits, figures.")),
    Row("a model's code", edit("models/resnet.py", "STAGES = 3", "STAGES = 1 + 2"), JOBS + FROM_RUNS,
        ("the code of scalinglaws.models.resnet changed.", runs_line(3, N - 1, 0, "by other code"))),
    Row("a data source's code",
        edit(*DATA_EDIT),
        DATA + JOBS + FROM_RUNS,
        ("the code of scalinglaws.data.sources.cifar changed.",
         f"0 to train, {N - 1} only if the data come out different, 0 kept.")),
    Row("no meaning of code", edit_nothing_that_counts, NOTHING),
    Row("code that is not used", edit_what_is_not_used, NOTHING),
    Row("keys in reverse", reverse_keys, NOTHING, (CURRENT,)),
    # Files
    Row("touched sources", touch_sources, NOTHING),
    Row("touched outputs", touch_outputs, NOTHING),
    Row("touched records", touch_records, NOTHING),
    Row("a figure is deleted", delete("figures/hestness-2017/fig4-image.pdf"), Jobs(["figure"]),
        ("fig4-image.pdf is missing: ", "is missing (deleted, or a job failed)", "again: figures.")),
    Row("a table of fits is deleted", delete(f"fits/{STUDY_NAME}/bands.csv"), FROM_FITS,
        (f"fits/{STUDY_NAME}/bands.csv is missing (deleted, or a job failed)", ": fits, figures.")),
    Row("a table of runs is deleted", delete(f"tables/{STUDY_NAME}/curves.csv"), FROM_RUNS,
        ("curves.csv is missing (deleted, or a job failed)", "again: run tables, fits, figures.")),
    # Files that were edited by hand
    Row("a table of fits", replace_in(f"fits/{STUDY_NAME}/fits.csv"), FROM_FITS,
        (f"fits/{STUDY_NAME}/fits.csv was changed after it was made",)),
    Row("a table of runs", replace_in(f"tables/{STUDY_NAME}/runs.csv"), FROM_RUNS,
        (f"tables/{STUDY_NAME}/runs.csv was changed after it was made",)),
    Row("what is drawn", replace_in("figures/hestness-2017/fig4-image.csv"), Jobs(["figure"]),
        ("fig4-image.csv was changed after it was made.",)),
    Row("the report", replace_in("report/hestness-2017.txt", "claim", "clime"), Jobs(["summary"]),
        ("report/hestness-2017.txt was changed after it was made.",), REPORT),
    Row("a chosen learning rate",
        replace_in(f"runs/{STUDY_NAME}/learning-rate/*.json", "e", "E"), JOBS + FROM_RUNS,
        (".json was changed after it was made",)),
    # The user's own copy of the data
    Row("an image", change_an_image, DATA + JOBS + FROM_RUNS,
        ("cifar changed after data were made from it",)),
    Row("a file more", add_a_file, DATA + JOBS + FROM_RUNS, ("cifar changed after data were made from it",)),
    Row("a file less", lambda project: (project.folder / "cifar" / "batches.meta.txt").unlink(),
        DATA + JOBS + FROM_RUNS, ("cifar changed after data were made from it",)),
    # Snakemake's own notes are lost
    Row("no notes", forget(lambda project: None), NOTHING, (CURRENT,)),
    Row("no notes, and touched outputs", forget(touch_outputs), NOTHING),
    Row("no notes, and a model's code", forget(edit("models/resnet.py", "STAGES = 3", "STAGES = 1 + 2")),
        JOBS + FROM_RUNS, ("the code of scalinglaws.models.resnet changed.",)),
    Row("no notes, and a fit option", forget(change("protocol.level", 0.9)), FROM_FITS),
    Row("no notes, and a subset size",
        forget(change("scales.smoke.runs.axes.subset.examples", [*SUBSETS, 80])),
        GRIDS + FROM_RUNS),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_row(project: Project, row: Row) -> None:
    row.edit(project)
    assert project.jobs() == row.jobs
    if row.said:
        said = project.why(row.of)
        assert (said == CURRENT) == (row.jobs == NOTHING)
        assert [words for words in row.said if words not in said] == []


def test_a_project_that_was_moved_is_up_to_date(project: Project, tmp_path: Path) -> None:
    """Copied without the times of files, and without what Snakemake remembers."""
    moved = Project(tmp_path / "elsewhere" / "project")
    moved.folder.parent.mkdir()
    subprocess.run(["cp", "-r", str(project.folder), str(moved.folder)], check=True)
    shutil.rmtree(moved.folder / ".snakemake")
    shutil.rmtree(project.folder)
    assert moved.jobs() == NOTHING
    moved.change("protocol.level", 0.9)
    assert moved.jobs() == FROM_FITS


def test_a_kill_just_after_a_stage_ended_leaves_nothing_to_do(project: Project) -> None:
    """Snakemake still marks the job as running, but the stage noted that its outputs are complete."""
    marks = project.folder / ".snakemake" / "incomplete"
    (marks / base64.urlsafe_b64encode(FIGURE.encode()).decode()).write_text("{}")
    assert project.jobs() == NOTHING


def test_an_edit_of_the_same_size_with_the_old_time_is_what_runs(project: Project) -> None:
    """Python would believe its bytecode, which knows a source by size and time only."""
    report, source = project.folder / REPORT, project.source("report/text.py")
    py_compile.compile(str(source))
    before, times = report.read_text(), source.stat()
    project.edit("report/text.py", "WIDTH = 110", "WIDTH = +80")
    os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert source.stat().st_size == times.st_size
    assert project.replicate().status == 0
    assert max(map(len, before.splitlines())) > 80
    assert report.read_text() != before
