"""The early stop of Hoffmann et al. 2022's fit: a mean of losses under L-BFGS-B's default tolerances."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scalinglaws.plotting.colours import dash, marker
from scalinglaws.plotting.layout.labels import beside_point, is_wide
from scalinglaws.plotting.layout.outside_legend import legends_outside
from scalinglaws.plotting.layout.panels import new_figure
from scalinglaws.plotting.layout.venues import SMALLEST
from scalinglaws.plotting.style import fixed_ticks
from scalinglaws.tables.analysis import Tables

WAYS = {"Mean": 3, "Sum": 1, "Sum, tight": 2, "Newton": 0}
"""Colour, marker and dash of each way of fitting."""
GREY = "0.45"
PRINTED = "Hoffmann et al., as printed"


def stopping(tables: Tables) -> Figure:
    """What an iteration gains and what ftol needs, where descents end, and the exponent that follows."""
    if is_wide():
        figure = new_figure(3.5)
        upper, lower = figure.subfigures(2, 1, squeeze=False, height_ratios=(1.15, 1)).ravel()
        above, below = list(upper.subplots(1, 3)), lower.subplots()
    else:
        figure = new_figure(6.6)
        *above, below = figure.subplots(4, 1)
    _decreases(above[0], tables["traces"])
    _excesses(above[1], tables["traces"])
    _shares(above[2], tables["descents"], tables["methods"])
    _exponents(below, tables["methods"], tables["parameters"])
    legends_outside(
        figure,
        [
            (Line2D([], [], color=f"C{k}", linestyle=dash(k), marker=marker(k), markersize=3), way)
            for way, k in WAYS.items()
        ],
    )
    return figure


def _way(method: str) -> int:
    loss = method.split(",")[0]
    return WAYS["Sum, tight" if method.endswith("tight") else loss]


def _decreases(axes: Axes, traces: pd.DataFrame) -> None:
    axes.set_title("Gain per iteration", loc="left")
    for method, part in _last_first(traces):
        part, k = part[part.iteration > 0], _way(method)
        axes.plot(
            part.iteration, part.decrease, marker=marker(k), markersize=1.8, color=f"C{k}", linewidth=0.7,
            label=method,
        )  # fmt: skip
    default = float(traces.threshold.max())
    axes.axhline(default, color=GREY, linestyle="--", linewidth=1, label="ftol max(|f|, 1)")
    beside_point(axes, (2, default), "default ftol", GREY, (1, -9))
    axes.set_yscale("log")
    axes.set_ylim(1e-18, 1e-3)
    fixed_ticks(axes.yaxis, [10.0**k for k in range(-18, 0, 3)])
    axes.set_xlabel("Iteration")
    axes.set_ylabel("Decrease")


def _excesses(axes: Axes, traces: pd.DataFrame) -> None:
    axes.set_title("Left to gain", loc="left")
    for method, part in _last_first(traces):
        k, last = _way(method), part.iloc[-1]
        axes.plot(part.iteration, part.excess, color=f"C{k}", linestyle=dash(k), label=method)
        axes.scatter(
            [last.iteration], [last.excess], s=18, marker=marker(k), color=f"C{k}", zorder=3,
            label=f"{method}, stop",
        )  # fmt: skip
    axes.set_yscale("log")
    axes.set_ylim(1e-16, 10)
    fixed_ticks(axes.yaxis, [10.0**k for k in range(-15, 1, 3)])
    axes.set_xlim(-4, 1.1 * float(traces.iteration.max()))
    axes.set_xlabel("Iteration")
    axes.set_ylabel("Excess of the sum")


def _last_first(traces: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """The traces in drawing order: they overlap, and the shortest one has to be on top."""
    return [(str(method), part) for method, part in traces.groupby("method", sort=False)][::-1]


def _shares(axes: Axes, descents: pd.DataFrame, methods: pd.DataFrame) -> None:
    axes.set_title("Grid of starts", loc="left")
    counts = methods.set_index("method")
    for row, (method, part) in enumerate(descents.groupby("method", sort=False)):
        reached, starts = counts.loc[str(method), ["reached", "starts"]].astype(int)
        k = _way(str(method))
        axes.plot(part.excess, part.share, color=f"C{k}", linestyle=dash(k), label=str(method))
        axes.text(
            0.05, 0.86 - 0.14 * row, f"{reached:,} of {starts:,}", transform=axes.transAxes, color=f"C{k}",
            fontsize=SMALLEST,
        )  # fmt: skip
    axes.set_xscale("log")
    axes.set_xlim(1e-9, 1e5)
    axes.set_ylim(0, 1.02)
    fixed_ticks(axes.xaxis, (1e-8, 1e-4, 1, 1e4))
    axes.set_xlabel("Excess of the sum")
    axes.set_ylabel("Share of starts")


def _exponents(axes: Axes, methods: pd.DataFrame, parameters: pd.DataFrame) -> None:
    """The exponent of N_opt by each way of fitting, and above them the published one."""
    axes.set_title(r"Exponent of $N_\mathrm{opt} \propto C^a$", loc="left")
    printed = parameters.query("source == @PRINTED and parameter == 'a'").to_dict("records")[0]
    rows = [(PRINTED, printed["value"], printed["low"], printed["high"], "black", "X")]
    for row in methods.to_dict("records"):
        k = _way(row["method"])
        rows.append((row["method"], row["a"], row["low"], row["high"], f"C{k}", marker(k)))
    for place, (name, value, low, high, colour, shape) in enumerate(rows):
        axes.plot([low, high], [place] * 2, color=colour, linewidth=3, alpha=0.5, label=f"{name}, interval")
        axes.scatter([value], [place], s=16, marker=shape, color=colour, zorder=3, label=name)
        right = max(value, high) if high == high else value
        text = axes.annotate(
            f"{value:.3f}" if value != printed["value"] else f"{value:g}", (right, place), (5, 0),
            textcoords="offset points", va="center", fontsize=SMALLEST,
        )  # fmt: skip
        text.set_in_layout(False)
    axes.set_yticks(range(len(rows)), [name for name, *_ in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0.44, 0.57)
    fixed_ticks(axes.xaxis, (0.44, 0.48, 0.52, 0.56), "{:.2f}".format)
    axes.set_xlabel("$a$")
