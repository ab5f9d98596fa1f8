"""The line that says how far a replication is."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from scalinglaws.cli import progress
from scalinglaws.cli.estimate import Estimates
from scalinglaws.cli.progress import FILE_EVERY, Progress, trained
from scalinglaws.config.job import Job
from scalinglaws.config.plan import Plan
from scalinglaws.config.spec import RunSpec
from scalinglaws.training.records.record import Record, write_record
from scalinglaws.training.resume.heartbeat import Heartbeat

MakeRecord = Callable[[Job, RunSpec], Record]
START = 1_000_000.0


class Clock:
    """Stands in for the module `time`."""

    now = START

    def time(self) -> float:
        return self.now


class Scene:
    """A replication that is watched: records and heartbeats appear at times of our choice."""

    def __init__(
        self, work: Plan, clock: Clock, make: MakeRecord, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.clock, self.make, self.capsys = clock, make, capsys
        self.results = Path("results")
        self.jobs = [(job, run) for job in work.jobs for run in job.planned]
        self.work = work
        self.watch()

    def watch(self) -> None:
        estimates = Estimates((), self.work.config.scale.machine)
        self.shown = Progress(self.work, self.results, trained(self.work, self.results), estimates)

    def finish(self, number: int, **changes: object) -> None:
        job, run = self.jobs[number]
        write_record(self.make(job, run).model_copy(update=changes), self.results / "runs" / job.study)
        path = self.results / "runs" / job.study / f"{run.id}.json"
        os.utime(path, (self.clock.now, self.clock.now))

    def beat(self, number: int, step: int, loss: float = 1.25) -> None:
        job, run = self.jobs[number]
        beat = Heartbeat(
            job=job.name,
            run=f"run {number}",
            runs=(run.id,),
            step=step,
            steps=100,
            loss=loss,
            time=self.clock.now,
        )
        path = self.results / "logs" / "progress" / job.study / f"{job.name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(beat.model_dump_json())

    def line(self, after: float) -> str:
        self.clock.now += after
        self.shown.show()
        return self.capsys.readouterr().out


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


@pytest.fixture
def scene(work: Plan, clock: Clock, make_record: MakeRecord, capsys: pytest.CaptureFixture[str]) -> Scene:
    return Scene(work, clock, make_record, capsys)


def test_nothing_is_said_before_training(scene: Scene) -> None:
    assert scene.line(FILE_EVERY) == ""


def test_runs_done_the_run_in_progress_and_its_loss(scene: Scene) -> None:
    scene.clock.now += 1
    scene.finish(0)
    scene.finish(1)
    scene.beat(2, 40)
    line = scene.line(1 + FILE_EVERY)
    assert line == (
        "2/12 runs done | run 2: step 40 of at most 100, loss 1.250 | " + line.partition("1.250 | ")[2]
    )
    assert "left" in line


def test_a_line_comes_only_now_and_then(scene: Scene) -> None:
    scene.clock.now += 1
    scene.beat(0, 10)
    assert scene.line(FILE_EVERY)
    assert scene.line(FILE_EVERY / 2) == ""
    assert scene.line(FILE_EVERY)


def test_the_newest_heartbeat_is_shown_and_old_ones_are_not(scene: Scene) -> None:
    scene.clock.now -= 100
    scene.beat(0, 10)  # of a call that was killed
    scene.clock.now += 100
    assert scene.line(FILE_EVERY) == ""
    scene.beat(5, 20)
    scene.clock.now += 1
    scene.beat(7, 30)
    assert "run 7: step 30" in scene.line(FILE_EVERY)


def test_records_of_this_code_count_as_done_from_the_start_and_others_do_not(
    work: Plan, clock: Clock, make_record: MakeRecord, capsys: pytest.CaptureFixture[str]
) -> None:
    scene = Scene(work, clock, make_record, capsys)
    clock.now -= 50
    scene.finish(0)
    scene.finish(1, code="other")
    clock.now += 50
    scene.watch()
    scene.clock.now += 1
    scene.beat(2, 10)
    assert scene.line(FILE_EVERY).startswith("1/12 runs done")


def test_the_time_left_follows_the_share_of_the_work_that_is_done(scene: Scene) -> None:
    scene.clock.now += 1
    scene.beat(0, 1)
    assert scene.line(5).endswith("| estimating the time left\n")
    for number in range(6):
        scene.finish(number)
    # All runs take the same assumed time (that of their steps): 600 s for 6 of 12 leaves as many.
    scene.clock.now += 595
    scene.beat(6, 0)
    assert scene.line(0).endswith("| about 10 min left\n")
    for number in range(6, 12):
        scene.finish(number)
    scene.beat(11, 100)
    assert scene.line(100).endswith("| less than a minute left\n")


def test_on_a_terminal_the_line_is_rewritten(
    work: Plan, clock: Clock, make_record: MakeRecord, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    scene = Scene(work, clock, make_record, capsys)
    clock.now += 1
    scene.beat(0, 10)
    line = scene.line(2)
    assert line.startswith("\r0/12 runs done")
    assert len(line) == 40
    assert "\n" not in line
    scene.shown.end()
    assert capsys.readouterr().out == "\n"
