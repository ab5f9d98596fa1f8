"""Stage `figures`: draw one figure of a study from its tables.

python -m scalinglaws.stages.figures --spec JSON --files FILE... [--runs FILE...] [--beside FILE...]
    [--style FILE] --out DIR
"""

import json
from importlib import import_module
from pathlib import Path

import pandas as pd

from scalinglaws.config import plugins
from scalinglaws.config.modules import module_name
from scalinglaws.config.reading.style_file import read_style
from scalinglaws.errors import ConfigError
from scalinglaws.plotting import caption
from scalinglaws.plotting.caption import FigureSpec, Manifest
from scalinglaws.plotting.save import save
from scalinglaws.plotting.style import style
from scalinglaws.public_runs.description import manifest
from scalinglaws.stages.stage import note_made_of, parse_spec, run_stage, stage_parser
from scalinglaws.tables.analysis import read_analysis
from scalinglaws.tables.csv import read_table
from scalinglaws.tables.schema import RUNS
from scalinglaws.tables.study import StudyTables, read_study


def main(arguments: list[str]) -> None:
    """Draw and save one figure.

    Raises:
        ConfigError: the spec names studies whose tables of runs are not all given; the style file is wrong.
    """
    parser = stage_parser("figures", __doc__)
    parser.add_argument(
        "--files", required=True, nargs="+", type=Path, help="tables, and manifests of the data"
    )
    parser.add_argument(
        "--runs", nargs="*", default=[], type=Path, help="tables of runs of the studies that the spec names"
    )
    parser.add_argument(
        "--beside",
        nargs="*",
        default=[],
        type=Path,
        help="tables of other scales: .../<scale>/<paper>/<study>/<table>.csv",
    )
    parser.add_argument(
        "--style", nargs="?", type=Path, metavar="FILE", help="a style file, which is applied over our style"
    )
    parser.add_argument("--out", required=True, type=Path, help="folder for the figure")
    options = parser.parse_args(arguments)
    spec = parse_spec(FigureSpec, options.spec)
    if len(options.runs) != len(spec.studies):
        raise ConfigError(
            f"--runs: {len(options.runs)} tables given, the spec names {len(spec.studies)} studies"
        )
    tables: StudyTables | dict[str, pd.DataFrame]
    if spec.protocol is not None:
        tables = read_study(options.files)
        text = caption.of_runs(spec, spec.protocol, tables)
    else:
        tables = read_analysis(file for file in options.files if file.suffix == ".csv")
        for file in options.beside:
            scale = file.parts[-4]
            tables |= {f"{scale}/{name}": table for name, table in read_analysis([file]).items()}
        found = (file for file in options.files if file.suffix == ".json")
        manifests: list[Manifest] = [manifest(name) for name in spec.public_runs]
        manifests += [json.loads(file.read_text(encoding="utf-8")) for file in found]
        text = caption.of_analysis(spec, manifests, [read_table(file, RUNS) for file in options.runs])
    module, _, function = spec.figure.draw.partition(":")
    with style(read_style(options.style) if options.style else None):
        figure = getattr(import_module(module_name(*plugins.of_paper(plugins.FIGURES, module))), function)(
            tables
        )
        wrote = save(figure, text, options.out, spec.figure.name)
    style_file = [options.style] if options.style else []
    note_made_of(options, "figures", [*options.files, *options.runs, *options.beside, *style_file], wrote)


if __name__ == "__main__":
    run_stage(main)
