"""The simulator of Weng 2026, "Scaling Laws, Carefully", section 4.1: panels instead of sliders."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scalinglaws.plotting.colours import dash, marker
from scalinglaws.plotting.layout.labels import is_wide
from scalinglaws.plotting.layout.outside_legend import legends_outside
from scalinglaws.plotting.layout.panels import new_figure
from scalinglaws.plotting.style import fixed_ticks
from scalinglaws.tables.analysis import Tables

TRUTH, GRID, OPTIMUM = "0.45", "C0", "C1"
FITTED, HELD_OUT = "C3", "0.65"
REGIONS = {"small": "small models", "medium": "medium models", "all": "all models"}


def playground(tables: Tables) -> Figure:
    """Runs, truth and fits over model size: a row of panels per setting, a column per fitted region."""
    points, curves, settings = tables["points"], tables["curves"], tables["settings"]
    shown = points[["decimals", "bias"]].drop_duplicates().to_numpy().tolist()
    figure = new_figure(1.5 * len(shown) + 0.3)
    panels = figure.subplots(len(shown), len(REGIONS), sharex=True, sharey="row", squeeze=False)
    for (decimals, bias), line in zip(shown, panels, strict=True):
        for region, axes in zip(REGIONS, line, strict=True):
            chosen = "region == @region and decimals == @decimals and bias == @bias"
            axes.set_title(_title(region, decimals, bias), loc="left")
            _panel(axes, points.query(chosen), curves.query(chosen), settings.query(chosen))
        line[0].set_ylabel("Loss (nats)")
    for axes in panels[-1]:
        axes.set_xlabel("Parameters N")
    legends_outside(figure, list(zip(*panels[0, 0].get_legend_handles_labels(), strict=True)))
    return figure


def errors(tables: Tables) -> Figure:
    """Predicted minus true loss at the target over bias, rounding and region."""
    settings = tables["settings"]
    wide, count = is_wide(), len(REGIONS)
    figure = new_figure(2.3 if wide else 5.4)
    panels = figure.subplots(*((1, count) if wide else (count, 1)), sharex=True, sharey=True)
    legend = {}
    for (region, words), axes in zip(REGIONS.items(), panels, strict=True):
        axes.set_title(f"Fitted to {words}", loc="left")
        axes.axhline(0, color="0.45", linestyle="--", linewidth=0.8, zorder=1)
        inside = settings[settings.region == region]
        for k, decimals in enumerate(sorted(inside.decimals.unique(), reverse=True)):
            word = "1 decimal" if decimals == 1 else f"{decimals} decimals"
            found = inside[inside.decimals == decimals].sort_values("bias")
            grid, best = (found[found.method == method] for method in ("grid search", "least squares"))
            look = {"color": f"C{k}", "linestyle": dash(k)}
            axes.plot(best.bias, best.error, **look, linewidth=1, label=f"{word}, least squares")
            axes.scatter(
                grid.bias, grid.error, s=12, marker=marker(k), color=f"C{k}", zorder=3,
                label=f"{word}, the article's search",
            )  # fmt: skip
            legend[word] = Line2D([], [], **look, marker=marker(k), markersize=3.5)
    fixed_ticks(panels[0].xaxis, (-200, -100, 0, 100, 200), lambda bias: f"{bias:.0f}".replace("-", "−"))
    for axes in panels if wide else panels[-1:]:
        axes.set_xlabel("Bias factor (milli-nats)")
    for axes in panels[:1] if wide else panels:
        axes.set_ylabel("Predicted $-$ true (nats)")
    styles = [
        (Line2D([], [], color="0.3"), "Least squares"),
        (Line2D([], [], color="0.3", marker="o", markersize=3.5, linestyle="none"), "The article's search"),
    ]
    legends_outside(figure, [(handle, word) for word, handle in legend.items()], styles)
    return figure


def _panel(axes: Axes, points: pd.DataFrame, curves: pd.DataFrame, settings: pd.DataFrame) -> None:
    target = float(curves.N.max())
    axes.plot(curves.N, curves.truth, "--", color=TRUTH, label="Truth")
    axes.plot(curves.N, curves["grid search"], color=GRID, label="The article's grid search")
    axes.plot(curves.N, curves["least squares"], ":", color=OPTIMUM, linewidth=1.5, label="Least squares")
    for fitted, colour, shape, label in (
        (True, FITTED, "o", "Fitted runs"),
        (False, HELD_OUT, "s", "Held-out runs"),
    ):
        part = points[points.fitted == fitted]
        axes.scatter(
            part.N,
            part.loss,
            s=5,
            marker=shape,
            color=colour,
            zorder=3,
            label=label if len(part) else "_none",
        )
    for method, colour in (("grid search", GRID), ("least squares", OPTIMUM)):
        found = settings[settings.method == method]
        axes.scatter(
            np.full(len(found), target), found.predicted, s=16, marker="D", facecolors="none",
            edgecolors=colour, linewidths=0.8, zorder=4, label=f"Predicted, {method}",
        )  # fmt: skip
    axes.scatter(
        [target], [settings.true.iloc[0]], s=18, marker="x", color=TRUTH, zorder=4, label="True loss"
    )
    axes.set_xscale("log")
    fixed_ticks(axes.xaxis, (1e8, 1e11, 1e14))


def _title(region: str, decimals: int, bias: int) -> str:
    """In two lines, or in three where panels are narrow."""
    rounding = "1 decimal" if decimals == 1 else f"{decimals} decimals"
    lines = f"{REGIONS[region].capitalize()},\n{rounding},", f"bias {bias:+d}" if bias else "no bias"
    return (" " if is_wide() else "\n").join(lines)
