"""Published points, where they lie at hand, and a surface whose optimum is known."""

import csv
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scalinglaws.laws.law import FloatArray
from scalinglaws.laws.optimum.parametric import Chinchilla, closed_form
from scalinglaws.protocols.isoflop.isoflop import IsoFlop, group

Columns = dict[str, list[str]]


@pytest.fixture
def published() -> Callable[[str], Columns]:
    """Columns of a file of published points, as text."""
    mirror = os.environ.get("SCALINGLAWS_MIRROR")
    if not mirror:
        pytest.skip("SCALINGLAWS_MIRROR is unset: the published points are not at hand")

    def read(name: str) -> Columns:
        with (Path(mirror) / name).open(newline="") as file:
            rows = list(csv.DictReader(file))
        return {column: [row[column] for row in rows] for column in rows[0]}

    return read


@pytest.fixture
def truth() -> Chinchilla:
    """Besiroglu et al. 2024."""
    return Chinchilla(A=482.01, B=2085.43, E=1.8172, alpha=0.3478, beta=0.3658)


@pytest.fixture
def surface(truth: Chinchilla) -> Callable[..., IsoFlop]:
    """IsoFLOP curves of the truth: sizes by their distance from the optimum in dex, or one grid for all."""

    def make(
        budgets: FloatArray,
        dex: FloatArray | None = None,
        grid: FloatArray | None = None,
        noise: Callable[[int], FloatArray] = np.zeros,
    ) -> IsoFlop:
        rows = [
            grid if grid is not None else float(closed_form(truth, C).N) * 10.0 ** np.asarray(dex)
            for C in budgets
        ]
        C, N = np.repeat(budgets, [len(row) for row in rows]), np.concatenate(rows)
        return group(C, N, truth(N, C / (6 * N)) * np.exp(noise(len(N))))

    return make
