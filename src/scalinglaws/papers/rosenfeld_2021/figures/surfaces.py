"""Error landscapes after Figs 1 and 2 of Rosenfeld et al. 2020, from the published parameters."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from scalinglaws.plotting.panels import new_figure
from scalinglaws.plotting.style import fixed_ticks
from scalinglaws.plotting.venues import SMALLEST
from scalinglaws.tables.analysis import Tables, where

SHOWN = ("WikiText-103", "CIFAR10")
"""The two data sets of the paper's figures."""
MAP = "viridis"
LEVELS = 14  # of the filled contours


def landscapes(tables: Tables) -> Figure:
    """For two data sets: the landscape, and its sections over data and over model size."""
    figure = new_figure(8.6)
    places = figure.add_gridspec(2, 3, width_ratios=(1.3, 1, 1))
    for row, name in enumerate(SHOWN):
        _surface(figure.add_subplot(places[row, 0], projection="3d"), tables, name)
        for column, axis in ((1, "n"), (2, "m")):
            axes = figure.add_subplot(places[row, column])
            _sections(axes, tables, name, axis)
    return figure


def every(tables: Tables) -> Figure:
    """All nine landscapes as filled contours, with lines of equal error and the paper's configurations."""
    figure = new_figure(11.5)
    panels = figure.subplots(3, 3)
    for axes, (_, row) in zip(panels.flat, tables["full_scale"].iterrows(), strict=True):
        _contours(axes, tables, row)
    return figure


def _surface(axes: Any, tables: Tables, name: str) -> None:
    """Error over the logarithms of both fractions, with the configurations as dots and sections on the walls.

    Nothing is labelled here, because the CSV has no third dimension; the panels beside it have the same
    numbers.
    """
    fine, grid = where(tables["surface"], data_set=name), where(tables["grid"], data_set=name)
    square = fine.pivot(index="n", columns="m", values="error")
    x, y = np.meshgrid(np.log2(square.index), np.log2(square.columns), indexing="ij")
    z = np.log10(square.to_numpy())
    axes.set_title(f"{name}: {_metric(tables, name)}", loc="left")
    axes.plot_surface(x, y, z, cmap=MAP, alpha=0.75, linewidth=0, antialiased=True, rcount=25, ccount=25)
    axes.scatter(
        np.log2(grid.n), np.log2(grid.m), np.log10(grid.error), color="C0", s=9, depthshade=False,
        label="_configurations",
    )  # fmt: skip
    low = float(z.min()) - 0.12 * float(np.ptp(z))
    axes.contour(x, y, z, zdir="z", offset=low, cmap=MAP, levels=8, linewidths=0.8)
    for m, one in _by(grid, "m"):
        wall = np.full(len(one), y.min())
        axes.plot(np.log2(one.n), wall, np.log10(one.error), color=_shade(m, grid.m), linewidth=0.8)
    for n, one in _by(grid, "n"):
        wall = np.full(len(one), x.min())
        axes.plot(wall, np.log2(one.m), np.log10(one.error), color=_shade(n, grid.n), linewidth=0.8)
    axes.set_zlim(low, float(z.max()))
    ticks = _error_ticks(float(grid.error.min()), float(grid.error.max()))
    axes.set_zticks([float(np.log10(tick)) for tick in ticks], [f"{tick:g}" for tick in ticks])
    axes.set_xticks(_every_other(np.log2(np.unique(grid.n))))
    axes.set_yticks(_every_other(np.log2(np.unique(grid.m))))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"$2^{{{value:.0f}}}$"))
    axes.set_xlabel("data, fraction n")
    axes.set_ylabel("model, fraction m")
    axes.set_zlabel("error (log scale)")
    axes.view_init(elev=22, azim=38)
    axes.tick_params(labelsize=SMALLEST)
    axes.set_box_aspect(None, zoom=0.9)


