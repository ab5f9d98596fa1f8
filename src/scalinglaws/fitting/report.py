"""A fit with everything that you need to judge it, as numbers and as text: what `scalinglaws fit` prints."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite, isinf, isnan, nan, sqrt

import numpy as np

from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.solution import Solution, search
from scalinglaws.fitting.solver.newton import EXACT
from scalinglaws.fitting.uncertainty.covariance import covariance
from scalinglaws.fitting.uncertainty.intervals import MANY, Intervals, ends
from scalinglaws.fitting.uncertainty.intervals import intervals as intervals_of
from scalinglaws.fitting.uncertainty.profile import FLAT_EXPONENT, FLAT_FACTOR, WIDE, Profile, profile
from scalinglaws.fitting.validation import cross_validation, largest_held_out
from scalinglaws.laws.law import Law

FOLDS, HELD_OUT = 10, 0.2
SCANNED = 25  # values per scan of a profile: enough to see that it is flat, in a third of the time
BETTER = 1e-4  # share by which a profile's objective must be lower to be called another optimum
ROUNDS = 3  # in which a fit may move to such an optimum


@dataclass(frozen=True, eq=False)
class Report:
    """A fit, how sure it is, and what speaks against it. `str` gives it as text.

    Attributes:
        fit: the fit to all points; a better one than was given, where a profile led to it.
        intervals: of the parameters, with their standard errors and samples.
        profiles: by parameter, of those that were fitted.
        cross_validated: root mean square relative error of points predicted from the other folds; NaN where
            there are too few points.
        folds: how many.
        held_out: root mean square log error on the largest points, predicted from the others; NaN likewise.
        held_out_points: how many.
        warnings: what you must know before you use the values.
    """

    fit: Solution
    intervals: Intervals
    profiles: dict[str, Profile]
    cross_validated: float
    folds: int
    held_out: float
    held_out_points: int
    warnings: tuple[str, ...]

    @property
    def law(self) -> Law:
        """The law."""
        return self.fit.law

    @property
    def flat(self) -> list[str]:
        """Names of the parameters that the data leave undetermined."""
        return [name for name, scan in self.profiles.items() if scan.flat]

    def __str__(self) -> str:
        """The report as text."""
        return "\n".join(lines(self))


def judge(fit: Solution, intervals: Intervals) -> Report:
    """Profile every parameter and predict points that were held out.

    Where a profile leads to a better fit, that one is judged, with intervals made in the same way.
    """
    settled, profiles = _settled(fit, intervals.level)
    if settled is not fit:
        fit = settled
        intervals = intervals_of(fit, intervals.level, *intervals.asked, intervals.seed)
    points = fit.points
    folds = min(FOLDS, len(points))
    enough = len(points) - -(-len(points) // folds) >= fit.system.needed
    cross_validated = nan
    if enough:
        errors = cross_validation(fit, folds, np.random.default_rng([intervals.seed, 1]))
        cross_validated = sqrt(float(np.mean(errors**2)))
    held_out, held_out_points = largest_held_out(fit, HELD_OUT)
    warnings = [*fit.warnings]
    if points.left_out:
        warnings.append(f"{points.left_out} points of weight 0 are left out")
    for scan in profiles.values():
        warnings += _noteworthy(scan, fit)
    if enough and points.clusters is not None:
        warnings.append(
            "cross-validation parts points, not clusters: its error is too small where they differ"
        )
    return Report(
        fit=fit,
        intervals=intervals,
        profiles=profiles,
        cross_validated=cross_validated if isfinite(cross_validated) else nan,
        folds=folds,
        held_out=held_out if isfinite(held_out) else nan,
        held_out_points=held_out_points,
        warnings=tuple(dict.fromkeys((*warnings, *intervals.warnings))),
    )


def _settled(fit: Solution, level: float) -> tuple[Solution, dict[str, Profile]]:
    """The fit with its profiles; where one of them is lower than the fit, the fit that begins there."""
    for _ in range(ROUNDS):
        scans = {name: profile(fit, name, points=SCANNED, level=level) for name in _worth_profiling(fit)}
        lowest = min(scans.values(), key=lambda scan: scan.lowest, default=None)
        exact = EXACT**2 * fit.points.weights.sum()  # where only rounding is lower
        if lowest is None or lowest.lowest >= fit.objective * (1 - BETTER) or fit.objective <= exact:
            break
        begin = fit.law.coordinates(lowest.params[:, [int(lowest.objective.argmin())]])
        found = search(fit.system, np.concatenate([begin, fit.guesses], axis=1))
        if found.objective >= fit.objective:
            break
        fit = type(fit)(**vars(found))
    return fit, scans


def _worth_profiling(fit: Solution) -> Iterator[str]:
    """The fitted parameters; of very many points, which take minutes, those that may be undetermined."""
    if len(fit.points) <= MANY:
        yield from fit.fitted
        return
    errors = np.sqrt(np.maximum(np.diag(covariance(fit)), 0.0))
    for name in fit.fitted:
        k = fit.law.names.index(name)
        most = np.log(FLAT_FACTOR) if fit.law.parameters[k].positive else FLAT_EXPONENT * abs(fit.theta[k])
        known = name not in fit.unidentified + fit.on_bound and WIDE * errors[k] < most
        if not known:
            yield name


def _noteworthy(scan: Profile, fit: Solution) -> list[str]:
    """What a profile shows that the fit alone does not."""
    said = []
    if scan.flat:
        low, high = ends(scan, fit)
        from_, to = "" if isinf(low) else f" from {low:.3g}", "" if isinf(high) else f" to {high:.3g}"
        span = (
            f"over the whole scan, {scan.low:.3g} to {scan.high:.3g}," if not from_ + to else (from_ + to)[1:]
        )
        said.append(f"flat profile: {scan.name} {span} fits nearly as well")
    return said


def lines(report: Report, derived: Sequence[str] = ()) -> Iterator[str]:
    """The parameters with their intervals, what was minimised and reached, and what speaks against it.

    derived: further lines, for what follows from the parameters.
    """
    fit, intervals = report.fit, report.intervals
    yield f"minimised: {objective_name(fit.estimator)}"
    yield ""
    yield f"{'parameter':<12}{'value':>12}{'std. error':>12}   {interval_name(intervals)}"
    for name, value in fit.params.items():
        interval = "fixed" if name in fit.fixed else interval_text(*intervals[name])
        yield f"{name:<12}{value:>12.6g}{_or_dash(intervals.errors[name], '.4g'):>12}   {interval}"
    yield from derived
    yield ""
    converged = "yes" if fit.converged else "no"
    yield (
        f"objective {fit.objective:.14g}   R^2 {_or_dash(fit.r_squared, '.6f')}   "
        f"n {len(fit.points)}   converged: {converged}"
    )
    yield f"starts: {fit.agreeing} of {fit.descents} came to the lowest objective"
    yield (
        f"prediction error: cross-validated {_percent(report.cross_validated)} ({report.folds} folds); "
        f"on the largest {100 * HELD_OUT:g} % ({report.held_out_points} points), held out, "
        f"{_percent(report.held_out)}"
    )
    yield (
        f"not identified: {_listed(fit.unidentified)}   flat profile: {_listed(report.flat)}   "
        f"on a bound: {_listed(fit.on_bound)}"
    )
    if intervals.bootstrapped:
        yield (
            f"resamples: {intervals.drawn}, besides {intervals.degenerate} degenerate ones that were drawn "
            f"again; {intervals.failed} failed and were left out"
        )
    else:
        yield "resamples: none"
    yield from warning_lines(report.warnings)


def warning_lines(warnings: Sequence[str]) -> Iterator[str]:
    """One line per warning, or one that says that there is none."""
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


def interval_name(intervals: Intervals) -> str:
    """What the intervals are."""
    level = f"{100 * intervals.level:g} % interval"
    return {
        "percentile": f"{level} (percentiles of {intervals.samples.shape[1]} bootstrap resamples)",
        "delta": f"{level} (delta method, sandwich covariance, Student's t)",
        "profile": f"{level} (profile likelihood)",
    }[intervals.method]


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
