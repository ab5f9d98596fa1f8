"""Intervals of a fit's parameters by one of three methods, and samples of the parameters for what follows.

`percentile`: quantiles of a bootstrap of pairs, or of clusters. It asks least of the noise, but needs many
points. `delta`: the sandwich covariance, with Student's t. `profile`: the values with which the law fits
nearly as well; for few points, where a bootstrap has few distinct resamples.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import inf, nan
from typing import Literal, get_args

import numpy as np
from scipy.special import ndtri, stdtrit  # scipy.stats takes half a second to import

from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.solution import Solution, named
from scalinglaws.fitting.solver.solve import faster
from scalinglaws.fitting.uncertainty.bootstrap import bootstrap, joined
from scalinglaws.fitting.uncertainty.covariance import covariance, delta_interval, interval
from scalinglaws.fitting.uncertainty.profile import Profile, profile
from scalinglaws.fitting.uncertainty.student import student_interval
from scalinglaws.laws.law import FloatArray, Law

Method = Literal["percentile", "delta", "profile"]

RESAMPLES, LEVEL = 4000, 0.95
FEWEST = 12  # independent points below which percentiles of a bootstrap are too short
MANY = 20_000  # points above which the delta method says the same as the others, which take minutes
LEAST_RESAMPLES = 20
NORMAL_SAMPLES = 400  # of the parameters, where there is no bootstrap
CHUNK = 10_000_000  # points times resamples that are refitted at once: some hundred megabytes
WIDEST = 690.0  # of a logarithm: e^690 is 1e299
AT_BOUND = 1e-9  # relative: if the end of a profile is this near the parameter's bound, it is that bound


@dataclass(frozen=True, eq=False)
class Intervals(Mapping[str, tuple[float, float]]):
    """Low and high by parameter, as in a dictionary.

    An end that the data leave open is infinite; those of a fixed parameter are NaN.

    Attributes:
        law: the law.
        level: of the intervals.
        method: of the intervals.
        seed: of what is random.
        by_name: low and high by parameter.
        errors: standard errors by parameter; NaN where fixed, or on a bound without a bootstrap.
        samples: [parameters, samples], natural units.
        bootstrapped: whether the samples are refits; else they are drawn from the covariance.
        drawn, degenerate, failed: resamples asked for, thrown away because they do not determine the law, and
            left out because their refit did not converge.
        warnings: what you must know.
        params: of the fit, by name.
        asked: the method and the number of resamples that were asked for.
    """

    law: Law
    level: float
    method: Method
    seed: int
    by_name: dict[str, tuple[float, float]]
    errors: dict[str, float]
    samples: FloatArray
    bootstrapped: bool = False
    drawn: int = 0
    degenerate: int = 0
    failed: int = 0
    warnings: tuple[str, ...] = ()
    params: Mapping[str, float] = field(default_factory=dict)
    asked: tuple[Method | None, int] = (None, RESAMPLES)

    def __getitem__(self, name: str) -> tuple[float, float]:
        """Low and high of a parameter.

        Raises:
            UnknownParameterError: there is no such parameter.
        """
        return named(self.law, self.by_name, name)

    def __iter__(self) -> Iterator[str]:
        """The parameters' names."""
        return iter(self.by_name)

    def __len__(self) -> int:
        """How many parameters there are."""
        return len(self.by_name)

    def band(self, x: FloatArray) -> FloatArray:
        """Pointwise interval of the fitted curve at x [variables, points]: low and high, [2, points]."""
        return interval(self.law.predict(self.samples, np.atleast_2d(x)), self.level)


