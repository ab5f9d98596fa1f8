"""The task of CTC: batches, losses against sums over all alignments, decoding, and that a model learns it."""

import math
from collections import defaultdict
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from scalinglaws.data.store import read_prepared
from scalinglaws.models import deepspeech
from scalinglaws.tasks.speech_ctc import (
    METRICS,
    SpeechCtc,
    ctc_by_steps,
    decoded,
    needed_steps,
    open_task,
    output_steps,
)
from unit.fixed_logits import Fixed
from unit.made_speech import BANDS, FRAMES, LONGEST, SYMBOLS, prepare_tones, scores_after_training

CPU = torch.device("cpu")
STEPS = 25  # two frames each


@pytest.fixture
def task(tmp_path: Path) -> SpeechCtc:
    prepare_tones(tmp_path / "data")
    return open_task(tmp_path / "data", CPU)


def test_what_the_model_needs_to_know(task: SpeechCtc) -> None:
    assert (task.inputs, task.outputs) == ((FRAMES, BANDS), len(SYMBOLS))
    assert (task.examples, task.validation, task.dtype) == (20, 12, torch.float32)


def test_a_batch_holds_the_utterances_asked_for(task: SpeechCtc, tmp_path: Path) -> None:
    data, chosen = read_prepared(tmp_path / "data"), [[5, 2, 9], [1, 1, 0]]
    sounds, targets = task.batch(torch.tensor(chosen))
    assert (sounds.shape, sounds.dtype) == ((2, 3, FRAMES, BANDS), torch.float32)
    assert targets.shape == (2, 3, 1 + LONGEST)
    np.testing.assert_array_equal(sounds.numpy(), data["train_sounds"][chosen].astype(np.float32))
    assert targets[..., 0].tolist() == data["train_frames"][chosen].tolist()
    assert targets[..., 1:].tolist() == data["train_symbols"][chosen].tolist()


@pytest.mark.parametrize("stride", [2, 3, 4])
@pytest.mark.parametrize("padded", [12, 13, 14, 15, 50, 101])
def test_output_steps_are_those_of_the_model(stride: int, padded: int) -> None:
    """For each number of frames: the steps are as many as the model gives for a sound of that length."""
    net = deepspeech.build((padded, 4), 3, width=1, stride=stride)
    steps = net(torch.zeros(1, padded, 4)).shape[1]
    frames = range(1, padded + 1)
    alone = [net(torch.zeros(1, length, 4)).shape[1] for length in frames]
    assert output_steps(torch.tensor(frames), padded, steps).tolist() == alone
    assert alone == [deepspeech.steps_of(length, stride) for length in frames]


def by_enumeration(logarithms: Tensor) -> dict[tuple[int, ...], float]:
    """Probability of each sequence of symbols: the sum over all paths that collapse to it."""
    found: dict[tuple[int, ...], float] = defaultdict(float)
    for path in product(range(logarithms.shape[1]), repeat=len(logarithms)):
        symbols = [s for t, s in enumerate(path) if s and (t == 0 or s != path[t - 1])]
        found[tuple(symbols)] += math.exp(sum(logarithms[t, s].item() for t, s in enumerate(path)))
    return found


def test_the_loss_by_hand(task: SpeechCtc) -> None:
    # Two steps of two frames each and equal logits: three of the sixteen paths say `a` (aa, -a, a-).
    outputs = torch.zeros(1, 1, STEPS, 4)
    targets = torch.tensor([[[4, 1, 0, 0, 0, 0, 0]]])
    assert task.loss(outputs, targets).item() == pytest.approx(-math.log(3 / 16), rel=1e-6)
    # One of them says `a b`, so nats per symbol are half of the loss; none says `a a`.
    two, impossible = torch.tensor([[[4, 1, 2, 0, 0, 0, 0]]]), torch.tensor([[[4, 1, 1, 0, 0, 0, 0]]])
    assert task.loss(outputs, two).item() == pytest.approx(math.log(16) / 2, rel=1e-6)
    assert task.loss(outputs, impossible).item() == 0
    both = torch.cat([targets, two], 1)
    mean = (math.log(16 / 3) + math.log(16) / 2) / 2
    assert task.loss(outputs.expand(1, 2, -1, -1), both).item() == pytest.approx(mean, rel=1e-6)


