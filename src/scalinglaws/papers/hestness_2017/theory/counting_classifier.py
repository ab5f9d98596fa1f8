"""A classifier that counts labels: the expected error of memorising each input's label, by exact sums.

Inputs are of infinitely many types, as words are; type r = 1, 2, ... has a probability proportional to (r +
shift)^-zipf (the law of Zipf and Mandelbrot). Each type has one true label. A share `noise` of all labels, in
training and in testing, is replaced by one of the other classes with equal probability. The learner counts
the labels of each type and answers with the most frequent one, breaking ties at random; for a type that it
never saw it answers with any class. Its error therefore starts at that of the best guess and falls to the
noise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, comb, log, sqrt

import numpy as np
from scipy.special import gammaln, zeta

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray
from scalinglaws.papers.hestness_2017.theory.quadrature import integrate

ONE_BY_ONE = 4096  # types summed one by one; an integral covers the rarer ones, to about 1e-9
NEGLECTED = 1e-15  # probability of a wrong answer below which a label counts as learnt
MOST_SIGHTINGS = 150  # sightings of a type by which its label must be learnt
NEVER_SO_FEW = 700.0  # with this many expected sightings, fewer than MOST_SIGHTINGS do not occur


@dataclass(frozen=True)
class CountingClassifier:
    """The inputs, the labels and their noise.

    Attributes:
        zipf: exponent of the types' frequencies, above 1; the error falls as m^-(1 - 1/zipf).
        shift: how many of the most frequent types are about equally frequent.
        classes: of labels.
        noise: share of labels that are replaced by a wrong one.

    Raises:
        ScalingLawsError: a value is out of its range, or the noise is so strong that it takes more than
            MOST_SIGHTINGS labels of a type to learn it.
    """

    zipf: float
    shift: float
    classes: int
    noise: float

    def __post_init__(self) -> None:
        """Check the values."""
        if self.zipf <= 1 or self.shift < 0 or self.classes < 2:
            raise ScalingLawsError(
                "counting classifier: zipf must be above 1, shift 0 or more and classes 2 or more, not "
                f"{self.zipf:g}, {self.shift:g} and {self.classes}"
            )
        if not 0 <= self.noise < self.guess or self._sightings > MOST_SIGHTINGS:
            raise ScalingLawsError(
                f"counting classifier: noise of {self.noise:g} among {self.classes} classes; it must be "
                f"0 or more, and so far below {self.guess:g} that {MOST_SIGHTINGS} labels of a type show the "
                "true one"
            )

    @property
    def guess(self) -> float:
        """Error of the best guess without having seen anything."""
        return 1 - 1 / self.classes

    @property
    def floor(self) -> float:
        """Irreducible error: the error of knowing every true label."""
        return self.noise

    @property
    def exponent(self) -> float:
        """Exponent of m by which the error above the floor falls once the commonest types are learnt."""
        return -(1 - 1 / self.zipf)

    @property
    def most_frequent(self) -> float:
        """Probability of the commonest type."""
        return float((1 + self.shift) ** -self.zipf / self._total)

    def error(self, examples: Sequence[int]) -> FloatArray:
        """Expected error [sizes] after so many training examples each.

        Raises:
            ScalingLawsError: a number of examples is negative.
        """
        return self.floor + self.above_floor(examples)

    def above_floor(self, examples: Sequence[int]) -> FloatArray:
        """Expected error above the floor [sizes]; what it neglects is below 1e-14.

        Raises:
            ScalingLawsError: a number of examples is negative.
        """
        if min(examples) < 0:
            raise ScalingLawsError(f"counting classifier: examples must be 0 or more, not {min(examples)}")
        wrong = np.array([self._common(int(m)) + self._rare(int(m)) for m in examples])
        return wrong * (1 - self.noise - self.noise / (self.classes - 1))

    @cached_property
    def wrong_answer(self) -> FloatArray:
        """Probability of not answering with the true label of a type after 0, 1, ... sightings of it."""
        return 1 - _majority(self.classes, self.noise, self._sightings)

    @property
    def _sightings(self) -> int:
        """Sightings of a type after which its label is practically certain to be learnt.

        By Chernoff's bound, the probability that a wrong class has at least as many of n labels as the true
        one is at most (1 - (sqrt a - sqrt b)^2)^n, where a and b are the frequencies of the two.
        """
        a, b = 1 - self.noise, self.noise / (self.classes - 1)
        base = 1 - (sqrt(a) - sqrt(b)) ** 2
        if base <= 0:
            return 1
        return (
            max(1, ceil(log(NEGLECTED / (self.classes - 1)) / log(base))) if base < 1 else MOST_SIGHTINGS + 1
        )

    @property
    def _total(self) -> float:
        return float(zeta(self.zipf, 1 + self.shift))

    def _common(self, m: int) -> float:
        """Probability that an input is of a common type and answered wrongly."""
        p = (np.arange(1.0, ONE_BY_ONE + 1) + self.shift) ** -self.zipf / self._total
        p = p[m * p < NEVER_SO_FEW]
        return float(p @ self._answered_wrongly(p, m))

    def _rare(self, m: int) -> float:
        """The same for the other types: an integral over their share y of all inputs.

        A sum over ranks above R is the integral from R + 1/2 on, up to 1/24 of the slope there. In terms of
        y = x^(1 - zipf), x = rank + shift, its end is finite and the frequency is a power of y.
        """
        power = self.zipf / (self.zipf - 1)
        end = (ONE_BY_ONE + 0.5 + self.shift) ** (1 - self.zipf)

        def integrand(y: FloatArray) -> FloatArray:
            return self._answered_wrongly(y**power / self._total, m)

        # The integrand changes most where a type is expected about once: panels by factors of two of
        # frequency.
        turning = (self._total / max(m, 1)) ** (1 / power)
        inner = [turning * 2.0 ** (k / power) for k in range(-20, 11)]
        edges = sorted({0.0, *(edge for edge in inner if edge < end), min(end, inner[-1])})
        return integrate(integrand, edges) / (self._total * (self.zipf - 1))

    def _answered_wrongly(self, p: FloatArray, m: int) -> FloatArray:
        """Probability [types] of a wrong answer for a type of frequency p after m examples."""
        seen = np.exp(m * np.log1p(-p))  # probability of n = 0 sightings; the next ones by recurrence
        odds = p / (1 - p)
        total = np.zeros_like(p)
        for n, wrong in enumerate(self.wrong_answer):
            total += wrong * seen
            seen = seen * odds * ((m - n) / (n + 1))
        return total


def _majority(classes: int, noise: float, most: int) -> FloatArray:
    """Probability that the true label wins among n = 0, ..., most labels of a type, ties broken at random.

    The product of exponential series, one per class, has the probabilities of all counts as coefficients.
    With k true labels, t other classes that also have k, and the rest below, the true label wins 1 in t + 1
    times.
    """
    n = np.arange(most + 1)
    one = np.exp(-gammaln(n + 1.0))
    other = one * (noise / (classes - 1)) ** n
    wins = np.zeros(most + 1)
    for k in n:
        power = np.eye(1, most + 1)[0]  # series of counts below k, to the number of classes below
        for below in range(classes):
            tied = classes - 1 - below
            if k * (tied + 1) <= most:
                ways = comb(classes - 1, tied) * other[k] ** tied / (tied + 1)
                start = k * (tied + 1)
                wins[start:] += (1 - noise) ** k * one[k] * ways * power[: most + 1 - start]
            power = np.convolve(power, np.where(n < k, other, 0.0))[: most + 1]
    return np.minimum(wins / one, 1.0)
