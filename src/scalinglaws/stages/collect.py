"""Stage `collect`: run records become tables.

    python -m scalinglaws.stages.collect --spec JSON --runs DIR --data DIR --subsets DIR --out DIR

Writes `runs.csv`, one row per run, diverged runs included, and `curves.csv`, one row per evaluation of a run.
`tables/schema.py` has their columns. Neither holds a time, host or commit: equal results are equal files.

Fits leave diverged runs out by one rule, that of `protocols/best_fit.py`: the score of a cell is the median
over the seeds that did not diverge, and a cell in which more than half diverged has no score.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalinglaws.config.spec import Subset
from scalinglaws.config.strict import Strict
from scalinglaws.data.store import MANIFEST, read_prepared
from scalinglaws.errors import RecordError
from scalinglaws.stages.stage import note_made_of, parse_spec, run_stage, stage_parser
from scalinglaws.tables.csv import write_table
from scalinglaws.tables.schema import CURVES, RUNS
from scalinglaws.training.records.provenance import without_patch
from scalinglaws.training.records.record import Record, read_record


class CollectSpec(Strict):
    """Which runs make up a study."""

    study: str
    """`<paper>/<name>`."""
    runs: tuple[str, ...]
    """Ids of its runs."""


def main(arguments: list[str]) -> None:
    """Read the records and write both tables."""
    parser = stage_parser("collect", __doc__)
    parser.add_argument("--runs", type=Path, required=True, help="folder of run records")
    parser.add_argument("--data", type=Path, required=True, help="folder of the prepared data set")
    parser.add_argument("--subsets", type=Path, required=True, help="folder of its shuffles")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tables")
    options = parser.parse_args(arguments)
    spec = parse_spec(CollectSpec, options.spec)
    files = [options.runs / f"{run}.json" for run in spec.runs]
    records = [_record(file) for file in files]
    sizes = DataSizes(options.data, options.subsets)
    tables = [options.out / "runs.csv", options.out / "curves.csv"]
    write_table(run_table(records, sizes), tables[0], RUNS)
    write_table(curve_table(records), tables[1], CURVES)
    seeds = sorted({record.spec.subset.seed for record in records})
    shuffles = [options.subsets / f"shuffle-{seed}.npy" for seed in seeds]
    note_made_of(options, "collect", [*files, options.data / MANIFEST, *shuffles], tables)


def run_table(records: list[Record], sizes: Callable[[Subset], float]) -> pd.DataFrame:
    """One row per run."""
    frame = pd.DataFrame([_row(record, sizes) for record in records])
    return frame.astype({"diverged_at": "Int64"})  # whole numbers, some missing


def _row(record: Record, sizes: Callable[[Subset], float]) -> dict[str, object]:
    spec, size, result = record.spec, record.model, record.result
    versions = without_patch(record.provenance.versions)
    return {
        "run": record.run,
        "study": record.study,
        "phase": record.phase,
        "model": spec.model.name,
        "parameters": size.parameters,
        "parameters_without_embeddings": size.parameters_without_embeddings,
        "flops_per_example": size.flops_per_example,
        "forward_flops_per_example": size.forward_flops.total,
        **{f"flops_{part}": flops for part, flops in size.training_flops},
        "examples": spec.subset.examples,
        "data_size": sizes(spec.subset),
        "seed": spec.seed,
        "learning_rate": record.learning_rate,
        "status": result.status,
        "stopped": result.stopped,
        "steps": result.steps,
        "diverged_at": result.diverged_at,
        "examples_seen": result.examples_seen,
        "training_flops": size.flops_per_example * result.examples_seen,
        "versions": ", ".join(f"{name} {number}" for name, number in sorted(versions.items())),
        **(result.minima if result.status == "completed" else {}),
    }


def curve_table(records: list[Record]) -> pd.DataFrame:
    """One row per evaluation of a run."""
    rows = [{"run": record.run, **point} for record in records for point in record.result.curve]
    metrics = sorted({key for row in rows for key in row} - set(CURVES.names))
    return pd.DataFrame(rows, columns=[*CURVES.names, *metrics]).astype({"step": "int64"})


class DataSizes:
    """Sizes of subsets, in the unit that their data set is counted in."""

    def __init__(self, data: Path, subsets: Path) -> None:
        """Take the folders of a prepared data set and of its shuffles."""
        prepared = read_prepared(data)
        self._amounts, self._parts, self._subsets = prepared["amounts"], prepared.unit.parts, subsets
        self._sums: dict[int, NDArray[np.int64]] = {}

    def __call__(self, subset: Subset) -> float:
        """The size of a subset. It depends on the shuffle, because examples differ in length."""
        if subset.seed not in self._sums:
            order = np.load(self._subsets / f"shuffle-{subset.seed}.npy", mmap_mode="r")
            self._sums[subset.seed] = np.cumsum(self._amounts[order])
        return float(self._sums[subset.seed][subset.examples - 1] / self._parts)


def _record(path: Path) -> Record:
    if not path.exists():
        raise RecordError(f"{path}: no such run record; train it first")
    return read_record(path)


if __name__ == "__main__":
    run_stage(main)
