"""All domains of Hestness et al. 2017: measured exponents beside the published ones, and what they imply.

They draw the tables of `analyses/summary.py`.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from scalinglaws.papers.hestness_2017.constants.hestness_2017 import USUAL
from scalinglaws.plotting.legend import fill_strip, panels_and_strip
from scalinglaws.tables.analysis import Tables

ROW = 0.27  # inches
GAP = 0.7  # rows between domains
MOST_FACTOR = 1e12  # an axis of factors ends here; an arrow shows what is beyond
PUBLISHED: dict[str, Any] = {"marker": "D", "markersize": 5.5, "color": "black", "linestyle": "none"}


def summary(tables: Tables) -> Figure:
    """Exponents of learning curves (left) and of the growth of models (right), measured and published."""
    table = tables["summary"].reset_index(drop=True)
    heights = _heights(table)
    names = [f"{row.family}: {row.metric_title}" for row in table.itertuples()]
    figure, (left, right), strip = _forest(heights, list(table.domain), names)
    low, high = (end.value for end in USUAL)
    left.axvspan(low, high, color="0.93", zorder=0)
    for axes, name, title, label in (
        (left, "beta_g", "Learning curves", r"exponent $\beta_g$: error falls as $m^{\beta_g}$"),
        (right, "beta_p", "Best-fit model size", r"exponent $\beta_p$: parameters grow as $m^{\beta_p}$"),
    ):
        axes.set_title(title, loc="left")
        _measured(axes, table, heights, name, name)
        _published(axes, table[f"published_{name}"], heights, table, f"published_{name}", None)
        axes.set_xlabel(label)
    left.axvline(-0.5, color="0.4", linestyle=":", linewidth=1.0, zorder=1)
    right.axvline(1.0, color="0.4", linestyle=":", linewidth=1.0, zorder=1)
    _fit_view(left, table, "beta_g", (-0.5, 0.0))
    _fit_view(right, table, "beta_p", (0.0, 1.0))
    shown: list[tuple[Any, str]] = [
        (_bar(), "measured here, with interval"),
        (Line2D([], [], **PUBLISHED), "published, on the paper's data"),
        (Line2D([], [], color="0.9", linewidth=8), "usual range, says the paper"),
        (Line2D([], [], color="0.4", linestyle=":", linewidth=1.0), "theory (-0.5); as fast as the data (1)"),
    ]
    fill_strip(strip, [handle for handle, _ in shown], [text for _, text in shown], 4)
    return figure


def implications(tables: Tables) -> Figure:
    """How many times more data (left) and parameters (right) the follow-up's desired errors take."""
    table = tables["implications"].reset_index(drop=True)
    heights = _heights(table)
    headings = [
        f"{row.domain}, {row.sota:g} to {row.desired:g} {row.error_unit}" for row in table.itertuples()
    ]
    figure, (left, right), strip = _forest(heights, headings, list(table.family))
    for axes, name, title in (
        (left, "data_ratio", "Data, times more"),
        (right, "model_ratio", "Parameters, times more"),
    ):
        axes.set_title(title, loc="left")
        axes.set_xscale("log")
        finite = _finite(table, name, f"{name}_low", f"{name}_high", f"printed_{name}")
        most = 3 * float(min(finite.max(initial=10.0), MOST_FACTOR))
        axes.set_xlim(min(1.0, float(finite.min(initial=1.0)) / 1.5), most)
        _measured(axes, table, heights, name, name, end=most)
        _published(axes, table[f"printed_{name}"], heights, table, "printed", table.printed_agrees)
        axes.xaxis.set_major_locator(LogLocator(numticks=8))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _times(value)))
        axes.set_xlabel("factor over the state of the art (log scale)")
    shown: list[tuple[Any, str]] = [
        (_bar(), "with the exponents measured here"),
        (Line2D([], [], **PUBLISHED), "printed"),
        (Line2D([], [], **PUBLISHED, markerfacecolor="white"), "printed, not in step with its exponents"),
        (Line2D([], [], color="0.3", marker=">", linestyle="none"), "goes on beyond the axis, or open"),
    ]
    fill_strip(strip, [handle for handle, _ in shown], [text for _, text in shown], 4)
    return figure


def _heights(table: pd.DataFrame) -> np.ndarray:
    """Heights of the rows, from the top, with a gap for the name of each domain."""
    first = (table.domain != table.domain.shift()).to_numpy()
    return np.asarray(-(np.arange(len(table)) + (1 + GAP) * np.cumsum(first)), dtype=float)


