"""Forest plots: a named row for each estimate, headings above groups of rows, columns of text beside them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation, Text
from numpy.typing import NDArray

from scalinglaws.plotting.layout.outside_legend import Entry
from scalinglaws.plotting.layout.panels import renderer_of

LINE = 0.155  # inches
GAP = 0.3  # lines above a heading
ROOM = 0.75  # inches for title, ticks and label
INDENT, BETWEEN = 6.0, 7.0  # points before a name, and between columns
MIDDLE = 0.36  # of the size of a text, from its baseline to the middle of its capitals
COLOUR, BLACK = "C0", "0.15"
MEASURED_AT, PUBLISHED_AT = -0.14, 0.2
"""Of the middle of a row, in lines, so that neither mark hides the other."""
MEASURED: Any = {"color": COLOUR, "marker": "o", "markersize": 3.5, "linewidth": 1.2}
PUBLISHED: Any = {"color": BLACK, "marker": "D", "markersize": 3.5, "linestyle": "none"}


@dataclass(frozen=True)
class Rows:
    """The lines of a forest plot, from the top.

    Attributes:
        names: of the rows.
        heights: of the rows [rows], in lines; the first line is at 0, those below it are negative.
        headings: texts above groups of rows, with their heights; the first line of each is bold.
        lines: how many there are.
    """

    names: tuple[str, ...]
    heights: NDArray[np.float64]
    headings: tuple[tuple[float, str, bool], ...]
    lines: float

    @property
    def inches(self) -> float:
        """How tall its panel is, with title and x axis."""
        return LINE * (self.lines + 0.5) + ROOM


def rows_of(headings: Sequence[str], names: Sequence[str]) -> Rows:
    """Rows with a heading wherever it changes. Headings and names may have several lines."""
    at, heights, told = 0.0, [], []
    for k, (heading, name) in enumerate(zip(headings, names, strict=True)):
        if k == 0 or heading != headings[k - 1]:
            at -= GAP if k else 0.0
            for number, text in enumerate(heading.split("\n")):
                told.append((at, text, number == 0))
                at -= 1
        extra = 0.35 * name.count("\n")
        heights.append(at - extra)
        at -= 1 + 2 * extra
    return Rows(tuple(names), np.array(heights, dtype=float), tuple(told), -at)


def prepare(axes: Axes, rows: Rows) -> None:
    """Give a panel its rows: faint lines, names and headings to the left of it."""
    axes.set_ylim(-rows.lines + 0.4, 0.7)
    axes.set_yticks([])
    axes.grid(False, axis="y")
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    for height in rows.heights:
        axes.axhline(height, color="0.92", linewidth=0.6, zorder=0)


def write_names(axes: Axes, rows: Rows) -> None:
    """Write names and headings to the left of a panel, beginning at one place."""
    named = zip(rows.heights, rows.names, strict=True)
    written = [_beside(axes, 0, height, name, 0) for height, name in named]
    left = -(max(map(_points_wide, written), default=0.0) + INDENT)
    for text in written:
        text.set_position((left, text.xyann[1]))
    for height, heading, bold in rows.headings:
        text = _beside(axes, 0, height, heading, left - INDENT)
        text.set_fontweight("bold" if bold else "normal")
        # A heading may be longer than the names and reach over the panel, where its line has no data.
        text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.6})


def write_columns(axes: Axes, rows: Rows, columns: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Columns of text to the right of a panel, each with its header on the first line."""
    right = BETWEEN
    for header, texts in columns:
        places = [(0.0, header), *zip(rows.heights, texts, strict=True)]
        written = [_beside(axes, 1, height, text, 0, "center") for height, text in places]
        wide = max(map(_points_wide, written))
        for text in written:
            text.set_position((right + wide / 2, text.xyann[1]))
        right += wide + BETWEEN


def draw_measured(axes: Axes, height: float, values: tuple[float, float, float], label: str) -> bool:
    """A point with its interval; an end beyond the panel, or an open one, is an arrow at the panel's edge.

    Call it after the limits of the x axis are set.

    Args:
        values: the estimate and the ends of its interval; NaN where there is none, infinite where it is open.

    Returns:
        Whether an arrow was drawn.
    """
    value, low, high = values
    if not math.isfinite(value):
        return False
    at = height + MEASURED_AT
    ends = ([abs(value - low)], [abs(high - value)])
    axes.errorbar([value], [at], xerr=ends, **MEASURED, zorder=4, label=label)
    left, right = axes.get_xlim()
    arrow = False
    for end, other, edge, marker in ((low, high, left, "<"), (high, low, right, ">")):
        if math.isinf(end):  # matplotlib leaves out a bar that has no end
            start = other if math.isfinite(other) else value
            axes.plot([start, edge], [at, at], color=COLOUR, linewidth=1.2, zorder=3, label="_open")
        if (end < left and edge == left) or (end > right and edge == right):
            style: Any = {"color": COLOUR, "markersize": 4, "clip_on": False, "zorder": 5}
            axes.plot([edge], [at], marker, **style, label="_beyond")
            arrow = True
    return arrow


def draw_published(axes: Axes, height: float, value: float, label: str, *, hollow: bool = False) -> None:
    """A published number."""
    if math.isfinite(value):
        face = "white" if hollow else BLACK
        axes.plot([value], [height + PUBLISHED_AT], **PUBLISHED, markerfacecolor=face, zorder=5, label=label)


def measured_entry(text: str) -> Entry:
    """The line of a legend for measured numbers."""
    return Line2D([], [], **MEASURED), text


def published_entry(text: str, *, hollow: bool = False) -> Entry:
    """The line of a legend for published numbers."""
    return Line2D([], [], **PUBLISHED, markerfacecolor="white" if hollow else BLACK), text


def _beside(
    axes: Axes, edge: float, height: float, text: str, shift: float, align: str = "left"
) -> Annotation:
    """Text some points away from the left (0) or right (1) edge of a panel."""
    size = float(mpl.rcParams["ytick.labelsize"])
    several = "\n" in text
    return axes.annotate(
        text, (edge, height), (shift, 0 if several else -MIDDLE * size), fontsize=size, linespacing=1.0,
        xycoords=("axes fraction", "data"), textcoords="offset points", annotation_clip=False, zorder=6,
        ha=align, va="center" if several else "baseline",
    )  # fmt: skip


def _points_wide(text: Text) -> float:
    figure = text.get_figure(root=True)
    assert isinstance(figure, Figure)
    width = text.get_window_extent(renderer_of(figure)).width
    return float(width) * 72 / figure.dpi
