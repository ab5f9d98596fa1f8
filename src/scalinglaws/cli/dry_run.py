"""What Snakemake would do and on which grounds, read off a dry run; what it noted when it made files."""

import base64
import json
import re
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scalinglaws.cli import snakemake
from scalinglaws.config.job import Job, job_from_plain
from scalinglaws.errors import ScalingLawsError

NOTES = Path(".snakemake") / "metadata"
LONGEST_NAME = 254

MISSING = "Missing output files"
INTERRUPTED = "Incomplete output files"
INPUT_CHANGED = "Updated input files"
BY_ANOTHER_JOB = "Input files updated by another sm_job"
OTHER_INPUTS = "Set of input files has changed"
OTHER_COMMAND = "Code has changed"
OTHER_PARAMETERS = "Params have changed"
GROUNDS = (
    MISSING,
    INTERRUPTED,
    INPUT_CHANGED,
    BY_ANOTHER_JOB,
    OTHER_INPUTS,
    OTHER_COMMAND,
    OTHER_PARAMETERS,
    "Software environment",
    "Forced execution",
)
COMMAND = "Shell command"
UNKNOWN = "No rule to produce "


class NoOutputError(ScalingLawsError):
    """No rule makes a file."""


@dataclass(frozen=True)
class Call:
    """A call of a stage: `python -m scalinglaws.<stage> --option value ...`, as words."""

    words: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Call":
        """From the text of a shell command; its redirections are left out."""
        words = shlex.split(text)
        return cls(tuple(words[: words.index("2>")] if "2>" in words else words))

    @property
    def stage(self) -> str:
        """Name of the stage: `training`, `fitting`, ..."""
        return self.words[2].removeprefix("scalinglaws.")

    def option(self, name: str) -> str | None:
        """Value of an option, the first where it has several."""
        if name not in self.words[:-1]:
            return None
        value = self.words[self.words.index(name) + 1]
        return None if value.startswith("--") else value

    @property
    def spec(self) -> dict[str, Any]:
        """Value of `--spec`; empty where the stage takes none."""
        return dict(json.loads(self.option("--spec") or "{}"))

    @property
    def others(self) -> dict[str, str | None]:
        """All other options with a value."""
        names = [word for word in self.words if word.startswith("--") and word != "--spec"]
        return {name: self.option(name) for name in names}


@dataclass(frozen=True)
class SnakemakeJob:
    """A sm_job that would run.

    Attributes:
        name: the rule.
        call: what it runs.
        grounds: what Snakemake says, by the beginning of the sentence: what follows it.
        inputs: files it reads, where Snakemake lists them.
        outputs: files it makes.
    """

    name: str
    call: Call
    grounds: dict[str, str]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def job(self) -> Job | None:
        """The job that it trains."""
        return job_from_plain(self.call.spec) if self.call.stage == "training" else None


@dataclass(frozen=True)
class Note:
    """What Snakemake noted when it made a file.

    Attributes:
        call: the call that made it.
        parameters: its parameters, each in Python's notation.
        inputs: what was read.
        time: when its sm_job was started, seconds since the epoch.
    """

    call: Call
    parameters: frozenset[str]
    inputs: tuple[str, ...]
    time: float


def ask(target: str | None, scale: str) -> tuple[SnakemakeJob, ...]:
    """The sm_jobs that would run to bring everything up to date, and of those only what a file is made by.

    Causes come before consequences. Everything is asked for, as `scalinglaws replicate` does: for a figure
    alone, Snakemake would not make again a table that is missing.

    Raises:
        NoOutputError: no rule makes the file.
        ScalingLawsError: Snakemake cannot say.
    """
    targets = ["all", target] if target is not None else []
    text = _snakemake(scale, *targets, "--dry-run", "--printshellcmds")
    blocks = re.split(r"^\[[^\n]*\d\]\n", text, flags=re.MULTILINE)[1:]
    sm_jobs = [_job(block) for block in blocks if f"{COMMAND}: python " in block]  # not the rule `all`
    return tuple(sm_jobs if target is None else _behind(target, sm_jobs))


