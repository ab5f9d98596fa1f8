"""What a training process tells those who watch: one small file a pack, rewritten as it goes."""

import json
import time
from pathlib import Path

from scalinglaws.config.strict import Strict
from scalinglaws.files import write_text

EVERY_SECONDS = 1.0


class Heartbeat(Strict):
    """The state of a pack."""

    pack: str
    run: str
    """The run in progress, in words."""
    run_id: str
    step: int
    steps: int
    """Most steps the run may take."""
    loss: float
    """Mean training loss since the last evaluation."""
    time: float
    """When this was written, seconds since the epoch."""


class Pulse:
    """Writes heartbeats, at most one a second."""

    def __init__(self, path: Path, pack: str) -> None:
        self.path = path
        self.pack = pack
        self._last = 0.0

    def beat(self, run: str, run_id: str, step: int, steps: int, loss: float) -> None:
        """Note the state of the run in progress."""
        now = time.time()
        if now - self._last >= EVERY_SECONDS:
            self._last = now
            state = Heartbeat(
                pack=self.pack, run=run, run_id=run_id, step=step, steps=steps, loss=loss, time=now
            )
            write_text(self.path, state.model_dump_json())

    def stop(self) -> None:
        """Remove the file: the pack is done."""
        self.path.unlink(missing_ok=True)


def read_heartbeats(folder: Path) -> list[Heartbeat]:
    """The heartbeats in a folder; files that are just being replaced are left out."""
    states = []
    for path in sorted(folder.rglob("*.json")):
        try:
            states.append(Heartbeat.model_validate(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError):
            continue
    return states