def _sections(axes: Axes, tables: Tables, name: str, axis: str) -> None:
    """Error over one axis, with a curve per size on the other one."""
    grid = where(tables["grid"], data_set=name)
    other = "m" if axis == "n" else "n"
    over, fixed = ("data", "model") if axis == "n" else ("model", "data")
    axes.set_title(f"{name}: error over {over} size", loc="left")
    for value, one in _by(grid, other):
        axes.plot(
            one[axis], one.error, "--o", color=_shade(value, grid[other]), linewidth=1.2, markersize=3,
            label=f"{fixed} {fraction(value)}",
        )  # fmt: skip
    axes.set_xscale("log", base=2)
    binary_ticks(axes.xaxis, grid[axis])
    _error_axis(axes, float(grid.error.min()), float(grid.error.max()))
    axes.set_xlabel(f"{over} size, fraction of the largest (log scale)")
    axes.set_ylabel(f"{_metric(tables, name)} (log scale)")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), handlelength=1.6)


def _contours(axes: Axes, tables: Tables, row: pd.Series) -> None:
    """One landscape from above."""
    name = str(row.data_set)
    fine, grid, lines = (where(tables[table], data_set=name) for table in ("surface", "grid", "contours"))
    square = fine.pivot(index="m", columns="n", values="error")
    low, high = float(fine.error.min()), float(fine.error.max())
    axes.contourf(
        square.columns, square.index, square.to_numpy(), levels=np.geomspace(low, high, LEVELS),
        norm=LogNorm(low, high), cmap=MAP,
    )  # fmt: skip
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)
    for level, line in _by(lines, "level"):
        axes.plot(line.n, line.m, color="white", linewidth=1.1, label=f"error {level:g}")
        middle = line.iloc[len(line) // 2]
        axes.annotate(
            f"{level:g}", (middle.n, middle.m), color="white", fontsize=SMALLEST, ha="center", va="center",
            bbox={"boxstyle": "round,pad=0.1", "facecolor": "0.25", "edgecolor": "none", "alpha": 0.75},
        )  # fmt: skip
    axes.scatter(grid.n, grid.m, s=7, color="black", zorder=3, label="configurations")
    axes.set_title(f"{name}: {row.metric}, {row.error_full:.3g} at full scale", loc="left")
    binary_ticks(axes.xaxis, grid.n)
    binary_ticks(axes.yaxis, grid.m)
    axes.set_xlim(grid.n.min() / 1.12, 1.12)
    axes.set_ylim(grid.m.min() / 1.3, 1.3)
    axes.set_xlabel(f"data, fraction of {row.examples:,.0f} {row.unit}")
    axes.set_ylabel(f"{row.model}, fraction of {row.largest_parameters / 1e6:.3g}M")


def binary_ticks(axis: Axis, values: "pd.Series[float]") -> None:
    """Ticks at the sizes of the grid, as powers of two, on a logarithmic axis."""
    fixed_ticks(axis, sorted(set(values)), lambda value: f"$2^{{{np.log2(value):.0f}}}$")


def _error_axis(axes: Axes, low: float, high: float) -> None:
    axes.set_yscale("log")
    fixed_ticks(axes.yaxis, _error_ticks(low, high), lambda value: f"{value:g}")
    axes.set_ylim(low / 1.06, high * 1.06)


def _error_ticks(low: float, high: float) -> list[float]:
    """Four to ten round numbers within a range of errors."""
    fine = [d * 10.0**k for k in (-2, -1, 0, 1) for d in (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9)]
    ticks = [tick for tick in fine if low / 1.02 <= tick <= high * 1.02]
    return (
        ticks if len(ticks) < 10 else [tick for tick in ticks if f"{tick:.1e}"[:3] in ("1.0", "2.0", "5.0")]
    )


def _every_other(values: Any) -> list[float]:
    return [float(value) for value in values[::2]]


def fraction(value: float) -> str:
    """1, 1/4, 1/16: a size as a fraction of the largest."""
    return "1" if value == 1 else f"1/{round(1 / value)}"


def _shade(value: float, values: "pd.Series[float]") -> Any:
    """A colour for a size by its logarithm, from the smallest to the largest size of the grid."""
    logs = np.log(sorted(set(values)))
    return colormaps[MAP](0.9 * (np.log(value) - logs[0]) / (logs[-1] - logs[0]))


def _metric(tables: Tables, name: str) -> str:
    return str(where(tables["full_scale"], data_set=name).metric.iloc[0])


def _by(table: pd.DataFrame, column: str) -> Iterator[tuple[float, pd.DataFrame]]:
    """The rows by their value in a column, ascending."""
    for value in sorted(set(table[column])):
        yield float(value), table[table[column] == value]
