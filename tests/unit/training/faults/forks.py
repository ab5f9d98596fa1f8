"""Real processes of the training stage without their seconds of imports.

They are forks of a server that has imported the stage. A child is a process like any other: it can be killed,
limited and waited for.
"""

import ctypes
import multiprocessing
import os
import resource
import signal
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

M_MMAP_THRESHOLD = -3  # of glibc
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "scalinglaws.stages.train",
        "scalinglaws.tasks.image_classification",
        "scalinglaws.training.records.search",
        "scalinglaws.training.trainer",
    ]
)


@dataclass(frozen=True)
class Settings:
    """What a child does differently from the stage as it is."""

    every: float | None = None
    """Seconds from checkpoint to checkpoint."""
    largest_file: int | None = None
    """Bytes that a file may have, as on a full disk."""
    more_memory: int | None = None
    """Bytes of address space that it may take beyond what it begins with."""
    dies_at: tuple[str, int, str] | None = None
    """A file's suffix, a number n, and `before` or `after`: it is killed at the n-th such file's renaming."""
    alone: bool = False
    """Every model is trained alone."""
    tells_memory: bool = False
    """Its resident memory goes to stderr with every record."""


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit status, or minus the signal that killed it, and what it said on stderr."""

    status: int
    said: str


class Child:
    """A call of the stage in progress; its stderr goes to the file `said`."""

    def __init__(self, arguments: Sequence[str], said: Path, settings: Settings) -> None:
        said.touch()  # a child may be killed before it opens it
        self._said = said
        self._process = FORKS.Process(target=_call, args=(arguments, said, settings))
        self._process.start()

    def send(self, number: int) -> None:
        """Send a signal; one that has ended already does not mind."""
        if not self.ended():
            os.kill(self._process.pid or 0, number)

    def ended(self) -> bool:
        """Whether it has ended."""
        return self._process.exitcode is not None

    def wait(self) -> Ended:
        """Wait for its end."""
        self._process.join()
        assert self._process.exitcode is not None
        return Ended(self._process.exitcode, self._said.read_text(encoding="utf-8"))


def _apply(settings: Settings) -> None:
    from scalinglaws.training import trainer
    from scalinglaws.training.ensemble import policy
    from scalinglaws.training.resume import checkpoint

    if settings.every is not None:
        checkpoint.EVERY_SECONDS, checkpoint.SHARE = settings.every, 1e9
    if settings.largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (settings.largest_file, settings.largest_file))
    if settings.more_memory is not None:
        # Address space is what can be limited, and blocks below this size are never given back to the system.
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, 1 << 16)
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + settings.more_memory
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    if settings.dies_at is not None:
        _die_at(*settings.dies_at)
    if settings.alone:
        policy.FLOPS_OF_A_MODEL["cpu"] = 0
    if settings.tells_memory:
        write = trainer.write_record  # type: ignore[attr-defined]

        def told(*arguments: Any) -> None:
            write(*arguments)
            print("resident", psutil.Process().memory_info().rss, file=sys.stderr, flush=True)

        trainer.write_record = told  # type: ignore[attr-defined,assignment]


def _die_at(suffix: str, number: int, moment: str) -> None:
    replace, seen = Path.replace, [0]

    def deadly(path: Path, target: Path) -> Path:
        seen[0] += target.suffix == suffix
        fatal = target.suffix == suffix and seen[0] == number
        if fatal and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        replace(path, target)
        if fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return target

    Path.replace = deadly  # type: ignore[method-assign,assignment]


def _call(arguments: Sequence[str], said: Path, settings: Settings) -> None:
    """In a child: call the stage as `python -m scalinglaws.stages.train` does, and end with its status."""
    from scalinglaws.stages.stage import run_stage
    from scalinglaws.stages.train import main

    file = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream, target in ((0, nothing), (1, nothing), (2, file)):
        os.dup2(target, stream)
    status = 0
    try:
        _apply(settings)
        sys.argv = ["scalinglaws.stages.train", *arguments]
        run_stage(main)
    except SystemExit as end:
        status = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stderr.flush()
    os._exit(status)
