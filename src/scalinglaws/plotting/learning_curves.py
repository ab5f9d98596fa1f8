"""Parts of figures of learning curves and best-fit sizes: points, fitted laws, regions and axes."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from scalinglaws.plotting import colours
from scalinglaws.plotting.captions.explained import Mark, drew
from scalinglaws.plotting.layout.outside_legend import Entry
from scalinglaws.plotting.layout.panels import across, figure_width
from scalinglaws.plotting.style import decade_ticks, fixed_ticks, powers_of_two
from scalinglaws.tables.value import Value

GREY, LIGHT = "0.45", "0.7"
OUTSIDE, CENSORED = "outside the region", "censored (edge of the grid)"
CUT = "not converged, or a cut model could be better"
ENDS = {"largest": 1, "smallest": -1}
"""On which side of a point the stroke is that says that its best model is at an end of the grid."""
NEAR = "within 1-10 % of best"
ALL_MODELS = "every model"
FITTED, UNFITTED, NOT_CONVERGED = "fitted law", "not fitted", "not converged"
ORDER = (FITTED, UNFITTED, NOT_CONVERGED, *(f"{end} is best" for end in ENDS), ALL_MODELS, NEAR)
"""Of the lines of a legend that explain marks; others come last."""
POINT, DOT, STROKE = 15, 5, 70  # areas in square points
HALO = (5.0, 2.8, 1.2)  # widths of the bars of families, so that those at one place can be told apart


@dataclass(frozen=True)
class Series:
    """The colour and the marker of a family of models, or of a metric."""

    colour: str
    marker: str
    k: int

    @classmethod
    def of(cls, k: int) -> "Series":
        """Those of series `k` of the colour cycle."""
        return cls(f"C{k}", colours.marker(k), k)

    def entry(self, text: str) -> Entry:
        """Its line of a legend."""
        return Line2D([], [], color=self.colour, marker=self.marker, markersize=4, linewidth=1.0), text


def panel_height() -> float:
    """The height of one of two panels with its labels, in inches."""
    return min(0.42 * figure_width(), 2.6) if across(2) == 2 else 2.3


def settled(points: pd.DataFrame) -> "pd.Series[bool]":
    """Whether the best model of each point has converged, and none that was cut could be better."""
    return points.converged & ~points.rivalled


def all_models(axes: Axes, scores: pd.DataFrame, height: str, prefix: str = "") -> None:
    """Every model at each size of the training set, in grey below the best ones.

    Args:
        scores: one row per size of the training set and model.
        height: the column that is drawn.
        prefix: of the label.
    """
    axes.scatter(
        scores.data_size, scores[height], s=DOT, color=LIGHT, linewidths=0, zorder=1.5,
        label=f"{prefix}{ALL_MODELS}",
    )  # fmt: skip


def all_models_entry() -> Entry:
    """Their line of a legend."""
    return Line2D([], [], color=LIGHT, marker="o", markersize=2.5, linestyle="none"), ALL_MODELS


def best_scores(axes: Axes, points: pd.DataFrame, series: Series, name: str) -> None:
    """The best score at each size of the training set, with its interval.

    Points that are not fitted are hollow, those that did not converge triangles; they are upper bounds. A
    stroke above or below marks best models at an end of the grid.
    """
    points = points.sort_values("data_size")
    x = points.data_size
    axes.plot(x, points.score, color=series.colour, linewidth=1.0, zorder=3, label=name)
    axes.fill_between(
        x, points.low, points.high, color=series.colour, alpha=0.2, linewidth=0, label=f"{name}, interval"
    )
    if (points.low < points.high).any():
        drew(axes, Mark.SCORE_BAND)
    sound = settled(points)
    inside, outside = points[sound & points.in_region], points[sound & ~points.in_region]
    _filled(axes, inside.data_size, inside.score, series)
    for rows, marker, label in (
        (outside, series.marker, UNFITTED),
        (points[~sound], "v", NOT_CONVERGED),
    ):
        if len(rows):
            _hollow(axes, rows.data_size, rows.score, marker, series.colour, f"{name}, {label}")
    _ends(axes, points.data_size, points.score, points.end, series, name)


def score_entries(points: pd.DataFrame) -> list[Entry]:
    """The lines of a legend that say what the markers of best scores mean, of those that are there."""
    sound = settled(points)
    return _entries(sound & ~points.in_region, ~sound, points.end)


def size_entries(points: pd.DataFrame) -> list[Entry]:
    """The lines of a legend that say what the markers of best-fit sizes mean, of those that are there."""
    states = size_states(points)
    bar = Line2D(
        [], [], color="0.3", alpha=0.35, marker="|", markersize=8, markeredgewidth=3.5, linestyle="none"
    )
    return [*_entries(states.isin([CENSORED, OUTSIDE]), states == CUT, points.end), (bar, NEAR)]


def _entries(hollow: "pd.Series[bool]", cut: "pd.Series[bool]", ends: "pd.Series[str]") -> list[Entry]:
    there: list[tuple[pd.Series[bool], str | Path, float, str]] = [
        (hollow, "o", 4.0, UNFITTED),
        (cut, "v", 4.5, NOT_CONVERGED),
        *((ends == end, _with_stroke(side), 7.0, f"{end} is best") for end, side in ENDS.items()),
    ]
    return [hollow_entry(marker, text, size) for rows, marker, size, text in there if rows.any()]


def hollow_entry(marker: str | Path, text: str, size: float = 4.0) -> Entry:
    """The line of a legend for a hollow marker."""
    return (
        Line2D(
            [], [], color="0.3", marker=marker, markersize=size, markerfacecolor="white", linestyle="none"
        ),
        text,
    )


def in_order(marks: Iterable[Entry]) -> list[Entry]:
    """The lines of a legend that explain marks, in the order in which all figures have them."""
    return sorted(marks, key=lambda mark: ORDER.index(mark[1]) if mark[1] in ORDER else len(ORDER))


def _with_stroke(side: int) -> Path:
    """A point with a stroke above or below it, as the marker of a legend."""
    stroke = Path([(-0.7, 1.1 * side), (0.7, 1.1 * side)])
    return Path.make_compound_path(Path.circle(radius=0.6), stroke)


def mostly(points: pd.DataFrame) -> str:
    """For a caption: that most points in the region are of the largest model, where they are."""
    inside = points[points.in_region]
    if len(inside) and (inside.end == "largest").mean() > 0.5:
        return "Most best models are the largest."
    return ""


def best_sizes(axes: Axes, points: pd.DataFrame, series: Series, name: str, prefix: str = "") -> None:
    """The best-fit model size at each size of the training set, by one metric.

    It is the lowest point of a parabola; bars reach over the sizes within 1, 2, 5 and 10 % of the best score.
    What is in no fit is hollow: triangles did not converge; points with a stroke are censored and drawn at
    the edge of the grid; the others are outside the region.
    """
    points = points.sort_values("data_size")
    found = points[~points.censored]
    axes.plot(found.data_size, found["size"], color=series.colour, linewidth=1.0, zorder=3, label=name)
    axes.vlines(
        points.data_size, points.sufficient_low, points.sufficient_high, color=series.colour, alpha=0.35,
        linewidth=HALO[min(series.k, 2)], zorder=2, label=f"{prefix}{NEAR}",
    )  # fmt: skip
    height = points["size"].fillna(points.edge)
    states = size_states(points)
    fitted = states == ""
    _filled(axes, points.data_size[fitted], height[fitted], series)
    for text in WHY:
        rows = states == text
        if rows.any():
            marker = "v" if text == CUT else series.marker
            _hollow(axes, points.data_size[rows], height[rows], marker, series.colour, f"{prefix}{text}")
    _ends(axes, points.data_size, height, points.end, series, prefix.rstrip(", ") or name)


WHY = (CUT, CENSORED, OUTSIDE)
"""Why a best-fit size is in no fit; the first that holds counts."""


def size_states(points: pd.DataFrame) -> "pd.Series[str]":
    """Why a best-fit size is in no fit; empty where it is."""
    # A size also rests on the models beside the best one.
    cut = ~settled(points) | ~(points.sized | points.censored)
    states = np.select([cut, points.censored, ~points.in_region], list(WHY), "")
    return pd.Series(states, index=points.index, dtype=str)


def _filled(axes: Axes, x: "pd.Series[float]", y: "pd.Series[float]", series: Series) -> None:
    axes.scatter(
        x, y, s=POINT, marker=series.marker, color=series.colour, linewidths=0.8, zorder=4, label="_fitted"
    )


def _hollow(
    axes: Axes, x: "pd.Series[float]", y: "pd.Series[float]", marker: str, colour: str, label: str
) -> None:
    axes.scatter(
        x, y, s=POINT, marker=marker, facecolors="white", edgecolors=colour, linewidths=0.8, zorder=4,
        label=label,
    )  # fmt: skip


def _ends(
    axes: Axes,
    x: "pd.Series[float]",
    y: "pd.Series[float]",
    ends: "pd.Series[str]",
    series: Series,
    name: str,
) -> None:
    """Strokes above or below the points whose best model is at an end of the grid."""
    for end, side in ENDS.items():
        rows = ends == end
        if rows.any():
            axes.scatter(
                x[rows], y[rows], s=STROKE, marker=Path([(-0.7, side), (0.7, side)]), facecolors="none",
                edgecolors=series.colour, linewidths=0.8, zorder=4, label=f"{name}, {end} model",
            )  # fmt: skip


def fitted_law(axes: Axes, band: pd.DataFrame, colour: str, label: str) -> None:
    """A fitted law, dashed."""
    drew(axes, Mark.FITTED)
    axes.plot(band.x, band.value, "--", color=colour, linewidth=0.9, zorder=2.5, label=label)


def growth_band(axes: Axes, band: pd.DataFrame, colour: str, label: str) -> None:
    """The interval of the fitted growth."""
    drew(axes, Mark.GROWTH_BAND)
    axes.fill_between(band.x, band.low, band.high, color=colour, alpha=0.12, linewidth=0, label=label)


def law_entry(text: str = FITTED, colour: str = GREY) -> Entry:
    """The line of a legend for a fitted law, or for all of them."""
    return Line2D([], [], color=colour, linestyle="--", linewidth=0.9), text


def power(name: str, alpha: str, beta: Value, digits: int = 3) -> str:
    """An equation with the interval of its exponent, in significant digits, for a legend.

    Without a `name`, its right-hand side.
    """
    exponent, low, high = (digits_of(part, digits) for part in (beta.value, beta.low, beta.high))
    # The braces keep a minus from being set as a subtraction.
    span = rf" $[{{{low}}},\,{{{high}}}]$" if beta.known else ""
    left = f"{name} = " if name else ""
    return rf"${left}{alpha}\,m^{{{exponent}}}${span}"


def digits_of(value: float, digits: int = 3) -> str:
    """A number in significant digits: 0.0827, 0.300, 12.0, 0."""
    return f"{value:#.{digits}g}".rstrip(".") if value else "0"


def factor(alpha: float) -> str:
    """A factor of an equation in three digits: 0.562, 8.17, 3,000 or 6.59 x 10^4."""
    if not 0.001 <= abs(alpha) < 10_000:
        mantissa, _, exponent = f"{alpha:.2e}".partition("e")
        return rf"{mantissa} \times 10^{{{int(exponent)}}}"
    rounded = float(f"{alpha:.3g}")
    return f"{rounded:,.0f}".replace(",", "{,}") if rounded >= 100 else digits_of(alpha)


def shade_region(axes: Axes, best: pd.DataFrame) -> None:
    """Grey out what is outside the declared power-law region."""
    inside = best[best.in_region].data_size
    if inside.empty:
        return
    if inside.min() > best.data_size.min() or inside.max() < best.data_size.max():
        drew(axes, Mark.REGION)
    if inside.min() > best.data_size.min():
        axes.axvspan(best.data_size.min() / 2, inside.min() / 1.15, color="0.94", zorder=0)
    if inside.max() < best.data_size.max():
        axes.axvspan(inside.max() * 1.15, best.data_size.max() * 2, color="0.94", zorder=0)


def size_axis(axes: Axes, sizes: NDArray[np.float64]) -> None:
    """A logarithmic axis of parameters around some sizes, ascending, with ticks at 1, 2 and 5."""
    low, high = float(sizes[0]) / 1.5, float(sizes[-1]) * 1.5
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    fixed_ticks(axes.yaxis, decade_ticks(low, high), thousands)
    axes.set_ylabel("Parameters")


def score_axis(axes: Axes, low: float, high: float) -> None:
    """A logarithmic y axis of scores; where it spans less than a decade, with evenly spaced round numbers."""
    margin = (high / low) ** 0.05
    low, high = low / margin, high * margin
    ticks, text = decade_ticks(low, high), "{:g}"
    if len(ticks) < 3:
        ticks = [float(tick) for tick in MaxNLocator(8, steps=[1, 2, 5, 10]).tick_values(low, high)]
        text = f"{{:.{max(map(_decimals, ticks))}f}}"
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    fixed_ticks(axes.yaxis, [tick for tick in ticks if low <= tick <= high], text.format)


def data_axis(axes: Axes, low: float, high: float) -> None:
    """A base-2 x axis; few examples are plain numbers, parts of a unit have ticks at 1, 2 and 5."""
    powers_of_two(axes, low, high)
    if low < 1:
        fixed_ticks(axes.xaxis, decade_ticks(low / 1.25, high * 1.25), lambda tick: f"{tick:g}")
    elif high <= 1024:
        fixed_ticks(axes.xaxis, axes.get_xticks(), lambda tick: f"{tick:g}")


def _decimals(value: float) -> int:
    return len(f"{value:.10f}".rstrip("0").partition(".")[2])


def thousands(size: float) -> str:
    """A number of parameters in three digits: 4.5k, 1.2M."""
    return f"{size / 1000:.3g}k" if size < 1_000_000 else f"{size / 1_000_000:.3g}M"
