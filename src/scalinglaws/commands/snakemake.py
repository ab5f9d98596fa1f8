"""Calling Snakemake from the commands."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO

NOTHING = "Nothing to be done"


def command(scale: str, paper: str | None, cores: str, *arguments: str) -> list[str]:
    """A Snakemake call on the project's Snakefile."""
    settings = [f"scale={scale}", *([f"paper={paper}"] if paper else [])]
    head = [sys.executable, "-m", "snakemake", "--cores", cores]
    return [*head, *arguments, "--config", *settings]


def start(call: list[str], log: IO[str]) -> subprocess.Popen[str]:
    """Start Snakemake with its output in a log; jobs find this Python first on their path."""
    search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    # One thread a process: two on two busy cores are several times slower.
    environment = {**os.environ, "PATH": search, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(call, stdout=log, stderr=subprocess.STDOUT, env=environment, text=True)


def problem_in(log: Path) -> str:
    """The part of a log that says what went wrong."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [line for line in lines if line.startswith(("error:", "WorkflowError", "Error:"))]
    return "\n".join(errors[:5] or lines[-25:])


def touch(files: Iterable[str], scale: str, paper: str | None, log: IO[str]) -> int:
    """Have Snakemake record existing files as made by its present rules; the exit status."""
    targets = list(files)
    if not targets:
        return 0
    # The targets come first: `--config` takes all that follows it.
    return start(command(scale, paper, "1", *targets, "--touch"), log).wait()
