"""Figures of Muennighoff et al. 2023, "Scaling Data-Constrained Language Models" (arXiv:2305.16264)."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from scalinglaws.plotting.legend import fill_strip, panels_and_strip
from scalinglaws.plotting.style import fixed_ticks
from scalinglaws.plotting.venues import SMALLEST
from scalinglaws.tables.analysis import Tables

COLOURS = {"2.8B": "#eda92a", "4.2B": "#e0672a", "8.7B": "#c0301c"}
LIMITS = (2.15, 2.85)  # nats, of both panels
DASHES = (0, (4, 6))
EPOCHS = (1, 2, 4, 7, 10)  # where the left panel labels the share of unique tokens
REACH = (2.5, 1.6e6)  # of r_D, epochs
MARKERS = {
    "published": ("s", 70, "C3", "Published"),
    "optimum nearest to it": ("o", 16, "C1", "Local optimum next to it"),
    "lowest": ("o", 36, "C2", "Lowest optimum found"),
    "other local optimum": ("D", 28, "0.45", "Other local optima"),
}


def returns(tables: Tables) -> Figure:
    """Fig 5: loss against the share of unique tokens at a fixed length, and against length at fixed data."""
    figure, panels, strip = panels_and_strip(4.4, 1, 2, lines=2, share_y="row")
    left, right = panels[0]
    _empirical(left, tables["empirical"], tables["runs"])
    _predicted(right, tables["predicted"], tables["epochs"])
    left.set_ylim(*LIMITS)
    left.set_ylabel("Final test loss (nats)")
    dots = Line2D([], [], color="black", marker="o", linestyle="none")
    lines = [
        Line2D([], [], color="black", linewidth=1.4, linestyle=style) for style in (DASHES, ":", "-", "-.")
    ]
    labels = [
        "Models trained",
        "Training stops when unique data are used up",
        "Repeated data as good as new",
        "The law as published",
        "The law refitted",
    ]
    fill_strip(strip, [dots, *lines], labels, columns=3)
    return figure


def _empirical(axes: Axes, curves: pd.DataFrame, runs: pd.DataFrame) -> None:
    axes.set_title("Empirical loss (fixed training length)", loc="left")
    for size, colour in COLOURS.items():
        law, points = curves[curves["size"] == size], runs[runs["size"] == size]
        start, tokens = float(points.loss.iloc[0]), float(points.D.iloc[0])
        axes.plot(law.epochs, law.published, color=colour, label=f"{size}, published law")
        axes.plot(law.epochs, law.refitted, "-.", color=colour, linewidth=1.2, label=f"{size}, refitted law")
        axes.plot(law.epochs, law.as_new, ":", color="black", linewidth=1, label=f"{size}, as good as new")
        stopped = law[law.stopped.notna()]
        axes.plot(
            stopped.epochs,
            stopped.stopped,
            color="black",
            linewidth=1,
            linestyle=DASHES,
            label=f"{size}, stopped",
        )
        axes.scatter(points.epochs, points.loss, s=22, color=colour, zorder=3, label=f"{size}, runs")
        words = f"{size} parameters trained for {tokens / 1e9:.0f}B tokens"
        axes.text(1, start - 0.012, words, weight="bold", fontsize=SMALLEST, va="top")
    axes.set_xscale("log")
    axes.set_xlim(0.9, 12)
    fixed_ticks(axes.xaxis, EPOCHS, lambda epochs: f"{100 / epochs:.0f} %")
    axes.set_xlabel("Share of training tokens that are unique (log scale)")


def _predicted(axes: Axes, curves: pd.DataFrame, ticks: pd.DataFrame) -> None:
    axes.set_title("Predicted loss (variable training length)", loc="left")
    for size, colour in COLOURS.items():
        law, marks = curves[curves["size"] == size], ticks[ticks["size"] == size]
        repeated = law[law.epochs > 1]
        axes.plot(law.D, law.published, color=colour, linewidth=1.4, label=f"{size}, published law")
        axes.plot(law.D, law.refitted, "-.", color=colour, linewidth=1, label=f"{size}, refitted law")
        axes.plot(
            repeated.D, repeated.as_new, ":", color=colour, linewidth=1.2, label=f"{size}, as good as new"
        )
        axes.plot(marks.D, marks.published, "|", color="black", markersize=6, label=f"{size}, epochs")
        for _, mark in marks.iterrows():
            words = f"{mark.epochs:.0f} Ep."
            axes.annotate(
                words, (mark.D, mark.published), (1, 3), textcoords="offset points", fontsize=SMALLEST
            )
        end = float(law.published.iloc[-1])
        axes.text(1.12e14, end, size, weight="bold", fontsize=SMALLEST, va="center")
    first = ticks[(ticks["size"] == "2.8B") & (ticks.epochs == 1)].iloc[0]
    axes.plot(
        [first.D, 20 * first.D],
        [first.published] * 2,
        color="black",
        linewidth=1,
        linestyle=DASHES,
        label="2.8B, stopped",
    )
    axes.set_xscale("log")
    axes.set_xlim(1e10, 1e14)
    names = {1e10: "10B", 1e11: "100B", 1e12: "1T", 1e13: "10T", 1e14: "100T"}
    axes.xaxis.set_major_formatter(FuncFormatter(lambda D, _: names.get(D, "")))
    axes.set_xlabel("Total training tokens (log scale)")


def flat_profile(tables: Tables) -> Figure:
    """How little the runs determine r_D: the objective along it, and where bootstrap refits end."""
    along, optima, refits = tables["profile"], tables["optima"], tables["refits"]
    figure, panels, strip = panels_and_strip(4.0, 1, 2, lines=2)
    left, right = panels[0]
    lowest = float(optima.objective.min())
    left.set_title("Objective along $r_D$, $r_N$ fitted", loc="left")
    left.axhspan(0, 0.3, color="0.92", zorder=0)
    left.plot(
        along.r_D, 100 * (along.objective / lowest - 1), color="C0", label="Lowest objective with r_D held"
    )
    right.set_title("Bootstrap refits", loc="left")
    right.scatter(refits.r_D, refits.r_N, s=4, color="C0", alpha=0.25, linewidths=0, label="Refits")
    for kind, (marker, size, colour, label) in MARKERS.items():
        found = optima[optima.kind == kind]
        excess = 100 * (found.objective / lowest - 1)
        for axes, height in ((left, excess), (right, found.r_N)):
            filled = "none" if marker == "s" else colour
            axes.scatter(
                found.r_D, height, s=size, marker=marker, c=filled, edgecolors=colour, zorder=4, label=label
            )
    left.set_ylim(-0.05, 1.2)
    left.set_ylabel("Above the lowest (%)")
    diagonal = np.array([REACH[0], 50])
    right.plot(diagonal, diagonal, ":", color="0.45", linewidth=1, label="r_D = r_N")
    right.set_yscale("log")
    right.set_ylabel("$r_N$ (log scale)")
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_xlim(*REACH)
        axes.set_xlabel("$r_D$, epochs (log scale)")
    handles, labels = left.get_legend_handles_labels()
    more, names = right.get_legend_handles_labels()
    extra = [(handle, name) for handle, name in zip(more, names, strict=True) if name not in labels]
    fill_strip(strip, [*handles, *(h for h, _ in extra)], [*labels, *(name for _, name in extra)], columns=4)
    return figure
