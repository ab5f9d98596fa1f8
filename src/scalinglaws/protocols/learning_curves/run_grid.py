"""The grid runs of one study as an array, read from the table of all runs."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglaws.config.fit import FitSpec
from scalinglaws.errors import DataError
from scalinglaws.laws.law import FloatArray
from scalinglaws.protocols.learning_curves.convergence import Cells
from scalinglaws.tables.csv import read_table
from scalinglaws.tables.schema import PASSED, RUNS, SLOPE

READ = RUNS.only(
    "run", "study", "phase", "model", "parameters", "examples", "data_size", "seed", "status", "versions"
)
Row = Mapping[Hashable, Any]


@dataclass(frozen=True)
class RunGrid:
    """The runs of a study by subset size, model and seed.

    Attributes:
        metrics: names of the metrics.
        examples: subset sizes [subsets], ascending.
        data_size: the same in the unit of the data set. It is the mean over seeds, because examples may
            differ in length.
        models, parameters: names and sizes of the models [models], ascending in size.
        values: [metrics, subsets, models, seeds], a run's score by the metric; NaN if the run diverged or
            there is no run. The runs of a cell come first on the last axis.
        ran: [subsets, models, seeds], whether there is a run, diverged or not.
        passed: like values: whether a run passed its minimum of the metric. One that was cut, or that
            diverged, did not.
        slope: like values: d ln(metric) / d ln(step) at the end of a run; NaN where it is not known.
        x: [subsets], the column that the laws are fitted to.
        in_region: [subsets], whether x is in the declared power-law region.
        versions: the different sets of versions of packages that trained the runs, sorted.
    """

    metrics: tuple[str, ...]
    examples: FloatArray
    data_size: FloatArray
    models: tuple[str, ...]
    parameters: FloatArray
    values: FloatArray
    ran: NDArray[np.bool_]
    passed: NDArray[np.bool_]
    slope: FloatArray
    x: FloatArray
    in_region: NDArray[np.bool_]
    versions: tuple[str, ...] = ()

    @property
    def cells(self) -> Cells:
        """How far the runs of each cell came, [metrics, subsets, models]."""
        return Cells.of(self.values, self.ran, self.passed, self.slope)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What holds for all fits to the runs."""
        found = []
        if int(self.ran.sum(axis=-1)[self.ran.any(axis=-1)].min()) == 1:
            found.append("some cells have one seed: the interval lacks their seed noise")
        if len(self.versions) > 1:
            found.append(f"runs of different versions: {' and '.join(self.versions)}")
        return tuple(found)

    def only(self, metric: str) -> "RunGrid":
        """The same runs by one metric."""
        k = [self.metrics.index(metric)]
        return replace(
            self, metrics=(metric,), values=self.values[k], passed=self.passed[k], slope=self.slope[k]
        )


def read_runs(path: Path, spec: FitSpec) -> RunGrid:
    """The completed and diverged runs of a study's grid; those of its learning-rate search are left out.

    Raises:
        DataError: a column is missing, the study has no grid run, a run is there twice, a model changes its
            size, or a completed run's metric is missing, not finite, or not positive (a law lives in the
            logarithm).
    """
    columns = [name + ending for name in spec.metrics for ending in ("", PASSED, SLOPE)]
    runs = read_table(path, READ, columns)
    rows: Sequence[Row] = runs[(runs.study == spec.study) & (runs.phase == "grid")].to_dict("records")
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

    cells: dict[tuple[int, int], list[Row]] = {}
    seen: dict[tuple[int, int, int], str] = {}
    for row in sorted(rows, key=lambda row: (row["seed"], row["run"])):
        subset = examples.index(_positive(row, "examples", path))
        cell = (subset, models.index(row["model"]))
        slot = (*cell, row["seed"])
        if slot in seen:
            raise DataError(f"{path}: runs {seen[slot]} and {row['run']} share subset, model and seed")
        seen[slot] = row["run"]
        cells.setdefault(cell, []).append(row)

    most = max(len(runs) for runs in cells.values())
    values = np.full((len(spec.metrics), len(examples), len(models), most), np.nan)
    ran = np.zeros(values.shape[1:], dtype=np.bool_)
    passed, slope = np.zeros(values.shape, dtype=np.bool_), np.full(values.shape, np.nan)
    for (subset, model), members in cells.items():
        for k, row in enumerate(members):
            ran[subset, model, k] = True
            values[:, subset, model, k] = [_metric(row, metric, path) for metric in spec.metrics]
            passed[:, subset, model, k] = [bool(row[metric + PASSED]) for metric in spec.metrics]
            slope[:, subset, model, k] = [row[metric + SLOPE] for metric in spec.metrics]
    low, high = spec.region
    return RunGrid(
        metrics=spec.metrics,
        examples=np.array(examples),
        data_size=np.array(data_size),
        models=tuple(models),
        parameters=np.array([sizes[model] for model in models]),
        values=values,
        ran=ran,
        passed=passed,
        slope=slope,
        x=np.array(x),
        in_region=np.array([low <= size <= high for size in x]),
        versions=tuple(sorted({row["versions"] for row in rows})),
    )


def _model_sizes(rows: Sequence[Row], path: Path) -> dict[str, float]:
    sizes: dict[str, float] = {}
    for row in rows:
        size = _positive(row, "parameters", path)
        if sizes.setdefault(row["model"], size) != size:
            raise DataError(f"{path}, run {row['run']}: model {row['model']} has two sizes")
    if len(set(sizes.values())) < len(sizes):
        raise DataError(f"{path}: two models have the same number of parameters; the grid cannot be ordered")
    return sizes


def _metric(row: Row, metric: str, path: Path) -> float:
    if row["status"] == "diverged":
        return float("nan")
    if row["status"] != "completed":
        raise DataError(f"{path}, run {row['run']}: status is '{row['status']}', not completed or diverged")
    return _positive(row, metric, path)


def _positive(row: Row, column: str, path: Path) -> float:
    value = float(row[column])
    if not (isfinite(value) and value > 0):
        raise DataError(f"{path}, run {row['run']}: {column} is {value}; it must be finite and positive")
    return value
