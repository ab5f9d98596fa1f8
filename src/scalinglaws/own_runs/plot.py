"""The file of a figure of a fit to one's own runs, and those of its caption."""

from pathlib import Path
from typing import Any

from scalinglaws.fitting.report import Report, objective_name
from scalinglaws.own_runs.saved_fit import Origin
from scalinglaws.plotting.captions.files import write_caption
from scalinglaws.plotting.fit import plot
from scalinglaws.plotting.layout.panels import finish
from scalinglaws.plotting.save import write_picture
from scalinglaws.plotting.style import style


def save_fit(report: Report, origin: Origin, path: Path) -> list[Path]:
    """Draw a fit into one file of the kind that its ending says; its caption goes into two files beside it.

    Returns:
        The paths of the files.
    """
    kind: Any = path.suffix.lower()[1:]
    text = caption(report, origin)
    with style():
        figure = plot(report.fit, report.intervals, origin.columns)
        finish(figure)
        write_picture(figure, text, path, kind)
    return [path, *write_caption(text, path.parent, path.stem)]


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
