"""Image classification: cross-entropy, top-1 and top-5 error on a fixed validation set."""

from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from scalinglaws.data.store import Prepared, read_prepared
from scalinglaws.tasks.core.task import Predict

MODALITY = "images"
METRICS = ("top1_error", "top5_error", "cross_entropy")
CHUNK = 500  # validation images at a time
MIDDLE, SPREAD = 127.5, 63.75


class ImageClassification:
    """A prepared image data set as a task; images are kept as bytes until they are used."""

    def __init__(self, data: Prepared, device: torch.device) -> None:
        height, width, channels = data["train"].shape[1:]
        self.inputs = (channels, height, width)
        self.outputs = len(data.manifest["classes"])
        self.examples = len(data["train_labels"])
        self.validation = len(data["validation_labels"])
        self.dtype = torch.float32
        self.device = device
        self._images = torch.from_numpy(data["train"]) if device.type == "cpu" else _on(device, data["train"])
        self._labels = _on(device, data["train_labels"])
        self._validation = _on(device, data["validation"])
        self._validation_labels = _on(device, data["validation_labels"])

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Images (runs, batch, channels, height, width), float in about -2..2, and labels (runs, batch)."""
        return _floats(self._images[indices]), self._labels[indices]

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean cross-entropy of each run's batch, nats."""
        each = functional.cross_entropy(outputs.flatten(0, 1), targets.flatten(), reduction="none")
        return each.view(targets.shape).mean(1)

    @torch.no_grad()
    def evaluate(self, predict: Predict) -> dict[str, Tensor]:
        """Top-1 and top-5 error, as shares of the validation set, and cross-entropy in nats."""
        totals: list[Tensor] = []
        for images, labels in zip(
            self._validation.split(CHUNK),  # type: ignore[no-untyped-call]
            self._validation_labels.split(CHUNK),  # type: ignore[no-untyped-call]
            strict=True,
        ):
            logits = predict(_floats(images)).double()
            guesses = logits.topk(min(5, self.outputs - 1), dim=-1).indices
            misses = guesses != labels[:, None]
            every = labels.expand(len(logits), -1)
            losses = functional.cross_entropy(logits.flatten(0, 1), every.flatten(), reduction="none")
            sums = (misses[..., 0].sum(1), misses.all(-1).sum(1), losses.view(every.shape).sum(1))
            totals.append(torch.stack([each.double() for each in sums]))
        means = torch.stack(totals).sum(0) / len(self._validation_labels)
        return dict(zip(METRICS, means.unbind(), strict=True))


def open_task(folder: Path, device: torch.device) -> ImageClassification:
    """Open prepared images on a device.

    Raises:
        DataError: the folder is not a prepared data set, or the data have another modality.
    """
    return ImageClassification(read_prepared(folder, MODALITY), device)


def _on(device: torch.device, array: object) -> Tensor:
    return torch.tensor(array, device=device)


def _floats(images: Tensor) -> Tensor:
    # Bytes are stored as (..., height, width, channels): moving an axis gives channels-last without a copy.
    return images.movedim(-1, -3).float().sub_(MIDDLE).div_(SPREAD)
