"""Estimated and actual errors, after Rosenfeld et al. 2020, on data drawn from the published landscapes."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from scalinglaws.papers.rosenfeld_2021.figures.surfaces import fraction
from scalinglaws.plotting.panels import new_figure, row_of_panels
from scalinglaws.plotting.style import fixed_ticks
from scalinglaws.plotting.venues import SMALLEST
from scalinglaws.tables.analysis import Tables, where

PUBLISHED = ("ImageNet", "WikiText-103")
"""The data sets whose extrapolation the paper reports."""
LANGUAGE = "cross-entropy"
ENVELOPE, ADDITIVE = "rosenfeld-envelope", "rosenfeld-additive"
CORNER = (1 / 8, 1 / 16)  # largest n and m that are fitted
PERCENT = 100.0


def extrapolation(tables: Tables) -> Figure:
    """The fitted corner, and its predictions for the rest, for the two data sets of the paper."""
    figure, panels = row_of_panels(3, 3.1)
    _corner(panels[0], tables, PUBLISHED[0])
    for axes, name in zip(panels[1:], PUBLISHED, strict=True):
        _estimates(axes, tables, name)
    return figure


def cut_offs(tables: Tables) -> Figure:
    """Mean and standard deviation of the error for other corners."""
    figure = new_figure(7.4)
    for row, (measure, title) in zip(figure.subplots(2, 2), MEASURES.items(), strict=True):
        for axes, name in zip(row, PUBLISHED, strict=True):
            axes.set_title(f"{name}: {title}", loc="left")
            _cuts(axes, tables, name, measure)
    return figure


def data_sets(tables: Tables) -> Figure:
    """Mean and standard deviation of the error for every data set, fitted on the same corner."""
    figure = new_figure(5.0)
    for axes, (measure, title) in zip(figure.subplots(1, 2), MEASURES.items(), strict=True):
        axes.set_title(f"Fitted on the corner: {title}", loc="left")
        _by_data_set(axes, tables, measure)
    return figure


def cross_validation(tables: Tables) -> Figure:
    """Cross-validated estimates for all data sets, and for comparison the law without its envelope."""
    figure, (language, vision, laws) = row_of_panels(3, 3.2)
    for axes, chosen, title in (
        (language, True, "Language: cross-entropy"),
        (vision, False, "Vision: top-1 error"),
    ):
        axes.set_title(title, loc="left")
        _crossed(axes, tables, chosen)
    laws.set_title("Cross-validation: standard deviation of the error", loc="left")
    _laws(laws, tables)
    return figure


MEASURES = {"mu": "mean of the relative error", "sigma": "standard deviation of the relative error"}


def _corner(axes: Axes, tables: Tables, name: str) -> None:
    points = where(tables["configurations"], data_set=name)
    axes.set_title(f"{name}: what is fitted", loc="left")
    for fitted, label in ((True, "fitted"), (False, "predicted")):
        some = points[points.fitted == fitted]
        axes.scatter(some.n, some.m, s=34, color=_colour(fitted), label=label)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"$2^{{{np.log2(value):.0f}}}$"))
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)
    for axis, values in ((axes.xaxis, points.n), (axes.yaxis, points.m)):
        fixed_ticks(axis, sorted(set(values)))
    axes.set_xlabel("data size, fraction of the largest (log scale)")
    axes.set_ylabel("model size, fraction of the largest (log scale)")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2)


def _estimates(axes: Axes, tables: Tables, name: str) -> None:
    """Estimates for one draw; bars are the range over draws, at the error by the law."""
    points = where(tables["configurations"], data_set=name)
    row = where(
        tables["summary"], data_set=name, method="extrapolation", cut_data=CORNER[0], cut_model=CORNER[1]
    )
    here, paper = row.iloc[0], f"{_percent(row.published_mu)}, {_percent(row.published_sigma)}"
    axes.set_title(f"{name}: estimated and actual error", loc="left")
    drawn = pd.concat([points.actual, points.estimated])
    low, high = drawn.min() / 1.05, drawn.max() * 1.05
    axes.plot([low, high], [low, high], color="0.4", linewidth=0.9, zorder=1, label="identity")
    rest = points[~points.fitted]
    middle = (rest.low + rest.high) / 2
    axes.errorbar(
        rest.truth, middle, (middle - rest.low, rest.high - middle), fmt=".", markersize=0,
        color="C1", alpha=0.35, linewidth=1.2, label="predicted, 95 % of draws",
    )  # fmt: skip
    for fitted, label in ((True, "fitted"), (False, "predicted")):
        some = points[points.fitted == fitted]
        axes.scatter(some.actual, some.estimated, s=16, color=_colour(fitted), zorder=3, label=label)
    _log_errors(axes, low, high)
    text = (
        f"predicted, {here.draws} draws:\n"
        f"$\\mu$ = {_range(here, 'mu')}\n$\\sigma$ = {_range(here, 'sigma')}\n"
        f"the paper's measurement:\n$\\mu$, $\\sigma$ = {paper}"
    )
    axes.text(
        0.03, 0.97, text, transform=axes.transAxes, va="top", fontsize=SMALLEST,
        bbox={"facecolor": "white", "edgecolor": "0.8", "alpha": 0.9},
    )  # fmt: skip
    axes.set_xlabel("actual error: drawn (log scale)")
    axes.set_ylabel("estimated error (log scale)")
    axes.legend(loc="lower right")


def _cuts(axes: Axes, tables: Tables, name: str, measure: str) -> None:
    """One series per largest n, over the largest m that is fitted."""
    rows = where(tables["summary"], data_set=name, method="extrapolation", law=ENVELOPE)
    sizes = sorted(set(rows.cut_model), reverse=True)
    for k, cut in enumerate(sorted(set(rows.cut_data), reverse=True)):
        some = rows[rows.cut_data == cut].sort_values("cut_model", ascending=False)
        at = np.arange(len(some)) + 0.14 * (k - 1)
        _bars(axes, at, some, measure, f"n up to {fraction(cut)}", f"C{k}", filled=True)
    known = rows[rows.published_mu.notna()]
    axes.scatter(
        [sizes.index(float(cut)) + 0.3 for cut in known.cut_model],
        PERCENT * known[f"published_{measure}"], marker="x", s=40, color="black", zorder=4,
        label="the paper's measurement, n up to 1/8",
    )  # fmt: skip
    axes.set_xticks(range(len(sizes)), [fraction(size) for size in sizes])
    axes.set_xlabel("largest m that is fitted, fraction of the largest")
    _percent_axis(axes, measure)
    axes.legend(loc="best" if measure == "sigma" else "lower left")


def _by_data_set(axes: Axes, tables: Tables, measure: str) -> None:
    """Bars for every data set; hollow where the corner is that of the base model."""
    rows = tables["summary"]
    names = list(dict.fromkeys(rows.data_set))
    corner = where(rows, method="extrapolation", cut_data=CORNER[0], cut_model=CORNER[1])
    base = where(rows, method="extrapolation-base")
    for some, shift, label, filled in (
        (corner, -0.12, "m up to 1/16 of the largest model", True),
        (base, 0.12, "m up to 1/16 of the base model", False),
    ):
        at = np.array([names.index(name) for name in some.data_set]) + shift
        _bars(axes, at, some, measure, label, "C0" if filled else "C3", filled=filled)
    known = corner[corner.published_mu.notna()]
    axes.scatter(
        [names.index(name) + 0.12 for name in known.data_set], PERCENT * known[f"published_{measure}"],
        marker="x", s=40, color="black", zorder=4, label="the paper's measurement",
    )  # fmt: skip
    _names(axes, names)
    _percent_axis(axes, measure)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=1)


def _crossed(axes: Axes, tables: Tables, language: bool) -> None:
    """Errors of one draw, each estimated from the other folds."""
    points = tables["configurations"]
    points = points[(points.metric == LANGUAGE) == language]
    rows = where(tables["summary"], method="cross-validation", law=ENVELOPE).set_index("data_set")
    low, high = points.actual.min() / 1.05, points.actual.max() * 1.05
    axes.plot([low, high], [low, high], color="0.4", linewidth=0.9, zorder=1, label="identity")
    for k, name in enumerate(dict.fromkeys(points.data_set)):
        some, row = points[points.data_set == name], rows.loc[name]
        label = rf"{name}: $\mu$ {PERCENT * row.mu:.2f}, $\sigma$ {PERCENT * row.sigma:.1f} %"
        axes.scatter(some.actual, some.cross_validated, s=11, color=f"C{k}", zorder=3, label=label)
    _log_errors(axes, low, high)
    axes.set_xlabel("actual error: drawn (log scale)")
    axes.set_ylabel("error estimated from the other folds (log scale)")
    axes.legend(loc="upper left")


def _laws(axes: Axes, tables: Tables) -> None:
    rows = where(tables["summary"], method="cross-validation")
    names = list(dict.fromkeys(rows.data_set))
    for k, (law, label) in enumerate(((ENVELOPE, "with envelope"), (ADDITIVE, "without: two power laws"))):
        some = where(rows, law=law)
        at = np.array([names.index(name) for name in some.data_set]) + 0.24 * (k - 0.5)
        _bars(axes, at, some, "sigma", label, f"C{k}", filled=True)
    _names(axes, names)
    _percent_axis(axes, "sigma")
    axes.set_ylim(0, None)
    axes.legend(loc="center right")


def _bars(
    axes: Axes, at: Any, rows: pd.DataFrame, measure: str, label: str, colour: str, *, filled: bool
) -> None:
    """Medians over draws with percentiles, in per cent."""
    value, low, high = (PERCENT * rows[f"{measure}{end}"] for end in ("", "_low", "_high"))
    axes.errorbar(
        at, value, (value - low, high - value), fmt="o", color=colour, markersize=5, linewidth=1.2, capsize=2,
        markerfacecolor=colour if filled else "white", label=label,
    )  # fmt: skip


def _percent_axis(axes: Axes, measure: str) -> None:
    axes.set_ylabel(f"{'mean' if measure == 'mu' else 'standard deviation'}, per cent")
    if measure == "mu":
        axes.axhline(0, color="0.4", linewidth=0.9, zorder=1, label="_zero")


def _names(axes: Axes, names: list[str]) -> None:
    axes.set_xticks(range(len(names)), names, rotation=30, ha="right", rotation_mode="anchor")
    axes.grid(False, axis="x")


def _log_errors(axes: Axes, low: float, high: float) -> None:
    """Make both axes logarithmic, with the same limits and ticks."""
    ticks = [d * 10.0**k for k in (-2, -1, 0) for d in (1, 2, 3, 4, 5, 6, 7, 8, 9)]
    ticks = [tick for tick in ticks if low <= tick <= high]
    if len(ticks) > 8:
        ticks = [tick for tick in ticks if f"{tick:.0e}"[0] in "125"]
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis in (axes.xaxis, axes.yaxis):
        fixed_ticks(axis, ticks, lambda value: f"{value:.3g}")
    axes.set_xlim(low, high)
    axes.set_ylim(low, high)


def _range(row: pd.Series, measure: str) -> str:
    value, low, high = (PERCENT * float(row[f"{measure}{end}"]) for end in ("", "_low", "_high"))
    return f"{value:.1f} % [{low:.1f}, {high:.1f}]"


def _percent(values: "pd.Series[float]") -> str:
    return f"{PERCENT * float(values.iloc[0]):.4g} %"


def _colour(fitted: bool) -> str:
    return "C0" if fitted else "C1"
