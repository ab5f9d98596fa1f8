"""What the training loop needs to know of a task.

Every tensor has a leading axis of runs: models that are trained side by side see a batch each, and a loss and
metrics come out for each. A run alone is a stack of one.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

Inputs = Tensor | tuple[Tensor, ...]
"""What a model sees of a batch: one array, or several (source and target tokens, sounds and their text)."""
Shape = tuple[int, ...]
Predict = Callable[[Inputs], Tensor]
"""From inputs (batch, ...), the same for all models, to their outputs (runs, batch, ...)."""


class Task(Protocol):
    """A data set on a device, with its loss and its metrics."""

    inputs: Shape | tuple[Shape, ...]
    """Shape of one example as the model sees it, of each array where it sees several."""
    outputs: int
    """Size of the model's output."""
    examples: int
    """Number of training examples in the pool."""
    validation: int
    """Number of validation examples."""
    dtype: torch.dtype | tuple[torch.dtype, ...]
    """Type of a batch's inputs, of each array where there are several."""

    def batch(self, indices: Tensor) -> tuple[Inputs, Tensor]:
        """Inputs and targets (runs, batch, ...) of the training examples `indices` (runs, batch)."""
        ...

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """What training minimises: from (runs, batch, ...) each to (runs,), a mean over a run's batch.

        No run's loss may depend on another's outputs.
        """
        ...

    def evaluate(self, predict: Predict) -> dict[str, Tensor]:
        """Validation metrics (runs,) by name, lower is better; the order of names is fixed."""
        ...


class OpenTask(Protocol):
    """The function `open_task` of a task's file."""

    def __call__(self, folder: Path, device: torch.device) -> Task:
        """Open the prepared data in a folder on a device."""
        ...
