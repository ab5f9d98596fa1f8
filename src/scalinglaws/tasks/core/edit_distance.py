"""Edit distances between sequences of symbols: insertions, deletions and substitutions count one each."""

from collections.abc import Iterable, Sequence

from rapidfuzz.distance import Levenshtein


def edit_distance(guess: Sequence[int], reference: Sequence[int]) -> int:
    """Fewest edits that turn one sequence into the other."""
    return Levenshtein.distance(guess, reference)


def total_edit_distance(guesses: Iterable[Sequence[int]], references: Iterable[Sequence[int]]) -> int:
    """Sum of the edit distances of pairs of sequences.

    Raises:
        ValueError: there are not as many guesses as references.
    """
    return sum(edit_distance(*pair) for pair in zip(guesses, references, strict=True))
