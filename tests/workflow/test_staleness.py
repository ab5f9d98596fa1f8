"""What is recomputed after a change, and what is not: exact sets of jobs, and of runs that are trained."""

import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import yaml

from workflow.project import (
    ALL_GRID_RUNS,
    ALL_RUNS,
    FROM_FITS,
    FROM_RUNS,
    GRIDS,
    RATES,
    SEARCHES,
    SEEDS,
    STUDY_NAME,
    SUBSETS,
    WIDTHS,
    Jobs,
    Project,
    grid_run,
    search_run,
)

pytestmark = pytest.mark.slow

NOTHING = Jobs()
LOOP = "training/loop.py"


def test_the_copied_package_is_the_one_that_runs(project: Project) -> None:
    where = "import scalinglaws, os; print(os.path.dirname(scalinglaws.__file__))"
    project.source("where.py").write_text(where)
    assert project.call("scalinglaws.where").stdout.strip() == str(project.source("where.py").parent)


def test_nothing_changed(project: Project) -> None:
    before = project.tables()
    outcome = project.replicate()
    assert outcome.status == 0
    assert outcome.stdout.startswith("Nothing to be done: results/smoke is up to date.\n")
    assert (outcome.jobs, outcome.trained) == (NOTHING, set())
    assert project.tables() == before


# The grid


def test_a_subset_size_is_added_and_taken_away_again(project: Project) -> None:
    project.change("scales.smoke.subsets", [*SUBSETS, 80])
    outcome = project.replicate()
    assert outcome.status == 0, outcome.stderr
    assert outcome.jobs == GRIDS + FROM_RUNS
    assert outcome.trained == {grid_run(width, 80, seed) for width in WIDTHS for seed in SEEDS}
    assert project.jobs() == NOTHING

    project.change("scales.smoke.subsets", list(SUBSETS))
    assert project.jobs() == GRIDS + FROM_RUNS  # the packs have other runs now, and are asked
    assert project.train().trained == set()


def test_a_seed_is_added(project: Project) -> None:
    project.change("scales.smoke.seeds", [*SEEDS, 2])
    new = Jobs(["shuffle", *(f"train w{width} s2" for width in WIDTHS)])
    assert project.jobs() == new + FROM_RUNS
    assert project.train().trained == {grid_run(width, size, 2) for width in WIDTHS for size in SUBSETS}


def test_a_model_is_added(project: Project) -> None:
    models = [{"family": "resnet", "width": width, "depth": 8} for width in (*WIDTHS, 4)]
    project.change("scales.smoke.models", models)
    new = Jobs(["search w4", *(f"train w4 s{seed}" for seed in SEEDS)])
    assert project.jobs() == new + FROM_RUNS


@pytest.mark.parametrize("rate", [1e-9, 0.05], ids=["that loses", "that may win"])
def test_a_learning_rate_candidate_is_added(project: Project, rate: float) -> None:
    before = project.learning_rates()
    project.change("runs.learning_rate.search", [*RATES, rate])
    # Whether a choice changes is known when the search has run: the packs behind it are asked each time.
    assert project.jobs() == SEARCHES + GRIDS + FROM_RUNS
    trained = project.train().trained
    changed = {width for width in WIDTHS if project.learning_rates()[width] != before[width]}
    if rate < min(RATES):
        assert not changed
    else:
        assert changed, "the test's data should make a higher rate win for a model"
    retrained = {grid_run(width, size, seed) for width in changed for size in SUBSETS for seed in SEEDS}
    assert trained == {search_run(width, rate) for width in WIDTHS} | retrained


def test_a_change_of_all_runs_is_reverted(project: Project) -> None:
    tables = project.tables()
    project.change("runs.budget.steps", 6)
    assert project.train().trained == ALL_RUNS
    project.change("runs.budget.steps", 20)
    outcome = project.replicate()
    assert outcome.trained == set()
    assert project.tables() == tables


# Fits and figures


def test_a_fit_option_is_changed(project: Project) -> None:
    project.change("fit.level", 0.9)
    assert project.jobs() == FROM_FITS


def test_the_region_is_changed(project: Project) -> None:
    project.change("scales.smoke.region", [1, 100])
    assert project.jobs() == FROM_FITS


