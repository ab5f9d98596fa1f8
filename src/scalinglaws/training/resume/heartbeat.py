"""Heartbeats: a training process says how far it is in one small file per job, which it keeps rewriting."""

import json
import time
from pathlib import Path

from scalinglaws.config.strict import Strict
from scalinglaws.files import write_text

EVERY_SECONDS = 1.0


class Heartbeat(Strict):
    """The state of a job."""

    job: str
    run: str
    """The runs in progress, in words."""
    runs: tuple[str, ...]
    """Their ids."""
    step: int
    steps: int
    """Most steps that each may take."""
    loss: float | None
    """Mean training loss before the last evaluation; None before the first one, or if it is not finite."""
    time: float
    """When this was written, in seconds since the epoch."""


class HeartbeatWriter:
    """Writes heartbeats, at most one per second."""

    def __init__(self, path: Path, job: str) -> None:
        self.path = path
        self.job = job
        self._last = 0.0

    @property
    def due(self) -> bool:
        """Whether it is time for the next one."""
        return time.time() - self._last >= EVERY_SECONDS

    def beat(self, run: str, runs: tuple[str, ...], step: int, steps: int, loss: float | None) -> None:
        """Write the state of the runs in progress, if it is time."""
        if not self.due:
            return
        self._last = time.time()
        state = Heartbeat(
            job=self.job, run=run, runs=runs, step=step, steps=steps, loss=loss, time=self._last
        )
        write_text(self.path, state.model_dump_json())

    def stop(self) -> None:
        """Remove the file: the job is done."""
        self.path.unlink(missing_ok=True)


def read_heartbeats(folder: Path) -> list[Heartbeat]:
    """The heartbeats in a folder and below; files that cannot be read are skipped."""
    states = []
    for path in sorted(folder.rglob("*.json")):
        try:
            states.append(Heartbeat.model_validate(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError):
            continue
    return states
