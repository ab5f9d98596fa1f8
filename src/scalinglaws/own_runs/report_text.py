"""A fit's report as lines of text."""

from collections.abc import Iterator, Sequence
from math import isfinite, isinf, isnan

from scalinglaws.fitting.objective import Estimator
from scalinglaws.own_runs.report import HELD_OUT, FitReport


def lines(report: FitReport, derived: Sequence[str] = ()) -> Iterator[str]:
    """The parameters with their intervals, what was minimised and reached, and what speaks against it.

    derived: further lines, for what follows from the parameters.
    """
    found, uncertain = report.found, report.spread
    yield f"minimised: {objective_name(found.estimator)}"
    yield ""
    yield f"{'parameter':<12}{'value':>12}{'std. error':>12}   {interval_name(report)}"
    for name, value in found.params.items():
        interval = "held" if name in found.fixed else interval_text(*uncertain.intervals[name])
        yield f"{name:<12}{value:>12.6g}{_or_dash(uncertain.errors[name], '.4g'):>12}   {interval}"
    yield from derived
    yield ""
    converged = "yes" if found.converged else "no"
    yield (
        f"objective {found.objective:.14g}   R^2 {_or_dash(found.r_squared, '.6f')}   "
        f"n {found.points}   converged: {converged}"
    )
    yield f"starts: {found.agreeing} of {found.starts} came to the lowest objective"
    yield (
        f"prediction error: cross-validated {_percent(report.cross_validated)} ({report.folds} folds); "
        f"on the largest {100 * HELD_OUT:g} % ({report.held_out_points} points), held out, "
        f"{_percent(report.held_out)}"
    )
    flat = [name for name, scan in report.profiles.items() if scan.flat]
    yield (
        f"not identified: {_listed(found.unidentified)}   flat profile: {_listed(flat)}   "
        f"on a bound: {_listed(found.on_bound)}"
    )
    if uncertain.bootstrapped:
        yield (
            f"resamples: {uncertain.drawn}, besides {uncertain.degenerate} degenerate ones that were drawn "
            f"again; {uncertain.failed} failed and were left out"
        )
    else:
        yield "resamples: none"
    yield from warning_lines(report.warnings)


def warning_lines(warnings: Sequence[str]) -> Iterator[str]:
    """One line a warning, or that there is none."""
    yield "" if warnings else "warnings: none"
    for warning in warnings:
        yield f"warning: {warning}"


def objective_name(estimator: Estimator) -> str:
    """What is minimised, in words."""
    residual = {
        "log": "log residuals (log f - log y)",
        "relative": "relative residuals (f/y - 1)",
        "value": "residuals (f - y)",
    }[estimator.residual]
    loss = "squared" if estimator.loss == "squared" else f"Huber (delta {estimator.delta:g})"
    return f"sum of {loss} {residual}"


def interval_name(report: FitReport) -> str:
    """What the intervals are."""
    level = f"{100 * report.level:g} % interval"
    spread = report.spread
    return {
        "percentile": f"{level} (percentiles of {spread.samples.shape[1]} bootstrap resamples)",
        "delta": f"{level} (delta method, sandwich covariance, Student's t)",
        "profile": f"{level} (profile likelihood)",
    }[spread.method]


def interval_text(low: float, high: float) -> str:
    """`0.31 to 0.37`; an open end is said to be open, a missing interval a dash."""
    if isnan(low) or isnan(high):
        return "-"
    if isinf(low) or isinf(high):
        parts = [
            "open below" if isinf(low) else f"from {low:.5g}",
            "open above" if isinf(high) else f"to {high:.5g}",
        ]
        return ", ".join(parts)
    return f"{low:.5g} to {high:.5g}"


def _or_dash(value: float, form: str) -> str:
    return format(value, form) if isfinite(value) else "-"


def _percent(value: float) -> str:
    return f"{100 * value:.3g} %" if isfinite(value) else "not known (too few points)"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"
