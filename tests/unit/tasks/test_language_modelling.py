"""The task of language modelling: batches, the loss and the metric against their definitions."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from scalinglaws.data.modalities.text import Text
from scalinglaws.data.store import Prepared, write_prepared
from scalinglaws.tasks import language_modelling
from scalinglaws.tasks.language_modelling import METRICS, LanguageModelling, open_task
from unit.fixed_logits import Fixed

CPU = torch.device("cpu")
VOCABULARY, WINDOW = 7, 5


def text(vocabulary: int = VOCABULARY, type_of_tokens: type = np.uint16) -> Text:
    rng = np.random.default_rng(0)
    train, validation = (rng.integers(vocabulary, size=(n, WINDOW + 1)) for n in (30, 11))
    return Text(
        train=train.astype(type_of_tokens),
        validation=validation.astype(type_of_tokens),
        vocabulary=vocabulary,
        tokens="words",
        description="made",
        title="Made",
        licence="MIT",
        provenance="made here",
    ).check()


@pytest.fixture
def task(tmp_path: Path) -> LanguageModelling:
    write_prepared(text(), tmp_path / "text", "made", "text")
    return open_task(tmp_path / "text", CPU)


def test_what_the_model_needs_to_know(task: LanguageModelling) -> None:
    assert (task.inputs, task.outputs, task.examples) == ((WINDOW,), VOCABULARY, 30)
    assert (task.validation, task.dtype) == (11, torch.int64)


def test_a_batch_is_the_tokens_and_the_next_ones(task: LanguageModelling) -> None:
    indices = [[5, 2, 9], [1, 1, 0]]
    tokens, targets = task.batch(torch.tensor(indices))
    windows = text().train[indices].astype(np.int64)
    assert tokens.dtype == targets.dtype == torch.int64
    np.testing.assert_array_equal(tokens.numpy(), windows[..., :-1])
    np.testing.assert_array_equal(targets.numpy(), windows[..., 1:])


@pytest.mark.parametrize(("vocabulary", "stored"), [(1 << 16, np.uint16), (1 << 20, np.uint32)])
def test_tokens_of_large_vocabularies(vocabulary: int, stored: type) -> None:
    made = text(vocabulary, stored)
    task = LanguageModelling(Prepared(made.arrays(), made.facts()), CPU)
    tokens, targets = task.batch(torch.arange(30)[None])
    assert made.train.max() > np.iinfo(np.int16).max
    np.testing.assert_array_equal(tokens[0].numpy(), made.train[:, :-1])
    np.testing.assert_array_equal(targets[0].numpy(), made.train[:, 1:])


def cross_entropy(logits: Tensor, targets: np.ndarray) -> float:
    """The mean by its definition, in double precision."""
    shares = np.exp(logits.double().numpy())
    shares /= shares.sum(-1, keepdims=True)
    return float(-np.log(np.take_along_axis(shares, targets[..., None].astype(int), -1)).mean())


def test_the_loss_is_the_mean_of_each_batch(task: LanguageModelling) -> None:
    outputs, targets = torch.randn(3, 4, WINDOW, VOCABULARY), torch.randint(VOCABULARY, (3, 4, WINDOW))
    losses = task.loss(outputs, targets)
    assert losses.shape == (3,)
    for run in range(3):
        assert losses[run].item() == pytest.approx(
            cross_entropy(outputs[run], targets[run].numpy()), rel=1e-5
        )


def test_a_loss_does_not_depend_on_other_runs(task: LanguageModelling) -> None:
    outputs = torch.randn(5, 64, WINDOW, 101)
    targets = torch.randint(101, (5, 64, WINDOW))
    together = outputs.clone().requires_grad_()
    losses = task.loss(together, targets)
    losses.sum().backward()
    for run in range(0, 5, 2):
        pair = outputs[run : run + 2].clone().requires_grad_()
        alone = task.loss(pair, targets[run : run + 2])
        alone.sum().backward()
        assert torch.equal(alone, losses[run : run + 2])
        assert together.grad is not None and pair.grad is not None
        assert torch.equal(pair.grad, together.grad[run : run + 2])


def test_the_metric_is_the_cross_entropy_of_the_validation_set(task: LanguageModelling) -> None:
    logits = torch.randn(3, 11, WINDOW, VOCABULARY, generator=torch.Generator().manual_seed(0))
    found = task.evaluate(Fixed(logits))
    assert tuple(found) == METRICS
    assert found["cross_entropy"].dtype == torch.float64
    for run in range(3):
        expected = cross_entropy(logits[run], text().validation[:, 1:])
        assert found["cross_entropy"][run].item() == pytest.approx(expected, rel=1e-6)


def test_a_guess_at_random_costs_the_logarithm_of_the_vocabulary(task: LanguageModelling) -> None:
    found = task.evaluate(Fixed(torch.zeros(2, 11, WINDOW, VOCABULARY)))["cross_entropy"]
    np.testing.assert_allclose(found.numpy(), np.log(VOCABULARY), rtol=1e-6)


def test_evaluation_in_chunks_is_evaluation_at_once(
    task: LanguageModelling, monkeypatch: pytest.MonkeyPatch
) -> None:
    logits = torch.randn(2, 11, WINDOW, VOCABULARY)
    whole, parts = Fixed(logits), Fixed(logits)
    expected = task.evaluate(whole)["cross_entropy"]
    monkeypatch.setattr(language_modelling, "CHUNK_LOGITS", 4 * WINDOW * VOCABULARY)
    found = task.evaluate(parts)["cross_entropy"]
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)
    assert (whole.chunks, parts.chunks) == ([11], [4, 4, 3])
    assert {(tokens.dtype, tokens.shape[1:]) for (tokens,) in parts.asked} == {(torch.int64, (WINDOW,))}


def test_chunks_hold_one_window_at_least(task: LanguageModelling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_modelling, "CHUNK_LOGITS", 1)
    predict = Fixed(torch.zeros(1, 11, WINDOW, VOCABULARY))
    task.evaluate(predict)
    assert predict.chunks == [1] * 11
