"""A surface whose optimum is known."""

from collections.abc import Callable

import numpy as np
import pytest

from scalinglaws.laws.law import FloatArray
from scalinglaws.laws.optimum.parametric import Chinchilla, closed_form
from scalinglaws.protocols.isoflop.isoflop import IsoFlop, group


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
