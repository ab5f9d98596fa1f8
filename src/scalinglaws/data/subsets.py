"""Nested subsets: prefixes of one seeded shuffle, balanced over classes if there are any.

Each class (or other stratum) is shuffled on its own. The classes are then dealt out in rounds: every round
has one example of each class, in random order. A prefix of any length is therefore balanced to within one
example, and every subset contains all smaller ones.
"""

import hashlib
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from scalinglaws.config.spec import Validation
from scalinglaws.data.dataset import DataSet
from scalinglaws.errors import DataError

Data = TypeVar("Data", bound=DataSet)


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


def choose_validation(data: Data, validation: Validation) -> Data:
    """A data set with some of its validation examples, balanced over strata and in their order.

    The two parts of the pool are the same for all choices, so that an example that a choice from the
    development part can have is in none from the published part.

    Args:
        data: the data set that the source returned.
        validation: part, number and seed of the examples that are wanted.

    Raises:
        DataError: the part has fewer examples than are wanted.
    """
    strata = data.validation_strata
    order = balanced_shuffle(strata, 0, "parts of validation")
    by_class = order[np.argsort(strata[order], kind="stable")]
    development = np.arange(len(by_class)) % 3 == 2
    part = np.sort(by_class[development if validation.part == "development" else ~development])
    wanted = validation.examples or 1
    if wanted > len(part):
        raise DataError(
            f"{data.title}: {wanted:,} validation examples asked for, but the {validation.part} part has "
            f"{len(part):,} of the {len(strata):,} that there are"
        )
    chosen = balanced_shuffle(strata[part], validation.seed, "validation")[: validation.examples]
    return data.with_validation(part[np.sort(chosen)])


def _entropy(seed: int, purpose: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{purpose}/{seed}".encode()).digest()[:16])
