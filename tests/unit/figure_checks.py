"""What every figure must pass: a true CSV, texts of a readable size, colours that can be told apart."""

from collections.abc import Iterator
from functools import cache
from itertools import combinations
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
from colorspacious import cspace_convert, deltaE
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import Collection, LineCollection, PathCollection
from matplotlib.colors import to_rgb
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.mathtext import MathTextParser
from matplotlib.text import Text
from mpl_toolkits.mplot3d.axes3d import Axes3D
from scipy.spatial import cKDTree

from scalinglaws.plotting.drawn import drawn_data, labelled, panel_name

KINDS = ("deuteranomaly", "protanomaly")
LEAST_DISTANCE = 10.0  # of J'a'b' distance; the least that is visible side by side is about 1
LEAST_GLYPH = 5.0  # points; superscripts are smaller than the text
NEAR = 0.02  # pixels
GREATEST = 1e40
"""Beyond this, and below its inverse, a number is a drawing trick and no datum."""


# What the CSV says


def misplaced(figure: Figure) -> list[str]:
    """What is wrong with the CSV of a figure: series of a panel that are not where their artists are.

    The artists' pixels, by their own transforms, are compared with those of the CSV's numbers as data.
    """
    rows = drawn_data(figure)
    numbers = rows.select_dtypes(float).to_numpy()
    sane = ~np.isfinite(numbers) | (numbers == 0)
    sane |= (np.abs(numbers) < GREATEST) & (np.abs(numbers) > 1 / GREATEST)
    wrong = [] if sane.all() else [f"{numbers[~sane]} are no data"]
    for axes in figure.axes:
        if isinstance(axes, Axes3D):
            continue
        axes.get_xlim(), axes.get_ylim()  # which brings the transforms up to date
        panel = panel_name(axes)
        drawn: dict[str, list[Any]] = {}
        for label, artist in labelled(axes):
            drawn.setdefault(label, []).extend(_pixels(artist))
        for label, places in drawn.items():
            listed = _as_pixels(rows[(rows.panel == panel) & (rows.series == label)], axes)
            if not _same(np.concatenate(places), listed):
                wrong.append(f"{panel}: {label}")
    return wrong


def _pixels(artist: Any) -> Iterator[Any]:
    """Where an artist is: points of lines, markers, bars and outlines."""
    if isinstance(artist, ErrorbarContainer):
        line, _, bars = artist.lines
        for each in (line, *bars):
            yield from _pixels(each)
    elif isinstance(artist, PathCollection):
        yield artist.get_offset_transform().transform(artist.get_offsets())
    elif isinstance(artist, LineCollection):
        yield from (artist.get_transform().transform(path.vertices) for path in artist.get_paths())
    elif isinstance(artist, Collection):
        for path in artist.get_paths():
            yield artist.get_transform().transform(path.vertices)
    else:
        assert isinstance(artist, Line2D)
        yield artist.get_transform().transform(
            np.column_stack([artist.get_xdata(), artist.get_ydata()]).astype(float)
        )
    yield np.empty((0, 2))


def _as_pixels(rows: pd.DataFrame, axes: Axes) -> Any:
    """Rows of the CSV as pixels: the points, both ends of each interval, and lines across the whole panel."""
    rows = rows.reindex(columns=["x", "y", "low", "high", "x_low", "x_high"])
    pairs = [["x", "y"], ["x", "low"], ["x", "high"], ["x_low", "y"], ["x_high", "y"]]
    points = [rows[pair].to_numpy(float) for pair in pairs]
    across = rows[rows.notna().sum(axis=1) == 1][["x", "y"]]
    for end in zip(axes.get_xlim(), axes.get_ylim(), strict=True):
        points.append(across.fillna(dict(zip("xy", end, strict=True))).to_numpy(float))
    return axes.transData.transform(np.concatenate(points))


def _same(one: Any, other: Any) -> bool:
    one, other = (each[np.isfinite(each).all(axis=1)] for each in (np.asarray(one), np.asarray(other)))
    if not len(one) or not len(other):
        return len(one) == len(other)
    return bool((cKDTree(one).query(other)[0] < NEAR).all() and (cKDTree(other).query(one)[0] < NEAR).all())


