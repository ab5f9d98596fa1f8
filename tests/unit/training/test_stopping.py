"""When patience ends, and which minima are recorded."""

from scalinglaws.config.spec import Stopping
from scalinglaws.training.stopping import Patience, counted


def test_patience_counts_evaluations_in_a_row_without_a_minimum() -> None:
    patience = Patience(Stopping(patience=2))
    values = [3.0, 2.0, 2.0, 1.0, 1.0, 1.5]
    assert [patience.exhausted({"a": value}) for value in values] == [False] * 5 + [True]
    assert patience.best == {"a": 1.0}


def test_a_minimum_of_any_metric_is_enough() -> None:
    patience = Patience(Stopping(patience=1))
    assert not patience.exhausted({"a": 1.0, "b": 1.0})
    assert not patience.exhausted({"a": 2.0, "b": 0.5})
    assert not patience.exhausted({"a": 0.9, "b": 0.6})
    assert patience.exhausted({"a": 0.9, "b": 0.5})
    assert patience.best == {"a": 0.9, "b": 0.5}


def test_a_metric_that_is_not_waited_for_only_has_its_minimum_recorded() -> None:
    patience = Patience(Stopping(patience=1, metrics=("a",)))
    assert not patience.exhausted({"a": 1.0, "b": 1.0})
    assert patience.exhausted({"a": 1.0, "b": 0.5})
    assert patience.best == {"a": 1.0, "b": 0.5}


def test_a_minimum_that_is_hardly_lower_is_recorded_but_does_not_count() -> None:
    patience = Patience(Stopping(patience=3, tolerance=0.1))
    # 0.92 and 0.91 are lower than 1 by less than a tenth; 0.89 is lower than 1, the last one that counted.
    values = [1.0, 0.92, 0.91, 0.89, 0.85, 0.84, 0.83, 0.1]
    ends = [patience.exhausted({"a": value}) for value in values[:7]]
    assert ends == [False] * 6 + [True]
    assert patience.best == {"a": 0.83}


def test_each_metric_has_its_own_tolerance() -> None:
    patience = Patience(Stopping(patience=1, tolerance=0.1))
    assert not patience.exhausted({"a": 1.0, "b": 100.0})
    assert not patience.exhausted({"a": 0.95, "b": 80.0})
    assert patience.exhausted({"a": 0.93, "b": 75.0})


def test_evaluations_that_do_not_count_are_not_waited_for() -> None:
    patience = Patience(Stopping(patience=2))
    assert not any(patience.exhausted({"a": 1.0}, counts=False) for _ in range(9))
    assert not patience.exhausted({"a": 1.0})
    assert not patience.exhausted({"a": 1.0}, counts=False)
    assert patience.exhausted({"a": 1.0})


def test_without_stopping_a_run_lasts_and_minima_are_recorded() -> None:
    patience = Patience(None)
    assert not any(patience.exhausted({"a": value}) for value in [2.0, 1.0, *[3.0] * 1000])
    assert patience.best == {"a": 1.0}


def test_evaluations_count_after_the_warm_up_and_the_named_step_and_before_the_end() -> None:
    assert counted(None, 10, 100) == range(11, 100)
    assert counted(Stopping(patience=2), 0, 100) == range(1, 100)
    assert counted(Stopping(patience=2, after=30), 10, 100) == range(31, 100)
    assert counted(Stopping(patience=2, after=30), 50, 100) == range(51, 100)
