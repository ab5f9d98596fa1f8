"""What the training loop needs to know of a task."""

from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn


class Task(Protocol):
    """A data set on a device, with its loss and its metrics."""

    inputs: tuple[int, ...]
    """Shape of one example as the model sees it."""
    outputs: int
    """Size of the model's output."""
    examples: int
    """Number of training examples in the pool."""

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Inputs and targets of the training examples with these indices, on the device."""
        ...

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The scalar that training minimises."""
        ...

    def evaluate(self, model: nn.Module) -> dict[str, float]:
        """Validation metrics by name, lower is better; the order of names is fixed."""
        ...


class OpenTask(Protocol):
    """The function `open_task` of a task's file."""

    def __call__(self, folder: Path, device: torch.device) -> Task:
        """Open the prepared data in a folder on a device."""
        ...
