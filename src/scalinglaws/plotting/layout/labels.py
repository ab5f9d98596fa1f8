"""What a panel shows, said inside or right below it: a legend below its x axis, and words beside a line."""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.legend import Legend
from matplotlib.transforms import ScaledTranslation

from scalinglaws.plotting.layout.panels import across

INCH = 72  # points
INDENT = 22  # points to the left of a panel, which lines of a legend may use


def is_wide() -> bool:
    """Whether the venue's page takes panels side by side."""
    return across(2) == 2


def panel_legend(axes: Axes, handles: Sequence[Artist] | None = None, columns: int = 1) -> Legend:
    """A legend below the x axis of a panel with one line of label; it begins below the labels of the y axis.

    Args:
        axes: the panel.
        handles: labelled artists; all that the panel has unless given.
        columns: of the legend.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    place = axes.transAxes + ScaledTranslation(-INDENT / INCH, -_below() / INCH, figure.dpi_scale_trans)
    return axes.legend(
        handles=axes.get_legend_handles_labels()[0] if handles is None else list(handles), loc="upper left",
        bbox_to_anchor=(0, 0), bbox_transform=place, ncols=columns, frameon=False, borderaxespad=0,
        borderpad=0, handlelength=2, columnspacing=1.2, labelspacing=0.3,
    )  # fmt: skip


def note_below(axes: Axes, words: str) -> None:
    """Write lines at the place of a panel's legend."""
    axes.annotate(
        words, (0, 0), (0, -_below()), xycoords="axes fraction", textcoords="offset points", ha="left",
        va="top", fontsize=small(), linespacing=1.3, annotation_clip=False,
    )  # fmt: skip


def beside_point(
    axes: Axes, at: tuple[float, float], words: str, colour: Any, shift: tuple[float, float] = (4, 0)
) -> None:
    """Write beside a point of a line what the line is, instead of a legend.

    Args:
        axes: the panel.
        at: the point, in data.
        words: what is written.
        colour: of the line.
        shift: of the text from the point, in points; the text is on this side of the point.
    """
    right, up = shift
    axes.annotate(
        words, at, shift, textcoords="offset points", color=colour, fontsize=small(), linespacing=1.1,
        zorder=6, ha="left" if right > 0 else "right" if right < 0 else "center",
        va="bottom" if up > 0 else "top" if up < 0 else "center",
    )  # fmt: skip


def in_corner(axes: Axes, words: str, colour: Any, corner: tuple[str, str]) -> None:
    """Write in a corner of a panel, such as `("upper", "right")`."""
    vertical, horizontal = corner
    x, y = (0.03 if horizontal == "left" else 0.97), (0.03 if vertical == "lower" else 0.97)
    axes.text(
        x, y, words, transform=axes.transAxes, color=colour, fontsize=small(), zorder=6, ha=horizontal,
        va="bottom" if vertical == "lower" else "top",
    )  # fmt: skip


def small() -> float:
    """The venue's size of legends and labels beside lines, in points."""
    return _points(mpl.rcParams["legend.fontsize"])


def _below() -> float:
    """How far below a panel its x axis ends, in points, with one line of label."""
    return 1.3 * (_points(mpl.rcParams["xtick.labelsize"]) + _points(mpl.rcParams["axes.labelsize"])) + 10


def _points(size: Any) -> float:
    """A font size of the settings, which may be a word such as "small", in points."""
    return float(FontProperties(size=size).get_size_in_points())
