"""An estimate with its interval, as a row of fits holds it."""

from dataclasses import dataclass
from math import isfinite, nan


@dataclass(frozen=True)
class Value:
    """An estimate with its interval. Ends that are unknown are NaN, open ones infinite."""

    value: float
    low: float
    high: float

    @property
    def known(self) -> bool:
        """Whether it has a value and both ends."""
        return isfinite(self.value) and isfinite(self.low) and isfinite(self.high)

    @property
    def negated(self) -> "Value":
        """The same with its sign turned: the size of a negative exponent."""
        return Value(-self.value, -self.high, -self.low)


MISSING = Value(nan, nan, nan)
