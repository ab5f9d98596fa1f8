"""Intervals of a fit's parameters by one of three methods, and samples of the parameters for what follows.

`percentile`: quantiles of a bootstrap of pairs, or of clusters; for many points, the one that asks least of
the noise. `delta`: the sandwich covariance, with Student's t. `profile`: the values with which the law fits
nearly as well; for few points, where a bootstrap has few distinct resamples.
"""

from dataclasses import dataclass, replace
from math import inf, nan
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.fit_law import Estimate
from scalinglaws.fitting.uncertainty.bootstrap import BOUND_WORTH_A_WARNING, Refits, bootstrap
from scalinglaws.fitting.uncertainty.covariance import covariance, delta_interval
from scalinglaws.fitting.uncertainty.profile import Profile, profile
from scalinglaws.fitting.uncertainty.student import student_interval
from scalinglaws.laws.law import FloatArray

Method = Literal["percentile", "delta", "profile"]

FEWEST = 12  # independent points below which percentiles of a bootstrap are too short
LEAST_RESAMPLES = 20
NORMAL_SAMPLES = 400  # of parameters where there is no bootstrap
CHUNK = 10_000_000  # points times resamples that are refitted at once: some hundred megabytes
AT_BOUND = 1e-9  # relative: an end of a profile this near a parameter's bound is that bound


@dataclass(frozen=True)
class Spread:
    """How far the parameters may lie from the fit.

    Attributes:
        method: of the intervals.
        intervals: by parameter, low and high; an end that the data leave open is infinite, those of a
            parameter that was held are not a number.
        errors: standard errors by parameter; not a number where held, or on a bound without a bootstrap.
        samples: [parameters, samples], natural units.
        bootstrapped: whether the samples are refits; else they are drawn from the covariance.
        drawn, degenerate, failed: resamples asked for, thrown away because they do not determine the law, and
            left out because their refit did not converge.
        warnings: what a reader must know.
    """

    method: Method
    intervals: dict[str, tuple[float, float]]
    errors: dict[str, float]
    samples: FloatArray
    bootstrapped: bool
    drawn: int
    degenerate: int
    failed: int
    warnings: tuple[str, ...]


def spread(
    found: Estimate,
    x: FloatArray,
    y: FloatArray,
    weights: FloatArray,
    clusters: NDArray[np.int64] | None,
    *,
    method: Method | None,
    resamples: int,
    level: float,
    seed: int,
) -> Spread:
    """Intervals and samples.

    Args:
        found: the fit.
        x, y, weights: what it was fitted to; weights positive.
        clusters: [points], whole numbers from 0.
        method: without it percentiles, and another one where points are few or resamples degenerate.
        resamples: of the bootstrap; 0 for none.
        level: of the intervals.
        seed: of what is random.

    Raises:
        ScalingLawsError: percentiles were asked for and cannot be had.
    """
    independent = len(y) if clusters is None else int(clusters.max()) + 1
    what = "points" if clusters is None else "clusters"
    rng = np.random.default_rng(seed)
    fallback: Method = "profile" if clusters is None else "delta"
    if resamples < LEAST_RESAMPLES and (resamples or method == "percentile"):
        raise ScalingLawsError(
            f"bootstrap: {resamples} resamples; {LEAST_RESAMPLES} are the least, 0 is none"
        )
    if method in ("delta", "profile") or not resamples:
        return _analytic(found, x, y, weights, clusters, method or fallback, independent, level, rng)
    if method is None and independent < FEWEST:
        reason = f"{independent} independent {what}, too few to bootstrap: intervals by {fallback}"
        made = _analytic(found, x, y, weights, clusters, fallback, independent, level, rng)
        return replace(made, warnings=(reason, *made.warnings))
    try:
        made = _percentile(found, x, y, weights, clusters, resamples, level, rng)
    except ScalingLawsError as fault:
        if method is not None:
            raise
        made = _analytic(found, x, y, weights, clusters, fallback, independent, level, rng)
        return replace(made, warnings=(f"{fault}: intervals by {fallback}", *made.warnings))
    few = (f"{independent} independent {what}: percentiles of a bootstrap are too short",)
    return replace(made, warnings=few + made.warnings) if independent < FEWEST else made


def ends(scan: Profile, found: Estimate) -> tuple[float, float]:
    """The interval of a profile: an end that stands at a bound is that bound, one not reached is infinite."""
    parameter = found.law.parameters[found.law.names.index(scan.name)]
    first, last = float(scan.values[0]), float(scan.values[-1])
    tolerance = AT_BOUND * max(abs(first), abs(last))
    low, high = scan.low, scan.high
    if low <= first + tolerance and not abs(first - parameter.lower) <= tolerance:
        low = -inf
    if high >= last - tolerance and not abs(last - parameter.upper) <= tolerance:
        high = inf
    return low, high


