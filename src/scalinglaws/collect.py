"""Stage `collect`: run records become tables.

    python -m scalinglaws.collect --spec JSON --runs DIR --data DIR --out DIR

Two tables, sorted and byte-stable; they hold no time, host or commit, so that equal results are equal files:

`runs.csv`, one row a run: run, study, phase, model, parameters, flops_per_example, examples,
examples_per_class, seed, learning_rate, status, stopped, steps, examples_seen, and the minimum of each
validation metric (empty where the run diverged).

`curves.csv`, one row an evaluation: run, step, training_loss and the validation metrics.
"""

import argparse
from pathlib import Path

import pandas as pd

from scalinglaws.config.strict import Strict
from scalinglaws.data.frames import write_frame
from scalinglaws.data.store import read_prepared
from scalinglaws.errors import RecordError
from scalinglaws.stage import parse_spec, run_stage
from scalinglaws.training.record import Record, read_record

RUN_KEYS = ["phase", "parameters", "model", "learning_rate", "examples", "seed", "run"]


class CollectSpec(Strict):
    """Which runs make up a study."""

    study: str
    """`<paper>/<name>`."""
    runs: tuple[str, ...]
    """Ids of its runs."""


def main(arguments: list[str]) -> None:
    """Read the records and write both tables."""
    parser = argparse.ArgumentParser(prog="python -m scalinglaws.collect")
    parser.add_argument("--spec", required=True, help="the CollectSpec as JSON")
    parser.add_argument("--runs", type=Path, required=True, help="folder of run records")
    parser.add_argument("--data", type=Path, required=True, help="folder of the prepared data set")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tables")
    options = parser.parse_args(arguments)
    spec = parse_spec(CollectSpec, options.spec)
    records = [_record(options.runs / f"{run}.json") for run in spec.runs]
    classes = read_classes(options.data)
    write_frame(run_table(records, classes), options.out / "runs.csv")
    write_frame(curve_table(records), options.out / "curves.csv")


def run_table(records: list[Record], classes: int) -> pd.DataFrame:
    """One row a run; see the module's text for the columns."""
    rows = [
        {
            "run": record.run,
            "study": record.study,
            "phase": record.phase,
            "model": record.spec.model.name,
            "parameters": record.model.parameters,
            "flops_per_example": record.model.flops_per_example,
            "examples": record.spec.subset.examples,
            "examples_per_class": record.spec.subset.examples / classes,
            "seed": record.spec.seed,
            "learning_rate": record.learning_rate,
            "status": record.result.status,
            "stopped": record.result.stopped,
            "steps": record.result.steps,
            "examples_seen": record.result.examples_seen,
            **record.result.minima,
        }
        for record in records
    ]
    return pd.DataFrame(rows).sort_values(RUN_KEYS, ignore_index=True)


def curve_table(records: list[Record]) -> pd.DataFrame:
    """One row an evaluation of a run."""
    rows = [{"run": record.run, **point} for record in records for point in record.result.curve]
    first = ["run", "step", "training_loss"]
    metrics = sorted({key for row in rows for key in row} - set(first))
    frame = pd.DataFrame(rows, columns=[*first, *metrics]).sort_values(["run", "step"], ignore_index=True)
    return frame.astype({"step": "int64"})


def read_classes(folder: Path) -> int:
    """Number of classes of a prepared data set."""
    return read_prepared(folder).classes


def _record(path: Path) -> Record:
    if not path.exists():
        raise RecordError(f"{path}: no such run record; train it first")
    return read_record(path)


if __name__ == "__main__":
    run_stage(main)
