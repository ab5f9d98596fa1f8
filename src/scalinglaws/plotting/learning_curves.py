"""Parts of figures of learning curves and best-fit sizes: points, fitted laws, regions and axes."""

import math

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from scalinglaws.plotting.style import fixed_ticks
from scalinglaws.tables.value import Value

GREY = "0.45"
OUTSIDE, CENSORED = "outside the region", "censored (edge of the grid)"
CUT = "not converged, or a cut model could be better"
ENDS = {"largest": "s", "smallest": "D"}
"""Rings around points whose best model is at an end of the grid."""
NEAR = "sizes within 1 to 10 % of the best score"

Entry = tuple[Artist, str]
"""A line of a legend."""


def settled(points: pd.DataFrame) -> "pd.Series[bool]":
    """Whether the best model of each point has converged, and none that was cut could be better."""
    return points.converged & ~points.rivalled


def best_scores(axes: Axes, points: pd.DataFrame, colour: str, name: str) -> None:
    """The best score at each size of the training set, with its interval.

    Points that are not fitted are hollow, those that did not converge triangles; they are upper bounds. A
    ring marks best models at an end of the grid.
    """
    points = points.sort_values("data_size")
    x = points.data_size
    axes.plot(x, points.score, color=colour, zorder=3, label=name)
    axes.fill_between(
        x, points.low, points.high, color=colour, alpha=0.2, linewidth=0, label=f"{name}, interval"
    )
    sound = settled(points)
    inside, outside = points[sound & points.in_region], points[sound & ~points.in_region]
    axes.scatter(inside.data_size, inside.score, s=18, color=colour, zorder=4, label="_fitted")
    for rows, marker, label in ((outside, "o", "not fitted"), (points[~sound], "v", "not converged")):
        _hollow(axes, rows.data_size, rows.score, marker, colour, f"{name}, {label}")
    for end, marker in ENDS.items():
        rows = points[points.end == end]
        if len(rows):
            axes.scatter(
                rows.data_size, rows.score, s=70, marker=marker, facecolors="none", edgecolors=colour,
                linewidths=0.8, zorder=3, label=f"{name}, {end} model",
            )  # fmt: skip


def score_entries(points: pd.DataFrame) -> list[Entry]:
    """The lines of a legend that say what the markers of best scores mean, of those that are there."""
    sound = settled(points)
    there = [
        (sound & ~points.in_region, "o", 5, "not fitted (outside the region)"),
        (~sound, "v", 5, CUT),
        *((points.end == end, marker, 8, f"the best is the {end} model") for end, marker in ENDS.items()),
    ]
    return [(_marker(marker, size), text) for rows, marker, size, text in there if rows.any()]


def mostly(points: pd.DataFrame) -> str:
    """For a title: that most points in the region are of the largest model, where they are."""
    inside = points[points.in_region]
    return ", mostly the largest model" if len(inside) and (inside.end == "largest").mean() > 0.5 else ""


def best_sizes(axes: Axes, points: pd.DataFrame, colour: str, name: str, prefix: str = "") -> None:
    """The best-fit model size at each size of the training set, by one metric.

    It is the lowest point of a parabola; the band reaches over the sizes within 1, 2, 5 and 10 % of the best
    score. Hollow squares are outside the region; hollow circles are censored and drawn at the edge of the
    grid; triangles did not converge.
    """
    points = points.sort_values("data_size")
    found = points[~points.censored]
    axes.plot(found.data_size, found["size"], color=colour, zorder=2, label=name)
    near = (points.sufficient_low, points.sufficient_high)
    axes.fill_between(
        points.data_size, *near, color=colour, alpha=0.12, hatch="///", linewidth=0, label=f"{prefix}{NEAR}"
    )
    height = points["size"].fillna(points.edge)
    fitted = size_states(points) == ""
    axes.scatter(points.data_size[fitted], height[fitted], s=24, color=colour, zorder=4, label="_fitted")
    for text, marker in SIZE_MARKERS.items():
        rows = size_states(points) == text
        _hollow(axes, points.data_size[rows], height[rows], marker, colour, f"{prefix}{text}")


SIZE_MARKERS = {CUT: "v", CENSORED: "o", OUTSIDE: "s"}


