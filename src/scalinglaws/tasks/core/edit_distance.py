"""Edit distances between sequences of symbols: insertions, deletions and substitutions, one each."""

from collections.abc import Iterable, Sequence

from rapidfuzz.distance import Levenshtein


def edit_distance(guess: Sequence[int], reference: Sequence[int]) -> int:
    """Fewest edits that make one sequence into the other."""
    return Levenshtein.distance(guess, reference)


def total_edit_distance(guesses: Iterable[Sequence[int]], references: Iterable[Sequence[int]]) -> int:
    """Sum of the edit distances of pairs.

    Raises:
        ValueError: there are more of one than of the other.
    """
    return sum(edit_distance(*pair) for pair in zip(guesses, references, strict=True))