def test_the_number_of_resamples_is_changed(project: Project) -> None:
    path = project.folder / "config" / "smoke.yaml"
    path.write_text(path.read_text().replace("resamples: 30", "resamples: 40"))
    assert project.jobs() == FROM_FITS


def test_a_caption_is_changed(project: Project) -> None:
    figures = yaml.safe_load(project.study_file.read_text())["figures"]
    project.change("figures", [{**figure, "caption": "Another."} for figure in figures])
    assert project.jobs() == Jobs(["figure"])


def test_a_published_constant_is_changed(project: Project) -> None:
    project.edit("claims/hestness_2017.yaml", "published: -0.309", "published: -0.31")
    assert project.jobs() == Jobs(["claims", "summary"])


# Code


@pytest.mark.parametrize(
    ("module", "old", "new", "jobs"),
    [
        ("figures/style.py", '"grid.color": "0.85"', '"grid.color": "0.75"', Jobs(["figure"])),
        ("figures/hestness_2017.py", 'GREY = "0.45"', 'GREY = "0.4"', Jobs(["figure"])),
        ("report/table.py", "WIDTH = 110", "WIDTH = 100", Jobs(["summary"])),
        ("claims/verdict.py", "CONSISTENT = ", "OTHER = CONSISTENT = ", Jobs(["claims", "summary"])),
        ("fitting/__main__.py", "BAND_POINTS = 61", "BAND_POINTS = 51", FROM_FITS),
        ("models/resnet.py", "STAGES = 3", "STAGES = 1 + 2", SEARCHES + GRIDS + FROM_RUNS),
    ],
    ids=lambda value: value.replace("/", ".") if str(value).endswith(".py") else "",
)
def test_code_of_a_stage_changes_its_meaning(
    project: Project, module: str, old: str, new: str, jobs: Jobs
) -> None:
    project.edit(module, old, new)
    assert project.jobs() == jobs


def test_the_training_loop_changes_its_meaning(project: Project) -> None:
    codes = {state.content.partition(b'"code": ')[2][:20] for state in project.records().values()}
    project.edit(LOOP, "outcome.steps += 1", "outcome.steps += 2 - 1")
    assert project.jobs() == SEARCHES + GRIDS + FROM_RUNS
    assert project.train().trained == ALL_RUNS
    # The fingerprint that Snakemake sees and the code that trains are both the copy's.
    assert codes.isdisjoint(
        state.content.partition(b'"code": ')[2][:20] for state in project.records().values()
    )


def test_comments_docstrings_and_layout_change(project: Project) -> None:
    project.edit(LOOP, '"""The training loop: one run', '"""Another text: one run')
    project.edit(
        LOOP, "    outcome = Outcome()\n", "    # a comment\n\n    outcome = (\n        Outcome()\n    )\n"
    )
    project.edit(LOOP, '    """Report nothing."""\n', "")
    project.edit("data/store.py", '"""Number of classes."""', '"""How many classes."""')
    for module in ("fitting/__main__.py", "figures/style.py", "report/table.py", "claims/verdict.py"):
        path = project.source(module)
        path.write_text(path.read_text(encoding="utf-8") + "\n\n# the end\n", encoding="utf-8")
    assert project.jobs() == NOTHING


def test_code_that_no_stage_of_the_study_uses(project: Project) -> None:
    project.edit("data/sources/fashion_mnist.py", "UBYTE = 0x08", "UBYTE = 4 + 4")
    project.edit("commands/progress.py", "FIRST_ESTIMATE = 10.0", "FIRST_ESTIMATE = 11.0")
    project.edit("cli.py", '"--cores", default="all"', '"--cores", default="1"')
    # and a change that was taken back before anything ran
    project.edit(LOOP, "outcome.steps += 1", "outcome.steps += 2 - 1")
    project.edit(LOOP, "outcome.steps += 2 - 1", "outcome.steps += 1")
    assert project.jobs() == NOTHING


def test_files_are_touched(project: Project) -> None:
    for folder in ("config", "src", "workflow", "profiles", "cifar"):
        for path in (project.folder / folder).rglob("*"):
            path.touch()
    assert project.jobs() == NOTHING


def test_the_order_of_keys_is_reversed(project: Project) -> None:
    for path in (project.study_file, project.folder / "config" / "smoke.yaml"):
        content = yaml.safe_load(path.read_text())
        path.write_text(yaml.safe_dump(_reversed(content), sort_keys=False))
    assert project.jobs() == NOTHING


