"""Edit distances against a table worked out by hand, and against the textbook's recursion."""

import numpy as np
import pytest

from scalinglaws.tasks.core.edit_distance import edit_distance, total_edit_distance


@pytest.mark.parametrize(
    ("guess", "reference", "edits"),
    [
        ([], [], 0),
        ([1, 2, 3], [1, 2, 3], 0),
        ([], [1, 2], 2),
        ([1, 2, 3], [], 3),
        ([1, 3], [1, 2, 3], 1),  # an insertion, once and not also the shift of what follows
        ([2, 1], [1, 2], 2),
        ([1, 1, 2], [1, 2, 2], 1),
        (b"kitten", b"sitting", 3),
    ],
)
def test_by_hand(guess: list[int], reference: list[int], edits: int) -> None:
    assert edit_distance(guess, reference) == edits


def recursion(guess: list[int], reference: list[int]) -> int:
    row = list(range(len(reference) + 1))
    for i, one in enumerate(guess, 1):
        before, row = row, [i]
        for j, other in enumerate(reference, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (one != other)))
    return row[-1]


def test_totals_of_random_sequences() -> None:
    rng = np.random.default_rng(0)
    pairs = [[rng.integers(0, 4, rng.integers(0, 90)).tolist() for _ in range(2)] for _ in range(30)]
    guesses, references = zip(*pairs, strict=True)
    expected = [recursion(*pair) for pair in pairs]
    assert [edit_distance(*pair) for pair in pairs] == expected
    assert total_edit_distance(guesses, references) == sum(expected) > 0


def test_pairs_must_be_whole() -> None:
    with pytest.raises(ValueError, match="shorter"):
        total_edit_distance([[1], [2]], [[1]])
