"""Stage `analyses`: the tables of a study that trains nothing.

python -m scalinglaws.analyses --spec JSON [--published FILE.csv ...] --out DIR
"""

import argparse
from importlib import import_module
from pathlib import Path

import pandas as pd

from scalinglaws.config.analysis import ANALYSES, AnalysisSpec
from scalinglaws.config.modules import module_name
from scalinglaws.data.frames import read_frame, write_frame
from scalinglaws.stage import parse_spec, run_stage


def main(arguments: list[str]) -> None:
    """Run one analysis and write its tables."""
    parser = argparse.ArgumentParser(prog="python -m scalinglaws.analyses")
    parser.add_argument("--spec", required=True, help="the AnalysisSpec as JSON")
    parser.add_argument("--published", nargs="*", default=[], type=Path, help="public run data, <name>.csv")
    parser.add_argument("--out", required=True, type=Path, help="folder for the tables")
    options = parser.parse_args(arguments)
    spec = parse_spec(AnalysisSpec, options.spec)
    published = {path.stem: read_frame(path) for path in options.published}
    module = import_module(module_name(ANALYSES, spec.analysis))
    tables: dict[str, pd.DataFrame] = module.analyse(published, spec)
    if set(tables) != set(module.TABLES):
        raise ValueError(f"{module.__name__} made {sorted(tables)} and declares {sorted(module.TABLES)}")
    for name in module.TABLES:
        write_frame(tables[name], options.out / f"{name}.csv")


if __name__ == "__main__":
    run_stage(main)
