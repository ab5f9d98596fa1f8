"""Figs 1 and 3 and Table 2 of Hoffmann et al. 2022, as Weng 2026 shows them, rebuilt from points."""

from collections.abc import Hashable, Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scalinglaws.plotting.panels import new_figure
from scalinglaws.tables.analysis import Tables

GREY = "0.45"
REFIT = {"Approach 3, refit": ("C0", "-"), "Approach 2, refit": ("C3", "--")}
PUBLISHED = {
    "Approach 1, published": ("C4", "-"),
    "Approach 2, published": ("C3", ":"),
    "Approach 3, published": ("C0", ":"),
    "Kaplan et al. 2020": (GREY, "--"),
}
KINDS = {"published": "black", "refit": "C0", "window": "C7"}
COLUMNS = (0.48, 0.76)  # positions of a and b in the table
HEADINGS = {"published": "Published", "refit": "Refitted", "window": "Refitted, other windows"}


def isoflop(tables: Tables) -> Figure:
    """IsoFLOP curves, and the best size and tokens of each budget."""
    figure = new_figure(4.4)
    panels = figure.subplots(1, 3, width_ratios=(1.25, 1, 1))
    _curves(panels[0], tables)
    _optima(panels[1], tables, "N", "Parameters N (log scale)")
    _optima(panels[2], tables, "D", "Tokens D (log scale)")
    return figure


def _colours(budgets: "pd.Series[float]") -> dict[float, tuple[float, float, float, float]]:
    """A colour per budget, from dark to light as it grows."""
    values = sorted(budgets.dropna().unique())
    shades = mpl.colormaps["viridis"](np.linspace(0.0, 0.92, len(values)))
    return {value: tuple(shade) for value, shade in zip(values, shades, strict=True)}


def _curves(axes: Axes, tables: Tables) -> None:
    axes.set_title("Loss at nine budgets", loc="left")
    points = tables["points"]
    points = points[points.budget.notna() & ~points.excluded]
    colours = _colours(points.budget)
    for budget, colour in colours.items():
        part, curve = points[points.budget == budget], tables["curves"].query("budget == @budget")
        axes.scatter(part.N, part.loss, s=14, color=colour, label=f"{budget:.0e}".replace("e+", "e"))
        axes.plot(curve.N, curve.loss, "--", color=colour, linewidth=1.2, label=f"{budget:.0e}, parabola")
    axes.set_xscale("log")
    axes.set_ylim(1.85, 3.45)
    axes.set_xlabel("Parameters N (log scale)")
    axes.set_ylabel("Training loss (nats)")
    handles, labels = axes.get_legend_handles_labels()
    shown = [(h, t) for h, t in zip(handles, labels, strict=True) if "parabola" not in t]
    axes.legend(*zip(*shown, strict=True), title="FLOPs", ncols=2, loc="lower left")


def _optima(axes: Axes, tables: Tables, variable: str, words: str) -> None:
    """The optima of approach 2, the line through them, and its value at Gopher's budget."""
    axes.set_title(f"Best {words.split()[0].lower()}", loc="left")
    optima = tables["optima"]
    parabola, akima = (optima[optima.method == name] for name in optima.method.unique())
    colours = _colours(parabola.budget)
    axes.scatter(
        parabola.budget, parabola[variable], s=30, c=[colours[b] for b in parabola.budget], zorder=4,
        label="Parabola",
    )  # fmt: skip
    axes.scatter(
        akima.budget, akima[variable], s=26, marker="s", facecolors="none", edgecolors=GREY, zorder=3,
        label="Akima",
    )  # fmt: skip
    lines = tables["lines"]
    for name, colour, style in (
        ("Approach 2, refit", "C3", "--"),
        ("Approach 2, published", GREY, ":"),
    ):
        line = lines[lines.series == name]
        label = {"Approach 2, refit": "Fit to parabolas", "Approach 2, published": "Published"}[name]
        axes.plot(line.C, line[variable], style, color=colour, linewidth=1.4, label=label)
    gopher = float(tables["models"].query("name == 'Gopher 280B'").C.iloc[0])
    line = lines[(lines.series == "Approach 2, refit") & (gopher == lines.C)]
    best = float(line[variable].iloc[0])
    axes.plot([gopher, gopher, 1e17], [1e-99, best, best], color="C2", linewidth=1, label="Budget of Gopher")
    axes.annotate(
        f"{best / 1e9:.0f}B" if variable == "N" else f"{best / 1e12:.2f}T",
        (gopher, best), (-34, 5), textcoords="offset points", color="C2",
    )  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(1e17, 1e25)
    axes.set_ylim(best / 1e4, 200 * best)  # room for the legend
    axes.set_xlabel("Training compute C (FLOPs, log scale)")
    axes.set_ylabel(words)
    axes.legend(loc="upper left")


