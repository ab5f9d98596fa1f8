"""The chance level of metrics."""

import pytest

from scalinglaws.tasks.core.metrics import chance_level


def test_the_chance_level_of_each_metric() -> None:
    assert chance_level("top1_error", 10) == pytest.approx(0.9)
    assert chance_level("top5_error", 10) == pytest.approx(0.5)
    assert chance_level("top5_error", 4) == pytest.approx(0.25)
    assert chance_level("cross_entropy", 10) == pytest.approx(2.302585)
