"""Adopt published run records: those whose spec and code still match become results, without training.

Git keeps no modification times, so after a clone Snakemake would train everything again. A record is adopted
only if its spec hashes to its name, it is part of the present plan, it was made by the present training code
on the present data and, where its learning rate was searched, with the rate that the adopted search still
finds best. Only then is Snakemake told, by `--touch`, that the files are up to date.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from scalinglaws.cli.snakemake import Workflow
from scalinglaws.config.job import Job
from scalinglaws.config.plan import Plan, StudyPlan, training_code
from scalinglaws.data.store import content_hash
from scalinglaws.errors import RecordError
from scalinglaws.stages.made_of import Code, write_made_of
from scalinglaws.stages.steps import Step, steps
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
    # Data first: if they were made afterwards, they would be newer than the records, which would look stale.
    status = workflow.run(*_data_files(work, results))
    touched: list[str] = []
    training = {step.name: step for step in steps(work) if step.job}
    for study, file in zip(work.studies, files, strict=True):
        if not status and file.is_file():
            touched += _adopt_study(study, file, results, training)
    return workflow.run(*touched, "--touch") if touched else status


def _data_files(work: Plan, results: Path) -> list[str]:
    """The last files that the data stage makes for each data set."""
    return sorted(
        {
            str(results / "subsets" / job.runs[0].data.name / f"shuffle-{seed}.npy")
            for job in work.jobs
            for seed in job.seeds
        }
    )


def _adopt_study(study: StudyPlan, file: Path, results: Path, training: Mapping[str, Step]) -> list[str]:
    """Write the matching records of one study; return the files of the jobs that this completes."""
    records = {record.run: record for record in read_records(file)}
    folder = results / "runs" / study.study.study
    choices: dict[str, Choice] = {}
    complete: list[str] = []
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
        complete += [str(folder / f"{record.run}.json") for record in matching]
        if job.candidates is not None:
            choices[model] = choose(job.candidates, matching)
            path = folder / "learning-rate" / f"{model}.json"
            write_choice(choices[model], path)
            complete.append(str(path))
        step = training[f"{job.study} {job.name}"]
        _write_made_of(step)
        complete.append(step.made_of)
    print(f"{study.study.study}: adopted {adopted} of {len(study.runs)} runs from {file}")
    return complete


def _write_made_of(step: Step) -> None:
    """Note what a job's records were made of, as the training stage does when it ends well."""
    code = Code.of(step.code, step.modules)
    write_made_of(Path(step.made_of), step.stage, step.spec, code, map(Path, step.hashed))


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
