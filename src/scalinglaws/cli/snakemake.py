"""Calling Snakemake from the commands, and stopping it."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil  # type: ignore[import-untyped]

from scalinglaws.cli.process.signals import Signals, StoppedError
from scalinglaws.config.reading.selection import Selection
from scalinglaws.errors import ScalingLawsError

KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 25),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
    "MALLOC_TOP_PAD_": str(1 << 26),
}
"""Makes glibc keep large blocks for the next training step instead of returning them and asking for fresh
pages each time. This saves a fifth to a third of a step whose arrays are megabytes."""
POLL_SECONDS = 0.5
STOP_SECONDS = 8.5
"""Time that jobs have to end by themselves. A training process needs one step and a checkpoint."""
REPEAT_SECONDS = 2.0
"""After this time a job that still runs is asked again: it may have been starting and missed the signal."""


class SnakemakeKilledError(ScalingLawsError):
    """Somebody, or the system when memory ran out, killed Snakemake."""


@contextmanager
def alone(results: Path, asked: Selection) -> Iterator[None]:
    """Make this the only replication of a scale; remove the lock that a killed one left behind.

    Snakemake's own lock stays in the folder after a kill or a loss of power, and nothing in it tells whether
    its owner is still alive. Our file does: the system unlocks it when the last process that holds it ends,
    and its text stays unless the workflow came to its end.

    Raises:
        ScalingLawsError: another replication is running.
    """
    path = results / "logs" / "running"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ScalingLawsError(
                f"{results}: another replication is running here; wait for its end, or stop it first"
            ) from None
        except OSError:  # this file system has no such locks: Snakemake's own must do
            yield
            return
        os.set_inheritable(file.fileno(), True)  # if only this process is killed, Snakemake still holds it
        file.seek(0)
        if file.read():
            subprocess.run(command(asked, "1", "--unlock"), capture_output=True, check=False)
        file.write("running\n")
        file.flush()
        try:
            yield
        except (StoppedError, SnakemakeKilledError):
            raise  # Snakemake may have left its lock: the text tells the next call
        except BaseException:
            file.truncate(0)
            raise
        file.truncate(0)


def command(asked: Selection, cores: str, *arguments: str) -> list[str]:
    """A call of Snakemake on the project's Snakefile."""
    head = [sys.executable, "-m", "snakemake", "--cores", cores]
    # `--config` takes all that follows it, so it comes last.
    return [*head, *arguments, "--config", *asked.config]


@dataclass(frozen=True)
class Workflow:
    """The project's workflow, run by Snakemake; its output is appended to a log."""

    asked: Selection
    """What of the config it brings up to date."""
    cores: str
    """A number, or `all`."""
    log: Path
    signals: Signals
    """The signals that stop it."""

    def run(self, *arguments: str, show: Callable[[], None] = lambda: None) -> int:
        """Run Snakemake to its end and return its exit status; a signal stops it and its jobs within 10 s.

        Args:
            arguments: targets and options of Snakemake.
            show: is called twice a second.

        Raises:
            StoppedError: a signal stopped it.
            SnakemakeKilledError: it was killed from outside.
        """
        signals = self.signals
        signals.deferred = True  # from its start to its end, nothing may interrupt us without stopping it
        try:
            with self.log.open("a", encoding="utf-8") as log:
                process = _start(command(self.asked, self.cores, *arguments), log)
            try:
                while process.poll() is None and signals.number is None:
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(POLL_SECONDS)
                    show()
            finally:
                if process.poll() is None:
                    _stop(process, signals)
        finally:
            signals.deferred = False
        if signals.number is not None:
            raise StoppedError(signals.number)
        if process.returncode < 0:
            name = signal.Signals(-process.returncode).name
            raise SnakemakeKilledError(f"Snakemake was killed ({name}); call again to go on from here")
        return process.returncode

    def text(self) -> str:
        """What the log says."""
        return self.log.read_text(encoding="utf-8", errors="replace")


def _start(call: list[str], log: IO[str]) -> subprocess.Popen[str]:
    search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    # One thread per process: two on two busy cores are several times slower.
    # Jobs call `python`, so this Python comes first on their path.
    environment = {**KEEP_MEMORY, **os.environ, "PATH": search, "OMP_NUM_THREADS": "1"}
    # Open files are passed on because of the one that `alone` holds. Snakemake passes none on to its jobs.
    # In a session of its own: Ctrl-C and a closed terminal reach only us, and we stop it in good order.
    return subprocess.Popen(
        call,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=environment,
        text=True,
        close_fds=False,
        start_new_session=True,
    )


def _stop(process: subprocess.Popen[str], signals: Signals) -> None:
    """End Snakemake and its jobs: no new one starts, training saves where it is, and what is left is killed.

    Snakemake gets SIGINT, after which it only waits for the jobs that are running. (After SIGTERM it can
    block itself: its handler takes a lock that the interrupted code may hold.) The jobs get SIGTERM, but the
    shells around them do not: a shell would end at once, and Snakemake would tidy up before its job saved.
    """
    ask_until = time.monotonic() + STOP_SECONDS
    asked: dict[int, float] = {}
    with suppress(OSError):  # the terminal may be closed
        print("\nStopping: training saves where it is. A second signal ends it at once.", file=sys.stderr)
    process.send_signal(signal.SIGINT)
    while True:
        jobs, now = _jobs(process.pid), time.monotonic()
        if process.poll() is not None and not jobs:
            return
        if signals.again or now > ask_until:
            break
        for job in jobs.keys() - jobs.values():  # the shells around them are parents
            if now - asked.get(job.pid, -REPEAT_SECONDS) >= REPEAT_SECONDS:
                asked[job.pid] = now
                with suppress(psutil.Error):
                    job.terminate()
        time.sleep(0.1)
    process.kill()
    for job in _jobs(process.pid):
        with suppress(psutil.Error):
            job.kill()
    process.wait()


def _jobs(session: int) -> dict[psutil.Process, psutil.Process | None]:
    """The processes in Snakemake's session except itself, each with its parent, which may have ended."""
    found = {}
    for pid in psutil.pids():
        with suppress(OSError, psutil.Error):  # it has just ended, or belongs to another user
            if pid != session and os.getsid(pid) == session:
                job = psutil.Process(pid)
                if job.status() != psutil.STATUS_ZOMBIE:
                    found[job] = job.parent()
    return found
