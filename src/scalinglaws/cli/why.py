"""`scalinglaws why`: what made an output stale.

Each stage wrote beside its outputs what they were made of: its spec, its code, and hashes of its inputs. This
compares those files with the present plan, code and inputs, from the data down to the output. An output is
stale if it is missing, if something that it was made of changed, or if one of its inputs is stale.

It looks at no file's time and does not ask Snakemake, which may run a rule for one more reason: its command
in workflow/rules was edited. An output edited by hand is only noticed if something else was made from it.
"""

import argparse
import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scalinglaws.cli.run_states import RunStates
from scalinglaws.config.job import flat, merged
from scalinglaws.config.plan import plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.errors import ConfigError, ScalingLawsError
from scalinglaws.stages.made_of import Code, MadeOf, file_hash, read_made_of
from scalinglaws.stages.steps import INTERMEDIATE, Step, steps

DEFAULT_SCALE = "laptop"
NEAREST = 3
LONGEST_VALUE = 60
HASH = re.compile(r"[0-9a-f]{16}")
DEFAULT = "its default"
PREFIX = {"fit": "fit.", "data": "data."}
MADE = {
    "data": "data",
    "shuffle": "shuffles",
    "train": "runs",
    "collect": "run tables",
    "fit": "fits",
    "analyse": "tables of analyses",
    "claims": "claims",
    "figures": "figures",
    "report": "report",
}
"""What each stage makes."""


def run(options: argparse.Namespace) -> int:
    """Print whether an output is up to date and, if not, why.

    Raises:
        ConfigError: the config cannot be used, or this is not the project's folder.
        ScalingLawsError: the workflow makes no such file.
    """
    if not Path("Snakefile").is_file():
        raise ConfigError("there is no Snakefile here; call this in the project's folder")
    target = _relative(options.output)
    work = plan(load_config(options.scale or _scale_of(target)))
    results = f"results/{work.config.name}"
    every = steps(work)
    if target in (None, results):
        wanted = [step for step in every if step.stage not in INTERMEDIATE]
    else:
        wanted = [step for step in every if any(_is_in(file, str(target)) for file in step.files)]
    if not wanted:
        raise ScalingLawsError(_no_output(str(target), results, every))
    print("\n".join(explain(target or results, wanted, every)))
    return 0


def explain(target: str, wanted: Iterable[Step], every: Sequence[Step]) -> list[str]:
    """Lines that say whether a file, or a folder of results, has to be made again, and why.

    Args:
        target: the file or folder.
        wanted: the steps that make it.
        every: all steps, in the order in which data flow.
    """
    changed = Changes(wanted, every)
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


class Changes:
    """What changed since the outputs of some steps, and of all steps upstream of them, were made.

    Attributes:
        stale: the steps that have to be done again, in the order in which data flow.
    """

    def __init__(self, wanted: Iterable[Step], every: Sequence[Step]) -> None:
        makers = {file: step for step in every for file in step.files}
        behind = {step.made_of for step in wanted}
        for step in reversed(every):
            if step.made_of in behind:
                behind |= {makers[file].made_of for file in step.all_inputs if file in makers}
        # Data that are missing are made again only where something else needs them. Then all that follows
        # from them is done again, which may need more of them.
        idle = {step.made_of for step in every if step.stage in INTERMEDIATE and _absent(step)}
        idle -= {step.made_of for step in wanted}
        while True:
            self._forget()
            made_again: set[str] = set()
            for step in every:
                if step.made_of in behind - idle and self._is_stale(step, made_again):
                    self.stale.append(step)
                    made_again |= set(step.files)
            needed = {
                makers[file].made_of for each in self.stale for file in each.all_inputs if file in makers
            }
            if not needed & idle:
                break
            idle -= needed

    def _forget(self) -> None:
        self.stale: list[Step] = []
        self._found: dict[str, None] = {}  # what is said of specs and inputs, each once
        self._code: dict[str, None] = {}
        self._never: dict[str, None] = {}
        self._gone: dict[str, None] = {}
        self._unfinished: dict[str, None] = {}
        self._jobs: dict[tuple[str, str], list[tuple[Step, MadeOf | None]]] = {}  # by study and phase
        self._replanned: dict[tuple[str, str], None] = {}  # those in which a job has other runs

    def causes(self) -> list[str]:
        """In words, what made the steps stale."""
        found = [f"the code of {_listed(list(self._code))} changed"] if self._code else []
        found += dict.fromkeys(cause for key in self._replanned for cause in self._settings(*key))
        found += self._found
        if self._unfinished:
            found.append(f"{_are(list(self._unfinished))} missing (a new job, or one that did not finish)")
        if self._gone:
            found.append(f"{_are(list(self._gone))} missing (deleted, or a job failed)")
        if self._never:
            found.append(f"not made yet: {_listed(list(self._never))}")
        return found

    def _is_stale(self, step: Step, made_again: set[str]) -> bool:
        """Whether a step has to be done again; notes why."""
        made, absent = read_made_of(Path(step.made_of)), _absent(step)
        if step.job is not None:
            self._jobs.setdefault((step.job.study, step.job.phase), []).append((step, made))
        if made is None:
            if len(absent) == len(step.files):
                self._never |= dict.fromkeys(absent[:1] if step.job else absent[:-1])
            else:
                self._unfinished[step.made_of] = None
            return True
        other = made.spec != step.spec
        if other and step.job is not None:
            self._replanned[step.job.study, step.job.phase] = None
        else:  # a job with another spec has new runs
            self._gone |= dict.fromkeys(absent)
        if other and step.job is None:
            self._found |= dict.fromkeys(_spec(step, made.spec))
        edited = made.code.fingerprint != step.code
        if edited:
            self._code |= dict.fromkeys(_modules(made.code, Code.of(step.code, step.modules)))
        inputs = [] if other else list(_inputs(step, made, made_again))
        self._found |= dict.fromkeys(inputs)
        return bool(absent or other or edited or inputs or made_again & set(step.all_inputs))

    def _settings(self, study: str, phase: str) -> Iterator[str]:
        """What changed in the runs of a study's search or grid, over all of its jobs."""
        jobs = self._jobs[study, phase]
        old = merged(made.spec.get("settings", {}) for _, made in jobs if made is not None)
        new = merged(step.spec["settings"] for step, _ in jobs)
        for each in (old, new):
            each.pop("subset.seed", None)  # the same as `seed`
        found = list(_changes(old, new))
        yield from found or [f"the runs of {study} are divided into jobs differently"]


