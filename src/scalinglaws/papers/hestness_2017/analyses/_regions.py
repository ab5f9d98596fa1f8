"""Our rule for cutting a learning curve into the three regions of Hestness et al. 2017, Fig 6."""

import numpy as np

from scalinglaws.errors import DataError
from scalinglaws.laws.law import FloatArray

STRAIGHT, FLAT = 0.9, 0.1
"""The rule compares the local slope of log error over log examples with the steepest slope. Where it is at
least STRAIGHT times the steepest, the curve is in its power-law region; where it is at most FLAT times the
steepest, the curve is in the small-data region (before) or the region of irreducible error (after). The bends
between are in no region."""
SMALL, POWER, IRREDUCIBLE = "small data", "power law", "irreducible error"


def local_slopes(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Slopes of log y over log x between neighbouring points, and log2 of x halfway, [points - 1] each."""
    log_x, log_y = np.log2(x), np.log2(y)
    return np.diff(log_y) / np.diff(log_x), (log_x[1:] + log_x[:-1]) / 2


def find_regions(x: FloatArray, y: FloatArray) -> dict[str, tuple[float, float]]:
    """The regions of a falling learning curve: their first and last x.

    The slope is interpolated linearly in log x between the midpoints of neighbouring x. Regions that the
    curve does not show are left out.

    Raises:
        DataError: the curve never falls.
    """
    slopes, at = local_slopes(x, y)
    if not slopes.min() < 0:
        raise DataError("regions: a learning curve that never falls has none")
    share = slopes / slopes.min()
    top = int(np.argmax(share))
    left, right = (share[top::-1], at[top::-1]), (share[top:], at[top:])
    low, high = (_crossing(*side, STRAIGHT) for side in (left, right))
    found = {POWER: (float(x[0]) if low is None else low, float(x[-1]) if high is None else high)}
    before, after = (_crossing(*side, FLAT) for side in (left, right))
    if before is not None:
        found[SMALL] = (float(x[0]), before)
    if after is not None:
        found[IRREDUCIBLE] = (after, float(x[-1]))
    return {name: found[name] for name in (SMALL, POWER, IRREDUCIBLE) if name in found}


def _crossing(share: FloatArray, at: FloatArray, level: float) -> float | None:
    """Where the share of the steepest slope first falls below a level, going outward from the steepest."""
    below = np.flatnonzero(share < level)
    if not len(below):
        return None
    k = int(below[0])  # at least 1: the share of the steepest is 1
    part = (share[k - 1] - level) / (share[k - 1] - share[k])
    return float(2.0 ** (at[k - 1] + part * (at[k] - at[k - 1])))
