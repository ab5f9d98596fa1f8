"""Estimated and actual errors, after Rosenfeld et al. 2020, on data drawn from the published landscapes."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scalinglaws.papers.rosenfeld_2021.analyses.extrapolation import NOISE
from scalinglaws.papers.rosenfeld_2021.figures._sizes import ERRORS, binary_ticks, error_ticks, fraction
from scalinglaws.plotting.captions.explained import remark
from scalinglaws.plotting.colours import marker
from scalinglaws.plotting.layout.labels import beside_point, is_wide, note_below, panel_legend
from scalinglaws.plotting.layout.panels import new_figure
from scalinglaws.plotting.style import fixed_ticks
from scalinglaws.tables.analysis import Tables, where

PUBLISHED = ("ImageNet", "WikiText-103")
"""The data sets whose extrapolation the paper reports."""
LANGUAGE = "cross-entropy"
ENVELOPE, ADDITIVE = "rosenfeld-envelope", "rosenfeld-additive"
CORNER = (1 / 8, 1 / 16)  # largest n and m that are fitted
PERCENT = 100.0
GREY = "0.45"
FITTED, PREDICTED, RANGE = "fitted", "predicted", "95 % of draws"
PAPER = "the paper's measurement"
MEASURES = {"mu": "mean of the error", "sigma": "standard deviation"}
MOST_TICKS = 4  # of an axis of errors in a row of three panels
SPREADS = (1, 2, 5, 10, 20, 50)  # ticks of standard deviations, in per cent


def extrapolation(tables: Tables) -> Figure:
    """The fitted corner, and its predictions for the rest, for the two data sets of the paper."""
    figure, panels = _row(3, 2.75, 7.6)
    _corner(panels[0], tables, PUBLISHED[0])
    for axes, name in zip(panels[1:], PUBLISHED, strict=True):
        _estimates(axes, tables, name)
    _count_draws(figure, tables)
    return figure


def cut_offs(tables: Tables) -> Figure:
    """Mean and standard deviation of the error for other corners."""
    figure = new_figure(4.2 if is_wide() else 7.4)
    shape = (2, 2) if is_wide() else (4, 1)
    panels = figure.subplots(*shape, sharex=True, sharey="row", squeeze=False).ravel()
    places = [(measure, name) for measure in MEASURES for name in PUBLISHED]
    for axes, (measure, name) in zip(panels, places, strict=True):
        axes.set_title(f"{name}: {MEASURES[measure]}", loc="left")
        shown = _cuts(axes, tables, name, measure)
        if axes.get_subplotspec().is_last_row():
            axes.set_xlabel("Largest model m that is fitted")
        if axes.get_subplotspec().is_first_col():
            axes.set_ylabel(f"{MEASURES[measure].capitalize()} (%)")
    _legend(figure, shown, 4 if is_wide() else 2)
    _count_draws(figure, tables)
    return figure


def data_sets(tables: Tables) -> Figure:
    """Mean and standard deviation of the error for every data set, fitted on the same corner."""
    figure, panels = _row(2, 2.9, 5.2, share_y=True)
    for axes, (measure, title) in zip(panels, MEASURES.items(), strict=True):
        axes.set_title(title.capitalize(), loc="left")
        shown = _by_data_set(axes, tables, measure)
    _legend(figure, shown, 3 if is_wide() else 1)
    _count_draws(figure, tables)
    return figure


def cross_validation(tables: Tables) -> Figure:
    """Cross-validated estimates for all data sets, and for comparison the law without its envelope."""
    figure, (language, vision, laws) = _row(3, 2.7, 7.0, widths=(1, 1, 1.15))
    figure.suptitle("Drawn from the law: tests the fit, not the law")
    for axes, chosen, title in ((language, True, "Language"), (vision, False, "Vision")):
        axes.set_title(title, loc="left")
        _crossed(axes, tables, chosen)
    laws.set_title("Noise in, noise out", loc="left")
    _laws(laws, tables)
    _count_draws(figure, tables)
    return figure


def _count_draws(figure: Figure, tables: Tables) -> None:
    """Say in the caption how many draws there are."""
    remark(figure, f"{tables['draws'].draw.nunique()} draws.")


def _row(
    count: int, wide: float, narrow: float, *, share_y: bool = False, widths: tuple[float, ...] | None = None
) -> tuple[Figure, list[Axes]]:
    """Panels side by side, or below each other on a narrow page, with the figure's height for either."""
    figure = new_figure(wide if is_wide() else narrow)
    shape = (1, count) if is_wide() else (count, 1)
    ratios = widths if is_wide() else None
    return figure, list(figure.subplots(*shape, sharey=share_y, squeeze=False, width_ratios=ratios).ravel())


