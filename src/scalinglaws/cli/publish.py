"""`scalinglaws publish`: copy a scale's figures to figures/ and its runs to records/, which git tracks."""

import argparse
import json
from pathlib import Path

from scalinglaws.cli.adopt import records_file
from scalinglaws.cli.options import selection
from scalinglaws.config.plan import AnalysisPlan, StudyPlan, plan, training_code
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.spec import RunSpec
from scalinglaws.errors import RecordError
from scalinglaws.files import whole_file, write_text
from scalinglaws.training.records.record import plain_record, read_record

FIGURES, RECORDS = Path("figures"), Path("records")
SHOWN = "laptop"  # this scale's figures are at the top of a paper's folder; other scales have a folder below
ENDINGS = ("pdf", "png", "csv")
TABLES = ("runs.csv",)


def run(options: argparse.Namespace) -> int:
    """Copy what a finished replication made, and print the path of each copy.

    Raises:
        RecordError: something is missing or stale; then nothing is copied.
    """
    work = plan(load_config(selection(options)))
    scale = work.config.name
    results = Path("results") / scale
    copies = [pair for study in work.all_studies for pair in _copies(study, results, scale)]
    records = [_record(results, study, spec) for study in work.studies for spec in study.runs]
    missing = [file for file in [*(source for source, _ in copies), *records] if not file.is_file()]
    if missing:
        raise RecordError(
            f"{missing[0]}: not there ({len(missing)} missing); run `make replicate SCALE={scale}` first"
        )
    for study in work.studies:
        _check_current(study, results, scale)
    for study in work.studies:
        _publish_records(study, results, scale)
    for source, target in copies:
        with whole_file(target) as temporary:
            temporary.write_bytes(source.read_bytes())
        print(target)
    return 0


def _copies(study: StudyPlan | AnalysisPlan, results: Path, scale: str) -> list[tuple[Path, Path]]:
    """The files that are copied for a study, each with the path of its copy."""
    paper, name = study.study.paper, study.study.study
    drawn = [f"{figure.name}.{ending}" for figure in study.study.figures for ending in ENDINGS]
    shown = FIGURES / paper if scale == SHOWN else FIGURES / paper / scale
    figures = [(results / "figures" / paper / file, shown / file) for file in drawn]
    records = RECORDS / scale / name
    made = TABLES if isinstance(study, StudyPlan) else ()
    tables = [(results / "tables" / name / table, records / table) for table in made]
    return [*figures, *tables, (results / "report" / "claims" / f"{name}.csv", records / "claims.csv")]


def _record(results: Path, study: StudyPlan, spec: RunSpec) -> Path:
    return results / "runs" / study.study.study / f"{spec.id}.json"


def _check_current(study: StudyPlan, results: Path, scale: str) -> None:
    """Raise RecordError if other code made a run: its record could not be adopted."""
    for job in study.jobs:
        code = training_code(job)
        for spec in job.runs:
            path = _record(results, study, spec)
            if read_record(path).code != code:
                raise RecordError(f"{path}: made by other code; run `make replicate SCALE={scale}` first")


def _publish_records(study: StudyPlan, results: Path, scale: str) -> None:
    """Write all run records of a study to one file, one JSON object per line, sorted by run."""
    lines = []
    for spec in sorted(study.runs, key=lambda run: run.id):
        plain = plain_record(read_record(_record(results, study, spec)))
        lines.append(json.dumps(plain, sort_keys=True, separators=(",", ":")))
    target = records_file(RECORDS, scale, study.study.study)
    write_text(target, "\n".join(lines) + "\n")
    print(target)
