"""Speech recognition with attention: the model spells symbol by symbol, and sees the previous one.

In training the previous symbol is the right one. In evaluation the model gives two sets of logits: after the
right symbols, for the cross-entropy, and after its own best guesses, for the error rate.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from scalinglaws.data.store import Prepared, read_prepared
from scalinglaws.tasks.core.edit_distance import total_edit_distance
from scalinglaws.tasks.core.task import Inputs, Predict

MODALITY = "speech"
METRICS = ("error_rate", "cross_entropy")
CHUNK = 100  # validation utterances at a time
BEGIN = PADDING = 0
"""The input before the first symbol; as a target it is ignored."""


class SpeechAttention:
    """Prepared speech as a task; sounds are kept in half precision until they are used.

    Attributes:
        end: the symbol that ends an utterance; it is the last of the outputs.
    """

    def __init__(self, data: Prepared, device: torch.device) -> None:
        self.end = len(data.manifest["symbols"])
        self.inputs = (data["train_sounds"].shape[1:], (data["train_symbols"].shape[1] + 1,))
        self.outputs = self.end + 1
        self.examples = len(data["train_frames"])
        self.validation = len(data["validation_frames"])
        self.dtype = (torch.float32, torch.int64)
        self.device = device
        sounds = data["train_sounds"]
        self._sounds = (
            torch.from_numpy(sounds) if device.type == "cpu" else torch.tensor(sounds, device=device)
        )
        self._symbols = torch.tensor(data["train_symbols"], dtype=torch.int64, device=device)
        self._validation = torch.tensor(data["validation_sounds"], device=device)
        self._validation_symbols = torch.tensor(data["validation_symbols"], dtype=torch.int64, device=device)

    def batch(self, indices: Tensor) -> tuple[Inputs, Tensor]:
        """Sounds (runs, batch, frames, bands) with the previous symbols, and targets.

        Previous symbols and targets are (runs, batch, longest + 1). Previous symbols begin with 0; targets
        are the symbols and the end, padded with 0.
        """
        before, targets = self._shifted(self._symbols[indices])
        return (self._sounds[indices].float(), before), targets

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean cross-entropy of the targets in each run's batch, nats per symbol, ends included."""
        losses = _cross_entropies(outputs.float(), targets)
        return losses.flatten(1).sum(1) / (targets != PADDING).flatten(1).sum(1)

    @torch.no_grad()
    def evaluate(self, predict: Predict) -> dict[str, Tensor]:
        """Edits per symbol of what the model spells by itself, and cross-entropy after the right symbols."""
        totals: list[Tensor] = []
        edits: list[Tensor] = []
        for sounds, symbols in zip(
            self._validation.split(CHUNK),  # type: ignore[no-untyped-call]
            self._validation_symbols.split(CHUNK),  # type: ignore[no-untyped-call]
            strict=True,
        ):
            before, targets = self._shifted(symbols)
            given, free = predict((sounds.float(), before)).unbind(2)
            losses = _cross_entropies(given.double(), targets.expand(len(given), -1, -1))
            counted = (targets != PADDING).sum().double()
            totals.append(torch.cat([losses.flatten(1).sum(1), counted[None]]))
            references = [row[row > 0].tolist() for row in symbols.cpu().numpy()]
            spelled = free.argmax(-1).cpu().numpy()
            found = [total_edit_distance(until(self.end, each), references) for each in spelled]
            edits.append(torch.tensor([*found, sum(map(len, references))], dtype=torch.float64))
        *losses_of_runs, tokens = torch.stack(totals).sum(0).to(self.device)
        *edits_of_runs, length = torch.stack(edits).sum(0).to(self.device)
        rates = torch.stack(edits_of_runs) / length, torch.stack(losses_of_runs) / tokens
        return dict(zip(METRICS, rates, strict=True))

    def _shifted(self, symbols: Tensor) -> tuple[Tensor, Tensor]:
        """Inputs and targets of the decoder, (..., longest + 1), from symbols (..., longest)."""
        before = functional.pad(symbols, (1, 0), value=BEGIN)
        padded = functional.pad(symbols, (0, 1), value=PADDING)
        length = (symbols > 0).sum(-1, keepdim=True)
        place = torch.arange(padded.shape[-1], device=symbols.device)
        return before, torch.where(place == length, self.end, padded)


def open_task(folder: Path, device: torch.device) -> SpeechAttention:
    """Open prepared speech on a device.

    Raises:
        DataError: the folder is not a prepared data set, or the data have another modality.
    """
    return SpeechAttention(read_prepared(folder, MODALITY), device)


def until(end: int, spelled: NDArray[Any]) -> Iterator[list[int]]:
    """The symbols of each of (utterances, length) before the first end; all of them if there is no end."""
    for symbols in spelled.tolist():
        yield symbols[: symbols.index(end)] if end in symbols else symbols


def _cross_entropies(outputs: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy of each target in nats, 0 for padding: (..., outputs) and (...) to (...)."""
    flat = outputs.reshape(-1, outputs.shape[-1])
    each = functional.cross_entropy(flat, targets.reshape(-1), ignore_index=PADDING, reduction="none")
    return each.view(targets.shape)
