"""What changed since outputs were made, and so which steps have to be done again.

A step is stale if an output is missing, if its spec, its code, or the content of an input or output differs
from what its made-of file says, or if a step upstream is stale. Nothing else counts: not the times of files,
and nothing that Snakemake remembers. The workflow and all commands ask this one class.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scalinglaws.config.job import flat, merged
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.made_of import Code, MadeOf, read_made_of
from scalinglaws.staleness.steps import INTERMEDIATE, Step
from scalinglaws.staleness.versions import versions

LONGEST_VALUE = 60
HASH = re.compile(r"[0-9a-f]{16}")
DEFAULT = "its default"
PREFIX = {"fit": "protocol.", "data": "data."}
MADE = {
    "data": "data",
    "shuffle": "shuffles",
    "train": "runs",
    "collect": "run tables",
    "fit": "fits",
    "claims": "claims",
    "figures": "figures",
    "report": "report",
    "site": "pages",
}
"""What each stage makes."""


class Changes:
    """What changed since the outputs of some steps, and of all steps upstream of them, were made.

    Attributes:
        stale: the steps that have to be done again, in the order in which data flow.
    """

    def __init__(
        self, wanted: Iterable[Step], every: Sequence[Step], hashes: Hashes, *, strict_versions: bool = False
    ) -> None:
        """Compare.

        Args:
            wanted: the steps whose outputs are asked for.
            every: all steps, in the order in which data flow.
            hashes: the present content of files.
            strict_versions: whether what was made by other versions of packages is stale.
        """
        self._hashes, self._versions = hashes, versions() if strict_versions else {}
        self._forget()
        makers = {file: step for step in every for file in step.files}
        behind = {step.made_of for step in wanted}
        for step in reversed(every):
            if step.made_of in behind:
                behind |= {makers[file].made_of for file in step.all_inputs if file in makers}
        # Prepared data that were deleted are made again only where something else needs them. Then all that
        # follows from them is done again, which may need more of them.
        idle = {step.made_of for step in every if step.stage in INTERMEDIATE and self._could_be_idle(step)}
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
        self._jobs: dict[str, list[tuple[Step, MadeOf | None]]] = {}  # by study
        self._replanned: dict[str, None] = {}  # studies in which a job has other runs
        self._added: set[str] = set()  # records of searches that went beyond their candidates

    @property
    def code_changed(self) -> bool:
        """Whether the code of a step changed."""
        return bool(self._code)

    def causes(self) -> list[str]:
        """In words, what made the steps stale."""
        found = [f"the code of {_listed(list(self._code))} changed"] if self._code else []
        found += dict.fromkeys(cause for study in self._replanned for cause in self._settings(study))
        found += self._found
        if self._unfinished:
            found.append(f"{_are(list(self._unfinished))} missing (a new job, or one that did not finish)")
        if self._gone:
            found.append(f"{_are(list(self._gone))} missing (deleted, or a job failed)")
        if self._never:
            found.append(f"not made yet: {_listed(list(self._never))}")
        return list(dict.fromkeys(found))  # a score counts for a search, and for the table of runs

    def _could_be_idle(self, step: Step) -> bool:
        """Whether outputs were deleted that would come out as they were."""
        made = read_made_of(Path(step.made_of))
        if made is None or not _absent(step):
            return False
        same = made.spec == step.spec and made.code.fingerprint == step.code
        return same and not list(self._inputs(step, made, set()))

    def _is_stale(self, step: Step, made_again: set[str]) -> bool:
        """Whether a step has to be done again; notes why."""
        made, absent = read_made_of(Path(step.made_of)), _absent(step)
        if step.job is not None:
            self._jobs.setdefault(step.job.study, []).append((step, made))
            self._added |= (made.outputs.keys() if made else set()) - set(step.files)
        if made is None:
            if len(absent) == len(step.files):
                self._never |= dict.fromkeys(absent[:1] if step.job else absent[:-1])
            else:
                self._unfinished[step.made_of] = None
            return True
        other = made.spec != step.spec
        if other and step.job is not None:
            self._replanned[step.job.study] = None
        else:  # a job with another spec has new runs
            self._gone |= dict.fromkeys(absent)
        if other and step.job is None:
            self._found |= dict.fromkeys(_spec(step, made.spec))
        edited = made.code.fingerprint != step.code
        if edited:
            self._code |= dict.fromkeys(_modules(made.code, Code.of(step.code, step.modules)))
        upgraded = list(_upgrades(made.versions, self._versions))
        self._found |= dict.fromkeys(upgraded)
        files = [] if other else [*self._inputs(step, made, made_again), *self._outputs(step, made)]
        if step.location and not Path(step.location).exists():
            files.append(f"{step.location} is missing")
        self._found |= dict.fromkeys(files)
        return bool(absent or other or edited or upgraded or files or made_again & set(step.all_inputs))

    def _inputs(self, step: Step, made: MadeOf, made_again: set[str]) -> Iterator[str]:
        """Inputs that have changed, except for those that are made again anyway."""
        for file in sorted({*step.hashed, *made.inputs} - made_again):
            if file not in made.inputs:
                yield f"{file} is a new input of {step.stage} {step.name}"
            elif file not in step.hashed and file not in self._added:
                yield f"{file} is no longer an input of {step.stage} {step.name}"
            elif Path(file).exists() and self._hash(file) != made.inputs[file]:
                yield f"{file} changed after {MADE[step.stage]} were made from it"

    def _outputs(self, step: Step, made: MadeOf) -> Iterator[str]:
        """Outputs that something else has changed."""
        added = made.outputs.keys() - set(step.files)  # by a search that went beyond its candidates
        for file in [*step.files[:-1], *sorted(added)]:
            if not Path(file).exists():
                if file in added:
                    yield f"{file} is missing"
            elif self._hash(file) != made.outputs.get(file):
                yield f"{file} was changed after it was made"

    def _hash(self, file: str) -> str:
        """Hash of a file; a file that cannot be read has none, and so has to be made again."""
        try:
            return self._hashes(Path(file))
        except OSError:
            return ""

    def _settings(self, study: str) -> Iterator[str]:
        """What changed in the runs and searches of a study, over all of its jobs."""
        jobs = self._jobs[study]
        old = merged(made.spec.get("settings", {}) for _, made in jobs if made is not None)
        new = merged(step.spec["settings"] for step, _ in jobs)
        for each in (old, new):
            each.pop("subset.seed", None)  # the same as `seed`
        found = list(_changes(old, new))
        yield from found or [f"the runs of {study} are divided into jobs differently"]


def _absent(step: Step) -> list[str]:
    return [file for file in step.files if not Path(file).exists()]


def _spec(step: Step, old: Mapping[str, Any]) -> Iterator[str]:
    before, now = dict(old), dict(step.spec)
    if step.stage == "collect":
        gone = set(before.pop("runs", ())) - set(now.pop("runs"))
        if gone:  # new ones are counted with the jobs
            yield f"{len(gone)} run{'s are' if len(gone) > 1 else ' is'} no longer part of {step.name}"
        for spec in (before, now):
            spec.pop("choices", None)  # a job has another search then, which is said of it
    prefix = PREFIX.get(step.stage, "")
    yield from _changes(flat(before, prefix), flat(now, prefix))


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """`duration.steps changed from 600 to 500`, in order of keys; long values and hashes are left out."""
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


def _upgrades(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for package, before in old.items():
        if before != new.get(package, before):
            yield f"the version of {package} changed from {before} to {new[package]}"


def _listed(names: Sequence[str], most: int = 3) -> str:
    """The first few of many names, and how many more there are."""
    shown = names if len(names) <= most + 1 else names[:most]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _are(names: Sequence[str]) -> str:
    return f"{_listed(names)} {'is' if len(names) == 1 else 'are'}"
