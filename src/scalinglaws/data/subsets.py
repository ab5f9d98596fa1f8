"""Nested subsets: prefixes of one seeded shuffle, balanced over classes if there are any.

Each class (or other stratum) is shuffled on its own. The classes are then dealt out in rounds: every round
has one example of each class, in random order. A prefix of any length is therefore balanced to within one
example, and every subset contains all smaller ones.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray


def balanced_shuffle(labels: NDArray[np.int64], seed: int, purpose: str) -> NDArray[np.int64]:
    """Indices of all examples in balanced random order.

    Args:
        labels: the class of each example, shape (examples,).
        seed: the seed of the shuffle.
        purpose: what the shuffle is for (`training`, `validation`), so that the two are independent.

    Returns:
        A permutation of 0..examples-1. If classes differ in size, the smaller ones run out first.
    """
    generator = np.random.default_rng(_entropy(seed, purpose))
    members = [generator.permutation(np.flatnonzero(labels == label)) for label in np.unique(labels)]
    if len(members) == 1:
        return members[0]
    rounds = max(len(indices) for indices in members)
    order: list[NDArray[np.int64]] = []
    for turn in range(rounds):
        dealt = np.array([indices[turn] for indices in members if turn < len(indices)], dtype=np.int64)
        order.append(generator.permutation(dealt))
    return np.concatenate(order)


def _entropy(seed: int, purpose: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{purpose}/{seed}".encode()).digest()[:16])
