"""Stage `shuffle`: write the order of a data set's training examples; its prefixes are the subsets.

python -m scalinglaws.stages.shuffle --spec JSON --data DIR --out FILE.npy
"""

from pathlib import Path

import numpy as np

from scalinglaws.config.strict import Strict
from scalinglaws.config.values import Seed
from scalinglaws.data.store import MANIFEST, read_prepared
from scalinglaws.data.subsets import balanced_shuffle
from scalinglaws.files import whole_file
from scalinglaws.stages.stage import note_made_of, parse_spec, run_stage, stage_parser


class ShuffleSpec(Strict):
    """Which order."""

    seed: Seed


def main(arguments: list[str]) -> None:
    """Write one shuffle, an array (training examples,) of indices."""
    parser = stage_parser("shuffle", __doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the prepared data set")
    parser.add_argument("--out", type=Path, required=True, help="the shuffle, .npy")
    options = parser.parse_args(arguments)
    spec = parse_spec(ShuffleSpec, options.spec)
    order = balanced_shuffle(read_prepared(options.data)["strata"], spec.seed, "training")
    with whole_file(options.out) as temporary, temporary.open("wb") as stream:
        np.save(stream, order)
    note_made_of(options, "shuffle", [options.data / MANIFEST], [options.out])


if __name__ == "__main__":
    run_stage(main)
