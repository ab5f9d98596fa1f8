"""Sizes as fractions of the largest one, and errors, on axes."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axis import Axis

from scalinglaws.plotting.style import fixed_ticks

DIGITS = ((1, 2, 5), (1, 2, 3, 5), (1, 1.5, 2, 3, 4, 5, 6, 8))
FEWEST = 3  # ticks of an axis of errors


def binary_ticks(axis: Axis, values: "pd.Series[float]", step: int) -> None:
    """Ticks at sizes of the grid, as powers of two, every `step` powers down from the largest."""
    fixed_ticks(axis, [2.0**-k for k in range(0, _powers(values) + 1, step)], power_of_two)


def _powers(values: "pd.Series[float]") -> int:
    return round(-float(np.log2(values.min())))


def power_of_two(value: float) -> str:
    """1, or a power of two."""
    return "1" if value == 1 else f"$2^{{{np.log2(value):.0f}}}$"


def fraction(value: float) -> str:
    """1, 1/4, 1/16: a size as a fraction of the largest."""
    return "1" if value == 1 else f"1/{round(1 / value)}"


def error_ticks(low: float, high: float) -> list[float]:
    """At least three round numbers within a range of errors, if it has them."""
    ticks: list[float] = []
    for digits in DIGITS:
        ticks = [digit * 10.0**k for k in (-2, -1, 0, 1) for digit in digits]
        ticks = [tick for tick in ticks if low <= tick <= high]
        if len(ticks) >= FEWEST:
            break
    return ticks


ERRORS: Callable[[float], str] = "{:.3g}".format
"""How errors are written at ticks."""
