"""Stage `figures`: draw one figure of a study from its tables.

python -m scalinglaws.stages.figures --spec JSON --files FILE... [--runs FILE...] [--beside FILE...]
    [--style FILE] --out DIR
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from matplotlib.figure import Figure

from scalinglaws.config import plugins
from scalinglaws.config.modules import module_name
from scalinglaws.config.reading.style_file import read_style
from scalinglaws.errors import ConfigError
from scalinglaws.plotting.captions import caption
from scalinglaws.plotting.captions.caption import FigureSpec, Manifest
from scalinglaws.plotting.captions.explained import explanation, shows_runs
from scalinglaws.plotting.save import save
from scalinglaws.plotting.style import style
from scalinglaws.plotting.tables.files import write_table_files
from scalinglaws.plotting.tables.table import Table, table_of
from scalinglaws.public_runs.description import manifest
from scalinglaws.stages.provenance import provenance, write_provenance
from scalinglaws.stages.stage import note_made_of, parse_spec, run_stage, stage_parser
from scalinglaws.tables.analysis import read_analysis
from scalinglaws.tables.csv import read_table
from scalinglaws.tables.schema import RUNS
from scalinglaws.tables.study import read_study


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
    given = Given(options.files, options.runs, options.beside)
    with style(read_style(options.style) if options.style else None, spec.look):
        figure, text = draw(spec, given)
        wrote = save(figure, text, options.out, spec.figure.name, spec.look.formats)
    if spec.figure.table:
        wrote += write_table_files(_table(figure, spec), options.out, spec.figure.name)
    read = [*given.all, *([options.style] if options.style else [])]
    made_of = provenance(spec, options.code, read)
    wrote.append(write_provenance(made_of, options.out / f"{spec.figure.name}.json"))
    note_made_of(options, "figures", read, wrote)


@dataclass(frozen=True)
class Given:
    """The files that a figure is drawn from.

    Attributes:
        files: tables, and manifests of the data.
        runs: tables of runs of the studies that the spec names.
        beside: tables of other scales.
    """

    files: Sequence[Path]
    runs: Sequence[Path] = ()
    beside: Sequence[Path] = ()

    @property
    def all(self) -> list[Path]:
        """All of them."""
        return [*self.files, *self.runs, *self.beside]


def draw(spec: FigureSpec, given: Given) -> tuple[Figure, str]:
    """Draw a figure in the present style.

    Returns:
        The figure and its caption.

    Raises:
        ConfigError: tables of runs of the studies that the spec names are missing; the caption is wrong.
    """
    if len(given.runs) != len(spec.studies):
        raise ConfigError(
            f"--runs: {len(given.runs)} tables given, the spec names {len(spec.studies)} studies"
        )
    module, _, name = spec.figure.draw.partition(":")
    function = getattr(import_module(module_name(*plugins.of_paper(plugins.FIGURES, module))), name)
    if spec.protocol is not None:
        study = read_study(given.files)
        figure = function(study)
        return figure, caption.of_runs(spec, spec.protocol, study, explanation(figure))
    tables = read_analysis(file for file in given.files if file.suffix == ".csv")
    for file in given.beside:
        scale = file.parts[-4]
        tables |= {f"{scale}/{name}": table for name, table in read_analysis([file]).items()}
    figure = function(tables)
    if not shows_runs(figure):
        without = spec.model_copy(update={"studies": ()})
        return figure, caption.of_analysis(without, [], [], explanation(figure))
    manifests: list[Manifest] = [manifest(name) for name in spec.public_runs]
    found = (file for file in given.files if file.suffix == ".json")
    manifests += [json.loads(file.read_text(encoding="utf-8")) for file in found]
    trained = [read_table(file, RUNS) for file in given.runs]
    return figure, caption.of_analysis(spec, manifests, trained, explanation(figure))


def _table(figure: Figure, spec: FigureSpec) -> Table:
    table = table_of(figure)
    if table is None:
        raise ConfigError(f"{spec.figure.name}: it has `table: true`, and {spec.figure.draw} shows none")
    return table


if __name__ == "__main__":
    run_stage(main)
