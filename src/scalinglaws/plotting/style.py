"""The style of all figures: the size and font of a venue over matplotlib's defaults; ticks of log axes."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib import _mathtext
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from scalinglaws.config.scale import Look
from scalinglaws.plotting.colours import COLOURS
from scalinglaws.plotting.layout.venues import settings

STYLE: Any = {  # rc_context wants a literal type of every key
    "figure.dpi": 100,
    "savefig.dpi": 300,
    "pdf.fonttype": 42,  # embed fonts as TrueType: text stays text
    "svg.fonttype": "none",
    "pgf.texsystem": "pdflatex",
    "pgf.rcfonts": False,  # text is set in the font of the document that includes the figure
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "axes.grid": True,
    "grid.color": "0.85",
    "grid.linewidth": 0.4,
    "axes.axisbelow": True,
    "legend.framealpha": 0.9,
    "lines.linewidth": 1.2,
    "svg.hashsalt": "scalinglaws",
}


@contextmanager
def style(own: Mapping[str, Any] | None = None, look: Look | None = None) -> Iterator[None]:
    """Apply the style within a block.

    Args:
        own: settings of the user's own style, which come over ours.
        look: the venue; a neutral page unless given.
    """
    with mpl.rc_context(), _readable_scripts():
        mpl.rcdefaults()  # so that a `matplotlibrc` in the folder or the home changes nothing
        mpl.rcParams.update(STYLE)
        mpl.rcParams.update(dict[Any, Any](settings(look or Look())))
        mpl.rcParams.update(dict[Any, Any](own or {}))
        yield


@contextmanager
def _readable_scripts() -> Iterator[None]:
    """Make the subscript of a superscript as large as the superscript, and not half as large as the text."""
    before = _mathtext.NUM_SIZE_LEVELS  # matplotlib has no setting for it
    _mathtext.NUM_SIZE_LEVELS = 2
    try:
        yield
    finally:
        _mathtext.NUM_SIZE_LEVELS = before


def fixed_ticks(axis: Axis, ticks: Iterable[float], text: Callable[[float], str] | None = None) -> None:
    """Put ticks at these values and nowhere else, labelled by a function of the value if one is given."""
    axis.set_major_locator(FixedLocator([float(tick) for tick in ticks]))
    axis.set_minor_locator(NullLocator())
    if text is not None:
        axis.set_major_formatter(FuncFormatter(lambda value, _: text(value)))


def decade_ticks(low: float, high: float, per_decade: tuple[float, ...] = (1, 2, 5)) -> list[float]:
    """Ticks of a logarithmic axis between its ends: these multiples of the powers of ten."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    every = [float(f"{digit}e{decade}") for decade in decades for digit in per_decade]
    return [tick for tick in every if low <= tick <= high]


def powers_of_two(axes: Axes, low: float, high: float) -> None:
    """A base-2 x axis with ticks at powers of two, as in the figures of Hestness et al."""
    axes.set_xscale("log", base=2)
    first, last = math.floor(math.log2(low)), math.ceil(math.log2(high))
    step = max(1, (last - first) // 10)
    fixed_ticks(axes.xaxis, [2.0**k for k in range(first, last + 1, step)])
    axes.set_xlim(low / 1.25, high * 1.25)


def plain_log(axes: Axes, low: float, high: float, per_decade: tuple[float, ...] = (1, 2, 5)) -> None:
    """A logarithmic y axis labelled with plain numbers at 1, 2 and 5 of each decade."""
    axes.set_yscale("log")
    fixed_ticks(axes.yaxis, decade_ticks(low, high, per_decade), lambda value: f"{value:,.10g}")
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylim(low, high)
