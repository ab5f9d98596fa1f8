"""`scalinglaws publish`: copy a scale's figures to figures/ and its runs to records/, which git tracks."""

import argparse
import json
from pathlib import Path

from scalinglaws.cli.adopt import records_file
from scalinglaws.cli.options import selection
from scalinglaws.config.plan import StudyPlan, plan
from scalinglaws.config.reading.load import Config, load_config
from scalinglaws.errors import RecordError
from scalinglaws.files import whole_file, write_text
from scalinglaws.staleness.changes import Changes
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.steps import COLLECTED, cache, final, steps
from scalinglaws.tables.schema import CURVES
from scalinglaws.training.records.record import plain_record, read_record
from scalinglaws.training.records.search import choice_file, read_choice

FIGURES, RECORDS = Path("figures"), Path("records")
SHOWN = "laptop"  # this scale's figures are at the top of a paper's folder; other scales have a folder below


def run(options: argparse.Namespace) -> int:
    """Copy what a finished replication made, and print the path of each copy.

    Raises:
        RecordError: something is missing or stale, or the scale is for development; then nothing is copied.
    """
    work = plan(load_config(selection(options)))
    scale = work.config.name
    if work.config.scale.development:
        raise RecordError(f"{scale}: its runs are for development and are not published (docs/protocol.md)")
    results = Path("results") / scale
    copies = [pair for study in work.studies for pair in _copies(study, work.config, results)]
    every = steps(work)
    changed = Changes(final(every), every, Hashes(cache(work)))
    if changed.stale:
        raise RecordError(
            f"{results} is not up to date ({changed.causes()[0]}); run `make replicate SCALE={scale}` first"
        )
    for study in work.trained:
        _publish_records(study, results, scale)
    for source, target in copies:
        with whole_file(target) as temporary:
            temporary.write_bytes(source.read_bytes())
        print(target)
    return 0


def _copies(study: StudyPlan, config: Config, results: Path) -> list[tuple[Path, Path]]:
    """The files that are copied for a study, each with the path of its copy."""
    paper, name, scale = study.study.paper, study.name, config.name
    formats = config.scale.look.formats
    drawn = [
        f"{figure.name}.{ending}" for figure in study.figures(scale) for ending in figure.endings(formats)
    ]
    shown = FIGURES / paper if scale == SHOWN else FIGURES / paper / scale
    figures = [(results / "figures" / paper / file, shown / file) for file in drawn]
    records = RECORDS / scale / name
    made = COLLECTED if study.grid else ()
    tables = [results / "tables" / name / f"{table}.csv" for table in made if table != CURVES.name]
    if any(figure.beside for figure in study.study.figures):  # other scales show these beside their own
        tables += [results / "fits" / name / f"{table}.csv" for table in study.tables]
    return [
        *figures,
        *((table, records / table.name) for table in tables),
        (results / "report" / "claims" / f"{name}.csv", records / "claims.csv"),
    ]


def _publish_records(study: StudyPlan, results: Path, scale: str) -> None:
    """Write all run records of a study to one file, one JSON object per line, sorted by run."""
    lines = []
    folder = results / "runs" / study.name
    # Not all files that there are: those of architectures that the study had before may be among them.
    searched = (read_choice(choice_file(folder, model)).runs for model in study.collect_spec["choices"])
    for run in sorted({run.id for run in study.runs}.union(*searched)):
        plain = plain_record(read_record(folder / f"{run}.json"))
        lines.append(json.dumps(plain, sort_keys=True, separators=(",", ":")))
    target = records_file(RECORDS, scale, study.name)
    write_text(target, "\n".join(lines) + "\n")
    print(target)
