"""The choice of a learning rate."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from scalinglaws.config.candidates import Candidates
from scalinglaws.config.spec import RunSpec
from scalinglaws.errors import RecordError
from scalinglaws.training.records.record import Record
from scalinglaws.training.records.search import Choice, choose, read_choice, write_choice

MakeSpec = Callable[..., RunSpec]
MakeRecord = Callable[..., Record]
RATES = (0.01, 0.02, 0.04)


@pytest.fixture
def pick(make_spec: MakeSpec, make_record: MakeRecord) -> Callable[[dict[float, list[float]]], Choice]:
    """The choice for given minima of each candidate, one per subset size; infinity stands for diverged."""

    def found(minima: dict[float, list[float]]) -> Choice:
        records = [
            make_record(make_spec(learning_rate=rate), **({"loss": value, "other": 1.0} if value < 9 else {}))
            for rate, values in minima.items()
            for value in values
        ]
        return choose(Candidates(learning_rates=tuple(minima), metric="loss"), records)

    return found


Pick = Callable[[dict[float, list[float]]], Choice]


def test_the_least_mean_log_wins(pick: Pick) -> None:
    # The mean of 0.02 is larger than that of 0.04, the mean of its log smaller.
    choice = pick({0.01: [2.0, 2.0], 0.02: [4.0, 0.1], 0.04: [1.0, 1.0]})
    assert choice.learning_rate == 0.02
    assert choice.scores["0.02"] == pytest.approx(math.log(0.4) / 2)
    assert list(choice.scores) == ["0.01", "0.02", "0.04"]
    assert not choice.at_edge


def test_a_candidate_that_diverged_anywhere_is_out(pick: Pick) -> None:
    choice = pick({0.01: [2.0, 2.0], 0.02: [3.0, 3.0], 0.04: [0.1, math.inf]})
    assert choice.learning_rate == 0.01
    assert choice.scores["0.04"] is None
    assert choice.at_edge


@pytest.mark.parametrize(("best", "edge"), [(0, True), (1, False), (2, True)])
def test_a_choice_at_the_edge_is_marked(pick: Pick, best: int, edge: bool) -> None:
    choice = pick({rate: [0.5 if i == best else 1.0] for i, rate in enumerate(RATES)})
    assert choice.learning_rate == RATES[best]
    assert choice.at_edge == edge


def test_the_edge_is_the_smallest_or_largest_however_candidates_are_listed(pick: Pick) -> None:
    assert pick({0.04: [0.5], 0.01: [1.0], 0.02: [1.0]}).at_edge
    assert not pick({0.02: [0.5], 0.01: [1.0], 0.04: [1.0]}).at_edge


def test_a_tie_goes_to_the_first(pick: Pick) -> None:
    assert pick({0.02: [1.0], 0.01: [1.0], 0.04: [1.0]}).learning_rate == 0.02


def test_no_error_at_all_is_not_a_divergence(pick: Pick) -> None:
    assert pick({0.01: [0.5], 0.02: [0.0], 0.04: [0.1]}).learning_rate == 0.02


def test_all_diverged(pick: Pick) -> None:
    with pytest.raises(RecordError, match=r"every learning rate diverged: 0\.01, 0\.02; add smaller ones"):
        pick({0.01: [math.inf], 0.02: [math.inf, 1.0]})


def test_round_trip(pick: Pick, tmp_path: Path) -> None:
    choice = pick({0.01: [2.0], 0.02: [1.0], 0.04: [math.inf]})
    write_choice(choice, tmp_path / "a.json")
    assert read_choice(tmp_path / "a.json") == choice


@pytest.mark.parametrize("content", [None, "{", "{}", '{"learning_rate": "high"}'])
def test_a_file_that_is_not_a_choice_is_refused(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "a.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(RecordError, match=r"a\.json: not the outcome of a learning-rate search"):
        read_choice(path)
