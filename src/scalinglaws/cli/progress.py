"""How far a replication is: runs done of all, the run in progress and its loss, the time left.

It only reads files: run records and the heartbeats that training processes write. It therefore works the same
for jobs on this machine and on a cluster with a shared file system.
"""

import shutil
import sys
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from scalinglaws.cli.estimate import Estimates
from scalinglaws.config.plan import Plan, training_code
from scalinglaws.config.spec import RunSpec
from scalinglaws.errors import RecordError
from scalinglaws.training.records.provenance import without_patch
from scalinglaws.training.records.record import read_record
from scalinglaws.training.resume.heartbeat import Heartbeat, read_heartbeats

TERMINAL_EVERY, FILE_EVERY = 1.0, 15.0
FIRST_ESTIMATE = 10.0


def trained(work: Plan, results: Path, versions: Mapping[str, str] | None = None) -> frozenset[str]:
    """The ids of runs that need no training: the present code, and these versions, have made their record."""
    found = set()
    for job in work.jobs:
        code, folder = training_code(job), results / "runs" / job.study
        for run in job.planned:
            with suppress(OSError, RecordError):
                record = read_record(folder / f"{run.id}.json")
                if record.code == code and versions in (None, without_patch(record.provenance.versions)):
                    found.add(run.id)
    return frozenset(found)


class Progress:
    """Prints a line now and then; on a terminal each replaces the one before."""

    def __init__(self, work: Plan, results: Path, done: Collection[str], estimates: Estimates) -> None:
        """Begin to watch.

        Args:
            work: the plan that is carried out.
            results: its folder.
            done: ids of the runs that need no training.
            estimates: weigh the runs, to tell the share of the work that is done.
        """
        self._results, self._done_before, self._estimates = results, done, estimates
        self._terminal = sys.stdout.isatty()
        self._every = TERMINAL_EVERY if self._terminal else FILE_EVERY
        self._started = time.time()
        self._runs: dict[str, tuple[RunSpec, Path]] = {
            run.id: (run, results / "runs" / study.name / f"{run.id}.json")
            for study in work.trained
            for run in study.runs
        }
        self._training_since: float | None = None
        self._shown = 0.0

    def show(self) -> None:
        """Print the state, if something is being trained and the last line is old enough."""
        now = time.time()
        if now - self._shown < self._every:
            return
        beats = [
            beat for beat in read_heartbeats(self._results / "logs" / "progress") if beat.time > self._started
        ]
        if not beats:
            return
        self._shown = now
        self._training_since = self._training_since or min(beat.time for beat in beats)
        line = self._line(max(beats, key=lambda beat: beat.time), beats, now)
        with suppress(OSError):  # the terminal or reader is gone, which must not stop the work
            if self._terminal:
                width = shutil.get_terminal_size().columns - 1
                print(f"\r{line[:width]:<{width}}", end="", flush=True)
            else:
                print(line, flush=True)

    def end(self) -> None:
        """Go on below the line that was replaced."""
        if self._terminal and self._shown:
            with suppress(OSError):
                print(flush=True)

    def _line(self, newest: Heartbeat, beats: list[Heartbeat], now: float) -> str:
        done = {name for name, (_, path) in self._runs.items() if self._is_done(name, path)}
        return (
            f"{len(done)}/{len(self._runs)} runs done | {newest.run}: step {newest.step} of at most "
            f"{newest.steps}{_loss(newest.loss)}{self._time_left(done, beats, now)}"
        )

    def _is_done(self, name: str, path: Path) -> bool:
        try:
            return name in self._done_before or path.stat().st_mtime >= self._started
        except OSError:
            return False

    def _seconds(self, name: str) -> float:
        return self._estimates.seconds(self._runs[name][0]) if name in self._runs else 0.0

    def _time_left(self, done: set[str], beats: list[Heartbeat], now: float) -> str:
        """Time left, from the share of the estimated work that was done since training began."""
        fresh = self._runs.keys() - set(self._done_before)
        under_way = sum(
            self._seconds(run) * beat.step / beat.steps
            for beat in beats
            for run in beat.runs
            if run not in done
        )
        worked = sum(map(self._seconds, fresh & done)) + under_way
        left = sum(map(self._seconds, fresh - done)) - under_way
        elapsed = now - (self._training_since or now)
        if worked <= 0 or elapsed < FIRST_ESTIMATE:
            return "estimating the time left"
        minutes = elapsed * max(left, 0.0) / worked / 60
        return f"about {minutes:.0f} min left" if minutes >= 1 else "less than a minute left"


def _loss(loss: float | None) -> str:
    return " | " if loss is None else f", loss {loss:.3f} | "
