"""Colours that colour-blind readers can tell apart, each with a marker and a dash as a second channel."""

from typing import Any

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""The colours of Okabe and Ito (2008), without the yellow, which is too light for lines on white."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES: tuple[Any, ...] = (
    "-",
    (0, (4, 1.5)),
    (0, (1, 1)),
    (0, (5, 1.5, 1, 1.5)),
    (0, (7, 2)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (2, 2)),
)


def marker(k: int) -> str:
    """The marker of series `k`."""
    return MARKERS[k % len(MARKERS)]


def dash(k: int) -> Any:
    """The dash pattern of series `k`, as matplotlib's `linestyle`."""
    return DASHES[k % len(DASHES)]
