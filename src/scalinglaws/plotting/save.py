"""Save a figure in some formats, with a CSV of what is drawn and its caption. No file holds a date."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure

from scalinglaws.config.scale import Format, Look
from scalinglaws.errors import ScalingLawsError
from scalinglaws.files import whole_file
from scalinglaws.plotting.caption_files import write_caption
from scalinglaws.plotting.panels import finish

COLUMNS = ["panel", "series", "x", "y", "low", "high"]


def save(
    figure: Figure, caption: str, folder: Path, name: str, formats: Sequence[Format] = Look().formats
) -> list[Path]:
    """Write a figure at its final size, `<name>.<format>` for each format, its `.csv` and its caption.

    Returns:
        The paths of the files.

    Raises:
        ScalingLawsError: `pgf` is asked for, and there is no pdflatex to measure its texts with.
    """
    if "pgf" in formats and shutil.which("pdflatex") is None:
        raise ScalingLawsError("the format pgf needs pdflatex, which is not installed; leave pgf out")
    drawn = drawn_data(figure)  # before the panels get letters, because it names them by their titles
    finish(figure)
    metadata: dict[str, dict[str, Any]] = {
        "pdf": {"CreationDate": None, "Title": name, "Subject": caption},
        "png": {"Title": name, "Description": caption, "Software": None},
        "svg": {"Date": None, "Title": name, "Description": caption},
        "pgf": {},
    }
    files = [folder / f"{name}.{ending}" for ending in (*formats, "csv")]
    for file, kind in zip(files, formats, strict=False):
        with whole_file(file) as temporary:
            figure.savefig(temporary, format=kind, **({"metadata": metadata[kind]} if metadata[kind] else {}))
    with whole_file(files[-1]) as temporary:
        drawn.to_csv(temporary, index=False, lineterminator="\n")
    return [*files, *write_caption(caption, folder, name)]


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
