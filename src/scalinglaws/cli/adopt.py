"""Adopt published run records: those whose spec and code still match become results, without training.

Git does not keep results, so after a clone everything would be trained again. A record is adopted
only if its spec hashes to its name, it is part of the present plan, it was made by the present training code
on the present data and, where its learning rate was searched, with the rate that the adopted search still
finds best. A job whose records are complete then gets the note that its training would have written.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from scalinglaws.cli.snakemake import Workflow
from scalinglaws.config.job import Job
from scalinglaws.config.plan import Plan, StudyPlan, training_code
from scalinglaws.data.store import content_hash
from scalinglaws.errors import RecordError
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.steps import Step, note_step, steps
from scalinglaws.training.records.record import Record, parse_record, write_record
from scalinglaws.training.records.search import Choice, choose, write_choice

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
    files = [records_file(folder, scale, study.study.study) for study in work.studies]
    if not work.studies:
        return 0  # analyses have no runs to adopt
    if not any(file.is_file() for file in files):
        raise RecordError(f"{folder}: no records of scale {scale} ({', '.join(map(str, files))})")
    every = steps(work)
    # Data first: whether a record fits depends on what they are. Shuffles are the last files made of them.
    status = workflow.run(
        *(file for step in every if step.stage == "shuffle" for file in step.outputs["shuffle"])
    )
    training = {step.name: step for step in every if step.job}
    for study, file in zip(work.studies, files, strict=True):
        if not status and file.is_file():
            _adopt_study(study, file, results, training)
    return status


def _adopt_study(study: StudyPlan, file: Path, results: Path, training: Mapping[str, Step]) -> None:
    """Write the matching records of one study, and the notes of the jobs that this completes."""
    records = {record.run: record for record in read_records(file)}
    folder = results / "runs" / study.study.study
    choices: dict[str, Choice] = {}
    adopted = 0
    data = content_hash(results / "data" / study.grid.data.name)
    for job in study.jobs:  # searches come first
        model = job.runs[0].model.name
        matching = list(_matching(job, records, choices.get(model), data))
        for record in matching:
            write_record(record, folder)
        adopted += len(matching)
        if len(matching) < len(job.runs):
            continue
        if job.candidates is not None:
            choices[model] = choose(job.candidates, matching)
            write_choice(choices[model], folder / "learning-rate" / f"{model}.json")
        note_step(training[f"{job.study} {job.name}"], Hashes())
    print(f"{study.study.study}: adopted {adopted} of {len(study.runs)} runs from {file}")


def _matching(job: Job, records: dict[str, Record], choice: Choice | None, data: str) -> Iterator[Record]:
    code = training_code(job)
    for run in job.runs:
        learning_rate = run.learning_rate
        if learning_rate == "searched":
            if choice is None:
                continue
            learning_rate = choice.learning_rate
        record = records.get(run.id)
        if record is not None and record.fits(run, float(learning_rate), code, data):
            yield record


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
