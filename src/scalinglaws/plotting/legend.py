"""One legend for several panels, in a strip below them, where it hides neither points nor caption."""

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scalinglaws.plotting.panels import across, new_figure

LINE = 0.16  # inches per line of the legend


def panels_and_strip(
    height: float, rows: int, columns: int, lines: int, *, share_y: bool | str = False
) -> tuple[Figure, np.ndarray, Axes]:
    """A figure with panels [rows, columns], `height` inches in total, and room for a legend below them.

    Args:
        height: of the panels, in inches; the height of the strip is added.
        rows, columns: panels.
        lines: how many lines the legend has.
        share_y: as in `Figure.subplots`: "row" gives the panels of a row one y axis.
    """
    strip = LINE * lines + 0.2
    figure = new_figure(height + strip)
    above, below = figure.subfigures(2, 1, height_ratios=(height, strip), squeeze=False).ravel()
    panels = above.subplots(rows, columns, sharex="col", sharey=share_y, squeeze=False)
    axes = below.add_subplot()
    axes.axis("off")
    return figure, panels, axes


def fill_strip(strip: Axes, handles: Sequence[Artist], labels: Sequence[str], columns: int) -> None:
    """Put the legend into its strip."""
    strip.legend(handles, labels, loc="center", ncols=across(columns), borderaxespad=0)
