"""Checkpoints: the state of the runs in progress, so that a killed process loses little.

There is one file per job. It is not an output of the workflow: it exists while the job is trained, and is
removed when the job is done.
"""

import hashlib
import io
import logging
import time
from pathlib import Path
from typing import Any

import torch

from scalinglaws.files import remove_file, whole_file

EVERY_SECONDS = 30.0
SHARE = 0.02  # of the time, at most, goes into writing
DIGEST = hashlib.sha256().digest_size

log = logging.getLogger("scalinglaws.training")

States = dict[str, dict[str, Any]]
"""By run id: tensors, numbers and texts; see `scalinglaws.training.loop.Training.saved`."""


class Checkpoint:
    """The checkpoint of a job, written by one training process and read by the next.

    A full disk or a checkpoint that cannot be read costs time, but no result: both are logged, and training
    goes on, or starts again.
    """

    def __init__(self, path: Path, made_by: dict[str, str]) -> None:
        """Read what there is.

        Args:
            path: the file.
            made_by: what the states depend on (code, data, device); a checkpoint made by others is not used.
        """
        self.path, self._made_by = path, made_by
        self._next = time.monotonic() + EVERY_SECONDS
        self.states: States = self._read()
        """The states of runs that have not been resumed yet."""

    @property
    def due(self) -> bool:
        """Whether it is time to write."""
        return time.monotonic() >= self._next

    def write(self, states: States) -> bool:
        """Write the states of runs, and of those not resumed yet. Whether they could be written."""
        started = time.monotonic()
        stream = io.BytesIO()
        torch.save({"made_by": self._made_by, "states": {**self.states, **states}}, stream)
        content = stream.getvalue()
        written = True
        try:
            with whole_file(self.path) as temporary:
                temporary.write_bytes(content + hashlib.sha256(content).digest())
        except OSError as error:
            written = False
            log.warning("%s: the checkpoint cannot be written (%s)", self.path, error.strerror)
        ended = time.monotonic()
        self._next = ended + max(EVERY_SECONDS, (ended - started) / SHARE)
        return written

    def remove(self) -> None:
        """Remove the file: nothing is in progress any more."""
        remove_file(self.path)

    def _read(self) -> States:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            log.warning(
                "%s: the checkpoint cannot be read (%s); its runs start again", self.path, error.strerror
            )
            return {}
        body, digest = content[:-DIGEST], content[-DIGEST:]
        try:
            if hashlib.sha256(body).digest() != digest:
                raise ValueError("wrong digest")
            plain = torch.load(io.BytesIO(body), weights_only=True)
            made_by, states = plain["made_by"], {run: {**state} for run, state in plain["states"].items()}
        except Exception as error:  # torch and pickle do not say which errors they raise
            log.warning(
                "%s: the checkpoint is damaged; its runs start again (%s)", self.path, _first_line(error)
            )
            return {}
        if made_by != self._made_by:
            log.warning(
                "%s: the checkpoint was made by other code, data or device; its runs start again", self.path
            )
            return {}
        return states


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
