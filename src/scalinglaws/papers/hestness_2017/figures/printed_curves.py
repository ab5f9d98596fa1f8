"""Figs 1, 3 (left) and 5 of Hestness et al. 2017, from points read off them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scalinglaws.plotting.colours import dash, marker
from scalinglaws.plotting.layout.labels import beside_point, in_corner, is_wide, panel_legend
from scalinglaws.plotting.layout.panels import new_figure, row_of_panels
from scalinglaws.plotting.learning_curves import digits_of
from scalinglaws.plotting.style import fixed_ticks, powers_of_two
from scalinglaws.tables.analysis import Tables, where

DECLARED, ALL, FLOOR = "learning-curve", "learning-curve:all-points", "learning-curve-with-floor"
GREY = "0.45"  # of lines that are printed in the paper
TICKS = {
    "Fig 1 left": (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7),
    "Fig 1 right": (0.4, 0.5, 0.6, 0.7),
    "Fig 3 left": (0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6),
    "Fig 5 left": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8),
    "Fig 5 right": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
}
NAMES = {
    "char_lm_sgd": "SGD",
    "char_lm_adam": "Adam",
    "ds2": "DS2",
    "attention": "attention",
    "ds2_1.7M": "1.7M",
    "ds2_6M": "6M",
    "ds2_87M": "87M",
}
"""Series as they are called beside their curves."""


def translation(tables: Tables) -> Figure:
    """Fig 1: printed curves of two models of fixed size, and the best-fit model at each size."""
    figure, (left, right) = row_of_panels(2, 2.85 if is_wide() else 2.5)
    left.set_title("Two models, as printed", loc="left")
    printed = where(tables["printed"], panel="Fig 1 left").set_index("series")
    for k, ((series, row), corner) in enumerate(
        zip(printed.iterrows(), (("upper", "right"), ("lower", "left")), strict=True)
    ):
        line = where(tables["lines"], panel="Fig 1 left", series=series)
        hidden = f"{str(series).removeprefix('hidden_')} hidden units"
        left.plot(line.x, line.y, linestyle=dash(k), color=f"C{k}", label=hidden)
        in_corner(left, f"{hidden}\n$\\varepsilon = {_power(row)} + {_digits(row.gamma)}$", f"C{k}", corner)
    _axes(left, "Fig 1 left", tables, "Training tokens", "Minimum test loss")
    right.set_title("Best model per size", loc="left")
    shown = _learning_curve(right, tables, "token_error_rate", 0)
    _axes(right, "Fig 1 right", tables, "Training tokens", "Token error rate")
    panel_legend(right, shown)
    return figure


def characters(tables: Tables) -> Figure:
    """Fig 3 left: character language models, with either optimiser."""
    figure = new_figure(3.3)
    axes = figure.subplots()
    axes.set_title("Character language models", loc="left")
    shown = [
        *_learning_curve(axes, tables, "char_lm_sgd", 0, "SGD"),
        *_learning_curve(axes, tables, "char_lm_adam", 1, "Adam"),
    ]
    _axes(axes, "Fig 3 left", tables, "Training characters", "Validation loss, nats per character")
    _name(axes, tables, "char_lm_sgd", 0, 1, above=True)
    _name(axes, tables, "char_lm_adam", 1, 1, above=False)
    if is_wide():
        axes.legend(handles=shown, loc="upper right", frameon=False, handlelength=2.4)
    else:
        panel_legend(axes, shown)
    return figure


def speech(tables: Tables) -> Figure:
    """Fig 5: speech models that are best at each size (left), and DS2 models of one size (right)."""
    figure, (left, right) = row_of_panels(2, 3.5)
    left.set_title("Best model per size", loc="left")
    shown: list[Artist] = []
    for k, (series, above) in enumerate((("ds2", False), ("attention", True))):
        shown += _learning_curve(left, tables, series, k, NAMES[series])
        _name(left, tables, series, k, 2, above=above)
    _axes(left, "Fig 5 left", tables, "Hours of training audio", "Minimum validation loss")
    panel_legend(left, shown)
    right.set_title("DS2 models of one size", loc="left")
    best = where(tables["points"], series="ds2_best")
    shown = [_with_floor(right, tables, series, k) for k, series in enumerate(FIXED_SIZES)]
    shown += right.plot(best.x, best.y, color=GREY, zorder=2, label="best model, as in a")
    _axes(right, "Fig 5 right", tables, "Hours of training audio", "Minimum validation loss")
    low, high = right.get_xlim()
    right.set_xlim(low, 2.6 * high)  # room for the names
    panel_legend(right, shown)
    return figure


FIXED_SIZES = ("ds2_1.7M", "ds2_6M", "ds2_87M")


def _learning_curve(axes: Axes, tables: Tables, series: str, k: int, name: str = "") -> list[Line2D]:
    """The curve as read off, the printed line in grey, and both fits, which are returned for a legend.

    Points left out of the first fit are hollow.
    """
    points = where(tables["points"], series=series)
    title, colour = str(points.title.iloc[0]), f"C{k}"
    axes.plot(points.x, points.y, color=colour, linewidth=0.8, zorder=3, label=title)
    _markers(axes, points[points.used], k, "_fitted", hollow=False)
    _markers(axes, points[~points.used], k, f"{title}, not in the fit", hollow=True)
    printed = where(tables["printed"], series=series).iloc[0]
    fits = where(tables["fits"], metric=series)
    first = int(where(fits, law=DECLARED).points.iloc[0])
    shown = []
    for kind, style, shade, what in (
        ("printed", dash(1), GREY, f"{name}{', ' if name else ''}printed: ${_power(printed)}$"),
        (DECLARED, dash(3), colour, f"first {first}: {_equation(where(fits, law=DECLARED))}"),
        (ALL, dash(2), colour, f"all {len(points)}: {_equation(where(fits, law=ALL))}"),
    ):
        line = where(tables["lines"], series=series, kind=kind)
        if len(line):
            shown += axes.plot(line.x, line.y, linestyle=style, color=shade, zorder=2, label=what)
    return shown


def _with_floor(axes: Axes, tables: Tables, series: str, k: int) -> Line2D:
    """The curve of one model as read off, and the power law with a floor fitted to it, which is returned."""
    points = where(tables["points"], series=series)
    colour, name = f"C{k}", NAMES[series]
    axes.plot(points.x, points.y, color=colour, linewidth=0.8, zorder=3, label=str(points.title.iloc[0]))
    _markers(axes, points, k, "_fitted", hollow=False)
    last = points.sort_values("x").iloc[-1]
    beside_point(axes, (last.x, last.y), name, colour, (5, 0))
    fits = where(tables["fits"], metric=series, law=FLOOR).set_index("parameter").to_dict("index")
    alpha, beta, gamma = (digits_of(fits[each]["value"]) for each in ("alpha", "beta_g", "gamma"))
    floor = _span(fits["gamma"], 3)
    label = f"{name}: ${alpha}\\,m^{{{beta}}} + {gamma}$\nfloor in {floor}"
    line = where(tables["lines"], series=series, kind=FLOOR)
    (law,) = axes.plot(line.x, line.y, linestyle=dash(3), color=colour, zorder=2, label=label)
    return law


def _markers(axes: Axes, points: pd.DataFrame, k: int, label: str, *, hollow: bool) -> None:
    if len(points):
        face = "white" if hollow else f"C{k}"
        axes.scatter(
            points.x, points.y, s=14, marker=marker(k), facecolors=face, edgecolors=f"C{k}", zorder=4,
            label=label,
        )  # fmt: skip


def _name(axes: Axes, tables: Tables, series: str, k: int, point: int, *, above: bool) -> None:
    """Write the name of a falling curve at one of its points, on its free side."""
    at = where(tables["points"], series=series).sort_values("x").iloc[point]
    beside_point(axes, (at.x, at.y), NAMES[series], f"C{k}", (3, 3) if above else (-3, -3))


def _axes(axes: Axes, panel: str, tables: Tables, unit: str, y_label: str) -> None:
    lines = where(tables["lines"], panel=panel)
    x = lines.x
    powers_of_two(axes, x.min(), x.max())
    first, last = np.ceil(np.log2(x.min()) - 0.1), np.floor(np.log2(x.max()) + 0.1)
    fixed_ticks(axes.xaxis, 2.0 ** np.arange(first, last + 1, 2))
    axes.set_yscale("log")
    fixed_ticks(axes.yaxis, TICKS[panel], lambda value: f"{value:g}")
    drawn = pd.concat([lines.y, where(tables["points"], panel=panel).y])
    axes.set_ylim(0.93 * drawn.min(), 1.07 * drawn.max())
    axes.set_xlabel(unit)
    axes.set_ylabel(y_label)


def _equation(fit: pd.DataFrame) -> str:
    """A fitted line and the interval of its exponent."""
    if fit.empty:
        return ""
    rows = fit.set_index("parameter").to_dict("index")
    alpha, beta = rows["alpha"], rows["beta_g"]
    digits = 2 - int(np.floor(np.log10(abs(beta["value"]))))
    return rf"${digits_of(alpha['value'])}\,m^{{{digits_of(beta['value'])}}}$ {_span(beta, digits)}"


def _span(row: Mapping[Any, Any], digits: int) -> str:
    """An interval, with this number of decimals."""
    return f"[${row['low']:.{digits}f}$, ${row['high']:.{digits}f}$]"


def _power(row: pd.Series) -> str:
    """alpha m^beta_g, in the digits that are printed."""
    return rf"{row.alpha:g}\,m^{{{_digits(row.beta_g)}}}"


def _digits(value: float) -> str:
    """A number as printed in the figures: with two decimals, or three where it has them."""
    return f"{value:.2f}" if abs(value - round(value, 2)) < 1e-9 else f"{value:g}"
