"""The simulator of Weng 2026, "Scaling Laws, Carefully", section 4.1: panels instead of sliders."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scalinglaws.plotting.legend import fill_strip, panels_and_strip
from scalinglaws.tables.analysis import Tables

TRUTH, GRID, OPTIMUM = "0.45", "C0", "C1"
FITTED, HELD_OUT, TARGET = "C3", "0.65", "C2"
REGIONS = {"small": "small models", "medium": "medium models", "all": "all models"}


def playground(tables: Tables) -> Figure:
    """Runs, truth and fits over model size: a row of panels per setting, a column per fitted region."""
    points, curves, settings = tables["points"], tables["curves"], tables["settings"]
    shown = points[["decimals", "bias"]].drop_duplicates().to_numpy().tolist()
    figure, panels, strip = panels_and_strip(
        2.9 * len(shown), len(shown), len(REGIONS), lines=2, share_y="row"
    )
    for (decimals, bias), line in zip(shown, panels, strict=True):
        for region, axes in zip(REGIONS, line, strict=True):
            chosen = "region == @region and decimals == @decimals and bias == @bias"
            axes.set_title(_title(region, decimals, bias), loc="left")
            _panel(axes, points.query(chosen), curves.query(chosen), settings.query(chosen))
        line[0].set_ylabel("Loss (nats)")
    for axes in panels[-1]:
        axes.set_xlabel("Parameters N (log scale)")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    handles.append(Line2D([], [], color=TARGET, linewidth=1))
    fill_strip(strip, handles, [*labels, "Target"], columns=5)
    return figure


def errors(tables: Tables) -> Figure:
    """Predicted minus true loss at the target over bias, rounding and region."""
    settings = tables["settings"]
    figure, panels, strip = panels_and_strip(3.6, 1, len(REGIONS), lines=2, share_y="row")
    for (region, words), axes in zip(REGIONS.items(), panels[0], strict=True):
        axes.set_title(f"Fitted to {words}", loc="left")
        axes.axhline(0, color="0.45", linestyle="--", linewidth=1, zorder=1)
        inside = settings[settings.region == region]
        for k, decimals in enumerate(sorted(inside.decimals.unique(), reverse=True)):
            word = "1 decimal" if decimals == 1 else f"{decimals} decimals"
            found = inside[inside.decimals == decimals].sort_values("bias")
            grid, best = (found[found.method == method] for method in ("grid search", "least squares"))
            axes.plot(best.bias, best.error, color=f"C{k}", linewidth=1.2, label=f"{word}, least squares")
            axes.scatter(
                grid.bias, grid.error, s=22, color=f"C{k}", zorder=3, label=f"{word}, the article's search"
            )
        axes.set_xlabel("Bias of the loss, factor (milli-nats)")
    panels[0, 0].set_ylabel("Predicted minus true loss (nats)")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    fill_strip(strip, handles, labels, columns=5)
    return figure


def _panel(axes: Axes, points: pd.DataFrame, curves: pd.DataFrame, settings: pd.DataFrame) -> None:
    target = float(curves.N.max())
    axes.axvline(target, color=TARGET, linewidth=1, zorder=1)
    axes.plot(curves.N, curves.truth, "--", color=TRUTH, linewidth=1.4, label="Truth")
    axes.plot(curves.N, curves["grid search"], color=GRID, linewidth=1.6, label="The article's grid search")
    axes.plot(curves.N, curves["least squares"], ":", color=OPTIMUM, linewidth=1.8, label="Least squares")
    for fitted, colour, label in ((True, FITTED, "Fitted runs"), (False, HELD_OUT, "Held-out runs")):
        part = points[points.fitted == fitted]
        axes.scatter(part.N, part.loss, s=13, color=colour, zorder=3, label=label if len(part) else "_none")
    for method, colour in (("grid search", GRID), ("least squares", OPTIMUM)):
        found = settings[settings.method == method]
        axes.scatter(
            np.full(len(found), target),
            found.predicted,
            s=34,
            marker="D",
            facecolors="none",
            edgecolors=colour,
            zorder=4,
            label=f"Predicted, {method}",
        )
    axes.scatter(
        [target], [settings.true.iloc[0]], s=40, marker="x", color=TRUTH, zorder=4, label="True loss"
    )
    axes.set_xscale("log")


def _title(region: str, decimals: int, bias: int) -> str:
    word = "1 decimal" if decimals == 1 else f"{decimals} decimals"
    return f"{REGIONS[region].capitalize()}, {word}, " + (f"bias {bias:+d}" if bias else "no bias")