def _legend(figure: Figure, shown: list[Artist], columns: int) -> None:
    figure.legend(handles=shown, loc="outside lower center", ncols=columns, frameon=False, columnspacing=1.2)


def _corner(axes: Axes, tables: Tables, name: str) -> None:
    points = where(tables["configurations"], data_set=name)
    axes.set_title("What is fitted", loc="left")
    shown: list[Artist] = []
    for fitted in (True, False):
        some = points[points.fitted == fitted]
        shown.append(axes.scatter(some.n, some.m, label=_name(fitted), **_look(fitted)))
    shown.append(Line2D([], [], color="C1", alpha=0.5, linewidth=1, label=RANGE))
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)
    binary_ticks(axes.xaxis, points.n, 2)
    binary_ticks(axes.yaxis, points.m, 4)
    axes.set_xlabel("Data n")
    axes.set_ylabel("Model m")
    panel_legend(axes, shown)


def _estimates(axes: Axes, tables: Tables, name: str) -> None:
    """Estimates for one draw; bars are the range over draws, at the error by the law."""
    points = where(tables["configurations"], data_set=name)
    row = where(
        tables["summary"], data_set=name, method="extrapolation", cut_data=CORNER[0], cut_model=CORNER[1]
    ).iloc[0]
    axes.set_title(name, loc="left")
    rest = points[~points.fitted]
    drawn = pd.concat([points.actual, points.estimated, rest.low, rest.high])
    low, high = drawn.min() / 1.05, drawn.max() * 1.05
    axes.plot([low, high], [low, high], color=GREY, linewidth=0.8, zorder=1, label="identity")
    middle = (rest.low + rest.high) / 2
    axes.errorbar(
        rest.truth, middle, (middle - rest.low, rest.high - middle), fmt=".", markersize=0, color="C1",
        alpha=0.5, linewidth=1, zorder=2, label=f"{PREDICTED}, {RANGE}",
    )  # fmt: skip
    for fitted in (True, False):
        some = points[points.fitted == fitted]
        axes.scatter(some.actual, some.estimated, zorder=3, label=_name(fitted), **_look(fitted))
    _log_errors(axes, low, high)
    paper = ", ".join(rf"$\{one}$ {_percent(row[f'published_{one}'])}" for one in MEASURES)
    ours = "\n".join(rf"$\{one}$ {_range(row, one)}" for one in MEASURES)
    note_below(axes, f"{ours}\npaper: {paper}")
    axes.set_xlabel("Actual error")
    if not is_wide() or name == PUBLISHED[0]:
        axes.set_ylabel("Estimated error")


