"""How a curve continues, averaged over all broken power laws with a floor that its training points allow.

No law is chosen. The curve is taken to be a two-break law (bnsl-2, which holds bnsl-1 and M1 to M4 as special
or limiting cases) times a slow random walk times noise. With t = log(x / largest training x):

    log y = level + log(r + (1 - r) exp s(t)) + walk(t) + noise
    s(t)  = -c t + sum_i change_i [f_i softplus((t - place_i)/f_i) - f_i softplus(-place_i/f_i) - t]

c is the exponent after the breaks, change_i what it loses at a break, r the floor's share of y at t = 0. The
walk is Brownian in t, with variance `drift` times that of the noise for each unit of t: where no law fits
well, it continues from the curve's last level, and it keeps many points along a wiggle from counting as
independent evidence.

A forecast is the posterior median of log y, point by point. Level and noise are integrated out in closed
form. The nine other constants are drawn from their posterior by sequential Monte Carlo (Del Moral, Doucet &
Jasra 2006): particles go from the prior to the posterior through powers of the likelihood, each the largest
one that leaves an effective sample of half the particles; each is followed by Metropolis steps along
differences of particles (ter Braak 2006). Units of x and y cancel. The sampling's share of a forecast's
error is about 0.5 % of y, and up to a few per cent where the points leave much open.

What was tuned: the priors (`PRIOR`), `SHARPNESS` and `NOISE`, on 589 development curves of 4 or more training
points and test points up to 100 times farther out: 245 of lcdb (scikit-learn learners on OpenML data, error
and log loss), 94 from the published runs of Hestness, Hoffmann, Muennighoff, Porian et al., 250 synthetic
ones of many shapes. The scores depend little on them: doubling or halving widths changed the mean error
by a few per cent (measured with one break; a second one lowered it by 2 %).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtri
from scipy.stats import qmc

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.broken import BNSL_2
from scalinglaws.laws.law import FloatArray

# Mean and standard deviation of the coordinates, normal and independent.
BREAK = {
    "asinh(change / 0.2)": (0.0, 1.0),  # straight is likeliest, and tails reach the exponents of peaks
    "place": (0.0, 0.7),  # -1: at the first training size, 1: at the last one, in t
    "log f": (0.0, 0.8),
}
PRIOR = {
    "log c": (np.log(0.2), 1.2),
    "logit r": (0.0, 3.0),
    "log drift": (np.log(0.2), 2.0),
    **{f"{name} {number}": prior for number in (1, 2) for name, prior in BREAK.items()},
}
CHANGE = 0.2
NOISE, NOISE_WEIGHT = 0.005, 1.0  # prior of the noise: root mean square, and how many points it counts for
SHARPNESS = 1.5  # power of the likelihood: 1 is Bayes' rule, but few points then lean too much on the prior
FIRST = 4096  # draws from the prior, a power of two: enough to see every mode that it allows
PARTICLES = 512  # that are followed from there
MOST_POINTS = 50  # neighbours are averaged beyond: more points take more time but tell little more
MOVES = 30  # Metropolis steps after each power
ACCEPTED = 0.25  # share of them that the step length is tuned to
JITTER = 1e-6  # added to every step, because particles that are copies of each other must come apart
CLIP = (
    6.0  # coordinates of exponents are kept within it (hundreds in natural units), so that nothing overflows
)


def continue_curve(x: FloatArray, y: FloatArray, at: FloatArray, seed: int = 0) -> FloatArray:
    """Forecast y [points] from a curve's training points.

    Args:
        x, y: training points [n], positive, in any order; an x may be repeated.
        at: where to forecast [points], positive; may lie among the training points.
        seed: of the draws; equal calls give equal forecasts.

    Raises:
        ScalingLawsError: the training points have fewer than two distinct x.
    """
    if np.ptp(x) == 0:
        raise ScalingLawsError("a curve needs training points at two sizes")
    order = np.argsort(x, kind="stable")
    t, v = (_thinned(np.log(values[order])) for values in (x / x.max(), y))
    posterior = _Posterior(t, v)
    draws = _sample(posterior, np.random.default_rng(seed))
    log_y = posterior.forecast(draws, np.log(at) - np.log(x.max()))
    return np.asarray(np.exp(np.median(log_y, axis=0)))


def _thinned(values: FloatArray) -> FloatArray:
    """Means of neighbours, so that at most `MOST_POINTS` are left."""
    each = -(-len(values) // MOST_POINTS)
    return np.array([values[first : first + each].mean() for first in range(0, len(values), each)])


class _Posterior:
    """The density of the coordinates [9, draws] of `PRIOR` given a curve (t, v = log y), t ascending to 0."""

    def __init__(self, t: FloatArray, v: FloatArray) -> None:
        self.t, self.v = t, v
        self.mean, self.width = np.array(list(PRIOR.values())).T
        # In the eigenvectors of the walk's covariance, walk and noise together are independent.
        self.share, self.vectors = np.linalg.eigh(self._walk(t))
        self.share = np.maximum(self.share, 0.0)
        self.ones = self.vectors.T @ np.ones(len(t))

    def _walk(self, at: FloatArray) -> FloatArray:
        """Covariance of the walk at `at` [m] with that at the training points, for drift 1: [m, n]."""
        return np.asarray(np.maximum(np.minimum(at[:, None], self.t) - self.t[0], 0.0))

    def shape(self, z: FloatArray, t: FloatArray) -> FloatArray:
        """log y of the law at level 0, [draws, points]; the law is 1 at t = 0."""
        exponent = np.exp(np.minimum(z[0], CLIP))
        known = {"a": expit(z[1]), "b": -np.logaddexp(0.0, z[1])}
        for number, (change, place, log_width) in enumerate((z[3:6], z[6:9]), start=1):
            change = CHANGE * np.sinh(np.clip(change, -CLIP, CLIP))
            place = self.t[0] * (1 - place) / 2
            width = np.exp(log_width)
            exponent = exponent + change
            # bnsl-2's b is the height at t = 0 if there were no break.
            known["b"] = known["b"] - change * width * np.logaddexp(0.0, -place / width)
            known |= {f"c_{number}": -change, f"d_{number}": place, f"f_{number}": log_width}
        theta = np.stack([(known | {"c_0": exponent})[name] for name in BNSL_2.names])
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(BNSL_2.program.values(theta, np.exp(t)[None])))

    def _residuals(self, z: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """In the eigenvectors: residuals [draws, n], their precisions, and the level [draws]."""
        with np.errstate(invalid="ignore"):  # an infinite law is refused by its density
            residual = (self.v - self.shape(z, self.t)) @ self.vectors
        precision = 1 / (1 + np.exp(z[2])[:, None] * self.share)
        level = (precision * self.ones * residual).sum(axis=1) / (precision * self.ones**2).sum(axis=1)
        return residual - level[:, None] * self.ones, precision, level

    def log_likelihood(self, z: FloatArray) -> FloatArray:
        """Up to a constant, to the power `SHARPNESS`; level and noise integrated out, [draws]."""
        with np.errstate(invalid="ignore", over="ignore"):
            residual, precision, _ = self._residuals(z)
            squares = (precision * residual**2).sum(axis=1) / NOISE**2
            value = np.log(precision).sum(axis=1) - np.log((precision * self.ones**2).sum(axis=1))
            value -= (len(self.t) - 1 + NOISE_WEIGHT) * np.log(squares + NOISE_WEIGHT)
        return np.where(np.isfinite(value), SHARPNESS * value / 2, -1e300)

    def log_prior(self, z: FloatArray) -> FloatArray:
        """Up to a constant, [draws]."""
        return np.asarray(-(((z - self.mean[:, None]) / self.width[:, None]) ** 2).sum(axis=0) / 2)

    def from_prior(self, count: int) -> FloatArray:
        """Coordinates [9, count], evenly over the prior; `count` is a power of two."""
        uniform = qmc.Sobol(len(PRIOR), rng=0).random(count).T
        return np.asarray(self.mean[:, None] + self.width[:, None] * ndtri(np.clip(uniform, 1e-6, 1 - 1e-6)))

    def forecast(self, z: FloatArray, t: FloatArray) -> FloatArray:
        """log y at t: law, level and what is expected of the walk, [draws, points]."""
        residual, precision, level = self._residuals(z)
        walk = np.exp(z[2])[:, None] * (precision * residual) @ (self._walk(t) @ self.vectors).T
        return np.asarray(self.shape(z, t) + level[:, None] + walk)


def _sample(posterior: _Posterior, rng: np.random.Generator) -> FloatArray:
    """Draws from the posterior, coordinates [9, draws]."""
    z = posterior.from_prior(FIRST)
    likelihood, prior = posterior.log_likelihood(z), posterior.log_prior(z)
    power, length = 0.0, 2.4 / np.sqrt(2 * len(z))
    while power < 1:
        step, weights = _next_power(likelihood, 1 - power)
        power += step
        kept = _resample(weights, PARTICLES)
        z, likelihood, prior = z[:, kept], likelihood[kept], prior[kept]
        pool = z  # steps are differences of these: on the scale of the posterior, also where it is bent
        for _ in range(MOVES):
            one, other = rng.integers(PARTICLES, size=(2, PARTICLES))
            lengths = length * np.exp(rng.normal(0.0, 0.6, PARTICLES))  # some short, some long
            moved = z + lengths * (pool[:, one] - pool[:, other]) + JITTER * rng.normal(size=z.shape)
            new_likelihood, new_prior = posterior.log_likelihood(moved), posterior.log_prior(moved)
            gain = power * (new_likelihood - likelihood) + new_prior - prior
            accepted = np.log(rng.random(PARTICLES)) < gain
            z = np.where(accepted, moved, z)
            likelihood = np.where(accepted, new_likelihood, likelihood)
            prior = np.where(accepted, new_prior, prior)
            length *= np.exp(0.5 * (accepted.mean() - ACCEPTED))
    return z


def _next_power(likelihood: FloatArray, most: float) -> tuple[float, FloatArray]:
    """The largest further power of the likelihood that leaves enough effective particles, and its weights."""

    def weigh(step: float) -> FloatArray:
        weights = np.exp(step * (likelihood - likelihood.max()))
        return np.asarray(weights / weights.sum())

    low, high = 0.0, most
    if 1 / (weigh(high) ** 2).sum() < PARTICLES / 2:
        for _ in range(20):
            middle = (low + high) / 2
            if 1 / (weigh(middle) ** 2).sum() < PARTICLES / 2:
                high = middle
            else:
                low = middle
    return high, weigh(high)


def _resample(weights: FloatArray, count: int) -> NDArray[np.int64]:
    """Indices drawn systematically: each as often as its weight says, rounded up or down."""
    places = (np.arange(count) + 0.5) / count
    return np.minimum(np.searchsorted(np.cumsum(weights), places), len(weights) - 1)