def size_states(points: pd.DataFrame) -> "pd.Series[str]":
    """Why a best-fit size is in no fit; empty where it is."""
    # A size also rests on the models beside the best one.
    cut = ~settled(points) | ~(points.sized | points.censored)
    states = np.select([cut, points.censored, ~points.in_region], [*SIZE_MARKERS], "")
    return pd.Series(states, index=points.index, dtype=str)


def size_entries(points: pd.DataFrame) -> list[Entry]:
    """The lines of a legend that say what the markers of best-fit sizes mean, of those that are there."""
    there = set(size_states(points))
    markers = [(_marker(marker, 5), text) for text, marker in SIZE_MARKERS.items() if text in there]
    return [*markers, (Patch(facecolor="0.8", hatch="///", linewidth=0), NEAR)]


def _hollow(
    axes: Axes, x: "pd.Series[float]", y: "pd.Series[float]", marker: str, colour: str, label: str
) -> None:
    if len(x):
        axes.scatter(x, y, s=24, marker=marker, facecolors="white", edgecolors=colour, zorder=4, label=label)


def _marker(marker: str, size: float) -> Line2D:
    return Line2D(
        [], [], color="0.3", marker=marker, markersize=size, markerfacecolor="white", linestyle="none"
    )


def fitted_law(axes: Axes, band: pd.DataFrame, colour: str, label: str) -> None:
    """A fitted law, dashed."""
    axes.plot(band.x, band.value, "--", color=colour, linewidth=1.1, zorder=2, label=label)


def growth_band(axes: Axes, band: pd.DataFrame, colour: str, label: str) -> None:
    """The interval of the fitted growth."""
    axes.fill_between(band.x, band.low, band.high, color=colour, alpha=0.15, linewidth=0, label=label)


def power(name: str, alpha: str, beta: Value, digits: int) -> str:
    """An equation with the interval of its exponent, for a legend."""
    span = f"  [{beta.low:.{digits}f}, {beta.high:.{digits}f}]" if beta.known else ""
    return rf"${name} = {alpha}\,m^{{{beta.value:.{digits}f}}}${span}"


def factor(alpha: float) -> str:
    """A factor of an equation: two decimals; fewer where it is large, two digits where it is small."""
    if alpha >= 100:
        return f"{alpha:,.0f}".replace(",", "{,}")
    return f"{alpha:.2f}" if alpha >= 0.1 else f"{alpha:.2g}"


def shade_region(axes: Axes, best: pd.DataFrame) -> None:
    """Grey out what is outside the declared power-law region."""
    inside = best[best.in_region].data_size
    if inside.empty:
        return
    if inside.min() > best.data_size.min():
        axes.axvspan(best.data_size.min() / 2, inside.min() / 1.15, color="0.94", zorder=0)
    if inside.max() < best.data_size.max():
        axes.axvspan(inside.max() * 1.15, best.data_size.max() * 2, color="0.94", zorder=0)


def size_axis(axes: Axes, sizes: NDArray[np.float64]) -> None:
    """A logarithmic axis of parameters with a tick at each size of the grid, ascending."""
    axes.set_yscale("log")
    axes.set_ylim(sizes[0] / 1.8, sizes[-1] * 1.8)
    fixed_ticks(axes.yaxis, sizes)
    axes.set_yticklabels([thousands(size) for size in sizes])
    axes.set_ylabel("Parameters of the best model (log scale)")


def even_log(axes: Axes, low: float, high: float, count: int = 9) -> None:
    """A logarithmic y axis as in the paper: labels equally spaced in the logarithm, about two decimals."""
    ticks = np.geomspace(low, high, count)
    decimals = max(2, math.ceil(-math.log10(ticks[1] - ticks[0])))
    axes.set_yscale("log")
    fixed_ticks(axes.yaxis, ticks, lambda value: f"{value:.{decimals}f}")
    margin = (high / low) ** 0.03
    axes.set_ylim(low / margin, high * margin)


def thousands(size: float) -> str:
    """A number of parameters in three digits: 4.5k, 1.2M."""
    return f"{size / 1000:.3g}k" if size < 1_000_000 else f"{size / 1_000_000:.3g}M"
