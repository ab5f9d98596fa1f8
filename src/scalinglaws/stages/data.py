"""Stage `data`: prepare a data set: fetch it, check it, choose the validation set, write its arrays.

python -m scalinglaws.stages.data --spec JSON --out DIR [--hashes FILE] [--largest EXAMPLES STUDY]
"""

import argparse
from importlib import import_module
from pathlib import Path

from scalinglaws.config.modules import SOURCES, module_name
from scalinglaws.config.spec import DataSpec
from scalinglaws.data.dataset import DataSet
from scalinglaws.data.size import check_size
from scalinglaws.data.store import MANIFEST, write_prepared
from scalinglaws.data.subsets import choose_validation
from scalinglaws.stages.stage import note_made_of, parse_spec, run_stage, stage_parser
from scalinglaws.staleness.hashes import Hashes


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
    parser.add_argument("--hashes", type=Path, help="cache of the hashes of files that were read before")
    parser.add_argument(
        "--largest", nargs=2, metavar=("EXAMPLES", "STUDY"), help="the largest subset that a study asks for"
    )
    options: argparse.Namespace = parser.parse_args(arguments)
    spec = parse_spec(PrepareSpec, options.spec)
    hashes = Hashes(options.hashes)
    # Hashed before they are read: if a file changes meanwhile, the data count as stale.
    location = hashes.of([spec.location] if spec.location else [])
    source = import_module(module_name(SOURCES, spec.source))
    data: DataSet = source.load(spec.location, spec.archives, **spec.options).check()
    data = choose_validation(data, spec.validation)
    wrote = write_prepared(data, options.out, spec.source, source.MODALITY)
    if options.largest is not None:
        check_size(options.out / MANIFEST, int(options.largest[0]), options.largest[1])
    note_made_of(options, "data", location, wrote)
    hashes.save()


if __name__ == "__main__":
    run_stage(main)
