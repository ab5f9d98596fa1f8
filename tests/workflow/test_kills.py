"""A kill at any moment: finished runs stay, and the tables come out as without it."""

import random
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from workflow.project import ALL_GRID_RUNS, ALL_RUNS, Jobs, Project

pytestmark = pytest.mark.slow

NOTHING = Jobs()
N, G = len(ALL_RUNS), len(ALL_GRID_RUNS)


def test_everything_is_killed_in_the_middle_of_training(bare: Project, finished_project: Project) -> None:
    bare.forks = False
    process = bare.start("scalinglaws.cli.main", "replicate", "--scale", "smoke", "--cores", "2")
    try:
        _wait_for(lambda: _half_done(bare), process)
    finally:
        _kill(process)
    _wait_for(lambda: not _processes_in(bare.folder))
    finished = {state.words for state in bare.records().values()}
    assert finished & ALL_GRID_RUNS
    assert finished < ALL_RUNS
    bare.forks = True
    assert f": {N - len(finished)} to train (" in bare.why()

    outcome = bare.replicate()
    assert outcome.status == 0, outcome.stderr
    assert outcome.trained == ALL_RUNS - finished
    assert bare.tables() == finished_project.tables()
    assert bare.jobs() == NOTHING


@pytest.mark.long
def test_kills_at_random_moments(bare: Project, finished_project: Project) -> None:
    """20 kills, and often Snakemake loses its memory: the tables are those of an undisturbed run."""
    chance, kills = random.Random(3), 0
    bare.forks = False
    while kills < 20:
        process = bare.start("scalinglaws.cli.main", "replicate", "--scale", "smoke", "--cores", "2")
        try:
            process.wait(chance.uniform(1, 25))
        except subprocess.TimeoutExpired:
            _kill(process)
            kills += 1
            _wait_for(lambda: not _processes_in(bare.folder))
            if chance.random() < 0.4:
                shutil.rmtree(bare.folder / ".snakemake", ignore_errors=True)
        else:
            assert process.returncode == 0, process.communicate()
            assert bare.tables() == finished_project.tables()
            shutil.rmtree(bare.results)  # from the beginning
    bare.forks = True
    outcome = bare.replicate()
    assert outcome.status == 0, outcome.stderr
    assert bare.tables() == finished_project.tables()
    assert bare.jobs() == NOTHING


def _half_done(project: Project) -> bool:
    """Whether the grid has a part of its runs."""
    return 1 <= sum(state.words.startswith("grid") for state in project.records().values()) < G


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
