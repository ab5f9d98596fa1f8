"""Which runs of the jobs that are asked would be trained, which are kept, and on which grounds.

Snakemake sees jobs; the trainer decides run by run. This decides as the trainer will, as far as that can be
told before: where data are prepared or a learning rate is searched again, a run may turn out to be either.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from scalinglaws.cli.differences import Change, changes, flat, in_words
from scalinglaws.cli.dry_run import SnakemakeJob, note_of
from scalinglaws.config import plugins
from scalinglaws.config.job import Job
from scalinglaws.config.modules import FAMILIES, SOURCES
from scalinglaws.config.plan import Plan, StudyPlan
from scalinglaws.config.spec import RunSpec
from scalinglaws.data.store import content_hash
from scalinglaws.errors import DataError, RecordError
from scalinglaws.training.records.record import read_record
from scalinglaws.training.records.search import read_choice

State = Literal["kept", "absent", "damaged", "code", "data", "rate", "if data change", "if rate changes"]
OPEN: tuple[State, ...] = ("if data change", "if rate changes")

SHOWN = 2
SETTINGS, MODEL, RATE = ("task", "data.", "optimiser.", "budget."), ("model.",), ("learning_rate",)
"""Keys by which a run can differ from the one in whose place it stands; sizes and seeds are new runs."""


class ChangedRuns:
    """The runs of all jobs among some sm_jobs."""

    def __init__(self, sm_jobs: Sequence[SnakemakeJob], work: Plan) -> None:
        self.sm_jobs, self.work = sm_jobs, work
        self.results = Path("results") / work.config.name
        self.states: dict[State, list[RunSpec]] = defaultdict(list)
        self._searched_again: set[tuple[str, str]] = set()
        made = {file for sm_job in sm_jobs if sm_job.call.stage == "data" for file in sm_job.outputs}
        asked = {
            (job.study, job.name): (sm_job, job) for sm_job in sm_jobs if (job := sm_job.job) is not None
        }
        self.jobs = len(asked)
        for planned in work.jobs:  # searches come first
            if (planned.study, planned.name) in asked:
                self._judge(*asked[planned.study, planned.name], made)

    @property
    def trained(self) -> int:
        """How many are trained for sure."""
        return sum(len(runs) for state, runs in self.states.items() if state not in ("kept", *OPEN))

    @property
    def undecided(self) -> int:
        """How many may be."""
        return sum(len(self.states[state]) for state in OPEN)

    def keeps(self, path: Path) -> bool:
        """Whether a file is the record of a run that is kept."""
        return any(path.stem == run.id for run in self.states["kept"])

    def causes(self) -> Iterator[str]:
        """Why runs are trained, in words; the code of the stage is left to others."""
        for study in self.work.studies:
            yield from self._absent(study)
        yield from _sentence(
            self.states["damaged"], "the record of {} cannot be read", "the records of {} cannot be read"
        )
        yield from _sentence(self.states["data"], "the data of {} changed", "the data of {} changed")
        searched = "the search found another learning rate for {}"
        yield from _sentence(self.states["rate"], searched, searched)

    def conditions(self) -> Iterator[str]:
        """What decides later whether a run is trained."""
        for state, condition in zip(OPEN, ("the data come out", "a search ends"), strict=True):
            if self.states[state]:
                yield f"{_count(self.states[state])} trained again only if {condition} otherwise"

    # Single runs

    def _judge(self, sm_job: SnakemakeJob, job: Job, made: set[str]) -> None:
        folder = Path(sm_job.call.option("--data") or "")
        data = None if str(folder / "manifest.json") in made else _content(folder)
        key = (job.study, job.runs[0].model.name)
        found: set[State] = set()
        for run in job.runs:
            state = self._state(run, key, sm_job.call.option("--code") or "", data)
            found.add(state)
            self.states[state].append(run)
        if job.phase == "search" and found != {"kept"}:
            self._searched_again.add(key)

    def _state(self, run: RunSpec, key: tuple[str, str], code: str, data: str | None) -> State:
        folder = self.results / "runs" / key[0]
        path = folder / f"{run.id}.json"
        if not path.exists():
            return "absent"
        try:
            record = read_record(path)
        except RecordError:
            return "damaged"
        if record.code != code:
            return "code"
        if data is not None and record.data != data:
            return "data"
        if run.learning_rate == "searched" and key not in self._searched_again:
            try:
                rate = read_choice(folder / "learning-rate" / f"{key[1]}.json").learning_rate
            except RecordError:
                return "if rate changes"
            if record.learning_rate != rate:
                return "rate"
        if data is None:
            return "if data change"
        searched = run.learning_rate == "searched" and key in self._searched_again
        return "if rate changes" if searched else "kept"

    # Runs without a record

    def _absent(self, study: StudyPlan) -> Iterator[str]:
        present = {run.id: run for run in study.runs}
        absent = [run for run in self.states["absent"] if present.get(run.id) == run]
        note = note_of(f"{self.results}/tables/{study.study.study}/runs.csv")
        if note is None:
            yield from _sentence(absent, "{} was not trained yet", "{} were not trained yet")
            return
        before = set(note.call.spec["runs"])
        gone = _Counterparts(self._records(study, before - present.keys()))
        yield from _sentence(
            [run for run in absent if run.id in before],
            "the record of {} is missing",
            "the records of {} are missing",
        )
        altered: dict[tuple[Change, ...], list[RunSpec]] = defaultdict(list)
        for run in absent:
            if run.id not in before:
                altered[gone.change(run)].append(run)
        yield from _sentence(altered.pop((), []), "{} is new", "{} are new")
        for change, runs in altered.items():
            yield f"{in_words(change)} in {_words(runs)}"
        if any(
            sm_job.call.stage == "collect" and sm_job.call.spec["study"] == study.study.study
            for sm_job in self.sm_jobs
        ):
            lost = len(before - present.keys()) - len(gone.found)
            again = [run for name, run in present.items() if name not in before and run not in absent]
            yield from _sentence(again, "{} is part of the study again", "{} are part of the study again")
            if lost:
                yield f"{lost} {'run is' if lost == 1 else 'runs are'} no longer part of the study"

    def _records(self, study: StudyPlan, ids: Iterable[str]) -> Iterator[RunSpec]:
        for name in sorted(ids):
            path = self.results / "runs" / study.study.study / f"{name}.json"
            try:  # the spec alone: the rest may be in the form of an older version
                yield RunSpec.model_validate(json.loads(path.read_text(encoding="utf-8"))["spec"])
            except (LookupError, OSError, TypeError, ValueError):
                continue


class _Counterparts:
    """Runs that a study had before, each to be found by what it shares with the one in its place now."""

    def __init__(self, runs: Iterable[RunSpec]) -> None:
        self.runs = [(run.id, _whole(run)) for run in runs]
        self.found: set[str] = set()

    def change(self, run: RunSpec) -> tuple[Change, ...]:
        """What changed in a run; nothing, if no run stood in its place."""
        new = _whole(run)
        for ignored in (SETTINGS, MODEL, RATE, SETTINGS + MODEL + RATE):
            candidates = self._by_rest[ignored].get(_rest(new, ignored), [])
            if len(candidates) == 1:
                name, old = candidates[0]
                self.found.add(name)
                return changes(old, new)
        return ()

    @cached_property
    def _by_rest(self) -> dict[tuple[str, ...], dict[Any, list[tuple[str, dict[str, Any]]]]]:
        table: dict[tuple[str, ...], dict[Any, list[tuple[str, dict[str, Any]]]]] = {}
        for ignored in (SETTINGS, MODEL, RATE, SETTINGS + MODEL + RATE):
            table[ignored] = defaultdict(list)
            for name, spec in self.runs:
                table[ignored][_rest(spec, ignored)].append((name, spec))
        return table


def _whole(run: RunSpec) -> dict[str, Any]:
    """A run's spec with all defaults, flat, and the options of model and data beside their other keys."""
    plain = run.model_dump(mode="json")
    model, data = plain.pop("model"), plain.pop("data")
    model |= _options(FAMILIES, model["family"], "build", model.pop("options"))
    data |= _options(SOURCES, data["source"], "load", data.pop("options"))
    return flat({**plain, "model": model, "data": data})


