"""How far a replication is: runs done of all, the run in progress and its loss, the time left.

It only reads files: run records and the heartbeats that training processes write. So it works the same for
jobs on this machine and on a cluster with a shared file system.
"""

import shutil
import sys
import time
from functools import cached_property
from pathlib import Path

from scalinglaws.cli.prices import Prices
from scalinglaws.config.plan import Plan, training_code
from scalinglaws.config.spec import RunSpec
from scalinglaws.errors import RecordError
from scalinglaws.training.records.record import read_record
from scalinglaws.training.resume.heartbeat import Heartbeat, read_heartbeats

TERMINAL_EVERY, FILE_EVERY = 1.0, 15.0
FIRST_ESTIMATE = 10.0


class Progress:
    """Prints a line now and then; on a terminal it rewrites the last one."""

    def __init__(self, work: Plan, results: Path) -> None:
        self.work, self.results = work, results
        self.terminal = sys.stdout.isatty()
        self.every = TERMINAL_EVERY if self.terminal else FILE_EVERY
        self.started = time.time()
        self.runs: dict[str, tuple[RunSpec, Path]] = {
            run.id: (run, results / "runs" / study.study.study / f"{run.id}.json")
            for study in work.studies
            for run in study.runs
        }
        self._training_since: float | None = None
        self._shown = 0.0

    def show(self) -> None:
        """Print the state, if it is time to and something is being trained."""
        now = time.time()
        if now - self._shown < self.every:
            return
        beats = [
            beat for beat in read_heartbeats(self.results / "logs" / "progress") if beat.time > self.started
        ]
        if not beats:
            return
        self._shown = now
        self._training_since = self._training_since or min(beat.time for beat in beats)
        line = self._line(max(beats, key=lambda beat: beat.time), beats, now)
        if self.terminal:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r{line[:width]:<{width}}", end="", flush=True)
        else:
            print(line, flush=True)

    def end(self) -> None:
        """Leave the line that was rewritten."""
        if self.terminal and self._shown:
            print()

    @cached_property
    def _done_before(self) -> frozenset[str]:
        """Runs that need no training: their record is older than this call and made by the present code."""
        found = set()
        for job in self.work.jobs:
            code = training_code(job)
            for run in job.runs:
                path = self.runs[run.id][1]
                try:
                    valid = path.stat().st_mtime < self.started and read_record(path).code == code
                except (OSError, RecordError):
                    continue
                if valid:
                    found.add(run.id)
        return frozenset(found)

    @cached_property
    def _seconds(self) -> dict[str, float]:
        """The assumed price of every run; it weights the share of the work that is done."""
        prices = Prices(self.work.config.scale.machine)
        return {name: prices.of(run).seconds for name, (run, _) in self.runs.items()}

    def _line(self, newest: Heartbeat, beats: list[Heartbeat], now: float) -> str:
        done = {name for name, (_, path) in self.runs.items() if self._is_done(name, path)}
        return (
            f"{len(done)}/{len(self.runs)} runs done | {newest.run}: step {newest.step} of at most "
            f"{newest.steps}{_loss(newest.loss)}{self._time_left(done, beats, now)}"
        )

    def _is_done(self, name: str, path: Path) -> bool:
        try:
            return name in self._done_before or path.stat().st_mtime >= self.started
        except OSError:
            return False

    def _time_left(self, done: set[str], beats: list[Heartbeat], now: float) -> str:
        """Time left, from the share of the priced work that was done since training began."""
        fresh = self.runs.keys() - self._done_before
        under_way = sum(
            self._seconds.get(run, 0.0) * beat.step / beat.steps
            for beat in beats
            for run in beat.runs
            if run not in done
        )
        worked = sum(self._seconds[name] for name in fresh & done) + under_way
        left = sum(self._seconds[name] for name in fresh - done) - under_way
        elapsed = now - (self._training_since or now)
        if worked <= 0 or elapsed < FIRST_ESTIMATE:
            return "estimating the time left"
        minutes = elapsed * max(left, 0.0) / worked / 60
        return f"about {minutes:.0f} min left" if minutes >= 1 else "less than a minute left"


def _loss(loss: float | None) -> str:
    return " | " if loss is None else f", loss {loss:.3f} | "
