"""Calling Snakemake from the commands."""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from scalinglaws.errors import ScalingLawsError

KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 25),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
    "MALLOC_TOP_PAD_": str(1 << 26),
}
"""Has glibc keep large blocks for the next step, instead of giving them back and asking for fresh pages each
time: a fifth to a third of a training step whose arrays are megabytes."""
NOTHING = "Nothing to be done"
LOCKED = (
    "Snakemake's lock is on this folder: another workflow runs here, or one was killed. If none runs, take "
    "the lock away with `.venv/bin/snakemake --unlock` and call again; nothing computed is lost."
)
LOG_HINT = " (check log file(s) for error details)"


@contextmanager
def alone(results: Path, scale: str) -> Iterator[None]:
    """Run the workflow of a scale as the only one; take away the lock that a killed one left behind.

    A workflow that is killed, or a loss of power, leaves Snakemake's lock in the folder, and nothing in it
    tells whether its owner lives. The file here does: the system frees it with the last process that holds
    it, and its text stands until the workflow has come to its end.

    Raises:
        ScalingLawsError: another one is running.
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
        except OSError:  # a file system without such locks: Snakemake's own has to do
            yield
            return
        os.set_inheritable(file.fileno(), True)  # Snakemake holds it too, should this process alone be killed
        file.seek(0)
        if file.read():
            subprocess.run(command(scale, None, "1", "--unlock"), capture_output=True, check=False)
        file.write("running\n")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def command(scale: str, paper: str | None, cores: str, *arguments: str) -> list[str]:
    """A Snakemake call on the project's Snakefile."""
    settings = [f"scale={scale}", *([f"paper={paper}"] if paper else [])]
    head = [sys.executable, "-m", "snakemake", "--cores", cores]
    return [*head, *arguments, "--config", *settings]


def start(call: list[str], log: IO[str]) -> subprocess.Popen[str]:
    """Start Snakemake with its output in a log; jobs find this Python first on their path."""
    search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    # One thread a process: two on two busy cores are several times slower.
    environment = {**KEEP_MEMORY, **os.environ, "PATH": search, "OMP_NUM_THREADS": "1"}
    # Open files are passed on: the one that `alone` holds. Snakemake passes none to its jobs.
    # In a session of its own, or Ctrl-C on the terminal would reach it twice: by itself and through `stop`.
    return subprocess.Popen(
        call,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=environment,
        text=True,
        close_fds=False,
        start_new_session=True,
    )


def dry_run(scale: str, paper: str | None) -> str:
    """What Snakemake says that it would do; nothing if it fails."""
    call = command(scale, paper, "1", "--dry-run")
    done = subprocess.run(call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return "" if done.returncode else done.stdout


def wait(process: subprocess.Popen[str]) -> int:
    """Wait for Snakemake's end; if we are interrupted, it does not run on alone."""
    try:
        return process.wait()
    finally:
        stop(process)


def stop(process: subprocess.Popen[str]) -> None:
    """End Snakemake and its jobs, if they still run: finished runs stay, the ones in progress are lost."""
    for number, seconds in ((signal.SIGINT, 20.0), (signal.SIGTERM, 10.0), (signal.SIGKILL, 10.0)):
        if process.poll() is not None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)


def problem_in(log: Path) -> str:
    """What went wrong, out of a log: errors in words, else what was raised; and the logs of failed jobs."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    if any(line.startswith("LockException") for line in lines):
        return LOCKED
    said = [line for line in lines if line.startswith(("error:", "Error:"))] or list(_raised(lines))
    if not said:
        return "\n".join(lines[-25:])
    logs = [line.replace(LOG_HINT, "") for line in lines if line.endswith(LOG_HINT)]
    # A job's log is shown twice, and one mistake can fail many jobs.
    return "\n".join([*list(dict.fromkeys(said))[:5], *list(dict.fromkeys(logs))[:5]])


def _raised(lines: list[str]) -> Iterator[str]:
    """The last line of each traceback."""
    inside = False
    for line in lines:
        if inside and line and not line.startswith(" "):
            yield line
        inside = line.startswith("Traceback") or (inside and (not line or line.startswith(" ")))


def touch(files: Iterable[str], scale: str, paper: str | None, log: IO[str]) -> int:
    """Have Snakemake record existing files as made by its present rules; the exit status."""
    targets = list(files)
    if not targets:
        return 0
    # The targets come first: `--config` takes all that follows it.
    return wait(start(command(scale, paper, "1", *targets, "--touch"), log))
