"""The early stop of Hoffmann et al. 2022's fit: a mean of losses under L-BFGS-B's default tolerances."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scalinglaws.plotting.panels import new_figure
from scalinglaws.plotting.venues import SMALLEST
from scalinglaws.tables.analysis import Tables

COLOURS = {"Mean": "C3", "Sum": "C1", "tight": "C2", "Newton": "C0"}
GREY = "0.45"
PRINTED = "Hoffmann et al., as printed"


def stopping(tables: Tables) -> Figure:
    """What an iteration gains and what ftol needs, where descents end, and the exponent that follows."""
    figure = new_figure(7.4)
    places = figure.add_gridspec(2, 3, height_ratios=(4, 3))
    above = [figure.add_subplot(places[0, k]) for k in range(3)]
    _decreases(above[0], tables["traces"])
    _excesses(above[1], tables["traces"])
    _shares(above[2], tables["descents"], tables["methods"])
    _exponents(figure.add_subplot(places[1, :]), tables["methods"], tables["parameters"])
    return figure


def _colour(method: str) -> str:
    return COLOURS["tight" if method.endswith("tight") else method.split(",")[0].split()[0]]


def _decreases(axes: Axes, traces: pd.DataFrame) -> None:
    axes.set_title("What an iteration gains", loc="left")
    for method, part in _last_first(traces):
        part = part[part.iteration > 0]
        axes.plot(part.iteration, part.decrease, ".-", color=_colour(method), linewidth=1, label=method)
    default = float(traces.threshold.max())
    axes.axhline(default, color=GREY, linestyle="--", linewidth=1.2, label="ftol max(|f|, 1)")
    axes.set_yscale("log")
    axes.set_ylim(1e-19, 1e-3)
    axes.set_xlabel("Iteration from the published values")
    axes.set_ylabel("Decrease of what is minimised (log scale)")
    handles, labels = axes.get_legend_handles_labels()
    axes.legend([*handles[2::-1], handles[3]], [*labels[2::-1], labels[3]], loc="lower left")


def _excesses(axes: Axes, traces: pd.DataFrame) -> None:
    axes.set_title("What is left to gain", loc="left")
    for method, part in _last_first(traces):
        axes.plot(part.iteration, part.excess, color=_colour(method), linewidth=1.4, label=method)
        last = part.iloc[-1]
        axes.scatter(
            [last.iteration], [last.excess], s=40, color=_colour(method), zorder=3, label=f"{method}, stop"
        )
        axes.annotate(
            "stop", (last.iteration, last.excess), (-7, -13), textcoords="offset points", fontsize=SMALLEST
        )
    axes.set_yscale("log")
    axes.set_ylim(1e-16, 10)
    axes.set_xlim(-4, 1.15 * float(traces.iteration.max()))
    axes.set_xlabel("Iteration from the published values")
    axes.set_ylabel("Sum of losses over the lowest, minus 1 (log scale)")


def _last_first(traces: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """The traces in drawing order: they overlap, and the shortest one has to be on top."""
    return [(str(method), part) for method, part in traces.groupby("method", sort=False)][::-1]


def _shares(axes: Axes, descents: pd.DataFrame, methods: pd.DataFrame) -> None:
    axes.set_title("Where the grid of starts ends", loc="left")
    counts = methods.set_index("method")
    for method, part in descents.groupby("method", sort=False):
        reached, starts = counts.loc[str(method), ["reached", "starts"]].astype(int)
        label = f"{method}:\n{reached:,} of {starts:,} reach the lowest"
        axes.plot(part.excess, part.share, color=_colour(str(method)), linewidth=1.6, label=label)
    axes.set_xscale("log")
    axes.set_xlim(1e-9, 1e5)
    axes.set_ylim(0, 1.75)
    axes.set_yticks(np.linspace(0, 1, 6))
    axes.set_xlabel("Sum over the lowest, minus 1 (log scale)")
    axes.set_ylabel("Share of starts that end there or below")
    axes.legend(loc="upper left")


def _exponents(axes: Axes, methods: pd.DataFrame, parameters: pd.DataFrame) -> None:
    """The exponent of N_opt by each way of fitting, and above them the published one."""
    axes.set_title("The exponent a of the best fit", loc="left")
    printed = parameters.query("source == @PRINTED and parameter == 'a'").to_dict("records")[0]
    rows = [(PRINTED, printed["value"], printed["low"], printed["high"], "black")]
    for row in methods.to_dict("records"):
        rows.append((row["method"], row["a"], row["low"], row["high"], _colour(row["method"])))
    for place, (name, value, low, high, colour) in enumerate(rows):
        axes.plot([low, high], [place] * 2, color=colour, linewidth=4, alpha=0.5, label=f"{name}, interval")
        axes.scatter([value], [place], s=30, color=colour, zorder=3, label=name)
        axes.annotate(
            f"{value:.4g}", (max(value, high) if high == high else value, place), (7, 0),
            textcoords="offset points", va="center", fontsize=SMALLEST,
        )  # fmt: skip
    axes.set_yticks(range(len(rows)), [name for name, *_ in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0.44, 0.56)
    axes.set_xlabel("a")
