"""A classifier that counts: the expected error of learning each input's label by heart, by exact sums.

Inputs are of infinitely many types, as words are; type r = 1, 2, ... has a probability proportional to
(r + shift)^-zipf (the law of Zipf and Mandelbrot). Each type has one true label; a share of all labels,
`noise`, is replaced by one of the other classes, all alike, when learning and when judged. The learner counts
the labels of each type and answers with the most frequent one, ties drawn; of a type that it never saw, with
any class. So before it has seen anything it errs as the best guess does, and in the end as the noise.
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

ONE_BY_ONE = 4096  # types summed one by one; over the rarer ones the sum is an integral, to about 1e-9 of it
NEGLECTED = 1e-15  # probability of a wrong answer below which a label counts as learnt
MOST_SIGHTINGS = 150  # sightings of a type by which that must be so
NEVER_SO_FEW = 700.0  # expected sightings from which on fewer than MOST_SIGHTINGS do not occur


@dataclass(frozen=True)
class CountingClassifier:
    """The inputs, the labels and their noise.

    Attributes:
        zipf: exponent of the types' frequencies, above 1; the error falls as m^-(1 - 1/zipf).
        shift: how many of the most frequent types are about equally frequent.
        classes: of labels.
        noise: share of labels that are wrong.

    Raises:
        ScalingLawsError: a value is out of its range, or the noise so strong that counting labels takes more
            than MOST_SIGHTINGS of a type.
    """

    zipf: float
    shift: float
    classes: int
    noise: float

    def __post_init__(self) -> None:
        """Refuse what is no such classifier."""
        if self.zipf <= 1 or self.shift < 0 or self.classes < 2:
            raise ScalingLawsError(
                "counting classifier: it takes zipf above 1, a shift of 0 or more and 2 classes or more, not "
                f"{self.zipf:g}, {self.shift:g} and {self.classes}"
            )
        if not 0 <= self.noise < self.guess or self._sightings > MOST_SIGHTINGS:
            raise ScalingLawsError(
                f"counting classifier: noise of {self.noise:g} among {self.classes} classes; it must be "
                f"0 or more, and so far below {self.guess:g} that {MOST_SIGHTINGS} labels of a type tell the "
                "true one"
            )

    @property
    def guess(self) -> float:
        """Error of the best guess without having seen anything."""
        return 1 - 1 / self.classes

    @property
    def floor(self) -> float:
        """Irreducible error: that of knowing every true label."""
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
        """Expected error above the floor [sizes]; what is neglected in it is below 1e-14.

        Raises:
            ScalingLawsError: a number of examples is negative.
        """
        if min(examples) < 0:
            raise ScalingLawsError(f"counting classifier: examples are 0 or more, not {min(examples)}")
        wrong = np.array([self._common(int(m)) + self._rare(int(m)) for m in examples])
        return wrong * (1 - self.noise - self.noise / (self.classes - 1))

    @cached_property
    def wrong_answer(self) -> FloatArray:
        """Probability of not answering the true label of a type by times it was seen, [0.. sightings]."""
        return 1 - _majority(self.classes, self.noise, self._sightings)

    @property
    def _sightings(self) -> int:
        """Times a type must be seen until its label is learnt for certain, nearly.

        By Chernoff's bound one wrong class has at least as many of n labels as the true one with probability
        at most (1 - (sqrt a - sqrt b)^2)^n, a and b the frequencies of the two.
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
        """Probability of an input of a common type that is answered wrongly."""
        p = (np.arange(1.0, ONE_BY_ONE + 1) + self.shift) ** -self.zipf / self._total
        p = p[m * p < NEVER_SO_FEW]
        return float(p @ self._answered_wrongly(p, m))

    def _rare(self, m: int) -> float:
        """The same of the other types: an integral over their share y of all inputs.

        A sum over ranks above R is the integral from R + 1/2 on, up to a 24th of the slope there. Over
        y = x^(1 - zipf), x = rank + shift, its end is finite and the frequency is a power of y.
        """
        power = self.zipf / (self.zipf - 1)
        end = (ONE_BY_ONE + 0.5 + self.shift) ** (1 - self.zipf)

        def integrand(y: FloatArray) -> FloatArray:
            return self._answered_wrongly(y**power / self._total, m)

        # The integrand changes where a type is expected about once; panels by factors of two of frequency.
        turning = (self._total / max(m, 1)) ** (1 / power)
        inner = [turning * 2.0 ** (k / power) for k in range(-20, 11)]
        edges = sorted({0.0, *(edge for edge in inner if edge < end), min(end, inner[-1])})
        return integrate(integrand, edges) / (self._total * (self.zipf - 1))

    def _answered_wrongly(self, p: FloatArray, m: int) -> FloatArray:
        """Probability [types] of a wrong answer about a type of frequency p after m examples."""
        seen = np.exp(m * np.log1p(-p))  # probability of n sightings, n = 0; the next by recurrence
        odds = p / (1 - p)
        total = np.zeros_like(p)
        for n, wrong in enumerate(self.wrong_answer):
            total += wrong * seen
            seen = seen * odds * ((m - n) / (n + 1))
        return total


def _majority(classes: int, noise: float, most: int) -> FloatArray:
    """Probability [0..most] that the true label wins among n labels of a type, ties drawn.

    A product of exponential series, one a class, has the probabilities of all counts as coefficients. With k
    true labels, t other classes at k and the rest below, the true one wins one in t + 1 times.
    """
    n = np.arange(most + 1)
    one = np.exp(-gammaln(n + 1.0))
    other = one * (noise / (classes - 1)) ** n
    wins = np.zeros(most + 1)
    for k in n:
        power = np.eye(1, most + 1)[0]  # of the series of counts below k; to the number of classes below
        for below in range(classes):
            tied = classes - 1 - below
            if k * (tied + 1) <= most:
                ways = comb(classes - 1, tied) * other[k] ** tied / (tied + 1)
                start = k * (tied + 1)
                wins[start:] += (1 - noise) ** k * one[k] * ways * power[: most + 1 - start]
            power = np.convolve(power, np.where(n < k, other, 0.0))[: most + 1]
    return np.minimum(wins / one, 1.0)
