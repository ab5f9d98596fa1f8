"""The look of all figures: matplotlib's defaults, as in the papers, and plain numbers on log axes."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

STYLE: Any = {  # rc_context wants a literal type of every key
    "figure.dpi": 100,
    "savefig.dpi": 200,
    "pdf.fonttype": 42,  # embed fonts as TrueType: text stays text
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.grid": True,
    "grid.color": "0.85",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "legend.fontsize": 8,
    "legend.framealpha": 0.9,
    "lines.linewidth": 2.0,
    "svg.hashsalt": "scalinglaws",
}


@contextmanager
def style() -> Iterator[None]:
    """Apply the look within a block."""
    with mpl.rc_context(STYLE):
        yield


def powers_of_two(axes: Axes, low: float, high: float) -> None:
    """A base-2 x axis with ticks at powers of two, as in the figures of Hestness et al."""
    axes.set_xscale("log", base=2)
    first, last = math.floor(math.log2(low)), math.ceil(math.log2(high))
    step = max(1, (last - first) // 10)
    axes.xaxis.set_major_locator(FixedLocator([2.0**k for k in range(first, last + 1, step)]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlim(low / 1.25, high * 1.25)


def plain_log(axes: Axes, low: float, high: float, per_decade: tuple[float, ...] = (1, 2, 5)) -> None:
    """A logarithmic y axis labelled with plain numbers at 1, 2 and 5 of each decade."""
    axes.set_yscale("log")
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [digit * 10.0**decade for decade in decades for digit in per_decade]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylim(low, high)
