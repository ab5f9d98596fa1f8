"""Image classification: cross-entropy, top-1 and top-5 error on a fixed validation set."""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from scalinglaws.data.store import Prepared, read_prepared

METRICS = ("top1_error", "top5_error", "cross_entropy")
CHUNK = 500
MIDDLE, SPREAD = 127.5, 63.75


class ImageClassification:
    """A prepared image data set as a task; images stay bytes until they are used."""

    def __init__(self, data: Prepared, device: torch.device) -> None:
        height, width, channels = data.train.shape[1:]
        self.inputs = (channels, height, width)
        self.outputs = data.classes
        self.examples = len(data.train_labels)
        self.device = device
        self._images = torch.from_numpy(data.train) if device.type == "cpu" else _on(device, data.train)
        self._labels = _on(device, data.train_labels)
        self._validation = _on(device, data.validation)
        self._validation_labels = _on(device, data.validation_labels)

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Images (batch, channels, height, width), float in about -2..2, and labels (batch,)."""
        return _floats(self._images[indices]), self._labels[indices]

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean cross-entropy, nats."""
        return functional.cross_entropy(outputs, targets)

    @torch.inference_mode()
    def evaluate(self, model: nn.Module) -> dict[str, float]:
        """Top-1 error, top-5 error (shares of the validation set) and cross-entropy (nats)."""
        chunks = self._validation.split(CHUNK)  # type: ignore[no-untyped-call]
        logits = torch.cat([model(_floats(chunk)) for chunk in chunks]).float()
        labels = self._validation_labels
        guesses = logits.topk(min(5, self.outputs - 1), dim=1).indices
        hits = guesses == labels[:, None]
        return {
            "top1_error": 1.0 - hits[:, 0].double().mean().item(),
            "top5_error": 1.0 - hits.any(1).double().mean().item(),
            "cross_entropy": functional.cross_entropy(logits.double(), labels).item(),
        }


def open_task(folder: Path, device: torch.device) -> ImageClassification:
    """Open prepared images on a device.

    Raises:
        DataError: the folder is not a prepared data set.
    """
    return ImageClassification(read_prepared(folder), device)


def _on(device: torch.device, array: object) -> Tensor:
    return torch.tensor(array, device=device)


def _floats(images: Tensor) -> Tensor:
    # Bytes lie as (batch, height, width, channels); permuting is the channels-last layout, without a copy.
    return images.permute(0, 3, 1, 2).float().sub_(MIDDLE).div_(SPREAD)
