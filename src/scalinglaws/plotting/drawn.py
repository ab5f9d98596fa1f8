"""What a figure shows, as a table: the points, lines, bands and bars of every labelled artist."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import (
    Collection,
    FillBetweenPolyCollection,
    LineCollection,
    PathCollection,
    QuadMesh,
)
from matplotlib.container import Container, ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from mpl_toolkits.mplot3d.art3d import Line3D, Path3DCollection
from numpy.typing import NDArray

from scalinglaws.errors import ScalingLawsError
from scalinglaws.plotting.tables.table import table_of

COLUMNS = ["panel", "series", "x", "y", "low", "high"]
FURTHER = ["x_low", "x_high", "z"]
"""Columns of figures that have horizontal bars or a third dimension."""
Row = dict[str, Any]
Drawn = Artist | Container
Vertices = NDArray[np.float64]


def drawn_data(figure: Figure) -> pd.DataFrame:
    """The rows of all artists whose label does not begin with an underscore.

    Returns:
        The columns panel, series, x, y, and `low` and `high`: the interval of y at x, of bands and bars.
        Points with a missing coordinate are left out, as they are in the picture. Horizontal bars and bands
        have `x_low` and `x_high`; three-dimensional panels and coloured surfaces have `z`. A line across a
        whole panel has one row with its x or its y. Numbers of a table have the row's number as x.

    Raises:
        ScalingLawsError: a labelled artist is of a kind that this cannot list.
    """
    rows = [row for axes in figure.axes for row in _rows(axes)] + list(_table_rows(figure))
    table = pd.DataFrame(rows, columns=[*COLUMNS, *FURTHER])
    table[["x", "y", "low", "high", *FURTHER]] = table[["x", "y", "low", "high", *FURTHER]].astype(float)
    return table.drop(columns=[column for column in FURTHER if table[column].isna().all()])


def panel_name(axes: Axes) -> str:
    """The title of a panel, without its line breaks."""
    return " ".join((axes.get_title(loc="left") or axes.get_title()).split())


def labelled(axes: Axes) -> Iterator[tuple[str, Drawn]]:
    """The artists of a panel that are data, with their labels, in the order of drawing."""
    every: list[Any] = [*axes.get_children(), *axes.containers]
    for artist in every:
        label: object = artist.get_label()  # an axis returns a text
        if isinstance(label, str) and label and not label.startswith("_"):
            yield label, artist


def _rows(axes: Axes) -> Iterator[Row]:
    """All rows of a panel but those of points that are not drawn, because a coordinate is missing."""
    panel = panel_name(axes)
    for label, artist in labelled(axes):
        for row in _listed(artist, axes):
            if all(np.isfinite(row[k]) for k in "xyz" if k in row):
                yield {"panel": panel, "series": label, **row}


def _listed(artist: Drawn, axes: Axes) -> Iterator[Row]:
    for kind, rows in KINDS.items():
        if isinstance(artist, kind):
            return rows(artist, axes)
    raise ScalingLawsError(
        f"{artist.get_label()}: a {type(artist).__name__} cannot be listed in the CSV of a figure; begin its "
        "label with an underscore"
    )


def _in_data(artist: Line2D | Collection, axes: Axes) -> tuple[bool, bool]:
    """Whether x and y of an artist are data, and not fractions of the panel."""
    x, y = artist.get_transform().contains_branch_seperately(axes.transData)
    return x, y


def _line(line: Line2D, axes: Axes) -> Iterator[Row]:
    yield from _places(np.column_stack([line.get_xdata(), line.get_ydata()]), _in_data(line, axes))


def _places(vertices: Any, in_data: tuple[bool, bool]) -> Iterator[Row]:
    """The points of a line; of one across a whole panel, as `axvline` makes it, its place on its axis."""
    points = np.asarray(vertices, float)
    if all(in_data):
        yield from ({"x": x, "y": y} for x, y in points)
    else:
        yield from ({"xy"[k]: place} for k in (0, 1) if in_data[k] for place in np.unique(points[:, k]))


def _points(points: PathCollection, axes: Axes) -> Iterator[Row]:
    del axes
    offsets: Vertices = np.ma.filled(np.ma.asarray(points.get_offsets(), float), np.nan)
    yield from ({"x": x, "y": y} for x, y in offsets)


def _band(band: Any, axes: Axes) -> Iterator[Row]:
    """The edges of a band at each place: a closed outline, or several where values are missing."""
    del axes
    along = 0 if band.t_direction == "x" else 1
    for path in band.get_paths():
        outline = np.asarray(path.vertices, float)
        for place in np.unique(outline[:, along]):
            across = outline[outline[:, along] == place, 1 - along]
            yield _interval(along, place, across)


def _segments(lines: LineCollection, axes: Axes) -> Iterator[Row]:
    """Vertical and horizontal lines as intervals, others by their points."""
    in_data = _in_data(lines, axes)
    for ends in _vertices(lines):
        fixed = [k for k in (0, 1) if all(in_data) and len(np.unique(ends[:, k])) == 1]
        if fixed:
            yield _interval(fixed[0], ends[0, fixed[0]], ends[:, 1 - fixed[0]])
        else:
            yield from _places(ends, in_data)


def _errorbar(bars: ErrorbarContainer, axes: Axes) -> Iterator[Row]:
    """The points with the intervals of x and of y, if they have them."""
    del axes
    line, _, collections = bars.lines
    # matplotlib draws the bars of x first.
    sides = [k for k, has in ((0, bars.has_xerr), (1, bars.has_yerr)) if has]
    intervals = {
        side: [ends[:, side] for ends in _vertices(lines)]
        for side, lines in zip(sides, collections, strict=True)
    }
    x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
    for k, (a, b) in enumerate(zip(x, y, strict=True)):
        row: Row = {"x": a, "y": b}
        for side, ends in intervals.items():
            row |= _ends(side, ends[k])
        yield row


def _mesh(mesh: QuadMesh, axes: Axes) -> Iterator[Row]:
    """The values of a coloured surface as z: at its corners, or in the middle of its cells."""
    del axes
    corners = np.asarray(mesh.get_coordinates(), float)
    values: Vertices = np.ma.filled(np.ma.asarray(mesh.get_array(), float), np.nan)
    if corners.shape[:2] != values.shape:
        corners = (corners[:-1, :-1] + corners[1:, :-1] + corners[:-1, 1:] + corners[1:, 1:]) / 4
    x, y = corners.reshape(-1, 2).T
    yield from _three(x, y, values.ravel())


def _line_3d(line: Line3D, axes: Axes) -> Iterator[Row]:
    del axes
    yield from _three(*line.get_data_3d())


def _points_3d(points: Path3DCollection, axes: Axes) -> Iterator[Row]:
    del axes
    yield from _three(*points._offsets3d)  # no public name


def _three(x: Any, y: Any, z: Any) -> Iterator[Row]:
    each: list[Vertices] = [np.ma.filled(np.ma.asarray(values, float), np.nan) for values in (x, y, z)]
    yield from ({"x": a, "y": b, "z": c} for a, b, c in zip(*each, strict=True))


KINDS: dict[type, Callable[[Any, Axes], Iterator[Row]]] = {
    Line3D: _line_3d,
    Path3DCollection: _points_3d,
    Line2D: _line,
    PathCollection: _points,
    FillBetweenPolyCollection: _band,
    LineCollection: _segments,
    QuadMesh: _mesh,
    ErrorbarContainer: _errorbar,
}
"""How each kind of artist is listed; the first that fits counts."""


def _vertices(lines: LineCollection) -> list[Vertices]:
    """The ends of each line, also where they are missing; `get_segments` leaves those out."""
    return [np.asarray(path.vertices, float) for path in lines.get_paths()]


def _interval(along: int, place: float, across: Vertices) -> Row:
    return {"xy"[along]: float(place), **_ends(1 - along, across)}


def _ends(side: int, values: Vertices) -> Row:
    """The ends of an interval of x or of y."""
    names = ("x_low", "x_high") if side == 0 else ("low", "high")
    return dict(zip(names, (float(values.min()), float(values.max())), strict=True))


def _table_rows(figure: Figure) -> Iterator[Row]:
    """The numbers of a table that the figure shows: x counts its rows."""
    table = table_of(figure)
    if table is None:
        return
    for column in table.numbers:
        for row, number in enumerate(table.frame[column]):
            yield {"panel": table.title, "series": column, "x": row, "y": number}
