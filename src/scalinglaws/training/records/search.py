"""The learning rate that a search chose for one architecture."""

import math
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean

from scalinglaws.config.candidates import Candidates
from scalinglaws.config.strict import Strict
from scalinglaws.errors import RecordError
from scalinglaws.files import write_json
from scalinglaws.training.records.record import Record

NO_ERROR = 1e-12  # takes the place of an error of 0, which has no logarithm


class Choice(Strict):
    """The learning rate with which an architecture is trained."""

    learning_rate: float
    scores: dict[str, float | None]
    """Mean logarithm of the metric's minimum, by candidate; None if one of its runs diverged."""
    at_edge: bool
    """Whether the choice is the smallest or the largest candidate."""


def choose(candidates: Candidates, records: Iterable[Record]) -> Choice:
    """Choose the candidate with the smallest mean logarithm of the metric's minimum over the search's runs.

    Raises:
        RecordError: every candidate diverged.
    """
    logs: dict[float, list[float]] = {learning_rate: [] for learning_rate in candidates.learning_rates}
    for record in records:
        minimum = record.result.minima.get(candidates.metric, math.inf)
        logs[record.learning_rate].append(math.log(max(minimum, NO_ERROR)))
    scores = {candidate: fmean(values) if values else math.inf for candidate, values in logs.items()}
    best = min(scores, key=lambda candidate: scores[candidate])
    if not math.isfinite(scores[best]):
        raise RecordError(f"every learning rate diverged: {', '.join(map(str, scores))}; add smaller ones")
    return Choice(
        learning_rate=best,
        scores={
            str(candidate): score if math.isfinite(score) else None for candidate, score in scores.items()
        },
        at_edge=best in (min(scores), max(scores)),
    )


def write_choice(choice: Choice, path: Path) -> None:
    """Write the choice as JSON; a reader never sees half of it."""
    write_json(path, choice.model_dump(mode="json"))


def read_choice(path: Path) -> Choice:
    """Read a choice.

    Raises:
        RecordError: the file is missing or does not hold a choice.
    """
    try:
        return Choice.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: not the outcome of a learning-rate search: {error}") from error
