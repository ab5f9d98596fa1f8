"""Ctrl-C, `kill` and a closed terminal stop a replication in good order, wherever it was started."""

import json
import re
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from scalinglaws.cli.snakemake import STOP_SECONDS
from workflow.project import LIMIT, STUDY_NAME, Project

pytestmark = pytest.mark.slow

SECONDS = 10.0
ENDLESS = {"duration.steps": 10**7, "stopping.patience": 10**6, "evaluation.ratio": 1.2}
NOTED = "        self.number = number\n"


@pytest.fixture
def endless(bare: Project) -> Project:
    """A project with two jobs that would train for hours; with one core, one of them waits."""
    bare.forks = False  # a signal must reach the processes themselves
    for key, value in ENDLESS.items():
        bare.change(f"runs.{key}", value)
    bare.change("runs.learning_rate", 0.001)
    return bare


def begin(project: Project, ignored: signal.Signals | None = None, after: int = 0) -> "subprocess.Popen[str]":
    """Start a replication where a signal is ignored, and wait until it trains on after a step."""
    command = ("scalinglaws.cli.main", "replicate", "--scale", "smoke", "--cores", "1")

    def ignore() -> None:
        if ignored is not None:
            signal.signal(ignored, signal.SIG_IGN)

    began = time.time()
    process = project.start(*command, preexec_fn=ignore)
    while step(project, began) <= after:
        assert process.poll() is None, process.communicate()
        assert time.time() - began < LIMIT
        time.sleep(0.1)
    return process


def step(project: Project, since: float = 0.0) -> int:
    """The last step in the heartbeats since some time; 0 if there is none."""
    for path in (project.results / "logs" / "progress").rglob("*.json"):
        try:
            beat = json.loads(path.read_text())
        except (OSError, ValueError):  # it is being replaced
            continue
        if beat["time"] > since:
            return int(beat["step"])
    return 0


def seconds_to_end(process: "subprocess.Popen[str]", *numbers: signal.Signals) -> float:
    """Send signals, 1.5 s apart; how long it takes from the first to the end."""
    began = time.monotonic()
    for count, number in enumerate(numbers):
        time.sleep(1.5 if count else 0)
        process.send_signal(number)
    _, stderr = process.communicate(timeout=LIMIT)
    assert process.returncode == 128 + numbers[0]
    assert f"stopped by {numbers[0].name}: finished runs are kept" in stderr
    return time.monotonic() - began


def living(project: Project) -> list[psutil.Process]:
    """All processes that work in the project's folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == project.folder:
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_a_signal_stops_all_jobs_and_the_next_call_goes_on_from_where_they_were(endless: Project) -> None:
    reached = 0
    for number, ignored in (
        (signal.SIGINT, None),
        (signal.SIGINT, signal.SIGINT),  # in the background of a script
        (signal.SIGTERM, signal.SIGHUP),  # by `nohup`
        (signal.SIGHUP, None),  # in a terminal that is closed
    ):
        process = begin(endless, ignored, after=reached)
        assert seconds_to_end(process, number) < SECONDS
        assert living(endless) == []
        (saved,) = (endless.results / "checkpoints" / STUDY_NAME).iterdir()
        (log,) = (endless.results / "logs" / "train" / STUDY_NAME).iterdir()  # the other job was not started
        assert saved.stem == log.stem
        if reached:
            resumed = re.search(r"step (\d+)$", log.read_text(), re.MULTILINE)
            assert resumed is not None
            assert int(resumed[1]) >= reached
        reached = step(endless)


def test_a_second_signal_ends_at_once_what_does_not_stop(endless: Project) -> None:
    endless.edit("training/resume/interruption.py", NOTED, "        del number\n")
    assert seconds_to_end(begin(endless), signal.SIGTERM, signal.SIGTERM) < STOP_SECONDS
    assert living(endless) == []
