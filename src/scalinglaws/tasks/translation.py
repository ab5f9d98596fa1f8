"""Translation: a decoder sees the source sentence and the target so far, and predicts the next token."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from scalinglaws.data.language.reserved_ids import BEGIN, PAD
from scalinglaws.data.store import Prepared, read_prepared
from scalinglaws.tasks.core.task import Predict

MODALITY = "pairs"
METRICS = ("token_error_rate", "cross_entropy")
LOGITS = 1 << 22
"""Most logits of one model that evaluation holds at a time."""


class Translation:
    """Prepared sentence pairs as a task; the true target is given up to the token to predict."""

    def __init__(self, data: Prepared, device: torch.device) -> None:
        longest = data["train_sources"].shape[1]
        self.inputs = ((longest,), (longest + 1,))
        self.outputs: int = data.manifest["vocabulary"]
        self.examples = len(data["train_sources"])
        self.validation = len(data["validation_sources"])
        self.dtype = (torch.int64, torch.int64)
        self.device = device
        self._sources, self._targets = _on(device, data["train_sources"]), _on(device, data["train_targets"])
        self._validation_sources = _on(device, data["validation_sources"])
        self._validation_targets = _on(device, data["validation_targets"])

    def batch(self, indices: Tensor) -> tuple[tuple[Tensor, Tensor], Tensor]:
        """Source ids (runs, batch, longest) with the decoder's input, and target ids.

        The latter two are (runs, batch, longest + 1); the decoder's input is BEGIN and then the target
        without its last place.
        """
        targets = self._targets[indices].long()
        return (self._sources[indices].long(), _shifted(targets)), targets

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean cross-entropy per target token of each run's batch, in nats; padding does not count."""
        each = functional.cross_entropy(
            outputs.flatten(0, -2), targets.flatten(), ignore_index=PAD, reduction="none"
        )
        return each.view(len(targets), -1).sum(1) / (targets != PAD).flatten(1).sum(1)

    @torch.no_grad()
    def evaluate(self, predict: Predict) -> dict[str, Tensor]:
        """Share of target tokens whose likeliest guess is wrong, and cross-entropy per target token in nats.

        END counts as a token, padding does not. All tokens before the one to guess are the true ones.
        """
        totals: list[Tensor] = []
        for sources, targets in self._chunks():
            tokens = targets != PAD
            logits = predict((sources, _shifted(targets)))[:, tokens]
            every = targets[tokens].expand(len(logits), -1)
            losses = functional.cross_entropy(logits.flatten(0, 1), every.flatten(), reduction="none")
            sums = (logits.argmax(-1) != every, losses.view(every.shape))
            totals.append(torch.stack([each.sum(1, dtype=torch.float64) for each in sums]))
        means = torch.stack(totals).sum(0) / (self._validation_targets != PAD).sum()
        return dict(zip(METRICS, means.unbind(), strict=True))

    def _chunks(self) -> Iterator[tuple[Tensor, Tensor]]:
        length = self._validation_targets.shape[1]
        pairs = max(1, LOGITS // (length * self.outputs))
        for start in range(0, self.validation, pairs):
            chosen = slice(start, start + pairs)
            yield self._validation_sources[chosen].long(), self._validation_targets[chosen].long()


def open_task(folder: Path, device: torch.device) -> Translation:
    """Open prepared sentence pairs on a device.

    Raises:
        DataError: the folder is not a prepared data set, or the data have another modality.
    """
    return Translation(read_prepared(folder, MODALITY), device)


def _shifted(targets: Tensor) -> Tensor:
    return functional.pad(targets[..., :-1], (1, 0), value=BEGIN)


def _on(device: torch.device, ids: Any) -> Tensor:
    """Ids on a device: on a CPU the memory map itself, on a GPU int32 (few operations take uint16)."""
    return torch.from_numpy(ids) if device.type == "cpu" else torch.from_numpy(ids).int().to(device)