def test_the_loss_is_a_sum_over_all_alignments(task: SpeechCtc) -> None:
    outputs = torch.randn(2, 3, STEPS, 4, generator=torch.Generator().manual_seed(0))
    said = [(1, 2), (1, 1), (3,)]
    targets = torch.zeros(2, 3, 1 + LONGEST, dtype=torch.int64)
    for utterance, symbols in enumerate(said):
        targets[:, utterance, 0] = 9  # five steps
        targets[:, utterance, 1 : 1 + len(symbols)] = torch.tensor(symbols)
    losses = task.loss(outputs, targets)
    for run in range(2):
        logarithms = outputs[run, :, :5].double().log_softmax(-1)
        each = [
            -math.log(by_enumeration(logarithms[u])[symbols]) / len(symbols) for u, symbols in enumerate(said)
        ]
        assert losses[run].item() == pytest.approx(np.mean(each), rel=1e-5)


def sample(task: SpeechCtc, runs: int = 2) -> tuple[Tensor, Tensor]:
    indices = torch.randint(20, (runs, 10), generator=torch.Generator().manual_seed(1))
    targets = task.batch(indices)[1]
    targets[:, 0, 0] = 3  # too short for any
    outputs = torch.randn(runs, 10, STEPS, 4, generator=torch.Generator().manual_seed(2))
    return outputs.requires_grad_(), targets


def test_steps_on_a_gpu_give_what_torch_gives(task: SpeechCtc) -> None:
    outputs, targets = sample(task, runs=1)
    (expected,) = torch.autograd.grad(task.loss(outputs, targets).sum(), outputs)
    symbols = targets[0, :, 1:]
    lengths = output_steps(targets[0, :, 0], FRAMES, STEPS)
    each = ctc_by_steps(outputs[0].log_softmax(-1), symbols, lengths)
    loss = (each / (symbols > 0).sum(1)).mean()
    torch.testing.assert_close(loss, task.loss(outputs, targets)[0], rtol=1e-5, atol=1e-6)
    assert each[0] == 0
    assert (each[1:] > 0).all()
    (gradient,) = torch.autograd.grad(loss, outputs)
    torch.testing.assert_close(gradient, expected, rtol=1e-4, atol=1e-6)


def test_utterances_without_alignment_and_padding_give_no_gradient(task: SpeechCtc) -> None:
    outputs, targets = sample(task)
    (gradient,) = torch.autograd.grad(task.loss(outputs, targets).sum(), outputs)
    assert torch.isfinite(gradient).all()
    valid = torch.arange(STEPS) < output_steps(targets[..., 0], FRAMES, STEPS)[..., None]
    assert (gradient[:, 0] == 0).all()
    assert (gradient[~valid] == 0).all()
    assert (gradient[:, 1:][valid[:, 1:]] != 0).any(-1).all()


def test_loss_and_gradient_are_the_same_bit_for_bit_again_and_in_any_company(task: SpeechCtc) -> None:
    outputs, targets = sample(task, runs=5)
    (gradient,) = torch.autograd.grad(task.loss(outputs, targets).sum(), outputs)
    for rows in ([0, 1, 2, 3, 4], [3], [4, 3], [2, 3, 1]):
        for _ in range(3):
            part = outputs.detach()[rows].requires_grad_()
            losses = task.loss(part, targets[rows])
            assert torch.equal(losses, task.loss(outputs, targets)[rows])
            assert torch.equal(torch.autograd.grad(losses.sum(), part)[0], gradient[rows])


def test_needed_steps() -> None:
    symbols = torch.tensor([[1, 2, 3, 0], [1, 1, 2, 2], [1, 0, 0, 0], [3, 3, 3, 3]])
    assert needed_steps(symbols).tolist() == [3, 6, 1, 7]


@pytest.mark.parametrize(
    ("path", "steps", "symbols"),
    [
        ([0, 1, 1, 0, 1, 2, 2, 0], 8, [1, 1, 2]),
        ([0, 1, 1, 0, 1, 2, 2, 0], 3, [1]),
        ([3, 3, 3, 3], 4, [3]),
        ([0, 0, 0], 3, []),
        ([1, 2], 0, []),
    ],
)
def test_decoding(path: list[int], steps: int, symbols: list[int]) -> None:
    assert [list(each) for each in decoded(np.array([path], dtype=np.uint8), [steps])] == [symbols]


