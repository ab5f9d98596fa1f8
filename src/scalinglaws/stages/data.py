"""Stage `data`: prepare a data set, or shuffle one.

python -m scalinglaws.stages.data prepare --spec JSON --archives DIR [--location DIR] --out DIR
python -m scalinglaws.stages.data shuffle --data DIR --seed N --out FILE.npy
"""

import argparse
from importlib import import_module
from pathlib import Path

import numpy as np

from scalinglaws.config.modules import module_name
from scalinglaws.config.spec import DataSpec
from scalinglaws.data.dataset import DataSet
from scalinglaws.data.store import read_prepared, write_prepared
from scalinglaws.data.subsets import balanced_shuffle
from scalinglaws.files import whole_file
from scalinglaws.stages.stage import run_stage


def main(arguments: list[str]) -> None:
    """Run one of the two steps."""
    parser = argparse.ArgumentParser(prog="python -m scalinglaws.stages.data")
    steps = parser.add_subparsers(dest="step", required=True)
    prepare = steps.add_parser("prepare", help="fetch, check, choose the validation set, write arrays")
    prepare.add_argument("--spec", required=True, help="the DataSpec as JSON")
    prepare.add_argument("--archives", type=Path, required=True)
    prepare.add_argument("--location", type=Path)
    prepare.add_argument("--out", type=Path, required=True)
    shuffle = steps.add_parser("shuffle", help="write the order whose prefixes are the subsets")
    shuffle.add_argument("--data", type=Path, required=True)
    shuffle.add_argument("--seed", type=int, required=True)
    shuffle.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    if options.step == "prepare":
        spec = DataSpec.model_validate_json(options.spec)
        source = import_module(module_name("data/sources", spec.source))
        data: DataSet = source.load(options.location, options.archives, **spec.options).check()
        chosen = spec.validation
        write_prepared(data, options.out, chosen.examples, chosen.seed, spec.source, source.MODALITY)
    else:
        order = balanced_shuffle(read_prepared(options.data)["strata"], options.seed, "training")
        with whole_file(options.out) as temporary, temporary.open("wb") as stream:
            np.save(stream, order)


if __name__ == "__main__":
    run_stage(main)
