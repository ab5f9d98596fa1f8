"""Parts of figures of learning curves and best-fit sizes: points, fitted laws, regions and axes."""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from scalinglaws.plotting.style import fixed_ticks
from scalinglaws.tables.value import Value

GREY = "0.45"
OUTSIDE, CENSORED = "outside the region", "censored (edge of the grid)"


def best_scores(axes: Axes, points: pd.DataFrame, colour: str, name: str) -> None:
    """The best score at each size of the training set, with its interval. Points not fitted are hollow."""
    points = points.sort_values("data_size")
    x = points.data_size
    axes.plot(x, points.score, color=colour, zorder=3, label=name)
    axes.fill_between(
        x, points.low, points.high, color=colour, alpha=0.2, linewidth=0, label=f"{name}, interval"
    )
    inside, outside = points[points.in_region], points[~points.in_region]
    axes.scatter(inside.data_size, inside.score, s=18, color=colour, zorder=4, label="_fitted")
    axes.scatter(
        outside.data_size,
        outside.score,
        s=18,
        facecolors="white",
        edgecolors=colour,
        zorder=4,
        label=f"{name}, not fitted" if len(outside) else "_none",
    )


def best_sizes(axes: Axes, points: pd.DataFrame, colour: str, name: str, prefix: str = "") -> None:
    """The best-fit model size at each size of the training set, by one metric.

    Hollow squares are outside the region; hollow circles are censored and drawn at the edge of the grid.
    """
    points = points.sort_values("data_size")
    found, censored = points[~points.censored], points[points.censored]
    axes.plot(found.data_size, found["size"], color=colour, zorder=2, label=name)
    inside, outside = found[found.in_region], found[~found.in_region]
    axes.scatter(inside.data_size, inside["size"], s=24, color=colour, zorder=4, label="_fitted")
    for rows, height, marker, label in (
        (outside, outside["size"], "s", OUTSIDE),
        (censored, censored.edge, "o", CENSORED),
    ):
        if len(rows):
            axes.scatter(
                rows.data_size,
                height,
                s=28,
                marker=marker,
                facecolors="white",
                edgecolors=colour,
                zorder=4,
                label=f"{prefix}{label}",
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
