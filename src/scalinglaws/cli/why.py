"""`scalinglaws why`: whether an output is up to date and, if not, which changes made it stale."""

import argparse
import difflib
from collections.abc import Iterable
from pathlib import Path

from scalinglaws.cli.options import selection
from scalinglaws.config.plan import plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.reading.selection import Selection
from scalinglaws.errors import ScalingLawsError
from scalinglaws.staleness.changes import MADE, Changes
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.run_states import RunStates
from scalinglaws.staleness.steps import Step, cache, final, steps

DEFAULT_SCALE = "laptop"
NEAREST = 3


def run(options: argparse.Namespace) -> int:
    """Print whether an output is up to date and, if not, why.

    Raises:
        ConfigError: the config cannot be used, or this is not the project's folder.
        ScalingLawsError: the workflow makes no such file.
    """
    target = _relative(options.output)
    if target is not None or options.scale is not None:
        return _tell(target, selection(options, scale=_scale_of(target)))
    with_results = [file.stem for file in sorted(Path("config").glob("*.yaml")) if _has_results(file.stem)]
    for scale in with_results or [DEFAULT_SCALE]:
        _tell(None, selection(options, scale=scale))
    return 0


def _tell(target: str | None, asked: Selection) -> int:
    work = plan(load_config(asked))
    results = f"results/{work.config.name}"
    every = steps(work)
    if target in (None, results):
        wanted = final(every)
    else:
        wanted = [step for step in every if any(_is_in(file, str(target)) for file in step.files)]
    if not wanted:
        raise ScalingLawsError(_no_output(str(target), results, every))
    print("\n".join(explain(target or results, Changes(wanted, every, Hashes(cache(work))))))
    return 0


def explain(target: str, changed: Changes) -> list[str]:
    """Lines that say whether a file, or a folder of results, has to be made again, and why."""
    if not changed.stale:
        return [f"{target} is up to date."]
    runs = RunStates(changed.stale)
    causes = changed.causes()
    if runs.keeps(target):
        head = f"{target} is kept, but its job runs again"
    else:
        head = f"{target} is {'stale' if Path(target).exists() else 'missing'}"
    lines = [f"{head}: {causes[0]}."] if len(causes) == 1 else [f"{head}:", *(f"- {each}" for each in causes)]
    stages = {step.stage for step in changed.stale}
    again = ", ".join(what for stage, what in MADE.items() if stage in stages)
    return [*lines, *runs.counts(), f"To be made again: {again}."]


def _relative(output: Path | None) -> str | None:
    if output is None:
        return None
    path = output.absolute()
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(output)


def _has_results(scale: str) -> bool:
    return any(Path("results", scale).glob("*"))


def _scale_of(target: str | None) -> str:
    parts = Path(target or "").parts
    if len(parts) > 1 and parts[0] == "results" and Path("config", f"{parts[1]}.yaml").is_file():
        return parts[1]
    return DEFAULT_SCALE


def _is_in(file: str, target: str) -> bool:
    return file == target or file.startswith(f"{target}/")


def _no_output(target: str, results: str, every: Iterable[Step]) -> str:
    parts = Path(target).parts
    if parts[:1] == ("results",) and not _is_in(target, results):
        return f"{target} is not of this scale, whose outputs are in {results}; name another with --scale"
    files = [file for step in every for file in step.files]
    nearest = ", ".join(difflib.get_close_matches(target, files, NEAREST, 0.0))
    return f"{target} is not an output of the workflow in {results}; nearest are {nearest}"
