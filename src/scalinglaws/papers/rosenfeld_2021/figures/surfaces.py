"""Error landscapes after Figs 1 and 2 of Rosenfeld et al. 2020, from the published parameters."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import ListedColormap, LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from scalinglaws.papers.rosenfeld_2021.figures._sizes import ERRORS, binary_ticks, error_ticks, power_of_two
from scalinglaws.plotting.layout.labels import is_wide, small
from scalinglaws.plotting.layout.panels import new_figure
from scalinglaws.plotting.style import fixed_ticks
from scalinglaws.tables.analysis import Tables, where

SHOWN = ("WikiText-103", "CIFAR10")
"""The two data sets of the paper's figures."""
SIZES = ListedColormap(colormaps["viridis"](np.linspace(0, 0.88, 256)))
"""Of sizes, without the yellow, which is too light for lines on white."""
HEIGHTS = ListedColormap(colormaps["viridis"](np.linspace(0.35, 1, 256)))
"""Of errors, without the dark end, on which black lines cannot be seen."""
METRICS = {"top-1 error": "Top-1 error", "cross-entropy": "Cross-entropy (nats)"}
EDGE = 2.0**-0.6  # data size beyond which a text would leave the panel
LOWEST = 2.0**-14  # model size at the bottom of the panels
STEPS = {"n": 2, "m": 4}  # powers of two from tick to tick
STEPS_3D = {"n": 2, "m": 6}  # the axes are short there
NAMES = {"n": "Data n", "m": "Model m"}


def landscapes(tables: Tables) -> Figure:
    """For two data sets: the landscape, and its sections over data and over model size."""
    wide = is_wide()
    figure = new_figure(4.4 if wide else 6.0)
    places = figure.add_gridspec(2, 3, width_ratios=(1.3, 1, 1)) if wide else figure.add_gridspec(3, 2)
    sections: dict[str, list[Axes]] = {"n": [], "m": []}
    grid = tables["grid"]
    smallest = {axis: float(grid[grid.data_set.isin(SHOWN)][axis].min()) for axis in sections}
    for row, name in enumerate(SHOWN):
        place = [places[row, k] if wide else places[k, row] for k in range(3)]
        _surface(figure.add_subplot(place[0], projection="3d"), tables, name)
        for axis, one in zip(sections, place[1:], strict=True):
            axes = figure.add_subplot(one)
            _sections(axes, tables, name, axis, smallest)
            sections[axis].append(axes)
    for axis, panels in sections.items():
        other = "m" if axis == "n" else "n"
        scale = ScalarMappable(Normalize(np.log2(smallest[other]), 0), SIZES)
        bar = figure.colorbar(
            scale, ax=panels, location="bottom" if wide else "right", label=NAMES[other], aspect=18, pad=0.02
        )
        powers = np.arange(0, np.log2(smallest[other]) - 0.1, -STEPS[other])
        bar.set_ticks(list(powers), labels=[power_of_two(2.0**power) for power in powers])
    return figure


def every(tables: Tables) -> Figure:
    """All nine landscapes from above, with lines of equal error and the paper's configurations."""
    wide = is_wide()
    columns, rows = (3, 3) if wide else (2, 5)
    figure = new_figure(5.2 if wide else 7.8)
    cells = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    # Vision fills its rows; language begins in a row of its own.
    panels = dict(zip(tables["full_scale"].data_set, cells.ravel(), strict=False))
    for spare in cells.ravel()[len(panels) :]:
        spare.remove()
    surface = tables["surface"]
    for metric, of_metric in tables["full_scale"].groupby("metric", sort=False):
        errors = surface[surface.data_set.isin(of_metric.data_set)].error
        norm = LogNorm(float(errors.min()), float(errors.max()))
        for _, row in of_metric.iterrows():
            axes = panels[row.data_set]
            _from_above(axes, tables, row, norm)
            if axes.get_subplotspec().is_first_col():
                axes.set_ylabel(NAMES["m"])
            below = [p for p in panels.values() if _column(p) == _column(axes)]
            if axes is below[-1]:
                axes.set_xlabel(NAMES["n"])
                axes.tick_params(labelbottom=True)
        bar = figure.colorbar(
            ScalarMappable(norm, HEIGHTS), ax=[panels[name] for name in of_metric.data_set], location="right",
            label=METRICS[str(metric)], aspect=30 if len(of_metric) > columns else 15,
        )  # fmt: skip
        _error_bar(bar, norm)
    return figure


def _column(axes: Axes) -> int:
    place = axes.get_subplotspec()
    assert place is not None
    return place.colspan.start


def _error_bar(bar: Colorbar, norm: LogNorm) -> None:
    fixed_ticks(bar.ax.yaxis, error_ticks(float(norm.vmin or 0), float(norm.vmax or 0)), ERRORS)