def frontier(tables: Tables) -> Figure:
    """The best size over compute by each approach, published and refitted, and trained models."""
    figure = new_figure(5.2)
    axes = figure.subplots()
    axes.set_title("Compute-optimal model size", loc="left")
    lines, optima = tables["lines"], tables["optima"]
    for name, (colour, style) in PUBLISHED.items():
        line = lines[lines.series == name]
        axes.plot(line.C, line.N, style, color=colour, linewidth=1.5, label=name)
    for name, (colour, style) in REFIT.items():
        line = lines[lines.series == name]
        axes.plot(line.C, line.N, style, color=colour, linewidth=1.8, label=name, zorder=3)
        if line.N_low.notna().all():
            axes.fill_between(
                line.C,
                line.N_low,
                line.N_high,
                color=colour,
                alpha=0.2,
                linewidth=0,
                label=f"{name}, interval",
            )
    best = optima[optima.method == optima.method.iloc[0]]
    axes.scatter(best.budget, best.N, s=18, color="C3", zorder=4, label="Approach 2, optima")
    for k, model in enumerate(tables["models"].to_dict("records")):
        axes.scatter(
            [model["C"]], [model["N"]], s=110, marker="*", color=f"C{(2, 8, 1, 6)[k]}", edgecolors="black",
            linewidths=0.5, zorder=5, label=model["name"],
        )  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(1e17, 1e25)
    axes.set_ylim(1e7, 2e12)
    axes.set_yticks([1e7, 1e8, 1e9, 1e10, 1e11, 1e12], ["10M", "100M", "1B", "10B", "100B", "1T"])
    axes.set_xlabel("Training compute C (FLOPs, log scale)")
    axes.set_ylabel("Parameters N (log scale)")
    axes.legend(loc="upper left", ncols=2)
    return figure


def exponents(tables: Tables) -> Figure:
    """Table 2: a and b by approach, published and refitted, as numbers and as intervals."""
    frame = tables["exponents"]
    rows = [row for kind in HEADINGS for row in _with_heading(frame, kind)]
    figure = new_figure(0.27 * len(rows) + 0.9)
    text, *panels = figure.subplots(1, 3, sharey=True, width_ratios=(2.5, 1, 1))
    text.set_ylim(len(rows) - 0.3, -0.7)
    text.set_xlim(0, 1)
    text.axis("off")
    for x, words in (
        (0.0, "Approach"),
        (COLUMNS[0], r"$a$, $N_\mathrm{opt} \propto C^a$"),
        (COLUMNS[1], r"$b$, $D_\mathrm{opt} \propto C^b$"),
    ):
        text.text(x, -1.0, words, va="bottom")
    for axes, name in zip(panels, ("a", "b"), strict=True):
        axes.set_title(f"Exponent {name}", loc="left")
        for place, row in enumerate(rows):
            if "kind" not in row:
                continue
            colour, label = KINDS[row["kind"]], row["approach"]
            ends = [row[f"{name}_low"], row[f"{name}_high"]]
            axes.plot(ends, [place] * 2, color=colour, linewidth=1.8, label=f"{label}, interval")
            axes.scatter([row[name]], [place], s=22, color=colour, zorder=3, label=label)
        axes.axvline(0.5, color=GREY, linestyle=":", linewidth=1, zorder=1)
        axes.tick_params(axis="y", length=0, labelleft=False)
        axes.grid(visible=False, axis="y")
    for place, row in enumerate(rows):
        if "kind" not in row:
            text.text(0.0, place, row["heading"], va="center", fontweight="bold")
            continue
        text.text(0.02, place, row["approach"], va="center")
        for x, name in zip(COLUMNS, ("a", "b"), strict=True):
            text.text(x, place, _cell(row, name), va="center")
    return figure


def _with_heading(frame: pd.DataFrame, kind: str) -> list[dict[Hashable, Any]]:
    return [{"heading": HEADINGS[kind]}, *frame[frame.kind == kind].to_dict("records")]


def _cell(row: Mapping[Hashable, Any], name: str) -> str:
    value, low, high = (row[key] for key in (name, f"{name}_low", f"{name}_high"))
    decimals = 2 if row["kind"] == "published" else 3
    return f"{value:.{decimals}f}" + ("" if np.isnan(low) else f"  ({low:.3f}, {high:.3f})")
