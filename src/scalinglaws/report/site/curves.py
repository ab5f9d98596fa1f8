"""Charts of how runs learned, as SVG that is part of the page: one per model, a line per run."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from scalinglaws.plotting.learning_curves import thousands
from scalinglaws.plotting.style import decade_ticks, fixed_ticks, style

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
SIZE = (3.5, 2.7)
MARGINS = {"left": 0.15, "right": 0.98, "bottom": 0.17, "top": 0.97}
DASHES = ("-", "--", "-.", ":")
"""A second channel beside the colour: neighbouring sizes of the training set differ in it."""
PREFIX = "run-"


@dataclass(frozen=True)
class Series:
    """An entry of the legend: a size of the training set.

    Attributes:
        text: the number of examples.
        colour: of its lines.
        dash: the SVG dash pattern of its lines; empty where they are solid.
    """

    text: str
    colour: str
    dash: str


@dataclass(frozen=True)
class Chart:
    """A chart.

    Attributes:
        title: its model.
        svg: the picture as markup, without sizes in pixels; each line is a group with the attribute
            `data-run`.
    """

    title: str
    svg: str


@dataclass(frozen=True)
class Curves:
    """The charts of a study, which share their axes and legend.

    Attributes:
        metric: what is drawn.
        charts: one per model.
        legend: a line per size of the training set.
        zeros: how many scores are 0, which have no place on a logarithmic axis.
    """

    metric: str
    charts: list[Chart]
    legend: list[Series]
    zeros: int


def learning_curves(runs: pd.DataFrame, curves: pd.DataFrame, metric: str) -> Curves | None:
    """Draw a metric on the validation set against steps, for the runs of the grid.

    Args:
        runs: the table of runs.
        curves: the table of evaluations.
        metric: a column of `curves`.

    Returns:
        A chart per model, small models first; None where nothing is measured.
    """
    grid = runs[runs.phase == "grid"]
    if metric not in curves or not curves.run.isin(grid.run).any():
        return None
    level = grid.drop_duplicates("run").set_index("run")
    curves = curves[curves.run.isin(level.index) & (curves.step > 0)]
    zeros = int((curves[metric] == 0).sum())
    curves = curves[curves[metric] > 0]
    curves = curves.sort_values(["run", "level", "step"])
    if curves.empty:
        return None
    looks = _looks(sorted(int(size) for size in level.examples.unique()))
    limits = (curves.step.min() / 1.1, curves.step.max() * 1.1)
    values = (curves[metric].min() / 1.1, curves[metric].max() * 1.1)
    charts = []
    with style(), mpl.rc_context({"svg.fonttype": "none", "font.size": 9, "path.simplify": True}):
        for number, (model, own) in enumerate(_models(level)):
            figure = Figure(figsize=SIZE)
            axes = figure.subplots(gridspec_kw=MARGINS)
            axes.set(xscale="log", xlim=limits, xlabel="steps")
            axes.set(yscale="log", ylim=values, ylabel=metric.replace("_", " "))
            for axis, ends in ((axes.xaxis, limits), (axes.yaxis, values)):
                fixed_ticks(axis, ticks(*ends), lambda value: f"{value:,.10g}")
            for run, rows in curves[curves.run.isin(own.index)].groupby("run", sort=True):
                series = looks[int(own.examples[run])]
                axes.plot(
                    rows.step, rows[metric], series[1], color=series[0], linewidth=1, gid=f"{PREFIX}{run}"
                )
            parameters = thousands(float(own.parameters.iloc[0]))
            title = f"{model}, {parameters} parameters"
            charts.append(Chart(title, _inline(figure, f"c{number}-", f"{metric} of {title}, by steps")))
    legend = [Series(f"{size:,}", colour, _pattern(dash)) for size, (colour, dash) in looks.items()]
    return Curves(metric, charts, legend, zeros)


def ticks(low: float, high: float) -> list[float]:
    """Ticks of a logarithmic axis: powers of ten, or else 1, 2 and 5 of each decade, or else equal steps."""
    for digits in ((1.0,), (1.0, 2.0, 5.0)):
        found = decade_ticks(low, high, digits)
        if len(found) > 2:
            return found
    steps = MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(low, high)
    return [float(tick) for tick in steps if low <= tick <= high]


def _models(runs: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    order = runs.sort_values(["parameters", "model"], kind="stable").model.unique()
    yield from ((str(model), runs[runs.model == model]) for model in order)


def _looks(sizes: list[int]) -> dict[int, tuple[str, str]]:
    """Colour and dash of each size of the training set; colours grow lighter with the size."""
    colours = mpl.colormaps["viridis"](np.linspace(0, 0.85, len(sizes)))
    return {
        size: (to_hex(colour), DASHES[k % len(DASHES)])
        for k, (size, colour) in enumerate(zip(sizes, colours, strict=True))
    }


def _pattern(dash: str) -> str:
    return {"-": "", "--": "6 3", "-.": "8 3 2 3", ":": "2 3"}[dash]


def _inline(figure: Figure, prefix: str, label: str) -> str:
    """The figure as an `svg` element for a page: with a name for screen readers, and ids of its own."""
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None})
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    root = ElementTree.fromstring(stream.getvalue())
    for child in list(root):
        if child.tag.endswith("metadata"):
            root.remove(child)
    used = set(re.findall(r"(?:url\(#|href=\")#?([\w-]+)", stream.getvalue()))
    for element in root.iter():
        identity = element.attrib.pop("id", None)
        if identity and identity.startswith(PREFIX):
            element.set("data-run", identity.removeprefix(PREFIX))
        elif identity in used:
            element.set("id", f"{prefix}{identity}")
        for key, value in element.attrib.items():
            if key == f"{{{XLINK}}}href":
                element.set(key, value.replace("#", f"#{prefix}"))
            elif "url(#" in value:
                element.set(key, value.replace("url(#", f"url(#{prefix}"))
    for key in ("width", "height"):  # the page decides; the proportions are in the viewBox
        root.attrib.pop(key, None)
    root.set("role", "img")
    root.set("aria-label", label)
    return ElementTree.tostring(root, encoding="unicode")
