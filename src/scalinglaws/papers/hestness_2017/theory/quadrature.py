"""Integrals of smooth functions by Gauss-Legendre quadrature on panels; every call gives the same digits."""

from collections.abc import Callable, Sequence

import numpy as np

from scalinglaws.laws.law import FloatArray

NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)


def integrate(function: Callable[[FloatArray], FloatArray], edges: Sequence[float] | FloatArray) -> float:
    """The integral from the first to the last edge.

    Args:
        function: takes and returns [points]; smooth within each panel.
        edges: [panels + 1], increasing.
    """
    low, high = np.asarray(edges, dtype=np.float64)[:-1], np.asarray(edges, dtype=np.float64)[1:]
    middle, half = (high + low) / 2, (high - low) / 2
    values = function((middle[:, None] + half[:, None] * NODES).ravel()).reshape(len(low), len(NODES))
    return float((half * (values @ WEIGHTS)).sum())
