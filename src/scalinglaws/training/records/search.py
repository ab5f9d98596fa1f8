"""The learning rate that a search chose for one architecture."""

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import fmean

from scalinglaws.config.job import Search
from scalinglaws.config.spec import RunSpec, Score
from scalinglaws.config.strict import Strict
from scalinglaws.errors import RecordError
from scalinglaws.files import write_json
from scalinglaws.training.records.record import Record

NO_ERROR = 1e-12  # takes the place of an error of 0, which has no logarithm

Records = Callable[[Sequence[RunSpec]], Iterable[Record]]
"""Gives the records of some runs of a search, in any order: trains them, or knows them already."""


class Candidate(Strict):
    """A learning rate that was tried."""

    learning_rate: float
    score: float | None
    """Mean over its runs of the logarithm of the metric; None if one of them diverged."""
    diverged: int
    """How many of its runs diverged."""
    added: bool
    """Whether the rule added it to the list of the study."""
    runs: tuple[str, ...]
    """Ids of its runs, one per subset of the search."""

    @property
    def rank(self) -> float:
        """Its score; infinite if one of its runs diverged."""
        return math.inf if self.score is None else self.score


class Choice(Strict):
    """The learning rate with which an architecture is trained, and the whole search for it."""

    learning_rate: float
    at_edge: bool
    """Whether it is still the smallest or the largest candidate, so that a better one may lie outside."""
    metric: str
    """The validation metric that decided."""
    score: Score
    """Which of its values."""
    candidates: tuple[Candidate, ...]
    """Those of the study's list, then those that the rule added, in this order."""

    @property
    def added(self) -> int:
        """How many candidates the rule added."""
        return sum(candidate.added for candidate in self.candidates)

    @property
    def runs(self) -> tuple[str, ...]:
        """Ids of all runs of the search."""
        return tuple(run for candidate in self.candidates for run in candidate.runs)


def find_learning_rate(search: Search, records: Records) -> Choice:
    """Try the candidates of a search, add others while the best is at an end of the list, and choose.

    The best has the smallest score, and the first of those that tie. Where all diverged it is the smallest.

    Args:
        search: the search.
        records: gives the records of the first candidates, then of each one that is added.

    Raises:
        RecordError: every candidate diverged.
    """
    known = {record.run: record for record in records(search.runs)}
    candidates = [
        _candidate(search, search.candidate(rate), known, added=False) for rate in search.learning_rates
    ]
    for _ in range(search.widenings):
        beyond = _beyond(candidates)
        if beyond is None:
            break
        runs = search.candidate(beyond)
        known = {record.run: record for record in records(runs)}
        candidates.append(_candidate(search, runs, known, added=True))
    best = _best(candidates)
    if best.score is None:
        tried = ", ".join(f"{each.learning_rate:g}" for each in candidates)
        raise RecordError(
            f"{search.runs[0].model.name}: every learning rate diverged ({tried}); "
            "add smaller ones to the search"
        )
    return Choice(
        learning_rate=best.learning_rate,
        at_edge=_beyond(candidates) is not None,
        metric=search.metric,
        score=search.score,
        candidates=tuple(candidates),
    )


def _candidate(
    search: Search, runs: Sequence[RunSpec], known: dict[str, Record], *, added: bool
) -> Candidate:
    results = [known[run.id].results for run in runs]
    values = [result.value(search.metric, search.score) for levels in results for result in levels]
    logs = [math.log(max(value, NO_ERROR)) for value in values if value is not None]
    return Candidate(
        learning_rate=float(runs[0].learning_rate),
        score=fmean(logs) if len(logs) == len(values) else None,
        diverged=sum(any(result.status == "diverged" for result in levels) for levels in results),
        added=added,
        runs=tuple(run.id for run in runs),
    )


def _best(candidates: Sequence[Candidate]) -> Candidate:
    best = min(candidates, key=lambda candidate: candidate.rank)
    return best if best.score is not None else min(candidates, key=lambda each: each.learning_rate)


def _beyond(candidates: Sequence[Candidate]) -> float | None:
    """The candidate that the rule adds; None where the best has one on either side."""
    rates, best = [candidate.learning_rate for candidate in candidates], _best(candidates).learning_rate
    return best / 2 if best == min(rates) else best * 2 if best == max(rates) else None


def choice_file(runs: Path, model: str) -> Path:
    """The file of the choice for a model, in the folder of a study's records."""
    return runs / "learning-rate" / f"{model}.json"


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