def _cuts(axes: Axes, tables: Tables, name: str, measure: str) -> list[Artist]:
    """One series per largest n, over the largest m that is fitted."""
    rows = where(tables["summary"], data_set=name, method="extrapolation", law=ENVELOPE)
    sizes = sorted(set(rows.cut_model), reverse=True)
    shown: list[Artist] = []
    for k, cut in enumerate(sorted(set(rows.cut_data), reverse=True)):
        some = rows[rows.cut_data == cut].sort_values("cut_model", ascending=False)
        value, low, high = _ends(some, measure)
        shown.append(
            axes.errorbar(
                np.arange(len(some)) + 0.15 * (k - 1), value, (value - low, high - value), fmt=marker(k),
                color=f"C{k}", markersize=3.5, linewidth=1, label=f"n up to {fraction(cut)}",
            )  # type: ignore[arg-type]  # a container, of which a legend takes a handle
        )  # fmt: skip
    known = rows[rows.published_mu.notna()]
    at = [sizes.index(float(cut)) + 0.32 for cut in known.cut_model]
    shown.append(_cross(axes, at, PERCENT * known[f"published_{measure}"]))
    axes.set_xticks(range(len(sizes)), [fraction(size) for size in sizes])
    axes.grid(visible=False, axis="x")
    if measure == "mu":
        axes.axhline(0, color=GREY, linewidth=0.8, zorder=1, label="_zero")
    else:
        axes.set_yscale("log")
        fixed_ticks(axes.yaxis, SPREADS, lambda value: f"{value:g}")
    return shown


def _by_data_set(axes: Axes, tables: Tables, measure: str) -> list[Artist]:
    """Bars for every data set; hollow where the corner is that of the base model."""
    rows = tables["summary"]
    names = list(dict.fromkeys(rows.data_set))
    corner = where(rows, method="extrapolation", cut_data=CORNER[0], cut_model=CORNER[1])
    base = where(rows, method="extrapolation-base")
    shown: list[Artist] = []
    for k, (some, label) in enumerate(((corner, "m up to 1/16 of largest"), (base, "m up to 1/16 of base"))):
        at = np.array([names.index(name) for name in some.data_set]) + 0.3 * (k - 0.5)
        look = _BarLook(f"C{k}", marker(k), filled=k == 0)
        shown.append(_bar(axes, some, measure, at, label, look))
    known = corner[corner.published_mu.notna()]
    at = np.array([names.index(name) for name in known.data_set]) + 0.2
    shown.append(_cross(axes, PERCENT * known[f"published_{measure}"], at))
    _name_rows(axes, names)
    if measure == "mu":
        axes.axvline(0, color=GREY, linewidth=0.8, zorder=1, label="_zero")
        axes.set_xlabel("Mean of the relative error (%)")
    else:
        axes.set_xscale("log")
        fixed_ticks(axes.xaxis, SPREADS, lambda value: f"{value:g}")
        axes.set_xlim(1.2, 80)
        axes.set_xlabel("Standard deviation (%)")
    return shown


def _crossed(axes: Axes, tables: Tables, language: bool) -> None:
    """Errors of one draw, each estimated from the other folds."""
    points = tables["configurations"]
    mine = points[(points.metric == LANGUAGE) == language]
    drawn = pd.concat([mine.crossed_actual, mine.cross_validated])
    low, high = drawn.min() / 1.05, drawn.max() * 1.05
    axes.plot([low, high], [low, high], color=GREY, linewidth=0.8, zorder=1, label="identity")
    for name in dict.fromkeys(mine.data_set):
        some, (colour, shape) = mine[mine.data_set == name], _series(tables, name)
        axes.scatter(
            some.crossed_actual, some.cross_validated, s=7, marker=shape, color=colour, linewidths=0,
            zorder=3, label=name,
        )  # fmt: skip
    _log_errors(axes, low, high)
    axes.set_xlabel("Simulated error")
    axes.set_ylabel("Estimated error")


