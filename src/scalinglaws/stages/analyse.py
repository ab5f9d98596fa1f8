"""Stage `analyse`: the tables of a study that trains nothing.

python -m scalinglaws.stages.analyse --spec JSON [--studies FITS TABLES DATA ...] --out DIR

`--studies` is given once for each study of the spec, in its order: the folders of its fits, of its run tables
and of its data.
"""

from importlib import import_module
from pathlib import Path

import pandas as pd

from scalinglaws.config import plugins
from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.config.modules import module_name
from scalinglaws.errors import ConfigError
from scalinglaws.public_runs.read import read
from scalinglaws.stages.stage import note_made_of, parse_spec, run_stage, stage_parser
from scalinglaws.tables.csv import write_table
from scalinglaws.tables.study import TrainedStudy, read_trained


def main(arguments: list[str]) -> None:
    """Run one analysis and write its tables."""
    parser = stage_parser("analyse", __doc__)
    parser.add_argument(
        "--studies", nargs=3, action="append", default=[], type=Path, metavar=("FITS", "TABLES", "DATA"),
        help="folders of a trained study's fits, run tables and data",
    )  # fmt: skip
    parser.add_argument("--out", required=True, type=Path, help="folder for the tables")
    parser.add_argument("--inputs", nargs="*", default=[], type=Path, help="all files that it reads")
    options = parser.parse_args(arguments)
    spec = parse_spec(AnalysisSpec, options.spec)
    public_runs = {name: read(name) for name in spec.public_runs}
    module = import_module(module_name(*plugins.of_paper(plugins.ANALYSES, spec.analysis)))
    if spec.studies:
        tables: dict[str, pd.DataFrame] = module.analyse(public_runs, spec, _trained(spec, options.studies))
    else:
        tables = module.analyse(public_runs, spec)
    if set(tables) != set(module.TABLES):
        raise ValueError(f"{module.__name__} made {sorted(tables)} and declares {sorted(module.TABLES)}")
    for name in module.TABLES:
        write_table(tables[name], options.out / f"{name}.csv")
    wrote = [options.out / f"{name}.csv" for name in module.TABLES]
    note_made_of(options, "analyse", options.inputs, wrote)


def _trained(spec: AnalysisSpec, folders: list[list[Path]]) -> dict[str, TrainedStudy]:
    if len(folders) != len(spec.studies):
        raise ConfigError(f"--studies: {len(folders)} given, the spec names {len(spec.studies)} studies")
    return {
        facts.study: read_trained(facts, *three) for facts, three in zip(spec.studies, folders, strict=True)
    }


if __name__ == "__main__":
    run_stage(main)
