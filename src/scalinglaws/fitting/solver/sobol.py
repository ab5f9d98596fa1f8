"""Scrambled Sobol points, equal to those of `scipy.stats.qmc.Sobol(dimensions, rng=0)` to the bit.

We have our own because `scipy.stats` takes 0.5 to 0.8 CPU seconds to import, a third of the time that
`scalinglaws fit` may take.
"""

import numpy as np

from scalinglaws.laws.law import FloatArray

BITS = 30
# Primitive polynomial (its bits) and first direction numbers per dimension: Joe & Kuo 2008,
# https://web.maths.unsw.edu.au/~fkuo/sobol/. The first dimension needs none.
DIRECTIONS = (
    (3, (1,)),
    (7, (1, 3)),
    (11, (1, 3, 1)),
    (13, (1, 1, 1)),
    (19, (1, 1, 3, 3)),
    (25, (1, 3, 5, 13)),
    (37, (1, 1, 5, 5, 17)),
    (41, (1, 1, 5, 5, 5)),
    (47, (1, 1, 7, 11, 19)),
    (55, (1, 1, 5, 1, 1)),
    (59, (1, 1, 1, 3, 11)),
)
MOST = 1 + len(DIRECTIONS)


def sobol(dimensions: int, count: int) -> FloatArray:
    """The first points, in [0, 1): [count, dimensions]; `count` is a power of two."""
    if dimensions > MOST:  # only a law of your own has that many shapes
        from scipy.stats import qmc

        return np.asarray(qmc.Sobol(dimensions, rng=0).random(count))
    (rng,) = np.random.default_rng(0).spawn(1)
    shift = rng.integers(2, size=(dimensions, BITS), dtype=np.uint32) @ (1 << np.arange(BITS))
    matrices = np.tril(rng.integers(2, size=(dimensions, BITS, BITS), dtype=np.uint32))
    matrices[:, np.arange(BITS), np.arange(BITS)] = 1
    columns = np.array([[1] * BITS, *(_direction(*each) for each in DIRECTIONS[: dimensions - 1])])
    columns <<= np.arange(BITS)[::-1]
    # Matousek's scrambling: each direction number, as bits from the highest down, times a triangular matrix.
    places = np.arange(BITS)[::-1]
    bits = (columns[:, None, :] >> places[:, None]) & 1
    columns = (((matrices.astype(np.int64) @ bits) & 1) << places[:, None]).sum(axis=1)
    points = np.empty((count, dimensions), dtype=np.int64)
    points[0] = shift
    for k in range(
        1, count
    ):  # in the order of a Gray code: each point changes one bit of the last one's index
        points[k] = points[k - 1] ^ columns[:, (k & -k).bit_length() - 1]
    return np.asarray(points * 2.0**-BITS)


def _direction(polynomial: int, first: tuple[int, ...]) -> list[int]:
    """The direction numbers of one dimension, `BITS` of them."""
    degree, numbers = len(first), list(first)
    for j in range(degree, BITS):
        number = numbers[j - degree]
        for k in range(1, degree + 1):
            if (polynomial >> (degree - k)) & 1:
                number ^= numbers[j - k] << k
        numbers.append(number)
    return numbers