def _surface(axes: Any, tables: Tables, name: str) -> None:
    """Error over the logarithms of both fractions, with the configurations as dots.

    Axes in three dimensions have no logarithmic scale, so logarithms are drawn.
    """
    fine, grid = where(tables["surface"], data_set=name), where(tables["grid"], data_set=name)
    axes.set_title(name, loc="left")
    square = fine.pivot(index="n", columns="m", values="error")
    x, y = np.meshgrid(np.log2(square.index), np.log2(square.columns), indexing="ij")
    z = np.log10(square.to_numpy())
    axes.plot_surface(x, y, z, color="0.85", shade=False, linewidth=0, label="_surface", rcount=25, ccount=25)
    for k in range(len(x)):
        axes.plot(x[k], y[k], z[k], color="0.6", linewidth=0.3, label="law: log2 n, log2 m, log10 error")
        axes.plot(x[:, k], y[:, k], z[:, k], color="0.6", linewidth=0.3, label="_mesh")
    axes.plot(
        np.log2(grid.n), np.log2(grid.m), np.log10(grid.error), "o", color="C0", markersize=2.2,
        label="configurations: log2 n, log2 m, log10 error",
    )  # fmt: skip
    ticks = error_ticks(float(grid.error.min()), float(grid.error.max()))
    axes.set_zticks([float(np.log10(tick)) for tick in ticks], [ERRORS(tick) for tick in ticks])
    for set_ticks, axis in ((axes.set_xticks, "n"), (axes.set_yticks, "m")):
        powers = np.arange(0, np.log2(grid[axis].min()) - 0.1, -STEPS_3D[axis])
        set_ticks(powers, [power_of_two(2.0**power) for power in powers])
    axes.tick_params(pad=-3)
    axes.set_xlabel("n", labelpad=-9)
    axes.set_ylabel("m", labelpad=-4)
    axes.set_zlabel("")
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_pane_color((1, 1, 1, 0))
        axis._axinfo["grid"].update(color="0.85", linewidth=0.4)  # no public name
    axes.view_init(elev=24, azim=40)
    axes.set_box_aspect((1, 1, 0.85), zoom=1.12)
    axes.text2D(-0.1, 0.85, "Error", transform=axes.transAxes, fontsize=small())


def _sections(axes: Axes, tables: Tables, name: str, axis: str, smallest: dict[str, float]) -> None:
    """Error over one axis, with a curve per size on the other one."""
    grid = where(tables["grid"], data_set=name)
    other = "m" if axis == "n" else "n"
    axes.set_title(f"{name}, {axis}", loc="left")
    for k, (value, one) in enumerate(_by(grid, other)):
        shade = SIZES(1 - np.log2(value) / np.log2(smallest[other]))
        # Neighbouring shades are near for a colour-blind eye, so every other size is hollow.
        axes.plot(
            one[axis], one.error, "-o", color=shade, markerfacecolor="white" if k % 2 else shade,
            linewidth=0.9, markersize=2.5, markeredgewidth=0.6, label=f"{other} = {value:g}",
        )  # fmt: skip
    axes.set_xscale("log", base=2)
    binary_ticks(axes.xaxis, grid[axis], STEPS[axis])
    low, high = float(grid.error.min()), float(grid.error.max())
    axes.set_yscale("log")
    fixed_ticks(axes.yaxis, error_ticks(low, high), ERRORS)
    axes.set_ylim(low / 1.06, high * 1.06)
    axes.set_xlabel(NAMES[axis])
    if is_wide() and axis == "n":
        axes.set_ylabel(METRICS[_metric(tables, name)])
    elif not is_wide() and name == SHOWN[0]:
        axes.set_ylabel("Error")  # of two metrics side by side, which the caption names


def _from_above(axes: Axes, tables: Tables, row: pd.Series, norm: LogNorm) -> None:
    """One landscape from above."""
    name = str(row.data_set)
    fine, grid, lines = (where(tables[table], data_set=name) for table in ("surface", "grid", "contours"))
    square = fine.pivot(index="m", columns="n", values="error")
    axes.pcolormesh(
        square.columns, square.index, square.to_numpy(), norm=norm, cmap=HEIGHTS, shading="gouraud",
        label="law", rasterized=True, zorder=0,
    )  # fmt: skip
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)
    levels = list(_by(lines, "level"))
    for k, (level, line) in enumerate(levels):
        axes.plot(line.n, line.m, color="black", linewidth=0.7, label=f"error {level:g}")
        if k % 2 == 0:
            _write_level(axes, line, level, 0.85 - 0.3 * k / 2)
    axes.scatter(grid.n, grid.m, s=3, color="black", linewidths=0, zorder=3, label="configurations")
    axes.set_title(f"{name}, {ERRORS(row.error_full)}", loc="left")
    every_one = tables["grid"]
    binary_ticks(axes.xaxis, every_one.n, STEPS["n"])
    binary_ticks(axes.yaxis, every_one.m, STEPS["m"])
    axes.set_xlim(every_one.n.min() / 1.15, 1.15)
    axes.set_ylim(every_one.m.min() / 1.4, 1.4)
    axes.grid(visible=False)


def _write_level(axes: Axes, line: pd.DataFrame, level: float, share: float) -> None:
    """Write the error of a line on it, at a share of the height of the panel or as near as the line gets."""
    inside = line[line.n <= EDGE]
    some = inside if len(inside) else line
    at = some.iloc[int(np.argmin(np.abs(np.log2(some.m) - (1 - share) * np.log2(LOWEST))))]
    axes.annotate(
        ERRORS(level), (at.n, at.m), color="black", fontsize=small(), va="center",
        ha="center" if len(inside) else "right",
        path_effects=[withStroke(linewidth=1.8, foreground="white")], zorder=4,
    )  # fmt: skip


def _metric(tables: Tables, name: str) -> str:
    return str(where(tables["full_scale"], data_set=name).metric.iloc[0])


def _by(table: pd.DataFrame, column: str) -> Iterator[tuple[float, pd.DataFrame]]:
    """The rows by their value in a column, ascending."""
    for value in sorted(set(table[column])):
        yield float(value), table[table[column] == value]