def _laws(axes: Axes, tables: Tables) -> None:
    """Standard deviations by data set, in the colours of the other panels, and the noise put in."""
    rows = where(tables["summary"], method="cross-validation")
    names = list(dict.fromkeys(rows.data_set))
    laws = ((ENVELOPE, "with its envelope", True), (ADDITIVE, "without", False))
    for law, label, filled in laws:
        some = where(rows, law=law)
        for place, name in enumerate(names):
            look = _BarLook(*_series(tables, name), filled=filled)
            _bar(axes, some[some.data_set == name], "sigma", [place], label, look)
    axes.axvline(PERCENT * NOISE, color=GREY, linewidth=0.8, zorder=1, label="noise put in")
    _name_rows(axes, names)
    axes.set_ylim(len(names) + 0.4, -0.6)
    beside_point(axes, (PERCENT * NOISE, len(names) + 0.3), f"noise: {PERCENT * NOISE:g} %", GREY, (3, 1))
    axes.set_xscale("log")
    fixed_ticks(axes.xaxis, SPREADS, lambda value: f"{value:g}")
    axes.set_xlim(1.3, 25)
    axes.set_xlabel("Spread (%)")
    keys = [
        Line2D([], [], color="0.3", marker="o", markersize=3.5, linewidth=1,
               markerfacecolor="0.3" if filled else "white", label=label)
        for _, label, filled in laws
    ]  # fmt: skip
    panel_legend(axes, keys)


class _BarLook(NamedTuple):
    colour: str
    shape: str
    filled: bool


def _bar(axes: Axes, rows: pd.DataFrame, measure: str, at: Any, label: str, look: _BarLook) -> Artist:
    """Medians over draws with percentiles, in per cent, as horizontal bars."""
    value, low, high = _ends(rows, measure)
    bars: Any = axes.errorbar(
        value, at, xerr=(value - low, high - value), fmt=look.shape, color=look.colour,
        markerfacecolor=look.colour if look.filled else "white", markersize=4, markeredgewidth=0.8,
        linewidth=1, label=label,
    )  # fmt: skip
    return bars  # type: ignore[no-any-return]  # a container, of which a legend takes a handle


def _ends(rows: pd.DataFrame, measure: str) -> tuple[Any, Any, Any]:
    """Medians and percentiles, in per cent."""
    value, low, high = (PERCENT * rows[f"{measure}{end}"] for end in ("", "_low", "_high"))
    return value, low, high


def _cross(axes: Axes, x: Any, y: Any) -> Artist:
    return axes.scatter(x, y, marker="x", s=26, color="black", linewidths=1.2, zorder=4, label=PAPER)


def _name_rows(axes: Axes, names: list[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")


def _series(tables: Tables, name: str) -> tuple[str, str]:
    """The colour and marker of a data set among those of its kind."""
    points = tables["configurations"]
    language = points.metric == LANGUAGE
    mine = bool(language[points.data_set == name].iloc[0])
    k = list(dict.fromkeys(points[language == mine].data_set)).index(name)
    return f"C{k}", marker(k + 3 * mine)


def _log_errors(axes: Axes, low: float, high: float) -> None:
    """Make both axes logarithmic, with the same limits and ticks."""
    axes.set_xscale("log")
    axes.set_yscale("log")
    ticks = error_ticks(low, high)
    for axis in (axes.xaxis, axes.yaxis):
        fixed_ticks(axis, ticks if len(ticks) <= MOST_TICKS else ticks[::-2], ERRORS)
    axes.set_xlim(low, high)
    axes.set_ylim(low, high)


def _range(row: pd.Series, measure: str) -> str:
    value, low, high = (PERCENT * float(row[f"{measure}{end}"]) for end in ("", "_low", "_high"))
    return f"${value:.1f}$ % [${low:.1f}$, ${high:.1f}$]"


def _percent(value: float) -> str:
    return f"{PERCENT * float(value):.3g} %"


def _name(fitted: bool) -> str:
    return FITTED if fitted else PREDICTED


def _look(fitted: bool) -> dict[str, Any]:
    colour = "C0" if fitted else "C1"
    return {
        "s": 12,
        "marker": "o" if fitted else "s",
        "facecolors": colour if fitted else "white",
        "edgecolors": colour,
    }