# Texts


def texts(figure: Figure) -> list[Text]:
    """All texts that are drawn."""
    found: list[Text] = []
    draw = Text.draw

    def remember(self: Text, renderer: RendererBase) -> None:
        if self.get_visible() and self.get_text().strip():
            found.append(self)
        draw(self, renderer)

    with patch.object(Text, "draw", remember):
        FigureCanvasAgg(figure).draw()
    return list(dict.fromkeys(found))


def smallest_glyph(text: Text) -> float:
    """Points of the smallest letter of a text, those of its formulas included."""
    size = float(text.get_fontsize())
    if "$" not in text.get_text():
        return size
    font: FontProperties = text.get_fontproperties()
    glyphs = [
        glyph
        for line in text.get_text().split("\n")
        for glyph in MathTextParser("path").parse(line, 72, font).glyphs
    ]
    return min([size, *(float(points) for _, points, code, *_ in glyphs if chr(code).isalnum())])


def cut_off(figure: Figure) -> list[str]:
    """Texts that reach beyond the page."""
    page = figure.bbox
    return [
        text.get_text()
        for text in texts(figure)
        if not _inside(text.get_window_extent(), page.x0 - 1, page.y0 - 1, page.x1 + 1, page.y1 + 1)
    ]


def _inside(box: Any, *page: float) -> bool:
    return bool(box.x0 >= page[0] and box.y0 >= page[1] and box.x1 <= page[2] and box.y1 <= page[3])


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts one of which covers a part of the other."""
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    return [
        (one, other)
        for (one, a), (other, b) in combinations(boxes, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1
    ]


# Colours


def seen(colour: Any, kind: str) -> Any:
    """A colour as an eye without one kind of cone sees it."""
    space = {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}
    return np.clip(cspace_convert(to_rgb(colour), space, "sRGB1"), 0, 1)


@cache
def distance(one: Any, other: Any, kind: str) -> float:
    """How far apart two colours are to a colour-blind eye, in CAM02-UCS."""
    return float(deltaE(seen(one, kind), seen(other, kind), input_space="sRGB1"))


def closest(figure: Figure) -> tuple[float, float, str]:
    """How far the colours of labelled artists of a panel are apart.

    Returns:
        The least distance of two colours; the least of two artists that nothing but the colour tells apart,
        neither a marker nor a dash; and which those are.
    """
    least, confused, which = float("inf"), float("inf"), ""
    for axes in figure.axes:
        looks = {(look, label) for label, each in labelled(axes) for look in _looks(each)}
        for ((one, shape), label), ((other, other_shape), second) in combinations(sorted(looks, key=str), 2):
            if one != other:
                apart = min(distance(one, other, kind) for kind in KINDS)
                least = min(least, apart)
                if shape == other_shape and apart < confused:
                    confused, which = apart, f"{label} | {second}"
    return least, confused, which


def _looks(artist: Any) -> Iterator[tuple[tuple[float, float, float], str]]:
    """The colour of an artist, and its shape as far as it tells series apart."""
    if isinstance(artist, ErrorbarContainer):
        yield from _looks(artist.lines[0])
    elif isinstance(artist, Line2D):
        dash = artist._unscaled_dash_pattern if artist.get_linestyle() != "None" else None  # type: ignore[attr-defined]
        yield (
            to_rgb(artist.get_color()),
            f"line {dash} {artist.get_marker()} {artist.get_markerfacecolor() == 'white'}",
        )
    elif isinstance(artist, Collection) and artist.get_array() is None:
        faces, edges = artist.get_facecolor(), artist.get_edgecolor()
        hollow = not len(faces) or bool(np.all(faces[0][:3] == 1)) or faces[0][3] == 0
        colours = edges if hollow else faces
        if len(colours):
            outline = artist.get_paths()[0].vertices if isinstance(artist, PathCollection) else ""
            yield (
                to_rgb(colours[0]),
                f"{type(artist).__name__} {hollow} {np.round(outline, 2) if len(outline) else ''}",
            )
