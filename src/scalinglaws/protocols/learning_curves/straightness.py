"""Whether a learning curve is straight in log-log: lack of fit against seed noise, and rival laws by AICc.

R squared cannot tell: a curve with a clear bend over two decades has one of 0.98.
"""

from dataclasses import dataclass
from math import inf, nan, sqrt

import numpy as np
from scipy.stats import f as fisher

from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.laws.law import FloatArray, Law

RIVALS = {"floor": "learning-curve-with-floor", "break": "bnsl-1"}
"""Laws that a bent curve would follow. Each has one parameter more than the power law: the broken law has no
floor here, and breaks sharply in the middle of the range. With more free parameters AICc would refuse it
whatever the bend, because learning curves have few points."""
SPARE = 5
"""Fewest points beyond the parameters of the law for a comparison by AICc. With four, a rival's one parameter
more costs 30, and a curve that falls by half towards its floor passes for straight at noise of 1 %."""
SHARP = 0.1
UNDECIDED = 2.0
"""Differences in AICc up to this say nothing (Burnham & Anderson 2002, section 2.6)."""


@dataclass(frozen=True)
class LackOfFit:
    """How far points lie from a law, compared with how far seeds lie from each other.

    Attributes:
        ratio: F, the mean square about the law over the mean square between seeds; about 1 where seeds are
            the only noise.
        low, high: interval of what the ratio is in the long run.
        p_value: probability of at least this F where seeds are the only noise.
        unit: the bend at which the ratio is 2: the noise of a mean over seeds, as a share of the fall of the
            law over all points.
    """

    ratio: float = nan
    low: float = nan
    high: float = nan
    p_value: float = nan
    unit: float = nan

    @property
    def bend(self) -> tuple[float, float, float]:
        """How far the curve departs from the law by more than the noise of seeds, and an interval of it.

        This is a root mean square over the points, as a share of the fall of the law. A curve whose exponent
        changes in the middle by a quarter of its mean departs by about 2 %. In contrast to the p value, noisy
        seeds do not make a curve straight: they widen the interval. Own construction.
        """
        value, low, high = (
            self.unit * sqrt(max(ratio - 1, 0.0)) for ratio in (self.ratio, self.low, self.high)
        )
        return value, low, high


def lack_of_fit(law: Law, x: FloatArray, runs: FloatArray, level: float = 0.95) -> LackOfFit:
    """The F test of a regression with repeated measurements (Draper & Smith 1998, section 2.1).

    The law is fitted to the mean over seeds of the logarithm, weighted by their number. The variance between
    seeds is pooled over the points, as if it were the same at all. The best model is chosen by the same
    seeds, and a grid of few sizes makes the best score wobble: the second counts as lack of fit.

    Args:
        law: the law.
        x: [points].
        runs: [points, seeds], the score of each run at each point; NaN where there is none.
        level: of the interval.

    Returns:
        NaN where there are not more points than parameters, or no point has two seeds.
    """
    there = np.isfinite(runs)
    seeds = there.sum(axis=-1)
    about_law, between = len(x) - len(law.names), int((seeds - 1).sum())
    if about_law < 1 or between < 1:
        return LackOfFit()
    logs = np.log(np.where(there, runs, 1.0))
    mean = logs.sum(axis=-1) / seeds
    noise = float((np.where(there, logs - mean[:, None], 0.0) ** 2).sum()) / between
    fit = Problem(law, Points(x, np.exp(mean), seeds)).fit()
    distance = float((seeds * (mean - np.log(fit.predict(x))) ** 2).sum()) / about_law
    ratio = distance / noise if noise > 0 else inf
    seeds_alone = fisher(about_law, between)
    high, low = (float(ratio / seeds_alone.ppf((1 + sign * level) / 2)) for sign in (-1, 1))
    fall = abs(float(np.log(fit.predict(x[-1:]) / fit.predict(x[:1]))[0]))
    unit = sqrt(noise / seeds.mean()) / fall if fall > 0 else nan
    return LackOfFit(ratio, low, high, p_value=float(seeds_alone.sf(ratio)), unit=unit)


def rivals(law: Law, x: FloatArray, y: FloatArray) -> dict[str, float]:
    """How much higher the AICc of each rival is than that of a law; positive where the law is better.

    x, y: [points]. NaN where there are too few points, see `SPARE`.
    """
    if len(x) < len(law.names) + SPARE:
        return dict.fromkeys(RIVALS, nan)
    points, middle = Points(x, y), float(np.sqrt(x.min() * x.max()))
    own = Problem(law, points).fit().aicc
    found = {}
    for name, rival in RIVALS.items():
        fixed = {"a": 0.0, "d_1": middle, "f_1": SHARP} if name == "break" else {}
        try:
            found[name] = Problem(rival, points, fixed=fixed).fit().aicc - own
        except ScalingLawsError:  # no guess led to an optimum: nothing is known of this rival
            found[name] = nan
    return found
