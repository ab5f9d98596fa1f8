"""Language modelling: predict the next token at every place; cross-entropy on a fixed validation set."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from scalinglaws.data.store import Prepared, read_prepared
from scalinglaws.tasks.core.task import Predict

MODALITY = "text"
METRICS = ("cross_entropy",)
CHUNK_LOGITS = 1 << 22
"""Number of logits of one model that evaluation holds at a time: 16 MB in single precision."""


class LanguageModelling:
    """Prepared text as a task; tokens are kept in their small stored type until they are used."""

    def __init__(self, data: Prepared, device: torch.device) -> None:
        self.window = int(data.manifest["window"])
        self.inputs = (self.window,)
        self.outputs = int(data.manifest["vocabulary"])
        self.examples = len(data["train"])
        self.validation = len(data["validation"])
        self.dtype = torch.int64
        self._mask = int(np.iinfo(data["train"].dtype).max)
        self._windows = _on(device, data["train"])
        self._validation = _on(device, data["validation"])

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens 0..window-1 and 1..window of the chosen windows, each (runs, batch, window)."""
        return self._split(self._windows[indices])

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean cross-entropy of each run's batch, nats per token."""
        return _each(outputs, targets).flatten(1).mean(1)

    @torch.no_grad()
    def evaluate(self, predict: Predict) -> dict[str, Tensor]:
        """Mean cross-entropy over all validation tokens, nats per token."""
        # Independent of the number of runs, because products of other shapes may round differently.
        chunk = max(1, CHUNK_LOGITS // (self.window * self.outputs))
        totals: list[Tensor] = []
        for windows in self._validation.split(chunk):  # type: ignore[no-untyped-call]
            tokens, targets = self._split(windows)
            logits = predict(tokens)
            losses = _each(logits, targets.expand(len(logits), -1, -1))
            totals.append(losses.double().flatten(1).sum(1))
        return {METRICS[0]: torch.stack(totals).sum(0) / (self.validation * self.window)}

    def _split(self, windows: Tensor) -> tuple[Tensor, Tensor]:
        tokens = windows.long().bitwise_and_(self._mask)
        return tokens[..., :-1], tokens[..., 1:]


def open_task(folder: Path, device: torch.device) -> LanguageModelling:
    """Open prepared text on a device.

    Raises:
        DataError: the folder is not a prepared data set, or the data have another modality.
    """
    return LanguageModelling(read_prepared(folder, MODALITY), device)


def _on(device: torch.device, windows: NDArray[Any]) -> Tensor:
    """Tokens on a device; on the CPU it is the memory map itself, which all processes share.

    Torch does little with unsigned numbers, so they are read as signed ones; `_mask` corrects that later.
    """
    signed = windows.view(f"i{windows.itemsize}")
    return torch.from_numpy(signed) if device.type == "cpu" else torch.tensor(signed, device=device)


def _each(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy of each prediction: (..., vocabulary) and (...) to (...)."""
    losses = functional.cross_entropy(logits.flatten(0, -2), targets.flatten(), reduction="none")
    return losses.view(targets.shape)