def spelled(task: SpeechCtc, folder: Path, wrong: int = 0) -> Tensor:
    """Logits (12, steps, 4) that say what validation says, the first symbol wrong in some utterances."""
    data = read_prepared(folder)
    logits = torch.zeros(12, STEPS, 4)
    for utterance, symbols in enumerate(data["validation_symbols"]):
        path = [symbol for each in symbols[symbols > 0] for symbol in (int(each), 0)]
        if utterance < wrong:
            path[0] = path[0] % 3 + 1
        path += [0] * (STEPS - len(path))
        assert len(symbols[symbols > 0]) * 2 <= math.ceil(data["validation_frames"][utterance] / 2)
        logits[utterance, range(STEPS), path] = 30.0
    return logits


def test_metrics_are_what_they_are_called(task: SpeechCtc, tmp_path: Path) -> None:
    data = read_prepared(tmp_path / "data")
    said = int((data["validation_symbols"] > 0).sum())
    uniform = torch.zeros(12, STEPS, 4)
    logits = torch.stack([spelled(task, tmp_path / "data", wrong) for wrong in (0, 5)] + [uniform])
    found = task.evaluate(Fixed(logits))
    assert tuple(found) == METRICS
    # Where logits are equal the first, the blank, is the best guess: every symbol is an omission.
    assert found["error_rate"].tolist() == pytest.approx([0, 5 / said, 1])
    assert all(values.dtype == torch.float64 for values in found.values())
    assert found["ctc_loss"][0] < 1e-6
    assert found["ctc_loss"][1] > 1
    total = 0.0
    for frames, symbols in zip(data["validation_frames"], data["validation_symbols"], strict=True):
        row = torch.tensor([[[frames, *symbols.astype(int)]]])
        total += task.loss(torch.zeros(1, 1, STEPS, 4), row).item() * (symbols > 0).sum()
    assert found["ctc_loss"][2].item() == pytest.approx(total / said, rel=1e-6)


def test_what_has_no_alignment_counts_as_errors_but_not_as_loss(task: SpeechCtc, tmp_path: Path) -> None:
    data = read_prepared(tmp_path / "data")
    steps = 5  # a stride of ten
    logits = torch.zeros(1, 12, steps, 4)
    valid = np.ceil(data["validation_frames"] / 10)
    needed = needed_steps(torch.tensor(data["validation_symbols"].astype(np.int64))).numpy()
    possible = needed <= valid
    assert 0 < possible.sum() < 12
    total = sum(
        task.loss(logits[:, :1], torch.tensor([[[frames, *symbols.astype(int)]]])).item()
        * (symbols > 0).sum()
        for frames, symbols in zip(data["validation_frames"], data["validation_symbols"], strict=True)
    )
    found = task.evaluate(Fixed(logits))
    symbols = (data["validation_symbols"][possible] > 0).sum()
    assert found["ctc_loss"].item() == pytest.approx(total / symbols, rel=1e-6)
    assert found["error_rate"].item() == 1


def test_evaluation_in_chunks_is_evaluation_at_once(task: SpeechCtc, monkeypatch: pytest.MonkeyPatch) -> None:
    logits = torch.randn(2, 12, STEPS, 4)
    whole = task.evaluate(Fixed(logits))
    monkeypatch.setattr("scalinglaws.tasks.speech_ctc.CHUNK", 5)
    parts = Fixed(logits)
    for name, values in task.evaluate(parts).items():
        torch.testing.assert_close(values, whole[name], rtol=1e-6, atol=0)
    assert {(sounds.shape[1:], sounds.dtype) for (sounds,) in parts.asked} == {
        ((FRAMES, BANDS), torch.float32)
    }


def test_deep_speech_learns_tones(tmp_path: Path) -> None:
    prepare_tones(tmp_path, train=200, validation=40)
    task = open_task(tmp_path, CPU)
    found = scores_after_training(
        task, lambda: deepspeech.build(task.inputs, task.outputs, width=12, stride=2)
    )
    assert found["error_rate"][0] < 0.25
    assert found["ctc_loss"][0] < 0.3
    assert found["error_rate"][1] > 0.5
    assert found["ctc_loss"][1] > 1
