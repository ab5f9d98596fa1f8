"""The grid runs of one study as an array, read from the table of all runs."""

from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scalinglaws.config.fit import FitSpec
from scalinglaws.errors import DataError
from scalinglaws.laws.law import FloatArray
from scalinglaws.tables.fit_table import number, read_table

RUN_COLUMNS = (
    "run", "study", "phase", "model", "parameters", "examples", "data_size", "seed", "status",
)  # fmt: skip


@dataclass(frozen=True)
class RunGrid:
    """The runs of a study by subset size, model and seed.

    Attributes:
        metrics: names of the metrics.
        examples: subset sizes [subsets], ascending.
        data_size: the same in the unit of the data set. It is the mean over seeds, because examples may
            differ in length.
        models, parameters: names and sizes of the models [models], ascending in size.
        values: [metrics, subsets, models, seeds], the minimum over a run's validation curve; NaN if the run
            diverged or there is no run. The runs of a cell come first on the last axis.
        ran: [subsets, models, seeds], whether there is a run, diverged or not.
        x: [subsets], the column that the laws are fitted to.
        in_region: [subsets], whether x is in the declared power-law region.
    """

    metrics: tuple[str, ...]
    examples: FloatArray
    data_size: FloatArray
    models: tuple[str, ...]
    parameters: FloatArray
    values: FloatArray
    ran: NDArray[np.bool_]
    x: FloatArray
    in_region: NDArray[np.bool_]


def read_runs(path: Path, spec: FitSpec) -> RunGrid:
    """The completed and diverged runs of a study's grid; those of its learning-rate search are left out.

    Raises:
        DataError: a column is missing, the study has no grid run, a run is there twice, a model changes its
            size, or a completed run's metric is missing, not finite, or not positive (a law lives in the
            logarithm).
    """
    rows = [
        row
        for row in read_table(path, RUN_COLUMNS + spec.metrics)
        if row["study"] == spec.study and row["phase"] == "grid"
    ]
    if not rows:
        raise DataError(f"{path}: holds no run of study {spec.study} in phase grid")
    sizes_of: dict[float, list[float]] = {}
    for row in rows:
        sizes_of.setdefault(_positive(row, "examples", path), []).append(_positive(row, "data_size", path))
    examples = sorted(sizes_of)
    data_size = [float(np.mean(sizes_of[number])) for number in examples]
    x = data_size if spec.x == "data_size" else examples
    if len(set(x)) < len(x):
        raise DataError(f"{path}: two subsets share one {spec.x}; a law needs one point per size")
    sizes = _model_sizes(rows, path)
    models = sorted(sizes, key=lambda model: (sizes[model], model))

    cells: dict[tuple[int, int], list[dict[str, str]]] = {}
    seen: dict[tuple[int, int, float], str] = {}
    for row in sorted(rows, key=lambda row: (_positive(row, "seed", path, zero=True), row["run"])):
        subset = examples.index(_positive(row, "examples", path))
        cell = (subset, models.index(row["model"]))
        slot = (*cell, number(row, "seed", row["run"]))
        if slot in seen:
            raise DataError(f"{path}: runs {seen[slot]} and {row['run']} share subset, model and seed")
        seen[slot] = row["run"]
        cells.setdefault(cell, []).append(row)

    most = max(len(runs) for runs in cells.values())
    values = np.full((len(spec.metrics), len(examples), len(models), most), np.nan)
    ran = np.zeros(values.shape[1:], dtype=np.bool_)
    for (subset, model), runs in cells.items():
        for k, row in enumerate(runs):
            ran[subset, model, k] = True
            values[:, subset, model, k] = [_metric(row, metric, path) for metric in spec.metrics]
    low, high = spec.region
    return RunGrid(
        metrics=spec.metrics,
        examples=np.array(examples),
        data_size=np.array(data_size),
        models=tuple(models),
        parameters=np.array([sizes[model] for model in models]),
        values=values,
        ran=ran,
        x=np.array(x),
        in_region=np.array([low <= size <= high for size in x]),
    )


def _model_sizes(rows: list[dict[str, str]], path: Path) -> dict[str, float]:
    sizes: dict[str, float] = {}
    for row in rows:
        size = _positive(row, "parameters", path)
        if sizes.setdefault(row["model"], size) != size:
            raise DataError(f"{path}, run {row['run']}: model {row['model']} has two sizes")
    if len(set(sizes.values())) < len(sizes):
        raise DataError(f"{path}: two models have the same number of parameters; the grid cannot be ordered")
    return sizes


def _metric(row: dict[str, str], metric: str, path: Path) -> float:
    if row["status"] == "diverged":
        return float("nan")
    if row["status"] != "completed":
        raise DataError(f"{path}, run {row['run']}: status is '{row['status']}', not completed or diverged")
    return _positive(row, metric, path)


def _positive(row: dict[str, str], column: str, path: Path, zero: bool = False) -> float:
    where = f"{path}, run {row['run']}"
    value = number(row, column, where)
    if not isfinite(value) or value < 0 or (value == 0 and not zero):
        raise DataError(f"{where}: {column} is {row[column] or 'empty'}; it must be finite and positive")
    return value
