"""`scalinglaws why`: what made an output stale, down to the change that did it."""

import argparse
import difflib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from scalinglaws.claims.claim import claims_hash
from scalinglaws.cli import dry_run
from scalinglaws.cli.changed_code import edited, is_changed
from scalinglaws.cli.changed_runs import ChangedRuns
from scalinglaws.cli.differences import changes, flat, in_words, listed
from scalinglaws.cli.dry_run import Note, SnakemakeJob, note_of
from scalinglaws.config.fit import FitSpec
from scalinglaws.config.load import load_config
from scalinglaws.config.plan import Plan, plan
from scalinglaws.errors import ConfigError, ScalingLawsError

DEFAULT_SCALE = "laptop"
NEAREST = 3
SOME_RUNS = 20
DONE = ".done"
MADE = {
    "data": "data",
    "training": "runs",
    "collect": "run tables",
    "fitting": "fits",
    "analyses": "tables of analyses",
    "claims": "claims",
    "figures": "figures",
    "report": "report",
}
"""What the stages make, in their order."""


def run(options: argparse.Namespace) -> int:
    """Print whether an output is up to date and, if not, why.

    Raises:
        ConfigError: the config cannot be used, or this is not the project's folder.
        ScalingLawsError: the workflow makes no such file, or Snakemake cannot say.
    """
    if not Path("Snakefile").is_file():
        raise ConfigError("there is no Snakefile here; call this in the project's folder")
    target = _relative(options.output)
    scale = options.scale or _scale_of(target)
    asked = plan(load_config(scale))
    try:
        sm_jobs = dry_run.ask(target, scale)
    except dry_run.NoOutputError:
        raise ScalingLawsError(_no_output(str(target), scale, asked)) from None
    name = target or f"results/{asked.config.name}"
    print("\n".join(explain(name, sm_jobs, asked)))
    return 0


def explain(target: str, sm_jobs: Sequence[SnakemakeJob], work: Plan) -> list[str]:
    """Lines that say why a file, or a folder of results, has to be made by these sm_jobs."""
    if not sm_jobs:
        return [f"{target} is up to date."]
    sm_jobs = sorted(
        sm_jobs, key=lambda sm_job: (list(MADE).index(sm_job.call.stage), sm_job.name)
    )  # in no order of chance
    runs = ChangedRuns(sm_jobs, work)
    causes = list(dict.fromkeys([*runs.causes(), *_causes(sm_jobs, runs)]))
    if runs.keeps(Path(target)):
        head = f"{target} is kept, but its job is asked again"
    else:
        head = f"{target} is {'stale' if Path(target).exists() else 'missing'}"
    lines = [f"{head}: {causes[0]}."] if len(causes) == 1 else [f"{head}:", *(f"- {each}" for each in causes)]
    return [*lines, *(f"{each[:1].upper()}{each[1:]}." for each in runs.conditions()), _made(sm_jobs, runs)]


def _made(sm_jobs: Sequence[SnakemakeJob], runs: ChangedRuns) -> str:
    stages = Counter(sm_job.call.stage for sm_job in sm_jobs)
    words = []
    for stage, what in MADE.items():
        if stage == "training" and runs.jobs:
            kept = len(runs.states["kept"])
            jobs = "one job" if runs.jobs == 1 else f"{runs.jobs} jobs"
            maybe = f", {runs.undecided} undecided" if runs.undecided else ""
            words.append(f"{jobs} of runs ({runs.trained} trained, {kept} kept{maybe})")
        elif stages[stage]:
            words.append(what)
    return f"To be made again: {', '.join(words)}."


# Causes


def _causes(sm_jobs: Sequence[SnakemakeJob], runs: ChangedRuns) -> Iterator[str]:
    code: dict[str, list[str]] = defaultdict(list)
    never: list[str] = []
    found: list[str] = []
    for sm_job in sm_jobs:
        training = sm_job.call.stage == "training"
        # One call made all of them; but runs of a job may be of different calls, and are many.
        notes = {file: note_of(file) for file in (*sm_job.outputs[:SOME_RUNS], sm_job.outputs[-1])}
        note = next((note for note in notes.values() if note is not None), None)
        never += [
            file for file in _files(sm_job, dry_run.MISSING) if not training and notes.get(file) is None
        ]
        found += _interrupted_or_deleted(sm_job, notes)
        if note is None:
            continue
        if is_changed(sm_job.call, note) or (training and runs.states["code"]):
            text = edited(sm_job.call, min(each.time for each in notes.values() if each is not None))
            code[text] += [sm_job.call.stage] if sm_job.call.stage not in code[text] else []
        if not training:
            found += _spec(sm_job, note, grid_changed=runs.jobs > 0)
        found += _rest(sm_job, note)
    for text, stages in code.items():
        yield f"the code of {listed(stages, 9)} changed ({text})"
    yield from found
    if never:
        yield f"not made yet: {listed(never)}"
    if not (code or found or never or any(runs.causes())):
        yield _unexplained(sm_jobs, runs)


