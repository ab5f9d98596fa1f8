"""The exponents of compute-optimal allocation, N_opt ~ C^a and D_opt ~ C^b, and intervals from resamples."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray


@dataclass(frozen=True)
class PowerLaw:
    """y = k x^exponent, for any leading batch axes; NaN where the points do not determine it.

    Attributes:
        exponent: [*batch].
        log_k: [*batch], natural logarithm of k; k itself is far outside the data and may overflow.
    """

    exponent: FloatArray
    log_k: FloatArray

    def __call__(self, x: FloatArray | float) -> FloatArray:
        """y at x, broadcast against the batch."""
        return np.asarray(np.exp(self.log_k + self.exponent * np.log(x)))


def fit_power_law(log_x: FloatArray, log_y: FloatArray, weights: FloatArray) -> PowerLaw:
    """Least squares between logarithms.

    Args:
        log_x: [points] or [*batch, points], natural logarithms.
        log_y: [*batch, points]; values of weight 0 are ignored.
        weights: [*batch, points], not negative.

    Returns:
        One law per element of the batch; NaN if fewer than two distinct x have weight.
    """
    y = np.where(weights > 0, log_y, 0.0)
    x = np.where(weights > 0, log_x, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = weights / weights.sum(axis=-1, keepdims=True)
        x_mean, y_mean = (share * x).sum(axis=-1), (share * y).sum(axis=-1)
        off = x - x_mean[..., None]
        spread = (share * off**2).sum(axis=-1)
        slope = (share * off * (y - y_mean[..., None])).sum(axis=-1) / spread
    # If all x are equal, the spread is a rounding error rather than exactly zero.
    slope = np.where(spread > 1e-20, slope, np.nan)
    return PowerLaw(exponent=np.asarray(slope), log_k=np.asarray(y_mean - slope * x_mean))


@dataclass(frozen=True)
class Exponents:
    """a and b with percentile intervals.

    Attributes:
        n: N_opt = k C^a; its fields have no axes.
        d: D_opt = k C^b.
        level: of the intervals, 0.95 for 95 %.
        a_interval: low and high end; NaN without resamples.
        b_interval: the same for b.
        a_samples: [resamples], a of each resample that has one.
        b_samples: [resamples].
        degenerate: resamples with fewer than two budgets that have an optimum. They have no exponent, so the
            intervals leave them out. If they are many, the data do not bracket their optima.
    """

    n: PowerLaw
    d: PowerLaw
    level: float
    a_interval: tuple[float, float]
    b_interval: tuple[float, float]
    a_samples: FloatArray
    b_samples: FloatArray
    degenerate: int

    @property
    def a(self) -> float:
        """Exponent of N_opt."""
        return float(self.n.exponent)

    @property
    def b(self) -> float:
        """Exponent of D_opt."""
        return float(self.d.exponent)


def fit_both(
    log_c: FloatArray, log_n: FloatArray, log_d: FloatArray, weights: FloatArray
) -> tuple[PowerLaw, PowerLaw]:
    """Power laws of N_opt and D_opt in C; arguments as in `fit_power_law`."""
    return fit_power_law(log_c, log_n, weights), fit_power_law(log_c, log_d, weights)


def estimated(n: PowerLaw, d: PowerLaw, what: str) -> None:
    """Refuse exponents that the data do not determine.

    Raises:
        ScalingLawsError: fewer than two budgets have an optimum.
    """
    if not (np.isfinite(n.exponent) and np.isfinite(d.exponent)):
        raise ScalingLawsError(f"{what}: an exponent needs optima inside the grid at two budgets or more")


def with_intervals(n: PowerLaw, d: PowerLaw, a: FloatArray, b: FloatArray, level: float) -> Exponents:
    """The exponents with intervals from their resamples.

    Args:
        n, d: the laws fitted to the data.
        a, b: [resamples], NaN where degenerate; empty if nothing was resampled.
        level: of the percentile intervals.

    Raises:
        ScalingLawsError: the level is not between 0 and 1, or every resample is degenerate.
    """
    if not 0 < level < 1:
        raise ScalingLawsError(f"the level of an interval must be between 0 and 1, not {level}")
    usable: NDArray[np.bool_] = np.isfinite(a) & np.isfinite(b)
    if len(a) and not usable.any():
        raise ScalingLawsError(f"none of {len(a)} resamples has optima at two budgets; there is no interval")
    return Exponents(
        n=n,
        d=d,
        level=level,
        a_interval=_ends(a[usable], level),
        b_interval=_ends(b[usable], level),
        a_samples=a[usable],
        b_samples=b[usable],
        degenerate=int((~usable).sum()),
    )


def _ends(samples: FloatArray, level: float) -> tuple[float, float]:
    if not len(samples):
        return (np.nan, np.nan)
    low, high = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