def _absent(step: Step) -> list[str]:
    return [file for file in step.files if not Path(file).exists()]


def _spec(step: Step, old: Mapping[str, Any]) -> Iterator[str]:
    if step.stage == "collect":
        before, now = set(old.get("runs", ())), set(step.spec["runs"])
        if gone := before - now:  # new ones are counted with the jobs
            yield f"{len(gone)} run{'s are' if len(gone) > 1 else ' is'} no longer part of {step.name}"
        return
    prefix = PREFIX.get(step.stage, "")
    yield from _changes(flat(dict(old), prefix), flat(dict(step.spec), prefix))


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """`budget.steps changed from 600 to 500`, in order of keys; long values and hashes are left out."""
    for key in sorted({*old, *new}):
        before, now = (str(values.get(key, DEFAULT)) for values in (old, new))
        if before != now:
            short = max(len(before), len(now)) <= LONGEST_VALUE and not HASH.fullmatch(before)
            yield f"{key} changed" + (f" from {before} to {now}" if short else "")


def _modules(old: Code, new: Code) -> list[str]:
    """Names of the modules whose meaning changed, or that are new or gone."""
    names = sorted({*old.modules, *new.modules})
    changed = [name for name in names if old.modules.get(name) != new.modules.get(name)]
    return changed or ["imports"]  # one of the names that modules import from each other


def _inputs(step: Step, made: MadeOf, made_again: set[str]) -> Iterator[str]:
    """Inputs that have changed, except for those that are made again anyway."""
    for file in sorted({*step.hashed, *made.inputs} - made_again):
        if file not in made.inputs:
            yield f"{file} is a new input of {step.stage} {step.name}"
        elif file not in step.hashed:
            yield f"{file} is no longer an input of {step.stage} {step.name}"
        elif Path(file).exists() and file_hash(Path(file)) != made.inputs[file]:
            yield f"{file} changed after {MADE[step.stage]} were made from it"


def _listed(names: Sequence[str], most: int = 3) -> str:
    """The first few of many names, and how many more there are."""
    shown = names if len(names) <= most + 1 else names[:most]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _are(names: Sequence[str]) -> str:
    return f"{_listed(names)} {'is' if len(names) == 1 else 'are'}"


# The output that is asked for


def _relative(output: Path | None) -> str | None:
    if output is None:
        return None
    path = output.absolute()
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(output)


def _scale_of(target: str | None) -> str:
    parts = Path(target or "").parts
    if len(parts) > 1 and parts[0] == "results" and Path("config", f"{parts[1]}.yaml").is_file():
        return parts[1]
    return DEFAULT_SCALE


def _is_in(file: str, target: str) -> bool:
    return file == target or file.startswith(f"{target}/")


def _no_output(target: str, results: str, every: Sequence[Step]) -> str:
    parts = Path(target).parts
    if parts[:1] == ("results",) and not _is_in(target, results):
        return f"{target} is not of this scale, whose outputs are in {results}; name another with --scale"
    files = [file for step in every for file in step.files]
    nearest = ", ".join(difflib.get_close_matches(target, files, NEAREST, 0.0))
    return f"{target} is not an output of the workflow in {results}; nearest are {nearest}"
