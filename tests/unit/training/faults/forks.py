"""Real processes of the training stage without their seconds of imports.

Run as a script, this is a process that has imported the stage and forks a child for each call; `Forks` talks
to it. A child is a process like any other: it can be killed, limited and waited for.
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil  # type: ignore[import-untyped]

M_MMAP_THRESHOLD = -3  # of glibc


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
    """A call in progress."""

    def __init__(self, forks: "Forks", number: int, said: Path) -> None:
        self._forks, self.number, self._said = forks, number, said

    def send(self, number: int) -> None:
        """Send a signal; one that has ended already does not mind."""
        os.kill(self.number, number)

    def ended(self) -> bool:
        """Whether it has ended."""
        return bool(psutil.Process(self.number).status() == psutil.STATUS_ZOMBIE)

    def wait(self) -> Ended:
        """Wait for its end."""
        status = self._forks.ask({"wait": self.number})
        return Ended(status, self._said.read_text(encoding="utf-8"))


class Forks:
    """The process that forks."""

    def __enter__(self) -> Self:
        command = [sys.executable, __file__]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def ask(self, order: dict[str, Any]) -> int:
        """Have an order carried out; its answer."""
        assert self._process.stdin is not None and self._process.stdout is not None
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def start(self, arguments: Sequence[str], said: Path, settings: Settings) -> Child:
        """Call the stage; its stderr goes to the file `said`."""
        said.touch()  # a child may be killed before it opens it
        order = {"arguments": [*arguments], "said": str(said), "settings": asdict(settings)}
        return Child(self, self.ask(order), said)


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


def _call(order: dict[str, Any]) -> int:
    """In a child: call the stage as `python -m scalinglaws.stages.train` does; its exit status."""
    from scalinglaws.stages.stage import run_stage
    from scalinglaws.stages.train import main

    said = os.open(order["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream, target in ((0, nothing), (1, nothing), (2, said)):
        os.dup2(target, stream)
    try:
        _apply(Settings(**order["settings"]))
        sys.argv = ["scalinglaws.stages.train", *order["arguments"]]
        run_stage(main)
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stderr.flush()


def _serve() -> None:
    import scalinglaws.stages.train
    import scalinglaws.tasks.image_classification
    import scalinglaws.training.records.search
    import scalinglaws.training.trainer  # noqa: F401 - what takes the time

    for line in sys.stdin:
        order = json.loads(line)
        if "arguments" in order:
            answer = os.fork()
            if answer == 0:
                os._exit(_call(order))
        else:
            answer = os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1])
        print(answer, flush=True)


if __name__ == "__main__":
    _serve()
