"""The task of translation: batches, loss and metrics against their definitions."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from scalinglaws.data.language.reserved_ids import BEGIN, END, PAD, RESERVED
from scalinglaws.data.modalities.pairs import Pairs
from scalinglaws.data.store import read_prepared, write_prepared
from scalinglaws.tasks.translation import METRICS, Translation, open_task
from unit.fixed_logits import Fixed

CPU = torch.device("cpu")
LONGEST, NAMES = 5, (*RESERVED, *"abcdef")


def split(pairs: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    sources = np.zeros((pairs, LONGEST), np.uint16)
    targets = np.zeros((pairs, LONGEST + 1), np.uint16)
    for source, target in zip(sources, targets, strict=True):
        there, here = rng.integers(1, LONGEST + 1, 2)
        source[:there] = rng.integers(4, len(NAMES), there)
        target[:here] = rng.integers(4, len(NAMES), here)
        target[here] = END
    return sources, targets


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Thirty training and twelve validation pairs of random letters."""
    rng = np.random.default_rng(0)
    pairs = Pairs(*split(30, rng), *split(12, rng), NAMES, "Toy", "MIT", "made here", "letters").check()
    write_prepared(pairs, tmp_path, "toy", "pairs")
    return tmp_path


@pytest.fixture
def task(folder: Path) -> Translation:
    return open_task(folder, CPU)


def logits_of(runs: int, pairs: int) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(runs, pairs, LONGEST + 1, len(NAMES), generator=generator)


def token_losses(logits: Tensor, targets: np.ndarray) -> list[float]:  # type: ignore[type-arg]
    """Cross-entropy of each token that is not padding, one by one."""
    found = []
    for row, target in zip(logits.double().numpy(), targets, strict=True):
        for place, token in zip(row, target, strict=True):
            if token != PAD:
                found.append(float(np.log(np.exp(place).sum()) - place[token]))
    return found


def test_what_the_model_needs_to_know(task: Translation) -> None:
    assert (task.inputs, task.outputs) == (((5,), (6,)), 10)
    assert (task.examples, task.validation, task.dtype) == (30, 12, (torch.int64, torch.int64))


def test_a_batch_holds_the_pairs_asked_for(task: Translation, folder: Path) -> None:
    data = read_prepared(folder)
    indices = [[5, 2, 9], [1, 1, 0]]
    (sources, decoder), targets = task.batch(torch.tensor(indices))
    assert (sources.dtype, decoder.dtype) == task.dtype
    assert sources.tolist() == data["train_sources"][indices].tolist()
    assert targets.tolist() == data["train_targets"][indices].tolist()
    assert decoder[..., 0].unique().tolist() == [BEGIN]
    assert decoder[..., 1:].tolist() == targets[..., :-1].tolist()
    # What the decoder sees at a place is never the token that it must say there.
    assert sources.shape[2:] + decoder.shape[2:] == (5, 6)


def test_the_loss_is_the_mean_over_a_runs_own_tokens(task: Translation) -> None:
    _, targets = task.batch(torch.tensor([[3, 8, 1, 4], [0, 0, 7, 2], [9, 5, 6, 6]]))
    outputs = logits_of(3, 4)
    found = task.loss(outputs, targets)
    assert found.shape == (3,)
    for run in range(3):
        assert found[run].item() == pytest.approx(
            np.mean(token_losses(outputs[run], targets[run].numpy())), rel=1e-6
        )


def test_a_run_alone_has_the_same_loss_to_the_bit(task: Translation) -> None:
    _, targets = task.batch(torch.randint(30, (4, 7), generator=torch.Generator().manual_seed(1)))
    outputs = logits_of(4, 7)
    together = task.loss(outputs, targets)
    for run in range(4):
        alone = task.loss(outputs[run : run + 1], targets[run : run + 1])
        assert torch.equal(alone, together[run : run + 1])


def test_padding_does_not_count(task: Translation, folder: Path) -> None:
    _, targets = task.batch(torch.tensor([[3, 8, 1, 4]]))
    outputs = logits_of(1, 4).requires_grad_()
    loss = task.loss(outputs, targets)
    loss.sum().backward()
    padding = targets == PAD
    assert padding.any()
    assert outputs.grad is not None
    assert not outputs.grad[padding].any()
    assert outputs.grad[~padding].all()

    held_out = torch.from_numpy(read_prepared(folder)["validation_targets"].astype(np.int64))
    plain = logits_of(2, 12)
    shouting = plain.clone()
    shouting[:, held_out == PAD] = 1e6 * torch.rand(len(NAMES))
    for name, values in task.evaluate(Fixed(plain)).items():
        assert torch.equal(values, task.evaluate(Fixed(shouting))[name])


def test_metrics_are_what_they_are_called(task: Translation, folder: Path) -> None:
    targets = read_prepared(folder)["validation_targets"]
    logits = logits_of(3, 12)
    found = task.evaluate(Fixed(logits))
    assert tuple(found) == METRICS == ("token_error_rate", "cross_entropy")
    for run in range(3):
        guesses = logits[run].argmax(-1).numpy()
        wrong = [g != t for g, t in zip(guesses.flatten(), targets.flatten(), strict=True) if t != PAD]
        assert found["token_error_rate"][run].item() == pytest.approx(np.mean(wrong), rel=1e-12)
        expected = np.mean(token_losses(logits[run], targets))
        assert found["cross_entropy"][run].item() == pytest.approx(expected, rel=1e-6)
    assert found["cross_entropy"].dtype == torch.float64


def test_perfect_guesses_include_the_end(task: Translation, folder: Path) -> None:
    targets = torch.from_numpy(read_prepared(folder)["validation_targets"].astype(np.int64))
    logits = 50.0 * torch.nn.functional.one_hot(targets, len(NAMES)).float()
    assert task.evaluate(Fixed(logits[None]))["token_error_rate"].tolist() == [0.0]
    logits[targets == END] = 0.0
    logits[targets == END, 4] = 50.0  # goes on where it should stop
    missed = 12 / (targets != PAD).sum().item()
    assert task.evaluate(Fixed(logits[None]))["token_error_rate"].tolist() == pytest.approx([missed])


def test_evaluation_in_chunks_is_evaluation_at_once(
    task: Translation, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logits = logits_of(2, 12)
    whole, parts = Fixed(logits), Fixed(logits)
    expected = task.evaluate(whole)
    monkeypatch.setattr("scalinglaws.tasks.translation.LOGITS", 5 * 6 * len(NAMES) + 7)
    found = task.evaluate(parts)
    assert [len(inputs[0]) for inputs in whole.asked] == [12]
    assert [len(inputs[0]) for inputs in parts.asked] == [5, 5, 2]
    for name in METRICS:
        torch.testing.assert_close(found[name], expected[name], rtol=1e-12, atol=0)
    data = read_prepared(folder)
    sources = torch.cat([inputs[0] for inputs in parts.asked])
    decoder = torch.cat([inputs[1] for inputs in parts.asked])
    assert sources.tolist() == data["validation_sources"].tolist()
    assert decoder[:, 0].unique().tolist() == [BEGIN]
    assert decoder[:, 1:].tolist() == data["validation_targets"][:, :-1].tolist()
    assert (sources.dtype, decoder.dtype) == task.dtype


def test_one_pair_at_a_time_if_it_is_large(task: Translation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scalinglaws.tasks.translation.LOGITS", 1)
    fixed = Fixed(logits_of(1, 12))
    task.evaluate(fixed)
    assert len(fixed.asked) == 12