def _options(folder: str, name: str, function: str, given: dict[str, Any]) -> dict[str, Any]:
    try:
        return plugins.options(folder, name, function).model_validate(given).model_dump(mode="json")
    except (LookupError, OSError, ValueError):
        return given  # an old run may have had options that are there no longer


def _rest(spec: dict[str, Any], ignored: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    return frozenset((key, repr(value)) for key, value in spec.items() if not key.startswith(ignored))


def _content(folder: Path) -> str | None:
    try:
        return content_hash(folder)
    except DataError:
        return None


def _sentence(runs: Sequence[RunSpec], one: str, many: str) -> Iterator[str]:
    if runs:
        yield (one if len(runs) == 1 else many).format(_words(runs))


def _words(runs: Sequence[RunSpec]) -> str:
    if len(runs) == 1:
        return f"one run ({_word(runs[0])})"
    if len(runs) <= SHOWN:
        return f"{len(runs)} runs ({'; '.join(map(_word, runs))})"
    return f"{len(runs)} runs (such as {_word(runs[0])})"


def _word(run: RunSpec) -> str:
    text = f"{run.model.name} on {run.subset.examples} examples, seed {run.seed}"
    return text if run.learning_rate == "searched" else f"{text}, learning rate {run.learning_rate:g}"


def _count(runs: Sequence[RunSpec]) -> str:
    return "one run is" if len(runs) == 1 else f"{len(runs)} runs are"