def _reversed(value: object) -> object:
    if isinstance(value, dict):
        return {key: _reversed(value[key]) for key in reversed(value)}
    return [_reversed(item) for item in value] if isinstance(value, list) else value


# Data


def test_code_of_the_data_source_changes_its_meaning(project: Project) -> None:
    """Every pixel is inverted: no run may stand."""
    project.edit(
        "data/sources/cifar.py",
        "return pixels.reshape(-1, *SHAPE)",
        "return (255 - pixels).reshape(-1, *SHAPE)",
    )
    data = Jobs({"prepare_data": 1, "shuffle": len(SEEDS)})
    assert project.jobs() == data + SEARCHES + GRIDS + FROM_RUNS
    assert project.train().trained == ALL_RUNS


# Outputs


@pytest.mark.parametrize("ending", ["pdf", "csv"])
def test_a_figure_is_deleted(project: Project, ending: str) -> None:
    (project.results / "figures" / "hestness-2017" / f"fig4-image.{ending}").unlink()
    assert project.jobs() == Jobs(["figure"])


def test_a_table_of_fits_is_deleted(project: Project) -> None:
    tables = project.tables()
    (project.results / "fits" / STUDY_NAME / "bands.csv").unlink()
    outcome = project.replicate()
    assert (outcome.jobs, outcome.trained) == (FROM_FITS, set())
    assert project.tables() == tables


def test_a_run_record_is_deleted(project: Project) -> None:
    tables = project.tables()
    wanted = grid_run(WIDTHS[0], SUBSETS[2], SEEDS[1])
    run = next(run for run, state in project.records().items() if state.words == wanted)
    (project.runs / f"{run}.json").unlink()
    outcome = project.replicate()
    assert outcome.jobs == Jobs([f"train w{WIDTHS[0]} s{SEEDS[1]}"]) + FROM_RUNS
    assert outcome.trained == {wanted}
    assert project.tables() == tables


def test_a_run_record_is_damaged(project: Project) -> None:
    """Half a record is not believed once its pack is looked at, here because another record is gone."""
    before = project.records()
    in_words = {state.words: project.runs / f"{run}.json" for run, state in before.items()}
    damaged, gone = (grid_run(WIDTHS[0], size, SEEDS[1]) for size in SUBSETS[:2])
    in_words[damaged].write_text(in_words[damaged].read_text()[:100])
    in_words[gone].unlink()
    target = f"results/smoke/tables/{STUDY_NAME}/runs.csv"
    done = project.call("snakemake", "--cores", "2", target, "--config", "scale=smoke")
    assert done.returncode == 0, done.stdout + done.stderr
    assert project.changed_since(before) == {damaged, gone}


# Interruptions


def test_everything_is_killed_in_the_middle_of_a_pack(bare: Project, finished_project: Project) -> None:
    process = bare.start("scalinglaws.cli", "replicate", "--scale", "smoke", "--cores", "2")
    try:
        _wait_for(lambda: _half_done(bare), process)
    finally:
        _kill(process)
    _wait_for(lambda: not _processes_in(bare.folder))
    finished = {state.words for state in bare.records().values()}
    assert finished & ALL_GRID_RUNS
    assert finished < ALL_RUNS

    outcome = bare.replicate()
    assert outcome.status == 0, outcome.stderr
    assert outcome.trained == ALL_RUNS - finished
    assert bare.tables() == finished_project.tables()
    assert bare.jobs() == NOTHING


def _half_done(project: Project) -> bool:
    """Whether a pack of the grid has a part of its runs."""
    packs: Jobs = Jobs()
    for state in project.records().values():
        kind, width, _, seed, *_ = state.words.split()
        packs[f"{kind} {width} {seed}"] += 1
    return any(name.startswith("grid") and 2 <= count <= len(SUBSETS) // 2 for name, count in packs.items())


def _wait_for(condition: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    for _ in range(30_000):
        if condition():
            return
        assert process is None or process.poll() is None, "ended too early"
        time.sleep(0.01)
    raise AssertionError("waited in vain")


def _kill(process: subprocess.Popen[str]) -> None:
    """Kill a process and all that it started, at once, parents first."""
    parent = psutil.Process(process.pid)
    for each in [parent, *parent.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    process.communicate()


def _processes_in(folder: Path) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()) == folder and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return found
