"""Stage `data`: prepare a data set: fetch it, check it, choose the validation set, write its arrays.

python -m scalinglaws.stages.data --spec JSON --out DIR
"""

import argparse
from importlib import import_module
from pathlib import Path

from scalinglaws.config.modules import SOURCES, module_name
from scalinglaws.config.spec import DataSpec
from scalinglaws.data.dataset import DataSet
from scalinglaws.data.store import write_prepared
from scalinglaws.stages.stage import note_made_of, parse_spec, run_stage, stage_parser


class PrepareSpec(DataSpec):
    """A data set, and where its files are."""

    archives: Path
    """Folder of downloaded archives; what is missing there is fetched into it."""
    location: Path | None = None
    """The user's own copy of the files."""


def main(arguments: list[str]) -> None:
    """Prepare one data set."""
    parser = stage_parser("data", __doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the arrays and their manifest")
    options: argparse.Namespace = parser.parse_args(arguments)
    spec = parse_spec(PrepareSpec, options.spec)
    source = import_module(module_name(SOURCES, spec.source))
    data: DataSet = source.load(spec.location, spec.archives, **spec.options).check()
    chosen = spec.validation
    write_prepared(data, options.out, chosen.examples, chosen.seed, spec.source, source.MODALITY)
    note_made_of(options, "data", [])


if __name__ == "__main__":
    run_stage(main)
