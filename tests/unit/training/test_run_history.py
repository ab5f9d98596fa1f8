"""What is made of a run's evaluations, above all of one that diverges."""

import math

import pytest
import torch

from scalinglaws.config.spec import Stopping
from scalinglaws.training.run_history import HOPELESS, RunHistory

NAN, INF = math.nan, math.inf


@pytest.fixture
def history() -> RunHistory:
    found = RunHistory(Stopping(patience=2), steps=100, batch=8)
    assert not found.note(4, torch.tensor([2.0, 1.9, 1.8, 1.7]), {"error": 0.9})
    return found


def test_patience_begins_when_the_learning_rate_has_risen() -> None:
    history = RunHistory(Stopping(patience=1), steps=100, batch=8, warmup=8)
    losses = torch.ones(4)
    assert [history.note(step, losses, {"error": 0.9}) for step in (4, 8, 12)] == [False, False, True]


@pytest.mark.parametrize(
    ("losses", "error", "step"),
    [
        ([1.0, NAN, 1.0, 1.0], 0.5, 6),
        ([1.0, 1.0, 1.0, INF], 0.5, 8),
        ([-INF, NAN, 1.0, 1.0], 0.5, 5),
        ([1.0, 1.0, 1.0, 1.0], NAN, 8),
        ([2 * HOPELESS, 2 * HOPELESS, 2 * HOPELESS, 2 * HOPELESS + 0.1], 0.5, 8),
    ],
)
def test_a_run_has_diverged_and_since_when(
    history: RunHistory, losses: list[float], error: float, step: int
) -> None:
    assert history.note(8, torch.tensor(losses), {"error": error})
    outcome = history.result
    assert (outcome.status, outcome.stopped, outcome.diverged_at) == ("diverged", "diverged", step)
    assert outcome.minima == {}
    assert [point["step"] for point in outcome.curve] == [4]
    assert (outcome.steps, outcome.examples_seen) == (8, 64)


def test_a_loss_that_only_jumps_has_not_diverged(history: RunHistory) -> None:
    assert not history.note(8, torch.tensor([1.0, 2.0, 30.0, 4.0]), {"error": 0.5})
    assert history.result.status == "completed"
    assert history.result.minima == {"error": 0.5}


def test_the_duration_ends_a_run(history: RunHistory) -> None:
    assert history.note(100, torch.ones(96), {"error": 0.1})
    assert (history.result.status, history.result.stopped) == ("completed", "duration")
    assert history.result.diverged_at is None