def _unexplained(sm_jobs: Sequence[SnakemakeJob], runs: ChangedRuns) -> str:
    if runs.jobs and not runs.trained + runs.undecided:
        return "the runs are divided into jobs otherwise"
    return f"Snakemake says of rule {sm_jobs[0].name}: {'; '.join(sm_jobs[0].grounds) or 'nothing'}"


def _interrupted_or_deleted(sm_job: SnakemakeJob, notes: dict[str, Note | None]) -> Iterator[str]:
    job = sm_job.job
    last = next((note.call.spec.get("name") for note in notes.values() if note is not None), None)
    if (
        job is not None
        and last == job.name
        and any(file.endswith(DONE) for file in _files(sm_job, dry_run.MISSING))
    ):
        yield f"the training of {job.study} {job.name} did not come to its end"
    elif sm_job.grounds.get(dry_run.INTERRUPTED):
        yield f"the making of {listed(_files(sm_job, dry_run.INTERRUPTED))} was interrupted"
    changed = _files(sm_job, dry_run.INPUT_CHANGED)
    if changed:
        yield f"{listed(changed)} changed since {sm_job.outputs[0]} was made from it"
    records = Path(sm_job.call.option("--out") or "") if sm_job.call.stage == "training" else None
    absent = _files(sm_job, dry_run.MISSING)  # records are told run by run
    gone = [file for file in absent if notes.get(file) and Path(file).parent != records]
    if gone:
        one = len(gone) == 1
        yield f"{listed(gone)} {'is' if one else 'are'} missing (deleted, or a sm_job failed)"


def _spec(sm_job: SnakemakeJob, note: Note, grid_changed: bool) -> Iterator[str]:
    if sm_job.call.stage == "collect":
        return  # its list of runs is told run by run
    old, new = (_complete(call.stage, call.spec) for call in (note.call, sm_job.call))
    found = [change for change in changes(old, new) if not (grid_changed and change[0] == "seeds")]
    if found:
        yield in_words(found)


def _complete(stage: str, spec: dict[str, Any]) -> dict[str, Any]:
    """A spec with its defaults, flat, and its keys as in the study file."""
    fit = spec if stage == "fitting" else spec.get("fit")
    if fit is None:
        return flat(spec)
    whole = flat(FitSpec.model_validate(fit).model_dump(mode="json"), "fit.")
    whole = {
        key.replace("fit.region", "region").replace("fit.resamples", "resamples"): whole[key] for key in whole
    }
    return (
        whole if stage == "fitting" else {**whole, **flat({key: spec[key] for key in spec if key != "fit"})}
    )


def _rest(sm_job: SnakemakeJob, note: Note) -> Iterator[str]:
    """Grounds that are neither in the spec nor in the code."""
    if dry_run.OTHER_COMMAND in sm_job.grounds:
        yield f"the command of rule {sm_job.name} changed in workflow/rules"
    if sm_job.call.stage == "claims" and repr(claims_hash(sm_job.call.spec["study"])) not in note.parameters:
        yield f"the published constants that {sm_job.call.spec['study']} is compared with changed"
    if dry_run.OTHER_PARAMETERS in sm_job.grounds and note.call.spec == sm_job.call.spec:
        yield from _options(sm_job, note)


def _options(sm_job: SnakemakeJob, note: Note) -> Iterator[str]:
    ignored = ("--code", "--stack", "--files", "--claims", "--runs")
    old, new = (
        {key: value for key, value in call.others.items() if key not in ignored}
        for call in (note.call, sm_job.call)
    )
    found = changes(old, new)
    if found:
        yield f"of rule {sm_job.name}, {in_words(found)}"


def _files(sm_job: SnakemakeJob, ground: str) -> list[str]:
    return [file for file in sm_job.grounds.get(ground, "").split(", ") if file]


# The output that is asked for


def _relative(output: Path | None) -> str | None:
    if output is None:
        return None
    path = output.absolute()
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(output)


def _scale_of(target: str | None) -> str:
    parts = Path(target or "").parts
    if len(parts) > 2 and parts[0] == "results" and Path("config", f"{parts[1]}.yaml").is_file():
        return parts[1]
    return DEFAULT_SCALE


def _no_output(target: str, scale: str, asked: Plan) -> str:
    parts = Path(target).parts
    results = ("results", asked.config.name)
    if len(parts) > 2 and parts[0] == "results" and parts[:2] != results:
        folder = "/".join(results)
        return f"{target} is none of scale {scale}, whose outputs lie in {folder}; name another with --scale"
    every = dry_run.outputs(scale)
    inside = [file for file in every if file.startswith(f"{target.rstrip('/')}/")]
    if inside:
        return f"{target} is a folder; name a file in it, such as {listed(inside[:NEAREST])}"
    nearest = difflib.get_close_matches(target, every, NEAREST, 0.0)
    return f"{target} is no output of the workflow at scale {scale}; nearest are {', '.join(nearest)}"
