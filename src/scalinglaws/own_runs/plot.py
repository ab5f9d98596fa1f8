"""One figure of a fit to a user's own runs: the curve, or predicted against measured values and residuals."""

import math
import textwrap
from pathlib import Path
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from scalinglaws.files import whole_file
from scalinglaws.fitting.report import Report, objective_name
from scalinglaws.laws.law import FloatArray, Variable
from scalinglaws.own_runs.saved_fit import Origin
from scalinglaws.plotting.save import CAPTION_SIZE
from scalinglaws.plotting.style import style

PANEL = (4.2, 3.6)  # inches
CURVE_POINTS = 121
LONGEST_TITLE = 70
FEW_DECADES = 1.5  # of an axis: labelled with plain numbers, for it may hold no power of ten
PER_ROW = 3
POINTS, CURVE = "0.25", "tab:blue"
LETTERS_PER_INCH = 19  # of a caption
UNDATED = {".pdf": {"CreationDate": None}, ".png": {"Software": None}, ".svg": {"Date": None}}


def save_fit(report: Report, origin: Origin, path: Path) -> None:
    """Draw a fit into one file, whose ending says of which kind; it holds no date."""
    kind = path.suffix.lower()
    with style():
        figure = draw(report, origin)
        width = int(figure.get_figwidth() * LETTERS_PER_INCH)
        text = "\n".join(textwrap.wrap(_plain(caption(report, origin)), width))
        figure.text(0.01, -0.02, text, fontsize=CAPTION_SIZE, va="top", ha="left", linespacing=1.25)
        with whole_file(path) as temporary:
            figure.savefig(temporary, format=kind[1:], bbox_inches="tight", metadata=UNDATED[kind])


def draw(report: Report, origin: Origin) -> Figure:
    """The figure: of a law of one variable points, curve and band; else predictions and residuals."""
    variables = report.law.variables
    if len(variables) == 1:
        figure = Figure(figsize=(1.4 * PANEL[0], 1.2 * PANEL[1]), layout="constrained")
        _curve(figure.subplots(), report, origin)
        return figure
    count = 1 + len(variables)
    columns = 2 if count == 4 else min(count, PER_ROW)
    rows = math.ceil(count / columns)
    figure = Figure(figsize=(columns * PANEL[0], rows * PANEL[1]), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    _agreement(panels[0], report)
    for k, (axes, variable) in enumerate(zip(panels[1:], variables, strict=False)):
        _residuals(axes, report, k, _label(variable, origin))
    for axes in panels[count:]:
        axes.set_visible(False)
    return figure


def caption(report: Report, origin: Origin) -> str:
    """The law, what it was fitted to and how, and what speaks against it."""
    fit, intervals = report.fit, report.intervals
    values = ", ".join(f"{name} = {value:.4g}" for name, value in fit.params.items())
    rules = "".join(f" {rows} excluded by {rule}." for rule, rows in origin.excluded)
    samples = "bootstrap refits" if intervals.bootstrapped else "draws from the covariance"
    band = (
        f" Band: pointwise {100 * intervals.level:g} % interval of the curve, not of single runs, from "
        f"{intervals.samples.shape[1]} {samples}."
        if len(report.law.variables) == 1
        else ""
    )
    doubts = f" Warnings: {'; '.join(report.warnings)}." if report.warnings else " No warnings."
    return (
        f"{fit.law.equation} ({fit.law.source}), fitted to {len(fit.points)} of {origin.rows} rows of "
        f"{origin.data}.{rules} {values}. Minimised: {objective_name(fit.estimator)}; objective "
        f"{fit.objective:.6g}, R^2 of log {origin.response} {fit.r_squared:.5f}.{band}{doubts}"
    )


def _curve(axes: Axes, report: Report, origin: Origin) -> None:
    x, (variable,) = report.fit.x[0], report.law.variables
    space = np.geomspace if x.min() > 0 else np.linspace
    grid = space(x.min(), x.max(), CURVE_POINTS)
    low, high = report.intervals.band(grid)
    axes.fill_between(grid, low, high, color=CURVE, alpha=0.25, linewidth=0, label="interval of the curve")
    axes.plot(grid, report.fit.predict(grid), color=CURVE, linewidth=1.2, label=report.law.title)
    axes.scatter(x, report.fit.points.y, s=14, color=POINTS, zorder=3, label="runs")
    _scale(axes, "x", x)
    _scale(axes, "y", report.fit.points.y)
    axes.set_xlabel(_label(variable, origin))
    axes.set_ylabel(_label(report.law.response, origin))
    equation = report.law.equation
    axes.set_title(equation if len(equation) <= LONGEST_TITLE else report.law.title)
    axes.legend()


def _agreement(axes: Axes, report: Report) -> None:
    predicted = report.fit.predict(report.fit.x)
    ends = [min(predicted.min(), report.fit.points.y.min()), max(predicted.max(), report.fit.points.y.max())]
    axes.plot(ends, ends, color=CURVE, linewidth=1, label="predicted = measured")
    axes.scatter(predicted, report.fit.points.y, s=12, color=POINTS, zorder=3, label="runs")
    _scale(axes, "x", np.array(ends))
    _scale(axes, "y", np.array(ends))
    axes.set_xlabel(f"predicted {report.law.response.name}")
    axes.set_ylabel(f"measured {report.law.response.name}")
    axes.set_title("Predicted and measured")
    axes.legend()


def _residuals(axes: Axes, report: Report, k: int, label: str) -> None:
    fit, variable = report.fit, report.law.variables[k]
    x, excess = fit.x[k], 100 * (fit.points.y / fit.predict(fit.x) - 1)
    axes.axhline(0, color=CURVE, linewidth=1)
    axes.scatter(x, excess, s=12, color=POINTS, zorder=3, label="runs")
    _scale(axes, "x", x)
    axes.set_xlabel(label)
    axes.set_ylabel("measured / predicted - 1 (%)")
    axes.set_title(f"Residuals over {variable.name}")


def _label(variable: Variable, origin: Origin) -> str:
    """The user's own name, with the unit where the law says one."""
    column = _plain(origin.columns[variable.name])
    return column if variable.unit in ("any", "of the metric", column) else f"{column} ({variable.unit})"


def _plain(text: str) -> str:
    """A user's text, in which a dollar is no mathematics."""
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
