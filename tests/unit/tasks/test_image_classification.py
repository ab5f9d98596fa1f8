"""The task of image classification: batches, and metrics against their definitions."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from scalinglaws.data.store import read_prepared
from scalinglaws.tasks.image_classification import METRICS, ImageClassification, open_task
from unit.fixed_logits import Fixed

CPU = torch.device("cpu")


@pytest.fixture
def task(prepared: Path) -> ImageClassification:
    return open_task(prepared / "data", CPU)


def test_what_the_model_needs_to_know(task: ImageClassification) -> None:
    assert (task.inputs, task.outputs, task.examples) == ((1, 8, 8), 4, 40)
    assert (task.validation, task.dtype) == (20, torch.float32)


def test_a_batch_holds_the_images_asked_for(task: ImageClassification, prepared: Path) -> None:
    data = read_prepared(prepared / "data")
    images, labels = task.batch(torch.tensor([[5, 2, 9], [1, 1, 0]]))
    assert images.shape == (2, 3, 1, 8, 8)
    assert labels.tolist() == data["train_labels"][[[5, 2, 9], [1, 1, 0]]].tolist()
    np.testing.assert_allclose(
        images[0, 1, 0].numpy(), (data["train"][2, :, :, 0].astype(float) - 127.5) / 63.75, rtol=1e-6
    )
    assert images.abs().max() <= 2


def test_the_loss_is_the_mean_of_each_batch(task: ImageClassification) -> None:
    outputs, targets = torch.randn(3, 5, 4), torch.randint(4, (3, 5))
    for run, loss in enumerate(task.loss(outputs, targets)):
        torch.testing.assert_close(loss, functional.cross_entropy(outputs[run], targets[run]))


def test_metrics_are_what_they_are_called(task: ImageClassification, prepared: Path) -> None:
    labels = read_prepared(prepared / "data")["validation_labels"]
    logits = torch.randn(3, 20, 4, generator=torch.Generator().manual_seed(0))
    found = task.evaluate(Fixed(logits))
    assert tuple(found) == METRICS
    for run in range(3):
        order = np.argsort(-logits[run].numpy(), axis=1)
        assert found["top1_error"][run] == pytest.approx(np.mean(order[:, 0] != labels))
        # Of four classes only three guesses are allowed: four would always hit.
        assert found["top5_error"][run] == pytest.approx(np.mean(order[:, 3] == labels))
        shares = np.exp(logits[run].double().numpy())
        chosen = shares[np.arange(20), labels] / shares.sum(1)
        assert found["cross_entropy"][run] == pytest.approx(-np.log(chosen).mean(), rel=1e-6)


def test_evaluation_in_chunks_is_evaluation_at_once(
    task: ImageClassification, monkeypatch: pytest.MonkeyPatch
) -> None:
    logits = torch.randn(2, 20, 4)
    whole = task.evaluate(Fixed(logits))
    monkeypatch.setattr("scalinglaws.tasks.image_classification.CHUNK", 7)
    for name, values in task.evaluate(Fixed(logits)).items():
        torch.testing.assert_close(values, whole[name], rtol=1e-12, atol=0)
