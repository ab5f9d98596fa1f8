"""Whether a run passed its minimum, and the slope at its end."""

import math

import pytest

from scalinglaws.config.spec import Stopping
from scalinglaws.training.records.convergence import counted_steps, last_slope, passed
from scalinglaws.training.stopping import Patience
from unit.made_records import run_record, run_result, run_spec

ALL = range(1, 1000)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([3.0, 2.0, 1.0], False),
        ([3.0, 1.0, 1.0], False),
        ([3.0, 1.0, 1.0, 2.0], True),
        ([3.0, 1.0, 1.0, 2.0, 0.5], False),  # a new minimum after all
        ([3.0, 1.0, 0.95, 0.91], True),  # none by more than a tenth
        ([3.0, 1.0, 0.95, 0.89], False),
        ([], False),
    ],
)
def test_a_minimum_is_passed_when_the_patience_ends_behind_it(values: list[float], found: bool) -> None:
    assert passed(range(1, 1 + len(values)), values, Stopping(patience=2, tolerance=0.1), ALL) == found


def test_without_patience_nothing_is_passed() -> None:
    assert not passed([1, 2, 3, 4], [1.0, 2.0, 3.0, 4.0], None, ALL)


def test_evaluations_in_the_warm_up_and_at_the_end_of_the_duration_do_not_count() -> None:
    steps, values = [1, 2, 3, 4, 9, 18], [1.0] * 6
    assert passed(steps, values, Stopping(patience=2), ALL)
    assert not passed(steps, values, Stopping(patience=2), range(10, 1000))
    assert not passed(steps, values, Stopping(patience=2), range(5, 18))
    assert passed(steps, values, Stopping(patience=2), range(5, 19))


def test_which_steps_count_follows_from_the_record() -> None:
    schedule, duration = {"warmup": {"share": 0.1}}, {"tokens": 4000}
    record = run_record(run_spec(schedule=schedule, duration=duration), run_result())
    batch = min(record.spec.optimiser.batch, record.spec.subset.examples)
    steps = round(4000 / (10 * batch))
    assert counted_steps(record, amount=10.0) == range(round(0.1 * steps) + 1, steps)


def test_a_run_that_patience_ended_has_passed_every_minimum() -> None:
    patience = Patience(Stopping(patience=2, tolerance=0.1))
    curves = {"a": [3.0, 2.0, 1.0, 1.0, 1.0], "b": [1.0, 1.0, 0.95, 0.96, 2.0]}
    points = [dict(zip(curves, point, strict=True)) for point in zip(*curves.values(), strict=True)]
    assert [patience.exhausted(point) for point in points] == [False] * 4 + [True]
    for values in curves.values():
        assert passed(range(1, 6), values, Stopping(patience=2, tolerance=0.1), ALL)


def test_the_slope_is_that_of_a_power_law() -> None:
    steps = [1, 10, 100, 120, 150, 200]
    values = [
        9.0,
        8.0,
        *(step**-0.3 for step in steps[2:]),
    ]  # what is before the last factor of two is not seen
    assert last_slope(steps, values) == pytest.approx(-0.3)
    assert last_slope(steps, [*values[:2], 1.0, 1.0, 1.0, 1.0]) == 0
    assert last_slope(steps, [*values[:2], 1.0, 2.0, 3.0, 4.0]) > 0


def test_the_last_two_evaluations_count_however_far_apart() -> None:
    assert last_slope([1, 10, 100], [7.0, 4.0, 1.0]) == pytest.approx(math.log(1 / 4) / math.log(10))


@pytest.mark.parametrize(("steps", "values"), [([], []), ([4], [1.0]), ([4, 6], [1.0, 0.0])])
def test_a_curve_without_a_slope(steps: list[float], values: list[float]) -> None:
    assert math.isnan(last_slope(steps, values))
