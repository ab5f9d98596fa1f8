"""The file of a figure of a fit to one's own runs, with its caption."""

import textwrap
from pathlib import Path

from scalinglaws.files import whole_file
from scalinglaws.fitting.report import Report, objective_name
from scalinglaws.own_runs.saved_fit import Origin
from scalinglaws.plotting.fit import plain, plot
from scalinglaws.plotting.style import style

CAPTION_SIZE = 7.5
LETTERS_PER_INCH = 19  # of a caption
UNDATED = {".pdf": {"CreationDate": None}, ".png": {"Software": None}, ".svg": {"Date": None}}


def save_fit(report: Report, origin: Origin, path: Path) -> None:
    """Draw a fit into one file of the kind that its ending says. Equal fits give equal bytes."""
    kind = path.suffix.lower()
    with style():
        figure = plot(report.fit, report.intervals, origin.columns)
        width = int(figure.get_figwidth() * LETTERS_PER_INCH)
        text = "\n".join(textwrap.wrap(plain(caption(report, origin)), width))
        figure.text(0.01, -0.02, text, fontsize=CAPTION_SIZE, va="top", ha="left", linespacing=1.25)
        with whole_file(path) as temporary:
            figure.savefig(temporary, format=kind[1:], bbox_inches="tight", metadata=UNDATED[kind])


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
