"""The interface of a task: what the training loop needs to know of it.

Every tensor has a leading axis of runs: each model of an ensemble sees a batch of its own and has its own
loss and metrics. A run that is trained alone is an ensemble of one.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

Inputs = Tensor | tuple[Tensor, ...]
"""What a model sees of a batch: one array or several (source and target tokens; sounds and their text)."""
Shape = tuple[int, ...]
Predict = Callable[[Inputs], Tensor]
"""Maps inputs (batch, ...), the same for all models, to the models' outputs (runs, batch, ...)."""


class Task(Protocol):
    """A data set on a device, with its loss and its metrics."""

    inputs: Shape | tuple[Shape, ...]
    """Shape of one example as the model sees it, or of each of its arrays if it has several."""
    outputs: int
    """Size of the model's output."""
    examples: int
    """Number of training examples in the pool."""
    validation: int
    """Number of validation examples."""
    dtype: torch.dtype | tuple[torch.dtype, ...]
    """Type of a batch's inputs, or of each of its arrays if it has several."""

    def batch(self, indices: Tensor) -> tuple[Inputs, Tensor]:
        """Inputs and targets (runs, batch, ...) of the training examples `indices` (runs, batch)."""
        ...

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The loss that training minimises: (runs, batch, ...) each to (runs,), a mean over each run's batch.

        The loss of a run must not depend on the outputs of another.
        """
        ...

    def evaluate(self, predict: Predict) -> dict[str, Tensor]:
        """Validation metrics (runs,) by name, always in the same order; lower is better."""
        ...


class OpenTask(Protocol):
    """The type of the function `open_task` in a task's file."""

    def __call__(self, folder: Path, device: torch.device) -> Task:
        """Open the prepared data in a folder on a device."""
        ...
