"""The task of attention: batches, metrics against their definitions, and that a model learns it."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from scalinglaws.data.store import read_prepared
from scalinglaws.models import listener
from scalinglaws.tasks.speech_attention import METRICS, SpeechAttention, open_task, until
from unit.fixed_logits import Fixed
from unit.made_speech import BANDS, FRAMES, LONGEST, SYMBOLS, prepare_tones, scores_after_training

CPU = torch.device("cpu")
END = len(SYMBOLS)
OUTPUTS = END + 1


@pytest.fixture
def task(tmp_path: Path) -> SpeechAttention:
    prepare_tones(tmp_path / "data")
    return open_task(tmp_path / "data", CPU)


def test_what_the_model_needs_to_know(task: SpeechAttention) -> None:
    assert (task.inputs, task.outputs) == (((FRAMES, BANDS), (LONGEST + 1,)), OUTPUTS)
    assert (task.examples, task.validation) == (20, 12)
    assert task.dtype == (torch.float32, torch.int64)


def test_a_batch_holds_the_utterances_asked_for(task: SpeechAttention, tmp_path: Path) -> None:
    data, chosen = read_prepared(tmp_path / "data"), [[5, 2, 9], [1, 1, 0]]
    (sounds, before), targets = task.batch(torch.tensor(chosen))
    np.testing.assert_array_equal(sounds.numpy(), data["train_sounds"][chosen].astype(np.float32))
    assert (sounds.dtype, before.dtype, targets.dtype) == (torch.float32, torch.int64, torch.int64)
    for run in range(2):
        for row in range(3):
            padded = data["train_symbols"][chosen[run][row]]
            symbols = padded[padded > 0].tolist()
            rest = [0] * (LONGEST - len(symbols))
            assert before[run, row].tolist() == [0, *symbols, *rest]
            assert targets[run, row].tolist() == [*symbols, END, *rest]


def test_some_utterances_are_of_full_length_and_others_are_not(tmp_path: Path, task: SpeechAttention) -> None:
    lengths = (read_prepared(tmp_path / "data")["train_symbols"] > 0).sum(1)
    assert lengths.min() < lengths.max() == LONGEST


def test_the_loss_is_the_mean_of_the_targets_of_each_batch(task: SpeechAttention) -> None:
    _, targets = task.batch(torch.tensor([[0, 1, 2], [3, 4, 5], [6, 7, 8]]))
    outputs = torch.randn(*targets.shape, OUTPUTS, generator=torch.Generator().manual_seed(0))
    for run, loss in enumerate(task.loss(outputs, targets)):
        there = targets[run] > 0
        torch.testing.assert_close(loss, functional.cross_entropy(outputs[run][there], targets[run][there]))
    assert task.loss(torch.zeros_like(outputs), targets).tolist() == pytest.approx([math.log(OUTPUTS)] * 3)


def test_the_loss_of_a_run_is_the_same_bit_for_bit_in_any_company(task: SpeechAttention) -> None:
    _, targets = task.batch(torch.randint(20, (5, 7), generator=torch.Generator().manual_seed(0)))
    outputs = torch.randn(*targets.shape, OUTPUTS).requires_grad_()
    (gradient,) = torch.autograd.grad(task.loss(outputs, targets).sum(), outputs)
    for rows in ([3], [4, 3], [2, 3, 1]):
        part = outputs.detach()[rows].requires_grad_()
        losses = task.loss(part, targets[rows])
        assert torch.equal(losses, task.loss(outputs, targets)[rows])
        assert torch.equal(torch.autograd.grad(losses.sum(), part)[0], gradient[rows])


def test_what_is_spelled_ends_at_the_first_end() -> None:
    spelled = np.array([[1, 2, 9, 3, 9], [9, 1, 1, 1, 1], [1, 2, 3, 4, 5]])
    assert list(until(9, spelled)) == [[1, 2], [], [1, 2, 3, 4, 5]]


def sure(symbols: list[list[int]]) -> Tensor:
    """Logits (utterances, length, outputs) whose best guesses are given, ended and then anything."""
    rows = [[*row, END, *[1] * (LONGEST - len(row))][: LONGEST + 1] for row in symbols]
    return 30.0 * functional.one_hot(torch.tensor(rows), OUTPUTS).float()


def test_metrics_are_what_they_are_called(task: SpeechAttention, tmp_path: Path) -> None:
    padded = read_prepared(tmp_path / "data")["validation_symbols"]
    said = [row[row > 0].tolist() for row in padded]
    total = sum(map(len, said))
    free = [
        sure(said),
        sure([row[1:] for row in said]),  # an edit in each
        sure([[*row[:-1], row[-1] % 3 + 1] for row in said]),
        sure([[] for _ in said]),
        torch.zeros(12, LONGEST + 1, OUTPUTS).index_fill(2, torch.tensor(1), 9.0),  # it never ends
    ]
    given = torch.randn(5, 12, LONGEST + 1, OUTPUTS, generator=torch.Generator().manual_seed(0))
    found = task.evaluate(Fixed(torch.stack([given, torch.stack(free)], 2)))
    assert tuple(found) == METRICS
    assert all(values.dtype == torch.float64 for values in found.values())
    endless = sum(LONGEST + 1 - row.count(1) for row in said)
    assert found["error_rate"].tolist() == pytest.approx([0, 12 / total, 12 / total, 1, endless / total])
    assert endless > total
    for run in range(5):
        nats = 0.0
        for row, logits in zip(said, given[run].double(), strict=True):
            shares = logits.softmax(-1)
            nats -= sum(math.log(shares[at, symbol]) for at, symbol in enumerate([*row, END]))
        assert found["cross_entropy"][run].item() == pytest.approx(nats / (total + 12), rel=1e-6)


def test_evaluation_in_chunks_is_evaluation_at_once(
    task: SpeechAttention, monkeypatch: pytest.MonkeyPatch
) -> None:
    logits = torch.randn(2, 12, 2, LONGEST + 1, OUTPUTS)
    whole = task.evaluate(Fixed(logits))
    monkeypatch.setattr("scalinglaws.tasks.speech_attention.CHUNK", 5)
    parts = Fixed(logits)
    for name, values in task.evaluate(parts).items():
        torch.testing.assert_close(values, whole[name], rtol=1e-12, atol=0)
    shapes = {(sounds.shape[1:], before.shape[1:]) for sounds, before in parts.asked}
    assert shapes == {((FRAMES, BANDS), (LONGEST + 1,))}


def test_a_listener_learns_tones(tmp_path: Path) -> None:
    prepare_tones(tmp_path, train=300, validation=40)
    task = open_task(tmp_path, CPU)
    found = scores_after_training(
        task, lambda: listener.build(task.inputs, task.outputs, width=16, layers=2, stride=4)
    )
    assert found["error_rate"][0] < 0.2
    assert found["cross_entropy"][0] < 0.4
    assert found["error_rate"][1] > 0.8
    assert found["cross_entropy"][1] > 1