def _percentile(
    found: Estimate,
    x: FloatArray,
    y: FloatArray,
    weights: FloatArray,
    clusters: NDArray[np.int64] | None,
    resamples: int,
    level: float,
    rng: np.random.Generator,
) -> Spread:
    parts = _chunks(resamples, max(LEAST_RESAMPLES, CHUNK // len(y)))
    refits = [bootstrap(found, x, y, part, rng, weights=weights, clusters=clusters) for part in parts]
    params = np.concatenate([part.params for part in refits], axis=1)
    samples = params[:, np.isfinite(params).all(axis=0)]
    failed = resamples - samples.shape[1]
    if samples.shape[1] < max(LEAST_RESAMPLES, resamples / 2):
        raise ScalingLawsError(f"bootstrap: {failed} of {resamples} refits did not converge")
    law = found.law
    tail = (1 - level) / 2
    low, high = np.quantile(samples, [tail, 1 - tail], axis=1)
    error = samples.std(axis=1, ddof=1)
    held = [name in found.fixed for name in law.names]
    warnings = [f"{failed} of {resamples} resamples are left out: no convergence"] if failed else []
    warnings += [
        f"{name} sits on a bound in {100 * share:.0f} % of the resamples"
        for name, share in _on_bound(refits, parts).items()
        if share > BOUND_WORTH_A_WARNING
    ]
    return Spread(
        method="percentile",
        intervals={
            name: (nan, nan) if fixed else (float(a), float(b))
            for name, fixed, a, b in zip(law.names, held, low, high, strict=True)
        },
        errors={
            name: nan if fixed else float(one)
            for name, fixed, one in zip(law.names, held, error, strict=True)
        },
        samples=samples,
        bootstrapped=True,
        drawn=resamples,
        degenerate=sum(part.redrawn for part in refits),
        failed=failed,
        warnings=tuple(warnings),
    )


def _chunks(count: int, most: int) -> list[int]:
    return [min(most, count - done) for done in range(0, count, most)]


def _on_bound(refits: list[Refits], counts: list[int]) -> dict[str, float]:
    shares: dict[str, float] = {}
    for part, count in zip(refits, counts, strict=True):
        for name, share in part.on_bound.items():
            shares[name] = shares.get(name, 0.0) + share * count / sum(counts)
    return shares


def _analytic(
    found: Estimate,
    x: FloatArray,
    y: FloatArray,
    weights: FloatArray,
    clusters: NDArray[np.int64] | None,
    method: Method,
    independent: int,
    level: float,
    rng: np.random.Generator,
) -> Spread:
    """Intervals by `delta` or `profile`, and samples from the covariance, with Student's tails."""
    law = found.law
    matrix = covariance(found, x, y, weights, None if clusters is None else clusters.astype(np.float64))
    still = [name in found.fixed + found.on_bound for name in law.names]
    freedom = max(independent - still.count(False), 1)
    widen = float(t.ppf((1 + level) / 2, freedom) / norm.ppf((1 + level) / 2))
    deviations = np.sqrt(np.diag(matrix))
    normal = rng.standard_normal((NORMAL_SAMPLES, len(matrix))) @ _root(matrix).T
    tails = np.sqrt(freedom / rng.chisquare(freedom, NORMAL_SAMPLES))
    lower, upper = found.bounds
    theta = np.clip(found.theta[:, None] + (normal * tails[:, None]).T, lower[:, None], upper[:, None])
    if method == "delta":
        intervals = delta_interval(found, matrix * widen**2, level)
        warnings = [f"{name} is on a bound: no interval by delta" for name in found.on_bound]
        intervals |= {name: (nan, nan) for name, fixed in zip(law.names, still, strict=True) if fixed}
    else:
        warnings = (
            ["profiles take points as independent: clusters are not regarded"] if clusters is not None else []
        )
        intervals = {name: _profiled(found, x, y, weights, name, level) for name in law.names}
    chain = np.where(law.positive, found.values, 1.0)
    return Spread(
        method=method,
        intervals=intervals,
        errors={
            name: nan if fixed else float(deviation * by)
            for name, fixed, deviation, by in zip(law.names, still, deviations, chain, strict=True)
        },
        samples=law.natural(theta),
        bootstrapped=False,
        drawn=0,
        degenerate=0,
        failed=0,
        warnings=tuple(warnings),
    )


def _root(matrix: FloatArray) -> FloatArray:
    """R with R R' = a covariance; singular ones too."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def _profiled(
    found: Estimate, x: FloatArray, y: FloatArray, weights: FloatArray, name: str, level: float
) -> tuple[float, float]:
    if name in found.fixed:
        return nan, nan
    if found.estimator.loss == "squared" and np.ptp(weights) == 0:
        return student_interval(found, x, y, name, level)
    return ends(profile(found, x, y, name, weights=weights, level=level), found)
