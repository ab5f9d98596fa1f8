"""The task of image classification: batches, and metrics against their definitions."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from scalinglaws.data.store import read_prepared
from scalinglaws.errors import DataError
from scalinglaws.training.tasks.image_classification import METRICS, ImageClassification, open_task

CPU = torch.device("cpu")


class Fixed(nn.Module):
    """Gives the logits that it was made with, in chunks."""

    def __init__(self, logits: Tensor) -> None:
        super().__init__()
        self.logits, self.at = logits, 0

    def forward(self, images: Tensor) -> Tensor:
        self.at += len(images)
        return self.logits[self.at - len(images) : self.at]


@pytest.fixture
def task(prepared: Path) -> ImageClassification:
    return open_task(prepared / "data", CPU)


def test_what_the_model_needs_to_know(task: ImageClassification) -> None:
    assert (task.inputs, task.outputs, task.examples) == ((1, 8, 8), 4, 40)


def test_a_batch_holds_the_images_asked_for(task: ImageClassification, prepared: Path) -> None:
    data = read_prepared(prepared / "data")
    images, labels = task.batch(torch.tensor([5, 2]))
    assert images.shape == (2, 1, 8, 8)
    assert labels.tolist() == data.train_labels[[5, 2]].tolist()
    np.testing.assert_allclose(
        images[1, 0].numpy(), (data.train[2, :, :, 0].astype(float) - 127.5) / 63.75, rtol=1e-6
    )
    assert images.abs().max() <= 2


def test_metrics_are_what_they_are_called(task: ImageClassification, prepared: Path) -> None:
    labels = read_prepared(prepared / "data").validation_labels
    logits = torch.randn(20, 4, generator=torch.Generator().manual_seed(0))
    found = task.evaluate(Fixed(logits))
    assert tuple(found) == METRICS
    order = np.argsort(-logits.numpy(), axis=1)
    assert found["top1_error"] == pytest.approx(np.mean(order[:, 0] != labels))
    # Of four classes only three guesses are allowed: four would always hit.
    assert found["top5_error"] == pytest.approx(np.mean(order[:, 3] == labels))
    shares = np.exp(logits.double().numpy())
    chosen = shares[np.arange(20), labels] / shares.sum(1)
    assert found["cross_entropy"] == pytest.approx(-np.log(chosen).mean(), rel=1e-6)


def test_evaluation_in_chunks_is_evaluation_at_once(
    task: ImageClassification, monkeypatch: pytest.MonkeyPatch
) -> None:
    logits = torch.randn(20, 4)
    whole = task.evaluate(Fixed(logits))
    monkeypatch.setattr("scalinglaws.training.tasks.image_classification.CHUNK", 7)
    assert task.evaluate(Fixed(logits)) == whole


def test_a_folder_that_is_not_prepared(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a prepared data set"):
        open_task(tmp_path, CPU)
