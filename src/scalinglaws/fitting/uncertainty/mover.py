"""Intervals of differences and ratios of two estimates, from the interval of each.

MOVER, the method of variance estimates recovery: Zou & Donner 2008, "Construction of confidence limits about
effect measures" (Statistics in Medicine 27, 1693), for differences; Donner & Zou 2012, "Closed-form
confidence intervals for functions of the normal mean and standard deviation" (Statistical Methods in Medical
Research 21, 347), for ratios. It keeps the asymmetry of the intervals and treats the estimates as
independent. Studies on the same subsets and validation data share errors: for them the result is too wide
rather than too narrow.
"""

from math import hypot, nan, sqrt

from scalinglaws.tables.value import MISSING, Value


def difference(a: Value, b: Value) -> Value:
    """a - b."""
    if not (a.known and b.known):
        return Value(a.value - b.value, nan, nan)
    value = a.value - b.value
    low = value - hypot(a.value - a.low, b.high - b.value)
    return Value(value, low, value + hypot(a.high - a.value, b.value - b.low))


def ratio(a: Value, b: Value) -> Value:
    """a / b for positive estimates; without an interval where that of b reaches 0 (it would be unbounded).

    The ends are the ratios r for which an end of the interval of a - r b, by the same method, is 0.
    """
    if not (a.value > 0 and b.value > 0):
        return MISSING
    value, product = a.value / b.value, a.value * b.value
    if not (a.known and b.known and b.low > 0):
        return Value(value, nan, nan)
    least = a.low * (2 * a.value - a.low)
    against = b.high if a.low >= 0 else b.low  # a negative ratio swaps the ends of b's interval
    squares = against * (2 * b.value - against)
    low = least / (product + sqrt(product**2 - least * squares))
    squares = b.low * (2 * b.value - b.low)
    high = (product + sqrt(product**2 - a.high * (2 * a.value - a.high) * squares)) / squares
    return Value(value, low, high)
