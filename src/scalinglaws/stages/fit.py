"""Stage `fit`: apply the protocol of a study to its runs, to public runs and to other studies.

    python -m scalinglaws.stages.fit --spec JSON [--runs RUNS.csv] [--studies FITS TABLES DATA ...] --out DIR

`--studies` is given once for each study of the spec, in its order: the folders of its fits, of its run tables
and of its data. The tables that the protocol declares are written sorted and byte-stable.
"""

import json
from importlib import import_module
from pathlib import Path

import pandas as pd

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.config.fit import FitSpec
from scalinglaws.config.protocol import protocol_of
from scalinglaws.errors import ConfigError
from scalinglaws.public_runs.read import read
from scalinglaws.stages.stage import note_made_of, parse_spec, run_stage, stage_parser
from scalinglaws.tables.csv import write_table
from scalinglaws.tables.inputs import Inputs
from scalinglaws.tables.study import TrainedStudy, read_trained


def main(arguments: list[str]) -> None:
    """Apply a protocol and write its tables."""
    parser = stage_parser("fit", __doc__)
    parser.add_argument("--runs", nargs="?", type=Path, help="table of the study's own runs, CSV")
    parser.add_argument(
        "--studies", nargs=3, action="append", default=[], type=Path, metavar=("FITS", "TABLES", "DATA"),
        help="folders of another study's fits, run tables and data",
    )  # fmt: skip
    parser.add_argument("--out", required=True, type=Path, help="folder for the tables")
    parser.add_argument("--inputs", nargs="*", default=[], type=Path, help="all files that it reads")
    options = parser.parse_args(arguments)
    protocol = protocol_of(json.loads(options.spec)["name"])
    spec = parse_spec(protocol.spec, options.spec)
    module = import_module(protocol.module)
    tables: dict[str, pd.DataFrame] = module.analyse(_inputs(spec, options.runs, options.studies), spec)
    if set(tables) != set(protocol.tables):
        raise ValueError(f"{module.__name__} made {sorted(tables)} and declares {sorted(protocol.tables)}")
    schemas = getattr(module, "SCHEMAS", {})
    for name in protocol.tables:
        write_table(tables[name], options.out / f"{name}.csv", schemas.get(name))
    wrote = [options.out / f"{name}.csv" for name in protocol.tables]
    note_made_of(options, "fit", options.inputs, wrote)


def _inputs(spec: FitSpec | AnalysisSpec, runs: Path | None, folders: list[list[Path]]) -> Inputs:
    if isinstance(spec, FitSpec):
        return Inputs(runs=runs)
    if len(folders) != len(spec.studies):
        raise ConfigError(f"--studies: {len(folders)} given, the spec names {len(spec.studies)} studies")
    studies: dict[str, TrainedStudy] = {
        facts.study: read_trained(facts, *three) for facts, three in zip(spec.studies, folders, strict=True)
    }
    return Inputs(runs, {name: read(name) for name in spec.public_runs}, studies)


if __name__ == "__main__":
    run_stage(main)
