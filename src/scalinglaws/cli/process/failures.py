"""Why a workflow failed: every failed job with its own reason.

Snakemake's log names the jobs, but what jobs say at the same time is mixed in it. The reason of a job is
therefore looked for in the job's own log.
"""

import re
import signal
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

LOCKED_OUT = "LockException"
LOCKED = (
    "Snakemake's lock is on this folder: another workflow is running here, or one was killed. If none is "
    "running, remove the lock with `.venv/bin/snakemake --unlock` and call again; nothing computed is lost."
)
LAST_LINES = 25
"""Lines of the log that are shown where no job failed and no error is found."""
FAILED = re.compile(r"Error in rule (\S+):$")
LOG = re.compile(r"    log: (.+?)(?: \(check log file\(s\) for error details\))?$")
INCOMPLETE = re.compile(r"MissingOutputException in rule (\S+)")
ABSENT = re.compile(r"(\S.*) \(missing locally")
# Of a shell that waits for the job, and of Snakemake where the job took the place of its shell.
ENDED = re.compile(
    r"\S*sh: line \d+: +\d+ (\w[\w ]*?)(?: \(core dumped\))?  +\S|Command '.*' died with <Signals\.(\w+)"
)
MEMORY = "; perhaps the memory ran out: use fewer --cores"


@dataclass(frozen=True)
class Failure:
    """A job that failed."""

    rule: str
    """The name of its rule in Snakemake's log."""
    reason: str
    """In one line."""
    log: str | None = None
    """Its log, if it has one."""


def problem_in(text: str) -> str:
    """What went wrong, from Snakemake's log: each reason, and below it the jobs that it made fail."""
    lines = text.splitlines()
    if any(line.startswith(LOCKED_OUT) for line in lines):
        return LOCKED
    jobs: dict[str, list[Failure]] = defaultdict(list)
    for each in failures(lines):
        jobs[each.reason].append(each)
    if jobs:
        shown = []
        for reason, found in jobs.items():
            shown += [
                reason,
                *(f"    {job.rule}" + (f", log: {job.log}" if job.log else "") for job in found),
            ]
        return "\n".join(shown)
    said = dict.fromkeys(_errors(lines))
    return "\n".join(said or lines[-LAST_LINES:])


def failures(lines: Sequence[str]) -> list[Failure]:
    """The failed jobs in Snakemake's log, each once, in the order in which they failed first."""
    found: dict[str, Failure] = {}
    since: dict[str, int] = {}  # where the next attempt of a job begins
    for number, line in enumerate(lines):
        if job := FAILED.match(line):
            logs = (LOG.match(each) for each in _below(lines[number + 1 :]))
            log = next((each[1] for each in logs if each), None)
            found[job[1]] = Failure(
                job[1], _ended(lines[since.get(job[1], 0) : number], log) or _reason(log), log
            )
            since[job[1]] = number
        elif job := INCOMPLETE.match(line):
            after = (ABSENT.match(each) for each in lines[number + 2 :])
            files = [each[1] for each in after if each][:1]
            found[job[1]] = Failure(
                job[1], f"it succeeded but did not write {files[0] if files else 'a file'}"
            )
    return list(found.values())


def _below(lines: Sequence[str]) -> Iterator[str]:
    """The indented lines at the beginning."""
    for line in lines:
        if not line.startswith(" "):
            return
        yield line


def _ended(before: Sequence[str], log: str | None) -> str:
    """Which signal ended a job; an empty text if none did. Its command names its log."""
    for line in reversed(before):
        found = ENDED.match(line)
        if found and log and log in line:
            names = {signal.strsignal(each): each.name for each in signal.Signals}
            name = found[2] or names.get(found[1], found[1])
            return f"killed by {name}{MEMORY if name == signal.SIGKILL.name else ''}"
    return ""


def _reason(log: str | None) -> str:
    """The last error in a job's log, else its last line."""
    try:
        lines = Path(log or "").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    said = list(_errors(lines)) or [line for line in lines if line.strip()] or ["its log is empty"]
    return said[-1]


def _errors(lines: Sequence[str]) -> Iterator[str]:
    """The messages of a user's mistakes, and of each traceback the line that says what was raised."""
    inside = False
    for line in lines:
        if line.startswith(("error:", "Error:")) or (inside and line and not line.startswith(" ")):
            yield line
        inside = line.startswith("Traceback") or (inside and (not line or line.startswith(" ")))