def outputs(scale: str) -> tuple[str, ...]:
    """Every file that the workflow makes at a scale."""
    lines = _snakemake(scale, "--summary").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("output_file\t"))
    return tuple(line.partition("\t")[0] for line in lines[start + 1 :] if "\t" in line)


def note_of(path: str) -> Note | None:
    """What Snakemake noted of a file; None where it did not make it."""
    name = base64.urlsafe_b64encode(path.encode()).decode()
    parts = [name[i : i + LONGEST_NAME] for i in range(0, len(name), LONGEST_NAME)]
    try:
        text = NOTES.joinpath(*(f"@{part}" for part in parts[:-1]), parts[-1]).read_text(encoding="utf-8")
        plain = json.loads(text)
        call = Call.parse(str(plain["shellcmd"]))
        _ = call.stage  # it must have one
        return Note(
            call=call,
            parameters=frozenset(plain["params"]),
            inputs=tuple(plain["input"]),
            time=float(plain["starttime"] or plain["endtime"]),
        )
    except (LookupError, OSError, TypeError, ValueError, AttributeError):
        return None  # another version of Snakemake may note other things


def _snakemake(scale: str, *arguments: str) -> str:
    done = subprocess.run(
        snakemake.command(scale, None, "1", *arguments), capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return done.stdout
    text = f"{done.stdout}\n{done.stderr}"
    if UNKNOWN in text:
        raise NoOutputError(text.partition(UNKNOWN)[2].split()[0])
    said = [line.strip() for line in text.splitlines() if "rror" in line or "xception" in line]
    raise ScalingLawsError(f"Snakemake cannot say what is stale: {' '.join(said) or text.strip()[-300:]}")


def _behind(target: str, sm_jobs: Sequence[SnakemakeJob]) -> list[SnakemakeJob]:
    wanted, found = {target}, []
    for sm_job in reversed(sm_jobs):  # consequences come last
        if wanted & set(sm_job.outputs):
            wanted.update(sm_job.inputs)
            found.append(sm_job)
    return found[::-1]


def _job(block: str) -> SnakemakeJob:
    lines = block.splitlines()
    head = re.match(r"(?:local)?rule (\w+):|SnakemakeJob \d+: (.*)", lines[0])
    if head is None:
        raise ScalingLawsError(f"Snakemake's dry run has a sm_job in a form that is unknown here: {lines[0]}")
    fields = dict(re.findall(r"^ *([A-Za-z][a-z ]*): (.*)$", block, flags=re.MULTILINE))
    call = Call.parse(fields[COMMAND])
    inputs, made = _files(fields.get("input", "")), _files(fields.get("output", ""))
    if call.stage == "training":  # its message stands in the place of its files
        inputs, made = _files_of_job(call)
    return SnakemakeJob(
        name=head[1] or head[2],
        call=call,
        grounds=_grounds(fields.get("reason") or fields.get("Reason") or ""),
        inputs=inputs,
        outputs=made,
    )


def _files_of_job(call: Call) -> tuple[tuple[str, ...], tuple[str, ...]]:
    job = job_from_plain(call.spec)
    data = [f"{call.option('--data')}/manifest.json"]
    shuffles = [f"{call.option('--subsets')}/shuffle-{seed}.npy" for seed in job.seeds]
    runs = [f"{call.option('--out')}/{run.id}.json" for run in job.runs]
    rate = [each for each in [call.option("--learning-rate")] if each is not None]
    if job.phase == "search":
        return (*data, *shuffles), (*runs, *rate)
    return (*data, *shuffles, *rate), tuple(runs)


def _grounds(reason: str) -> dict[str, str]:
    starts = "|".join(GROUNDS)
    found = re.split(rf"(?:^|; )({starts})", reason)
    return {start: rest.lstrip(": ") for start, rest in zip(found[1::2], found[2::2], strict=True)}


def _files(text: str) -> tuple[str, ...]:
    return tuple(re.sub(r" \([a-z, ]+\)$", "", file) for file in text.split(", ") if file)
