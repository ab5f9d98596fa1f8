"""Intervals from few points, where a bootstrap has few distinct resamples and its percentiles are too short.

A plain profile takes the noise as known from many points. Here the threshold of its interval is Student's t
with the degrees of freedom that are left. For a law that is linear in its parameters, and normal noise, the
interval is then exact for any number of points.
"""

import numpy as np
from scipy.special import chdtr, stdtrit  # scipy.stats takes half a second to import

from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.solution import Solution
from scalinglaws.fitting.uncertainty.profile import SMALLEST, Profile, profile
from scalinglaws.laws.law import Parameter

POINTS = 81
WIDENED = 3  # times that a scan is widened, by its length, before an end counts as open
ROUNDING = 1e-12
ZOOMED = 2  # times that the interval is then scanned again, more finely


def student_level(level: float, points: int, fitted: int) -> float:
    """The level at which the likelihood interval of `profile` is Student's interval at `level`.

    `profile` allows the sum of squares to grow by exp(chi2/n); Student's interval by 1 + t^2/(n - p).

    Args:
        level: of the interval that is wanted.
        points: n.
        fitted: p, the number of parameters that are fitted.

    Raises:
        ScalingLawsError: no degree of freedom is left.
    """
    free = points - fitted
    if free < 1:
        raise ScalingLawsError(f"{points} points leave no degree of freedom to {fitted} parameters")
    growth = np.log1p(stdtrit(free, (1 + level) / 2) ** 2 / free)
    return float(chdtr(1, points * growth))


def student_interval(fit: Solution, name: str, level: float = 0.95) -> tuple[float, float]:
    """Student's likelihood interval of one parameter: low, high.

    An end at a bound of the parameter is that bound; one that the scan does not reach is infinite, or 0 for a
    positive parameter.

    Args:
        fit: a fit by least squares, without weights.
        name: the parameter.
        level: of the interval.

    Raises:
        ScalingLawsError: the fit is not by least squares, or no degree of freedom is left.
    """
    if fit.estimator.loss != "squared":
        raise ScalingLawsError("Student's interval is for least squares")
    equivalent = student_level(level, len(fit.points), len(fit.fitted))
    scan = profile(fit, name, points=POINTS, level=equivalent)
    parameter = fit.law.parameters[fit.law.names.index(name)]
    for _ in range(WIDENED):
        down, up = _open(scan, parameter)
        if not (down or up):
            break
        span = _widened(scan, parameter, down, up)
        scan = profile(fit, name, span=span, points=POINTS, level=equivalent)
    down, up = _open(scan, parameter)
    for _ in range(ZOOMED):
        span = _bracket(scan)
        scan = profile(fit, name, span=span, points=POINTS, level=equivalent)
    least = 0.0 if parameter.positive else -np.inf
    return (least if down else scan.low), (np.inf if up else scan.high)


def _open(scan: Profile, parameter: Parameter) -> tuple[bool, bool]:
    """Whether the interval goes on below, or above, what was scanned; a bound of the parameter is an end."""
    first, last = float(scan.values[0]), float(scan.values[-1])
    least = 0.0 if parameter.positive else parameter.lower
    return scan.low - first <= ROUNDING * abs(first) and first > least, (
        last - scan.high <= ROUNDING * abs(last) and last < parameter.upper
    )


def _widened(scan: Profile, parameter: Parameter, down: bool, up: bool) -> tuple[float, float]:
    """What to scan next: open ends are moved out by the length of the scan, in what is fitted."""
    low, high = float(scan.values[0]), float(scan.values[-1])
    if parameter.positive:
        low = max(low, SMALLEST)  # it may be rounded to 0
        ratio = high / low
        low, high = low / (ratio if down else 1.0), high * (ratio if up else 1.0)
        low, high = max(low, SMALLEST), min(high, 1 / SMALLEST)
    else:
        length = high - low
        low, high = low - length * down, high + length * up
    return max(low, parameter.lower), min(high, parameter.upper)


def _bracket(scan: Profile) -> tuple[float, float]:
    """The scanned values next outside the interval, which linear interpolation made too short."""
    below, above = scan.values[scan.values < scan.low], scan.values[scan.values > scan.high]
    low = below[-1] if len(below) else scan.values[0]
    high = above[0] if len(above) else scan.values[-1]
    return float(low), float(high)
