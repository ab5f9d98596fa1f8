"""Stage `collect`: run records become tables.

    python -m scalinglaws.stages.collect --spec JSON --runs DIR --data DIR --subsets DIR --out DIR

Writes `runs.csv`, one row per run and level, diverged runs included; `curves.csv`, one row per evaluation of
a run; and `searches.csv`, one row per model and candidate of the search for its learning rate.
`tables/schema.py` has their columns. None holds a time, host or commit: equal results are equal files.

The runs of a search are those that its choice file names: the rule may have added some, and records of
candidates that are no longer in the search may still be there.

Fits leave diverged runs out by one rule, that of `protocols/learning_curves/best_fit.py`: the score of a cell
is the median over the seeds that did not diverge, and a cell in which more than half diverged has no score.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalinglaws.config.canonical import canonical_json
from scalinglaws.config.spec import Score, Subset
from scalinglaws.config.strict import Strict
from scalinglaws.data.store import MANIFEST, read_prepared
from scalinglaws.errors import RecordError
from scalinglaws.stages.stage import note_made_of, parse_spec, run_stage, stage_parser
from scalinglaws.tables.csv import frame_of, write_table
from scalinglaws.tables.schema import CURVES, PASSED, RUNS, SEARCHES, SLOPE
from scalinglaws.training.records.convergence import counted_steps, last_slope, passed
from scalinglaws.training.records.provenance import without_patch
from scalinglaws.training.records.record import Record, read_record
from scalinglaws.training.records.result import RunResult
from scalinglaws.training.records.search import Choice, choice_file, read_choice


class CollectSpec(Strict):
    """Which runs make up a study, and what the table of runs says about them."""

    study: str
    """`<paper>/<name>`."""
    runs: tuple[str, ...]
    """Ids of its runs, without those of searches."""
    choices: tuple[str, ...] = ()
    """Names of the models whose learning rates were searched."""
    score: Score = "minimum"
    """Which value of a metric counts."""
    axes: tuple[str, ...] = ()
    """Dotted keys of the specs that get a column of their own. The model, the examples, the seed and the
    learning rate have one anyway."""


def main(arguments: list[str]) -> None:
    """Read the records and write the tables."""
    parser = stage_parser("collect", __doc__)
    parser.add_argument("--runs", type=Path, required=True, help="folder of run records")
    parser.add_argument("--data", type=Path, required=True, help="folder of the prepared data set")
    parser.add_argument("--subsets", type=Path, required=True, help="folder of its shuffles")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tables")
    options = parser.parse_args(arguments)
    spec = parse_spec(CollectSpec, options.spec)
    chosen = [choice_file(options.runs, model) for model in spec.choices]
    choices = [read_choice(file) for file in chosen]
    wanted = dict.fromkeys((*spec.runs, *(run for choice in choices for run in choice.runs)))
    files = [options.runs / f"{run}.json" for run in wanted]
    records = {run: _record(file) for run, file in zip(wanted, files, strict=True)}
    sizes = DataSizes(options.data, options.subsets)
    frames = {
        RUNS: run_table(list(records.values()), spec, sizes),
        CURVES: curve_table(list(records.values())),
        SEARCHES: search_table(choices, records),
    }
    tables = [options.out / f"{table.name}.csv" for table in frames]
    for path, (table, frame) in zip(tables, frames.items(), strict=True):
        write_table(frame, path, table)
    seeds = sorted({record.spec.subset.seed for record in records.values()})
    shuffles = [options.subsets / f"shuffle-{seed}.npy" for seed in seeds]
    note_made_of(options, "collect", [*files, *chosen, options.data / MANIFEST, *shuffles], tables)


def run_table(records: Sequence[Record], spec: CollectSpec, sizes: Callable[[Subset], float]) -> pd.DataFrame:
    """One row per run and level."""
    metrics = sorted({metric for each in records for result in each.results for metric in result.minima})
    # Not the phase of the record: after a search, a study may ask for its learning rate by number, and then a
    # run of the search is one of the grid.
    grid = set(spec.runs)
    rows = [
        {
            **_row(record, result, sizes, "grid" if record.run in grid else "search"),
            **{
                key: cell
                for metric in metrics
                for key, cell in _metric(record, result, metric, spec.score, counted)
            },
            **_axes(record, spec.axes),
        }
        for record in records
        for counted in [counted_steps(record, sizes(record.spec.subset) / record.spec.subset.examples)]
        for result in record.results
    ]
    return pd.DataFrame(rows).astype({"diverged_at": "Int64"})  # whole numbers, some missing


def _row(
    record: Record, result: RunResult, sizes: Callable[[Subset], float], phase: str
) -> dict[str, object]:
    spec, size = record.spec, record.model
    data_size = sizes(spec.subset)
    versions = without_patch(record.provenance.versions)
    return {
        "run": record.run,
        "level": result.level,
        "density": result.density,
        "study": record.study,
        "phase": phase,
        "model": spec.model.name,
        "parameters": size.parameters,
        "parameters_without_embeddings": size.parameters_without_embeddings,
        "flops_per_example": size.flops_per_example,
        "forward_flops_per_example": size.forward_flops.total,
        **{f"flops_{part}": flops for part, flops in size.training_flops},
        "examples": spec.subset.examples,
        "data_size": data_size,
        "seed": spec.seed,
        "learning_rate": record.learning_rate,
        "status": result.status,
        "stopped": result.stopped,
        "steps": result.steps,
        "diverged_at": result.diverged_at,
        "examples_seen": result.examples_seen,
        "data_seen": data_size * result.examples_seen / spec.subset.examples,
        "training_flops": size.flops_per_example * result.examples_seen,
        "versions": ", ".join(f"{name} {number}" for name, number in sorted(versions.items())),
    }


def _metric(
    record: Record, result: RunResult, metric: str, score: Score, counted: range
) -> Iterator[tuple[str, object]]:
    """What the table says of a metric of a run."""
    completed = result.status == "completed"
    curve = result.curve if completed else ()
    steps, values = [point["step"] for point in curve], [point[metric] for point in curve]
    yield metric, result.value(metric, score)
    yield metric + PASSED, passed(steps, values, record.spec.stopping, counted)
    yield metric + SLOPE, last_slope(steps, values)


def _axes(record: Record, axes: Sequence[str]) -> dict[str, object]:
    """The values of keys of a run's spec; what is neither a number nor text is JSON."""
    spec = record.spec.model_dump(mode="json")
    found = {axis: _at(spec, axis) for axis in axes}
    return {axis: canonical_json(v) if isinstance(v, bool | list | dict) else v for axis, v in found.items()}


def _at(spec: Any, axis: str) -> Any:
    """The value of a dotted key; None where there is none."""
    for key in axis.split("."):
        spec = spec.get(key) if isinstance(spec, dict) else None
    return spec


def curve_table(records: Sequence[Record]) -> pd.DataFrame:
    """One row per evaluation of a run."""
    rows = [
        {"run": record.run, "level": result.level, **point}
        for record in records
        for result in record.results
        for point in result.curve
    ]
    metrics = sorted({key for row in rows for key in row} - set(CURVES.names))
    return pd.DataFrame(rows, columns=[*CURVES.names, *metrics]).astype({"level": "int64", "step": "int64"})


def search_table(choices: Sequence[Choice], records: Mapping[str, Record]) -> pd.DataFrame:
    """One row per model and candidate."""
    rows = [
        (
            record.spec.model.name,
            record.model.parameters,
            candidate.learning_rate,
            choice.metric,
            candidate.score,
            candidate.learning_rate == choice.learning_rate,
            candidate.added,
            choice.at_edge,
            len(candidate.runs),
            candidate.diverged,
        )
        for choice in choices
        for candidate in choice.candidates
        for record in [records[candidate.runs[0]]]
    ]
    return frame_of(rows, SEARCHES)


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
