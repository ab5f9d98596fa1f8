"""The figure of a fit: the curve, or predicted against measured values and residuals."""

import math
from collections.abc import Mapping
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.solution import Solution
from scalinglaws.fitting.uncertainty.intervals import Intervals
from scalinglaws.fitting.uncertainty.intervals import intervals as intervals_of
from scalinglaws.laws.law import FloatArray, Variable
from scalinglaws.plotting.layout.panels import row_of_panels
from scalinglaws.plotting.style import style

CURVE_HEIGHT, PANEL_HEIGHT = 3.4, 2.4  # inches
CURVE_POINTS = 121
FEW_DECADES = 1.5  # an axis this short may hold no power of ten, so it is labelled with plain numbers
POINTS, CURVE = "0.25", "C0"


def plot(
    fit: Solution, intervals: Intervals | None = None, columns: Mapping[str, str] | None = None
) -> Figure:
    """Draw a fit. A law of one variable shows points, curve and band; others predictions and residuals.

    Args:
        fit: the fit.
        intervals: for the band; a bootstrap's unless given.
        columns: what axes are labelled with, by variable and response; the law's own names unless given.

    Raises:
        ScalingLawsError: it is not a fit.
    """
    given: object = fit  # whatever a notebook passes
    if not isinstance(given, Solution):
        raise ScalingLawsError(f"plot: needs a fit, not {given!r}")
    columns, variables = columns or {}, fit.law.variables
    with style():
        if len(variables) == 1:
            figure, (axes,) = row_of_panels(1, CURVE_HEIGHT)
            _curve(axes, fit, intervals or intervals_of(fit), columns)
            return figure
        figure, (first, *others) = row_of_panels(1 + len(variables), PANEL_HEIGHT)
        _agreement(first, fit)
        for k, (axes, variable) in enumerate(zip(others, variables, strict=True)):
            _residuals(axes, fit, k, _label(variable, columns))
        return figure


def _curve(axes: Axes, fit: Solution, band: Intervals, columns: Mapping[str, str]) -> None:
    law, x, y = fit.law, fit.x[0], fit.points.y
    space = np.geomspace if x.min() > 0 else np.linspace
    grid = space(x.min(), x.max(), CURVE_POINTS)
    low, high = band.band(grid)
    axes.fill_between(grid, low, high, color=CURVE, alpha=0.25, linewidth=0, label="interval of the curve")
    axes.plot(grid, fit.predict(grid), color=CURVE, linewidth=1.2, label=law.title)
    axes.scatter(x, y, s=14, color=POINTS, zorder=3, label="runs")
    _scale(axes, "x", x)
    _scale(axes, "y", y)
    axes.set_xlabel(_label(law.variables[0], columns))
    axes.set_ylabel(_label(law.response, columns))
    axes.set_title(law.equation, loc="left")
    axes.legend()


def _agreement(axes: Axes, fit: Solution) -> None:
    predicted, y = fit.predict(fit.x), fit.points.y
    ends = [min(predicted.min(), y.min()), max(predicted.max(), y.max())]
    axes.plot(ends, ends, color=CURVE, linewidth=1, label="predicted = measured")
    axes.scatter(predicted, y, s=12, color=POINTS, zorder=3, label="runs")
    _scale(axes, "x", np.array(ends))
    _scale(axes, "y", np.array(ends))
    axes.set_xlabel(f"predicted {fit.law.response.name}")
    axes.set_ylabel(f"measured {fit.law.response.name}")
    axes.set_title("Predicted and measured", loc="left")
    axes.legend()


def _residuals(axes: Axes, fit: Solution, k: int, label: str) -> None:
    x, excess = fit.x[k], 100 * (fit.points.y / fit.predict(fit.x) - 1)
    axes.axhline(0, color=CURVE, linewidth=1)
    axes.scatter(x, excess, s=12, color=POINTS, zorder=3, label="runs")
    _scale(axes, "x", x)
    axes.set_xlabel(label)
    axes.set_ylabel("measured / predicted - 1 (%)")
    axes.set_title(f"Residuals over {fit.law.variables[k].name}", loc="left")


def _label(variable: Variable, columns: Mapping[str, str]) -> str:
    """The user's own name, with the unit where the law says one."""
    column = _plain(columns.get(variable.name, variable.name))
    return column if variable.unit in ("any", "of the metric", column) else f"{column} ({variable.unit})"


def _plain(text: str) -> str:
    """A user's text, in which a dollar does not begin mathematics."""
    return text.replace("$", r"\$")


def _scale(axes: Axes, which: Literal["x", "y"], values: FloatArray) -> None:
    """Logarithmic, where no value is 0."""
    low, high = float(values.min()), float(values.max())
    if low <= 0:
        return
    (axes.set_xscale if which == "x" else axes.set_yscale)("log")
    axis = axes.xaxis if which == "x" else axes.yaxis
    if math.log10(high / low) < FEW_DECADES:
        digits = (1, 2, 5) if high > 3 * low else (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
        axis.set_major_locator(LogLocator(subs=digits))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