def _forest(
    heights: np.ndarray, headings: Sequence[str], names: Sequence[str]
) -> tuple[Figure, tuple[Axes, Axes], Axes]:
    """Two panels with one named row per study, and a heading above the first row of each domain."""
    tall = ROW * (1.5 - float(heights.min(initial=0.0))) + 0.7
    figure, panels, strip = panels_and_strip(tall, 1, 2, lines=1, share_y="row")
    left, right = panels[0]
    left.set_yticks(heights, names)
    left.set_ylim(float(heights.min(initial=0.0)) - 0.8, -0.2)
    for axes in (left, right):
        axes.grid(False, axis="y")
        axes.tick_params(axis="y", length=0)
        for height in heights:
            axes.axhline(height, color="0.93", linewidth=0.6, zorder=0)
    for k, (heading, height) in enumerate(zip(headings, heights, strict=True)):
        if k == 0 or heading != headings[k - 1]:
            left.text(
                -0.02, height + 1.0, heading, transform=left.get_yaxis_transform(), ha="right", va="center",
                fontweight="bold",
            )  # fmt: skip
    return figure, (left, right), strip


def _measured(
    axes: Axes, table: pd.DataFrame, heights: np.ndarray, name: str, label: str, end: float = math.inf
) -> None:
    """Points with bars in the colour of their domain. Bars that go beyond the axis end in an arrow."""
    domains = list(dict.fromkeys(table.domain))
    for k, domain in enumerate(domains):
        rows = table[(table.domain == domain) & np.isfinite(table[name])]
        if rows.empty:
            continue
        at, value = heights[rows.index], rows[name].to_numpy(float)
        low, high = (rows[f"{name}_{side}"].to_numpy(float) for side in ("low", "high"))
        drawn = np.minimum(value, end)
        low = np.where(np.isnan(low), drawn, np.minimum(low, end))
        reach = np.where(np.isnan(high), drawn, np.minimum(high, end))
        axes.errorbar(
            drawn, at, xerr=(drawn - low, reach - drawn), fmt="o", color=f"C{k}", markersize=5,
            linewidth=1.4, capsize=2.5, zorder=3, label=f"{domain}, {label}",
        )  # fmt: skip
        beyond = high > end
        if beyond.any():
            axes.plot(
                np.full(beyond.sum(), end), at[beyond], ">", color=f"C{k}", markersize=6, clip_on=False,
                zorder=4, label="_beyond",
            )  # fmt: skip


def _published(
    axes: Axes,
    values: pd.Series,
    heights: np.ndarray,
    table: pd.DataFrame,
    label: str,
    agrees: pd.Series | None,
) -> None:
    """Diamonds a little above the rows; hollow where the printed row contradicts itself."""
    there = np.isfinite(values.to_numpy(float))
    sound = np.full(len(table), True) if agrees is None else agrees.to_numpy(bool)
    for keep, face, text in ((there & sound, "black", label), (there & ~sound, "white", f"{label}, at odds")):
        if keep.any():
            axes.plot(
                values[keep], heights[keep] + 0.28, **PUBLISHED, markerfacecolor=face, zorder=5, label=text
            )


def _fit_view(axes: Axes, table: pd.DataFrame, name: str, shown: tuple[float, float]) -> None:
    """All values and what theory says; intervals much longer than that are cut off."""
    values = np.append(_finite(table, name, f"published_{name}"), shown)
    reach = float(np.ptp(values))
    ends = _finite(table, f"{name}_low", f"{name}_high")
    low = max(float(min(values.min(), ends.min(initial=math.inf))), float(values.min()) - reach / 2)
    high = min(float(max(values.max(), ends.max(initial=-math.inf))), float(values.max()) + reach / 2)
    axes.set_xlim(low - 0.04 * reach, high + 0.04 * reach)


def _finite(table: pd.DataFrame, *columns: str) -> np.ndarray:
    """All numbers of some columns that are finite, in one row."""
    values = table[list(columns)].to_numpy(float).ravel()
    return np.asarray(values[np.isfinite(values)])


def _bar() -> Line2D:
    return Line2D([], [], color="0.3", marker="o", markersize=5, linewidth=1.4)


def _times(value: float) -> str:
    return f"{value:g}" if value < 1e5 else rf"$10^{{{math.log10(value):.0f}}}$"
