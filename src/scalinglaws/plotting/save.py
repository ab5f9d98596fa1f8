"""Save a figure: PDF with embedded fonts, PNG, and a CSV of what is drawn. No file holds a date."""

import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure

from scalinglaws.files import whole_file

CAPTION_SIZE = 7.5
CAPTION_PER_INCH = 18.1  # characters per inch of the figure's width
COLUMNS = ["panel", "series", "x", "y", "low", "high"]


def save(figure: Figure, caption: str, folder: Path, name: str) -> list[Path]:
    """Write `<name>.pdf`, `<name>.png` and `<name>.csv` into a folder, the caption under the panels.

    What a drawing function has to say of its data, the figure's label, is added to the caption.

    Returns:
        The paths of the three files.
    """
    files = [folder / f"{name}.{ending}" for ending in ("pdf", "png", "csv")]
    drawn = drawn_data(figure)
    caption = f"{caption} {figure.get_label()}".strip()
    text = "\n".join(textwrap.wrap(caption, int(CAPTION_PER_INCH * figure.get_figwidth())))
    below = figure.text(0.01, -0.02, text, fontsize=CAPTION_SIZE, va="top", ha="left", linespacing=1.25)
    below.set_parse_math(False)  # a caption is prose, in which a dollar begins no formula
    with whole_file(files[0]) as temporary:
        metadata = {"CreationDate": None, "Title": name, "Subject": caption}
        figure.savefig(temporary, format="pdf", bbox_inches="tight", metadata=metadata)
    with whole_file(files[1]) as temporary:
        figure.savefig(
            temporary, format="png", bbox_inches="tight", metadata={"Description": caption, "Software": None}
        )
    with whole_file(files[2]) as temporary:
        drawn.to_csv(temporary, index=False, lineterminator="\n")
    return files


def drawn_data(figure: Figure) -> pd.DataFrame:
    """What the labelled artists of a figure show: panel, series, x, y; low and high for bands and bars."""
    rows = [row for axes in figure.axes for row in _rows(axes)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(axes: Axes) -> Iterator[tuple[str, str, float, float, float, float]]:
    panel = axes.get_title(loc="left") or axes.get_title()
    nan = float("nan")
    for line in axes.get_lines():
        if _named(line.get_label()):
            x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
            yield from ((panel, str(line.get_label()), a, b, nan, nan) for a, b in zip(x, y, strict=True))
    for container in axes.containers:
        if isinstance(container, ErrorbarContainer) and _named(container.get_label()):
            yield from _errorbar_rows(panel, container)
    for collection in axes.collections:
        if not _named(collection.get_label()):
            continue
        if isinstance(collection, PathCollection):
            for a, b in np.asarray(collection.get_offsets(), float):
                yield (panel, str(collection.get_label()), a, b, nan, nan)
        elif isinstance(collection, PolyCollection):
            yield from _band_rows(panel, collection)


def _errorbar_rows(
    panel: str, container: ErrorbarContainer
) -> Iterator[tuple[str, str, float, float, float, float]]:
    line, _, bars = container.lines
    segments = bars[0].get_segments()
    x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
    for a, b, segment in zip(x, y, segments, strict=True):
        low, high = np.asarray(segment, float)[:, 1]
        yield (panel, str(container.get_label()), float(a), float(b), float(low), float(high))


def _band_rows(panel: str, band: PolyCollection) -> Iterator[tuple[str, str, float, float, float, float]]:
    """The lower and upper edge at each x of a band: a closed outline, or several where values are missing."""
    for path in band.get_paths():
        outline = np.asarray(path.vertices, float)
        for x in np.unique(outline[:, 0]):
            y = outline[outline[:, 0] == x, 1]
            yield (panel, str(band.get_label()), float(x), float("nan"), float(y.min()), float(y.max()))


def _named(label: object) -> bool:
    return bool(label) and not str(label).startswith("_")
