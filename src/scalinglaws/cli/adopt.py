"""Adopt published run records: those whose spec and code still match become results, without training.

Git does not keep results, so after a clone everything would be trained again. A record is adopted
only if its spec hashes to its name, it is part of the present plan, it was made by the present training code
on the present data and, where its learning rate was searched, with the rate that the adopted search still
finds best. A job whose records are complete then gets the note that its training would have written.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from scalinglaws.cli.snakemake import Workflow
from scalinglaws.config.job import Job
from scalinglaws.config.plan import Plan, StudyPlan, training_code
from scalinglaws.config.spec import RunSpec
from scalinglaws.data.store import content_hash
from scalinglaws.errors import RecordError
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.steps import Step, note_step, steps
from scalinglaws.training.records.record import Record, parse_record, write_record
from scalinglaws.training.records.search import Choice, find_learning_rate, write_choice

RECORDS = "runs.jsonl"


def records_file(folder: Path, scale: str, study: str) -> Path:
    """The file of a study's published run records: one JSON object per line."""
    return folder / scale / study / RECORDS


def adopt(work: Plan, folder: Path, workflow: Workflow) -> int:
    """Adopt what matches, for all studies of a plan; the exit status of Snakemake's calls.

    Raises:
        RecordError: there are no records of this scale, or a file of records is damaged.
    """
    scale = work.config.name
    results = Path("results") / scale
    files = [records_file(folder, scale, study.name) for study in work.trained]
    if not files:
        return 0  # nothing is trained
    if not any(file.is_file() for file in files):
        raise RecordError(f"{folder}: no records of scale {scale} ({', '.join(map(str, files))})")
    every = steps(work)
    # Data first: whether a record fits depends on what they are. Shuffles are the last files made of them.
    status = workflow.run(
        *(file for step in every if step.stage == "shuffle" for file in step.outputs["shuffle"])
    )
    training = {step.name: step for step in every if step.job}
    for study, file in zip(work.trained, files, strict=True):
        if not status and file.is_file():
            _adopt_study(study, file, results, training)
    return status


class _AbsentError(Exception):
    """A search lacks a record."""


def _adopt_study(study: StudyPlan, file: Path, results: Path, training: Mapping[str, Step]) -> None:
    """Write the matching records of one study, and the notes of the jobs that this completes."""
    assert study.grid is not None
    records = {record.run: record for record in read_records(file)}
    folder = results / "runs" / study.name
    choices: dict[str, Choice] = {}
    adopted = set[str]()
    data = content_hash(results / "data" / study.grid.data.name)
    for job in study.jobs:  # a search that others wait for comes before them
        published = _Published(job, records, data)
        model, extra = job.planned[0].model.name, []
        if job.search is not None:
            with suppress(_AbsentError):
                choices[model] = find_learning_rate(job.search, published.all_of)
                write_choice(choices[model], folder / "learning-rate" / f"{model}.json")
                extra = [folder / f"{run}.json" for run in choices[model].runs]
        choice = choices.get(model)
        for run in job.runs:
            if run.learning_rate != "searched":
                published.find(run, float(run.learning_rate))
            elif choice is not None:
                published.find(run, choice.learning_rate)
        for record in published.found.values():
            write_record(record, folder)
        adopted |= published.found.keys()
        if all(run.id in published.found for run in job.planned) and (choice or not job.search):
            note_step(training[f"{job.study} {job.name}"], Hashes(), extra)
    planned = {run.id for run in study.runs}
    print(f"{study.name}: adopted {len(adopted & planned)} of {len(planned)} runs from {file}")


class _Published:
    """The published records that match runs of a job.

    Attributes:
        found: those that were asked for, by run.
    """

    def __init__(self, job: Job, records: Mapping[str, Record], data: str) -> None:
        self._code, self._records, self._data = training_code(job), records, data
        self.found: dict[str, Record] = {}

    def find(self, run: RunSpec, learning_rate: float) -> bool:
        """Whether there is a record of exactly this run, with this code, on these data."""
        record = self._records.get(run.id)
        if record is None or not record.fits(run, learning_rate, self._code, self._data):
            return False
        self.found[run.id] = record
        return True

    def all_of(self, runs: Sequence[RunSpec]) -> list[Record]:
        """The records of some runs of a search.

        Raises:
            _AbsentError: one does not match.
        """
        there = [self.find(run, float(run.learning_rate)) for run in runs]
        if not all(there):
            raise _AbsentError
        return [self.found[run.id] for run in runs]


def read_records(file: Path) -> list[Record]:
    """All records of a file of published runs.

    Raises:
        RecordError: a line is not a record; names file and line.
    """
    records = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            records.append(parse_record(json.loads(line), f"{file}, line {number}"))
        except ValueError as error:
            raise RecordError(f"{file}, line {number}: not JSON: {error}") from error
    return records
