"""A synthetic study whose truth is known, as a grid and as a table of runs."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scalinglaws.protocols.learning_curves.run_grid import RunGrid

METRICS = ("top1_error", "top5_error", "cross_entropy")
COLUMNS = [
    "run",
    "study",
    "phase",
    "model",
    "parameters",
    "examples",
    "data_size",
    "seed",
    "learning_rate",
    "status",
    "steps",
    "versions",
    "top1_error",
    "top5_error",
    "cross_entropy",
    *(f"{metric}{ending}" for ending in ("_passed", "_slope") for metric in METRICS),
]

EXPONENTS = (-0.3, -0.45, -0.35)
SCALES = (0.9, 0.45, 2.5)
MODEL_EXPONENT = 0.6
PARAMETERS = np.array([1e3, 3e3, 9e3, 27e3, 81e3, 243e3])
PER_CLASS = np.array([1, 2, 4, 8, 16, 32, 64, 128])


def draw_grid(rng: np.random.Generator, noise: float = 0.03, seeds: int = 5) -> RunGrid:
    """Power laws in the number of examples per class, times a parabola around the best size, times noise."""
    best = 3000 * PER_CLASS**MODEL_EXPONENT
    penalty = 1 + 0.05 * np.log(PARAMETERS / best[:, None]) ** 2
    factor = np.exp(rng.normal(0, noise, (len(PER_CLASS), len(PARAMETERS), seeds))) if noise else 1.0
    shape = (len(PER_CLASS), len(PARAMETERS), seeds)
    values = np.stack(
        [
            np.broadcast_to((scale * PER_CLASS**exponent)[:, None, None] * penalty[..., None], shape) * factor
            for scale, exponent in zip(SCALES, EXPONENTS, strict=True)
        ]
    )
    return RunGrid(
        metrics=METRICS,
        examples=PER_CLASS * 10.0,
        data_size=PER_CLASS * 1.0,
        models=tuple(f"resnet-{k}" for k in range(len(PARAMETERS))),
        parameters=PARAMETERS,
        values=values,
        ran=np.ones(shape, dtype=np.bool_),
        passed=np.ones(values.shape, dtype=np.bool_),
        slope=np.full(values.shape, 0.1),
        x=PER_CLASS * 1.0,
        in_region=PER_CLASS >= 2,
    )


def run_rows(grid: RunGrid) -> list[dict[str, str]]:
    """The grid as rows of a table of runs."""
    rows = []
    for s, m, seed in np.argwhere(grid.ran):
        values = grid.values[:, s, m, seed]
        diverged = bool(np.isnan(values).any())
        cells = (
            f"run{len(rows):04d}", "synthetic", "grid", grid.models[m], int(grid.parameters[m]),
            int(grid.examples[s]), int(grid.data_size[s]), seed, 0.1,
            "diverged" if diverged else "completed", 100, "numpy 2.4.6",
            *("" if diverged else repr(float(value)) for value in values),
            *(str(bool(passed)).lower() for passed in grid.passed[:, s, m, seed]),
            *("" if diverged else repr(float(slope)) for slope in grid.slope[:, s, m, seed]),
        )  # fmt: skip
        rows.append(dict(zip(COLUMNS, map(str, cells), strict=True)))
    return rows


@pytest.fixture
def draw() -> Callable[..., RunGrid]:
    """`draw_grid`: a study from a generator, a noise level and a number of seeds."""
    return draw_grid


@pytest.fixture
def exponents() -> tuple[float, ...]:
    """The true exponents, in the order of the metrics."""
    return EXPONENTS


@pytest.fixture
def grid() -> RunGrid:
    """A noisy grid with one diverged run."""
    drawn = draw_grid(np.random.default_rng(7))
    drawn.values[:, 2, 1, 0] = drawn.slope[:, 2, 1, 0] = np.nan
    drawn.passed[:, 2, 1, 0] = False
    return drawn


@pytest.fixture
def rows(grid: RunGrid) -> list[dict[str, str]]:
    """Its rows, to be spoilt by a test."""
    return run_rows(grid)


@pytest.fixture
def write_runs(tmp_path: Path) -> Callable[[list[dict[str, str]]], Path]:
    """Write rows to RUNS.csv in a new folder."""

    def write(rows: list[dict[str, str]]) -> Path:
        path = tmp_path / "runs.csv"
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write
