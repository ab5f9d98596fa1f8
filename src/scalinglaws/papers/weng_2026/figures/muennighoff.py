"""Figures of Muennighoff et al. 2023, "Scaling Data-Constrained Language Models" (arXiv:2305.16264)."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scalinglaws.plotting.colours import marker
from scalinglaws.plotting.layout.labels import beside_point, in_corner, is_wide
from scalinglaws.plotting.layout.outside_legend import Entry, legends_outside
from scalinglaws.plotting.layout.panels import new_figure
from scalinglaws.plotting.style import fixed_ticks
from scalinglaws.tables.analysis import Tables

SIZES = {"2.8B": 0, "4.2B": 1, "8.7B": 2}
"""Colour and marker of each size."""
LIMITS = (2.25, 2.8), (2.15, 2.85)  # nats, of the panels of losses
STOPPED, AS_NEW, PUBLISHED, REFITTED = (0, (4, 3)), ":", "-", (0, (5, 1.5, 1, 1.5))
LONGEST = 12  # epochs: the end of the original's first panel
EPOCHS = (1, 2, 4, 10)  # where the left panel labels the share of unique tokens
NAMED = (1, 4, 16, 64)  # epochs that are written at their ticks
TOKENS = {1e10: "10B", 1e11: "100B", 1e12: "1T", 1e13: "10T", 1e14: "100T"}
REACH = (2.5, 1.6e6)  # of r_D, epochs
FLAT = 0.3  # %
MARKERS = {
    "published": ("s", 40, "C3", "Published"),
    "optimum nearest to it": ("o", 9, "C1", "Local optimum next to it"),
    "lowest": ("o", 22, "C2", "Lowest optimum found"),
    "other local optimum": ("D", 14, "0.45", "Other local optima"),
}


def returns(tables: Tables) -> Figure:
    """Fig 5: loss against the share of unique tokens at a fixed length, and against length at fixed data.

    Below: which of all fitted runs the refit is closer to than the published law.
    """
    if is_wide():
        figure = new_figure(3.8)
        places = figure.add_gridspec(2, 2, height_ratios=(2.1, 1.1))
        left = figure.add_subplot(places[0, 0])
        right = figure.add_subplot(places[0, 1])
        below = figure.add_subplot(places[1, :])
    else:
        figure = new_figure(6.6)
        left, right, below = figure.subplots(3, 1, height_ratios=(2.2, 2.2, 1.3))
    _empirical(left, tables["empirical"], tables["runs"])
    _predicted(right, tables["predicted"], tables["epochs"])
    _closer(below, tables["errors"])
    for axes, limits in zip((left, right), LIMITS, strict=True):
        axes.set_ylabel("Final test loss (nats)")
        axes.set_ylim(*limits)
    lines: dict[str, Any] = {
        "Training stops when data are used up": STOPPED,
        "Repeated data as good as new": AS_NEW,
        "The law as published": PUBLISHED,
        "The law refitted": REFITTED,
    }
    laws_drawn = [(Line2D([], [], color="0.3", linestyle=dash), words) for words, dash in lines.items()]
    legends_outside(figure, [_entry(size, tables["runs"]) for size in SIZES], laws_drawn)
    return figure


def _entry(size: str, runs: pd.DataFrame) -> Entry:
    """The line of a legend for the runs of a size."""
    k, tokens = SIZES[size], float(runs.D[runs["size"] == size].iloc[0])
    point = Line2D([], [], color=f"C{k}", marker=marker(k), markersize=3.5, linestyle="none")
    return point, f"{size} parameters, {tokens / 1e9:.0f}B tokens"


def _empirical(axes: Axes, curves: pd.DataFrame, runs: pd.DataFrame) -> None:
    axes.set_title("Empirical, fixed training length", loc="left")
    for size, k in SIZES.items():
        law = curves[curves["size"] == size]
        points = runs[(runs["size"] == size) & (runs.epochs <= LONGEST)]
        colour = f"C{k}"
        axes.plot(
            law.epochs,
            law.as_new,
            linestyle=AS_NEW,
            color="0.3",
            linewidth=1,
            label=f"{size}, as good as new",
        )
        stopped = law[law.stopped.notna()]
        axes.plot(
            stopped.epochs,
            stopped.stopped,
            color="0.3",
            linewidth=1,
            linestyle=STOPPED,
            label=f"{size}, stopped",
        )
        axes.plot(law.epochs, law.published, color=colour, label=f"{size}, published law")
        axes.plot(law.epochs, law.refitted, linestyle=REFITTED, color=colour, label=f"{size}, refitted law")
        axes.scatter(
            points.epochs, points.loss, s=14, marker=marker(k), color=colour, zorder=3, label=f"{size}, runs"
        )
    axes.set_xscale("log")
    axes.set_xlim(0.9, LONGEST)
    fixed_ticks(axes.xaxis, EPOCHS, lambda epochs: f"{100 / epochs:.0f} %")
    axes.set_xlabel("Share of unique training tokens")


def _predicted(axes: Axes, curves: pd.DataFrame, ticks: pd.DataFrame) -> None:
    axes.set_title("Predicted, fixed unique data", loc="left")
    for size, k in SIZES.items():
        law, marks, colour = curves[curves["size"] == size], ticks[ticks["size"] == size], f"C{k}"
        repeated = law[law.epochs > 1]
        axes.plot(law.D, law.published, color=colour, label=f"{size}, published law")
        axes.plot(
            law.D, law.refitted, linestyle=REFITTED, color=colour, linewidth=1, label=f"{size}, refitted law"
        )
        axes.plot(
            repeated.D, repeated.as_new, linestyle=AS_NEW, color=colour, linewidth=1,
            label=f"{size}, as good as new",
        )  # fmt: skip
        axes.plot(marks.D, marks.published, "|", color="black", markersize=5, label=f"{size}, epochs")
    first = ticks[ticks["size"] == "2.8B"]
    for _, mark in first[first.epochs.isin(NAMED)].iterrows():
        words = "1 epoch" if mark.epochs == 1 else f"{mark.epochs:.0f}"
        beside_point(axes, (mark.D, mark.published), words, "black", (1, 2))
    one = first[first.epochs == 1].iloc[0]
    axes.plot(
        [one.D, 20 * one.D], [one.published] * 2, color="0.3", linewidth=1, linestyle=STOPPED, zorder=1,
        label="2.8B, stopped",
    )  # fmt: skip
    axes.set_xscale("log")
    axes.set_xlim(1e10, 1e14)
    fixed_ticks(axes.xaxis, TOKENS, TOKENS.__getitem__)
    axes.set_xlabel("Total training tokens")


def _closer(axes: Axes, errors: pd.DataFrame) -> None:
    """How much closer the refit is to each run that it fits than the published law, over epochs."""
    frame = errors.assign(change=100 * (errors.refitted - errors.published))
    axes.set_title(f"|Error| of refit $-$ published law, all {len(errors)} runs fitted", loc="left")
    axes.axhline(0, color="0.45", linewidth=0.8, linestyle="--", zorder=1)
    others = frame[frame["size"].isna()]
    axes.scatter(others.epochs, others.change, s=7, color="0.55", linewidths=0, label="Other runs")
    for size, k in SIZES.items():
        part = frame[frame["size"] == size]
        axes.scatter(
            part.epochs, part.change, s=14, marker=marker(k), color=f"C{k}", zorder=3, label=f"{size}, runs"
        )
    in_corner(axes, "published law closer", "0.3", ("upper", "left"))
    in_corner(axes, "refit closer", "0.3", ("lower", "right"))
    axes.set_xscale("log")
    fixed_ticks(axes.xaxis, (1, 10, 100, 1000), "{:,.0f}".format)
    axes.set_xlabel("Epochs")
    axes.set_ylabel("Difference (%)")
    axes.set_ylim(-9.5, 10.5)  # room for words


def flat_profile(tables: Tables) -> Figure:
    """How little the runs determine r_D: the objective along it, and where bootstrap refits end."""
    along, optima, refits = tables["profile"], tables["optima"], tables["refits"]
    wide = is_wide()
    figure = new_figure(2.3 if wide else 4.4)
    left, right = figure.subplots(1, 2) if wide else figure.subplots(2, 1, sharex=True)
    lowest = float(optima.objective.min())
    left.set_title("Objective along $r_D$, $r_N$ fitted", loc="left")
    left.axhspan(0, FLAT, color="0.92", zorder=0)
    beside_point(left, (REACH[1], FLAT), f"within {FLAT} %", "0.3", (-2, -2))
    left.plot(
        along.r_D, 100 * (along.objective / lowest - 1), color="C0", label="Lowest objective with $r_D$ held"
    )
    right.set_title("Bootstrap refits", loc="left")
    right.scatter(refits.r_D, refits.r_N, s=4, color="C0", alpha=0.25, linewidths=0, label="Refits")
    for kind, (shape, size, colour, label) in MARKERS.items():
        found = optima[optima.kind == kind]
        excess = 100 * (found.objective / lowest - 1)
        for axes, height in ((left, excess), (right, found.r_N)):
            filled = "none" if shape == "s" else colour
            axes.scatter(
                found.r_D, height, s=size, marker=shape, c=filled, edgecolors=colour, zorder=4, label=label
            )
    left.set_ylim(-0.05, 1.2)
    left.set_ylabel("Above the lowest (%)")
    diagonal = np.array([REACH[0], 50])
    right.plot(diagonal, diagonal, ":", color="0.45", linewidth=1, label="$r_D = r_N$")
    beside_point(right, (50, 50), "$r_D = r_N$", "0.45", (3, 0))
    right.set_yscale("log")
    fixed_ticks(right.yaxis, (0.001, 0.01, 0.1, 1, 10), "{:g}".format)
    right.set_ylabel("$r_N$")
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_xlim(*REACH)
        fixed_ticks(axes.xaxis, [10.0**k for k in range(1, 7)])
        axes.set_xlabel("$r_D$ (epochs)" if wide or axes is right else "")
    every = [zip(*axes.get_legend_handles_labels(), strict=True) for axes in (left, right)]
    legends_outside(figure, [entry for part in every for entry in part if "=" not in str(entry[1])])
    return figure
