"""A compact legend outside of all panels, in as many columns as the figure is wide."""

from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D

from scalinglaws.plotting.layout.panels import renderer_of

Entry = tuple[Artist, str]
"""A line of a legend."""
USED = 0.98
"""The share of the figure's width that a legend may take."""


def legends_outside(figure: Figure, *groups: Sequence[Entry]) -> None:
    """Put one legend below all panels; the figure grows by its height, so that the panels keep theirs.

    Where the figure is too narrow for the groups side by side, the first one is above the panels instead.

    Args:
        figure: with a constrained layout.
        groups: lines of the legend, each group in as many columns as there is room for. A text that is there
            already is left out.
    """
    told: set[str] = set()
    parts: list[list[Entry]] = []
    for group in groups:
        fresh = {text: handle for handle, text in group if text not in told}
        told |= fresh.keys()
        if fresh:
            parts.append([(handle, text) for text, handle in fresh.items()])
    if not _fits(figure, parts, "lower"):
        for some, side in ((parts[:1], "upper"), (parts[1:], "lower")):
            if not _fits(figure, some, side):
                _grow(figure, _legend(figure, [[entry for part in some for entry in part]], side))


def _fits(figure: Figure, parts: Sequence[Sequence[Entry]], side: str) -> bool:
    """Draw a legend with as few rows as the width allows, no two groups in a column, if that is possible."""
    for rows in range(1, 1 + max(map(len, parts), default=0)):
        columns = [part[k : k + rows] for part in parts for k in range(0, len(part), rows)]
        legend = _legend(figure, columns, side)
        if _size(legend)[0] <= USED * figure.bbox.width:
            _grow(figure, legend)
            return True
        legend.remove()
    return not parts


def _grow(figure: Figure, legend: Legend) -> None:
    figure.set_figheight(figure.get_figheight() + _size(legend)[1] / figure.dpi)


def _size(legend: Legend) -> tuple[float, float]:
    """Width and height in pixels."""
    figure = legend.get_figure(root=True)
    assert figure is not None
    box = legend.get_window_extent(renderer_of(figure))
    return float(box.width), float(box.height)


def _legend(figure: Figure, columns: Sequence[Sequence[Entry]], side: str) -> Legend:
    rows = max(map(len, columns))
    empty: Entry = (Line2D([], [], linestyle="none"), "")
    entries = [entry for column in columns for entry in [*column, *[empty] * (rows - len(column))]]
    look: Any = {"loc": f"outside {side} center", "ncols": len(columns), "frameon": False, "borderpad": 0.2}
    gaps: Any = {"borderaxespad": 0.2, "columnspacing": 1.0, "labelspacing": 0.35, "handletextpad": 0.6}
    legend: Legend = figure.legend(
        [handle for handle, _ in entries], [text for _, text in entries], handlelength=1.6, **look, **gaps
    )
    return legend