def intervals(
    fit: Solution,
    level: float = LEVEL,
    method: Method | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Intervals:
    """Intervals and samples of a fit's parameters.

    Args:
        fit: the fit.
        level: of the intervals.
        method: percentiles unless given, and another one where points are few or very many, or resamples
            degenerate.
        resamples: of the bootstrap; 0 for none.
        seed: of what is random.

    Raises:
        ScalingLawsError: percentiles were asked for and cannot be had, or an option is out of its range.
    """
    if method not in (None, *get_args(Method)):
        raise ScalingLawsError(f"method: there is no {method!r}; allowed are {', '.join(get_args(Method))}")
    if not 0 < level < 1:
        raise ScalingLawsError(f"level: {level:g} must be between 0 and 1")
    if resamples < LEAST_RESAMPLES and (resamples or method == "percentile"):
        raise ScalingLawsError(
            f"bootstrap: {resamples} resamples; {LEAST_RESAMPLES} are the least, 0 is none"
        )
    made = _made(fit, level, method, resamples, seed)
    return replace(made, params=fit.params, asked=(method, resamples))


def _made(fit: Solution, level: float, method: Method | None, resamples: int, seed: int) -> Intervals:
    clustered = fit.points.clusters is not None
    independent, what = fit.points.independent, "clusters" if clustered else "points"
    many = len(fit.points) > MANY
    fallback: Method = "delta" if clustered or many else "profile"
    if method in ("delta", "profile") or not resamples or (many and method is None and independent >= FEWEST):
        return _analytic(fit, method or fallback, level, seed)
    if method is None and independent < FEWEST:
        reason = f"{independent} independent {what}, too few to bootstrap: intervals by {fallback}"
        return _warned(_analytic(fit, fallback, level, seed), reason)
    try:
        made = _percentile(fit, resamples, level, seed)
    except ScalingLawsError as fault:
        if method is not None:
            raise
        return _warned(_analytic(fit, fallback, level, seed), f"{fault}: intervals by {fallback}")
    if independent < FEWEST:
        return _warned(made, f"{independent} independent {what}: percentiles of a bootstrap are too short")
    return made


def _warned(made: Intervals, reason: str) -> Intervals:
    return replace(made, warnings=(reason, *made.warnings))


def ends(scan: Profile, fit: Solution) -> tuple[float, float]:
    """The interval of a profile: an end at a bound is that bound, one that is not reached is infinite."""
    parameter = fit.law.parameters[fit.law.names.index(scan.name)]
    first, last = float(scan.values[0]), float(scan.values[-1])
    tolerance = AT_BOUND * max(abs(first), abs(last))
    low, high = scan.low, scan.high
    if low <= first + tolerance and not abs(first - parameter.lower) <= tolerance:
        low = -inf
    if high >= last - tolerance and not abs(last - parameter.upper) <= tolerance:
        high = inf
    return low, high


def _percentile(fit: Solution, resamples: int, level: float, seed: int) -> Intervals:
    rng = np.random.default_rng(seed)
    most = max(1, CHUNK // len(fit.points))
    counts = [min(most, resamples - done) for done in range(0, resamples, most)]
    engine = faster(fit.system.batch(), resamples * fit.optima.shape[1], warm=True)
    refits = joined([bootstrap(fit, count, rng, engine=engine) for count in counts])
    samples = refits.converged
    failed = resamples - samples.shape[1]
    if samples.shape[1] < max(LEAST_RESAMPLES, resamples / 2):
        raise ScalingLawsError(f"bootstrap: {failed} of {resamples} refits did not converge")
    tail = (1 - level) / 2
    low, high = np.quantile(samples, [tail, 1 - tail], axis=1)
    error = samples.std(axis=1, ddof=1)
    left_out = [f"{failed} of {resamples} resamples are left out: no convergence"] if failed else []
    return Intervals(
        law=fit.law,
        level=level,
        method="percentile",
        seed=seed,
        by_name={
            name: (float(a), float(b)) if name in fit.fitted else (nan, nan)
            for name, a, b in zip(fit.law.names, low, high, strict=True)
        },
        errors={
            name: float(one) if name in fit.fitted else nan
            for name, one in zip(fit.law.names, error, strict=True)
        },
        samples=samples,
        bootstrapped=True,
        drawn=resamples,
        degenerate=refits.redrawn,
        failed=failed,
        warnings=(*left_out, *refits.bound_warnings),
    )


def _analytic(fit: Solution, method: Method, level: float, seed: int) -> Intervals:
    """Intervals by `delta` or `profile`, and samples from the covariance, with Student's tails."""
    rng = np.random.default_rng(seed)
    law, points = fit.law, fit.points
    matrix = covariance(fit)
    still = [name in fit.fixed + fit.on_bound for name in law.names]
    freedom = max(points.independent - still.count(False), 1)
    widen = float(stdtrit(freedom, (1 + level) / 2) / ndtri((1 + level) / 2))
    deviations = np.sqrt(np.maximum(np.diag(matrix), 0.0))  # below 0 by rounding
    normal = rng.standard_normal((NORMAL_SAMPLES, len(matrix))) @ _root(matrix).T
    tails = np.sqrt(freedom / rng.chisquare(freedom, NORMAL_SAMPLES))
    lower, upper = fit.system.bounds
    # Samples of a parameter that the data do not determine would overflow.
    lower = np.where(law.positive, np.maximum(lower, -WIDEST), lower)
    upper = np.where(law.positive, np.minimum(upper, WIDEST), upper)
    theta = np.clip(fit.theta[:, None] + (normal * tails[:, None]).T, lower[:, None], upper[:, None])
    if method == "delta":
        by_name = delta_interval(fit, matrix * widen**2, level)
        warnings = [f"{name} is on a bound: no interval by delta" for name in fit.on_bound]
        by_name |= {name: (nan, nan) for name, fixed in zip(law.names, still, strict=True) if fixed}
    else:
        clustered = points.clusters is not None
        warnings = ["profiles take points as independent: clusters are not regarded"] if clustered else []
        by_name = {name: _profiled(fit, name, level) for name in law.names}
    chain = np.where(law.positive, fit.values, 1.0)
    return Intervals(
        law=law,
        level=level,
        method=method,
        seed=seed,
        by_name=by_name,
        errors={
            name: nan if fixed else float(deviation * by)
            for name, fixed, deviation, by in zip(law.names, still, deviations, chain, strict=True)
        },
        samples=law.natural(theta),
        warnings=tuple(warnings),
    )


def _root(matrix: FloatArray) -> FloatArray:
    """R with R R' = a covariance, which may be singular."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def _profiled(fit: Solution, name: str, level: float) -> tuple[float, float]:
    if name in fit.fixed:
        return nan, nan
    if fit.estimator.loss == "squared" and np.ptp(fit.points.weights) == 0:
        return student_interval(fit, name, level)
    return ends(profile(fit, name, level=level), fit)
