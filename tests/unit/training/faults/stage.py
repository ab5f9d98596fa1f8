"""The training stage on one job in one folder: how to call it, and what it has written."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

from scalinglaws.config.job import Job, write_jobs
from scalinglaws.training.records.search import choice_file, read_choice
from unit.training.faults.forks import Child, Ended, Settings

LIMIT = 120
"""Seconds after which a condition counts as never to come true; no test is about speed."""

Results = dict[str, dict[str, Any]]


class Stage:
    """Calls of the stage that share their folders."""

    def __init__(self, prepared: Path, job: Job, name: str = "made") -> None:
        """Nothing is called yet.

        Args:
            prepared: folder with `data` and `subsets`.
            job: its runs.
            name: of the folder beside them in which everything is written.
        """
        self.prepared, self._job = prepared, job
        self.folder = prepared / name
        self.out, self.checkpoint = self.folder / "runs", self.folder / "checkpoint.pt"
        self.heartbeat = self.folder / "progress.heartbeat"
        self.choice = choice_file(self.out, "model")
        self.folder.mkdir()
        self._calls = 0

    def arguments(self, ensemble: int = 64, code: str = "c0de") -> list[str]:
        """Those of `python -m scalinglaws.stages.train`."""
        plan = self.folder / "plan.json"
        write_jobs(plan, [self._job])
        data, subsets = str(self.prepared / "data"), str(self.prepared / "subsets")
        which = ["--plan", str(plan), "--job", self._job.name, "--spec", self._job.hash, "--code", code]
        made = ["--out", str(self.out), "--checkpoint", str(self.checkpoint)]
        made += ["--heartbeat", str(self.heartbeat), "--learning-rate", str(self.choice)]
        return [*which, "--data", data, "--subsets", subsets, *made, "--ensemble", str(ensemble)]

    def command(self) -> list[str]:
        """What a shell would call."""
        return [sys.executable, "-m", "scalinglaws.stages.train", *self.arguments()]

    def start(self, ensemble: int = 64, code: str = "c0de", **settings: Any) -> Child:
        """Call the stage."""
        self._calls += 1
        said = self.folder / f"call-{self._calls}.log"
        return Child(self.arguments(ensemble, code), said, Settings(**settings))

    def call(self, ensemble: int = 64, code: str = "c0de", **settings: Any) -> Ended:
        """Call the stage, and wait for its end."""
        return self.start(ensemble, code, **settings).wait()

    def done(self, ensemble: int = 64, **settings: Any) -> Results:
        """Call the stage, which is to end well; the results of all runs."""
        ended = self.call(ensemble, **settings)
        assert ended.status == 0, ended.said
        assert not self.checkpoint.exists()
        results = self.results()
        added = read_choice(self.choice).runs if self._job.search else ()
        assert results.keys() == {*added, *(run.id for run in self._job.planned)}
        return results

    def records(self) -> dict[str, bytes]:
        """The records as they are, by run."""
        return {path.stem: path.read_bytes() for path in self.out.glob("*.json")}

    def results(self) -> Results:
        """What of the records depends on no time and place, by run; each is whole."""
        plain = {run: json.loads(content) for run, content in self.records().items()}
        return {
            run: {key: record[key] for key in ("results", "learning_rate", "model")}
            for run, record in plain.items()
        }

    def saved(self) -> dict[str, int]:
        """The steps that runs had taken when they were saved in the checkpoint."""
        if not self.checkpoint.exists():
            return {}
        plain = torch.load(self.checkpoint, weights_only=True)
        return {run: _taken(state) for run, state in plain["states"].items()}

    def progress(self) -> int:
        """Steps that no later call has to take again."""
        finished = {
            run: sum(result["steps"] for result in record["results"])
            for run, record in self.results().items()
        }
        return sum({**self.saved(), **finished}.values())

    def left_behind(self) -> list[str]:
        """Temporary files."""
        return [path.name for path in self.folder.rglob(".*")]

    def until_saved(self, child: Child) -> None:
        """Wait for a new checkpoint or record, or the end of the child."""
        before = self._state()
        for _ in waiting():
            if self._state() != before or child.ended():
                return

    def _state(self) -> tuple[int, int]:
        try:
            time_saved = self.checkpoint.stat().st_mtime_ns
        except FileNotFoundError:
            time_saved = 0
        return time_saved, len(list(self.out.glob("*.json")))


def _taken(state: dict[str, Any]) -> int:
    """Steps of a saved run, over all its levels."""
    return int(sum(result["steps"] for result in state["results"][:-1]) + state["step"])


def waiting() -> Iterator[None]:
    """Turns of a loop that waits for a condition, a hundred a second; it fails after `LIMIT` seconds."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        yield
        time.sleep(0.01)
    raise AssertionError(f"waited in vain for {LIMIT} s")


MakeStage = Callable[..., Stage]
"""From a job and a folder's name."""

Undisturbed = Callable[[Job], Results]
