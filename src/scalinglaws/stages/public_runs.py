"""Stage `published`: a set of public run data becomes a table, and a file that says what it is.

    python -m scalinglaws.stages.public_runs --name NAME [--location DIR] --archives DIR --out DIR

The files are looked for in the user's own folder, in the mirror and among the archives, and else fetched.
Their content is pinned: where they were found changes nothing, and makes no table stale.
"""

import argparse
from importlib import import_module
from pathlib import Path

import pandas as pd

from scalinglaws.config.analysis import PUBLISHED
from scalinglaws.config.modules import module_name
from scalinglaws.files import write_json
from scalinglaws.public_runs.fetch import fetch
from scalinglaws.public_runs.published_set import folders, published_set
from scalinglaws.stages.stage import run_stage
from scalinglaws.tables.csv import write_frame


def main(arguments: list[str]) -> None:
    """Find, check and read one set; write NAME.csv and NAME.json."""
    parser = argparse.ArgumentParser(prog="python -m scalinglaws.stages.public_runs")
    parser.add_argument("--name", required=True, help="the set, e.g. chinchilla-points")
    parser.add_argument("--location", type=Path, help="the user's own folder for it")
    parser.add_argument("--archives", type=Path, required=True, help="folder that it is fetched into")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    data = published_set(options.name)
    files = data.find(folders(options.location, options.archives)) or fetch(data, options.archives)
    for name, path in files.items():
        data.check(name, path)
    frame: pd.DataFrame = import_module(module_name(PUBLISHED, options.name)).read(files)
    write_frame(frame, options.out / f"{options.name}.csv")
    write_json(
        options.out / f"{options.name}.json",
        {"source": data.name, "title": data.title, "licence": data.licence, "provenance": data.source},
    )


if __name__ == "__main__":
    run_stage(main)
