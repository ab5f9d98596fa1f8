"""The choice of a learning rate, and the rule by which a search is widened."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from scalinglaws.config.spec import RunSpec
from scalinglaws.errors import RecordError
from scalinglaws.training.records.record import Record
from scalinglaws.training.records.search import Choice, find_learning_rate, read_choice, write_choice
from unit.made_records import run_record, run_result, searched


class Trained:
    """What runs give, by learning rate and size of the subset: a loss; an infinite one has diverged."""

    def __init__(self, loss: Callable[[float, int], float]) -> None:
        self.calls: list[list[float]] = []
        self._loss = loss

    def __call__(self, runs: Sequence[RunSpec]) -> list[Record]:
        self.calls.append([float(run.learning_rate) for run in runs])
        return [self._record(run) for run in reversed(runs)]

    def _record(self, run: RunSpec) -> Record:
        loss = self._loss(float(run.learning_rate), run.subset.examples)
        return run_record(run, run_result(loss=[loss + 1, loss]) if loss < math.inf else run_result())


def of(losses: dict[float, list[float]]) -> Choice:
    """The choice among candidates with given losses, one per subset, that are not widened."""
    sizes = range(1, 1 + len(next(iter(losses.values()))))
    search = searched(*losses, at=sizes, widenings=0)
    return find_learning_rate(search, Trained(lambda rate, size: losses[rate][size - 1]))


def valley(best: float) -> Trained:
    """A loss that is least at one learning rate, and diverges far above it."""
    return Trained(lambda rate, _: 1 + math.log(rate / best) ** 2 if rate < 20 * best else math.inf)


def rates(choice: Choice) -> list[float]:
    return [candidate.learning_rate for candidate in choice.candidates]


def test_the_least_mean_log_wins() -> None:
    # The mean of 0.02 is larger than that of 0.04, the mean of its log smaller.
    choice = of({0.01: [2.0, 2.0], 0.02: [4.0, 0.1], 0.04: [1.0, 1.0]})
    assert choice.learning_rate == 0.02
    assert rates(choice) == [0.01, 0.02, 0.04]
    assert choice.candidates[1].score == pytest.approx(math.log(0.4) / 2)
    assert not choice.at_edge


def test_a_candidate_that_diverged_anywhere_is_out() -> None:
    choice = of({0.01: [2.0, 2.0], 0.02: [3.0, 3.0], 0.04: [0.1, math.inf]})
    assert choice.learning_rate == 0.01
    assert (choice.candidates[2].score, choice.candidates[2].diverged) == (None, 1)


@pytest.mark.parametrize("listed", [(0.01, 0.02, 0.04), (0.04, 0.01, 0.02)])
@pytest.mark.parametrize(("best", "edge"), [(0.01, True), (0.02, False), (0.04, True)])
def test_a_choice_that_is_the_smallest_or_largest_is_marked(
    listed: tuple[float, ...], best: float, edge: bool
) -> None:
    choice = of({rate: [0.5 if rate == best else 1.0] for rate in listed})
    assert (choice.learning_rate, choice.at_edge) == (best, edge)


def test_a_tie_goes_to_the_first() -> None:
    assert of({0.02: [1.0], 0.01: [1.0], 0.04: [1.0]}).learning_rate == 0.02


def test_no_error_at_all_is_not_a_divergence() -> None:
    assert of({0.01: [0.5], 0.02: [0.0], 0.04: [0.1]}).learning_rate == 0.02


@pytest.mark.parametrize(("score", "best"), [("minimum", 0.01), ("final", 0.02)])
def test_the_score_of_the_study_decides(score: str, best: float) -> None:
    losses = {0.01: [0.1, 0.9], 0.02: [0.5, 0.6]}  # one falls deeper and rises again

    def records(runs: Sequence[RunSpec]) -> list[Record]:
        return [run_record(run, run_result(loss=losses[float(run.learning_rate)])) for run in runs]

    found = find_learning_rate(searched(*losses, score=score, widenings=0), records)
    assert (found.learning_rate, found.score) == (best, score)


@pytest.mark.parametrize(
    ("best", "tried"),
    [
        (0.02, []),
        (0.006, [0.005, 0.0025]),
        (0.1, [0.08, 0.16]),
        (0.0001, [0.005, 0.0025, 0.00125]),
        (5.0, [0.08, 0.16, 0.32]),
    ],
)
def test_the_list_is_widened_by_factors_of_two_until_the_best_is_inside(
    best: float, tried: list[float]
) -> None:
    trained = valley(best)
    choice = find_learning_rate(searched(0.01, 0.02, 0.04, at=(4, 8)), trained)
    assert trained.calls == [[0.01, 0.02, 0.04] * 2, *([rate] * 2 for rate in tried)]
    assert rates(choice) == [0.01, 0.02, 0.04, *tried]
    assert [candidate.added for candidate in choice.candidates] == [False] * 3 + [True] * len(tried)
    assert choice.added == len(tried)
    assert choice.at_edge == (len(tried) == 3)
    assert choice.learning_rate == min(rates(choice), key=lambda rate: abs(math.log(rate / best)))
    assert len(set(choice.runs)) == 2 * len(rates(choice))


def test_a_single_candidate_is_widened_at_both_ends() -> None:
    choice = find_learning_rate(searched(0.02), valley(0.02))
    assert rates(choice) == [0.02, 0.01, 0.04]
    assert (choice.learning_rate, choice.at_edge) == (0.02, False)


def test_a_search_in_which_all_diverge_goes_down() -> None:
    choice = find_learning_rate(searched(0.1, 0.2), Trained(lambda rate, _: 1.0 if rate < 0.04 else math.inf))
    assert rates(choice) == [0.1, 0.2, 0.05, 0.025, 0.0125]
    assert (choice.learning_rate, choice.at_edge) == (0.025, False)  # the first of two that tie


def test_if_all_diverge_to_the_end_it_is_an_error() -> None:
    message = (
        r"resnet-depth8-width1: every learning rate diverged \(0\.1, 0\.2, 0\.05, 0\.025, 0\.0125\); add"
    )
    with pytest.raises(RecordError, match=message):
        find_learning_rate(searched(0.1, 0.2), Trained(lambda *_: math.inf))


def test_a_run_that_the_rule_adds_is_the_one_that_a_longer_list_has() -> None:
    short, long = searched(0.01, 0.02, at=(4, 8)), searched(0.005, 0.01, 0.02, at=(4, 8))
    assert short.candidate(0.005) == long.candidate(0.005)
    assert [run.id for run in short.candidate(0.005)] == [run.id for run in long.candidate(0.005)]
    assert {run.id for run in short.candidate(0.005)}.isdisjoint(run.id for run in short.runs)


def test_a_choice_comes_back_from_its_file(tmp_path: Path) -> None:
    choice = of({0.01: [2.0], 0.02: [1.0], 0.04: [math.inf]})
    write_choice(choice, tmp_path / "a.json")
    assert read_choice(tmp_path / "a.json") == choice


@pytest.mark.parametrize("content", [None, "{", "{}", '{"learning_rate": "high"}'])
def test_a_file_that_is_not_a_choice_is_refused(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "a.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(RecordError, match=r"a\.json: not the outcome of a learning-rate search"):
        read_choice(path)
