"""Speech recognition with connectionist temporal classification (Graves et al. 2006).

A model gives logits for every step in time; symbol 0 is the blank. An utterance with more symbols than steps
(a repeated symbol takes one more step) has no alignment: in training it gives neither loss nor gradient; in
validation it does not enter the loss, but its errors count.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from scalinglaws.data.store import Prepared, read_prepared
from scalinglaws.tasks.core.edit_distance import total_edit_distance
from scalinglaws.tasks.core.task import Predict

MODALITY = "speech"
METRICS = ("error_rate", "ctc_loss")
CHUNK = 100  # validation utterances at a time
IMPOSSIBLE = 1e30  # the negative logarithm of 0; finite, so that its gradient is finite


class SpeechCtc:
    """Prepared speech as a task; sounds are kept in half precision until they are used."""

    def __init__(self, data: Prepared, device: torch.device) -> None:
        self.inputs = data["train_sounds"].shape[1:]
        self.outputs = len(data.manifest["symbols"])
        self.examples = len(data["train_frames"])
        self.validation = len(data["validation_frames"])
        self.dtype = torch.float32
        self.device = device
        sounds = data["train_sounds"]
        self._sounds = (
            torch.from_numpy(sounds) if device.type == "cpu" else torch.tensor(sounds, device=device)
        )
        self._targets = _targets(data, "train").to(device)
        self._validation = torch.tensor(data["validation_sounds"], device=device)
        self._validation_targets = _targets(data, "validation").to(device)

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Sounds (runs, batch, frames, bands) and targets (runs, batch, 1 + longest).

        Targets are the number of frames without padding, and then the symbols, padded with 0.
        """
        return self._sounds[indices].float(), self._targets[indices]

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Loss per symbol of an utterance, in nats; the mean over each run's batch."""
        symbols = (targets[..., 1:] > 0).sum(-1)
        losses = self._losses(outputs.float().flatten(0, 1), targets.flatten(0, 1)).view(symbols.shape)
        return (losses / symbols.clamp(min=1)).mean(1)

    @torch.no_grad()
    def evaluate(self, predict: Predict) -> dict[str, Tensor]:
        """Edits per symbol of the greedy decoding, and CTC loss in nats per symbol."""
        totals: list[Tensor] = []
        edits: list[Tensor] = []
        for sounds, targets in zip(
            self._validation.split(CHUNK),  # type: ignore[no-untyped-call]
            self._validation_targets.split(CHUNK),  # type: ignore[no-untyped-call]
            strict=True,
        ):
            outputs = predict(sounds.float())
            every = targets.expand(len(outputs), -1, -1)
            steps = output_steps(targets[:, 0], self.inputs[0], outputs.shape[2])
            losses = self._losses(outputs.flatten(0, 1), every.flatten(0, 1)).view(every.shape[:2])
            counted = ((targets[:, 1:] > 0).sum(1) * (needed_steps(targets[:, 1:]) <= steps)).sum()
            totals.append(torch.cat([losses.double().sum(1), counted.double()[None]]))
            references = [bytes(row[row > 0]) for row in _on_host(targets[:, 1:])]
            best, valid = _on_host(outputs.argmax(-1)), steps.tolist()
            found = [total_edit_distance(decoded(paths, valid), references) for paths in best]
            edits.append(torch.tensor([*found, sum(map(len, references))], dtype=torch.float64))
        *losses_of_runs, symbols = torch.stack(totals).sum(0).to(self.device)
        *edits_of_runs, length = torch.stack(edits).sum(0).to(self.device)
        rates = torch.stack(edits_of_runs) / length, torch.stack(losses_of_runs) / symbols
        return dict(zip(METRICS, rates, strict=True))

    def _losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Loss of each utterance in nats, 0 if it has no alignment, from (utterances, ...) each."""
        frames, symbols = targets[:, 0], targets[:, 1:]
        steps = output_steps(frames, self.inputs[0], outputs.shape[1])
        logarithms = outputs.log_softmax(-1)
        # Torch's own copies lengths to the host, which a CUDA graph cannot do.
        chosen = ctc_by_steps if outputs.is_cuda else _ctc_of_torch
        return chosen(logarithms, symbols, steps)


def open_task(folder: Path, device: torch.device) -> SpeechCtc:
    """Open prepared speech on a device.

    Raises:
        DataError: the folder is not a prepared data set, or the data have another modality.
    """
    return SpeechCtc(read_prepared(folder, MODALITY), device)


def output_steps(frames: Tensor, padded: int, steps: int) -> Tensor:
    """How many of a model's steps belong to sounds of `frames` frames that are padded to `padded`.

    A model with a stride s gives one step per s frames, the last s perhaps incomplete. s follows from
    `padded` and `steps`, uniquely from s (s - 1) frames on.
    """
    stride = -(-padded // steps)
    return (frames + (stride - 1)) // stride


def needed_steps(symbols: Tensor) -> Tensor:
    """Fewest steps to which (utterances, longest) symbols can be aligned: equal neighbours need a blank."""
    present = symbols > 0
    return present.sum(1) + ((symbols[:, 1:] == symbols[:, :-1]) & present[:, 1:]).sum(1)


def decoded(paths: NDArray[Any], steps: list[int]) -> Iterator[bytes]:
    """Symbols of the first `steps` of paths (utterances, steps), without repeats and blanks."""
    for path, length in zip(paths, steps, strict=True):
        valid = path[:length]
        new = np.ones(len(valid), dtype=bool)
        new[1:] = valid[1:] != valid[:-1]
        yield bytes(valid[new & (valid > 0)])


def ctc_by_steps(logarithms: Tensor, symbols: Tensor, steps: Tensor) -> Tensor:
    """Loss of each utterance, 0 if it has no alignment; none of its operators waits for the device.

    Args:
        logarithms: logarithms of probabilities, (utterances, steps, outputs).
        symbols: (utterances, longest), padded with 0.
        steps: number of valid steps, (utterances,).
    """
    blanks = torch.zeros_like(symbols)
    states = torch.cat([blanks[:, :1], torch.stack([symbols, blanks], 2).flatten(1)], 1)
    # A product with zeros and ones, because the gradient of a look-up is added up in no fixed order.
    numbers = torch.arange(logarithms.shape[2], device=states.device)
    chosen = (states[..., None] == numbers).to(logarithms.dtype)
    emitted = (logarithms @ chosen.transpose(1, 2)).unbind(1)
    place = torch.arange(states.shape[1], device=states.device)
    skips = (states[:, 2:] > 0) & (states[:, 2:] != states[:, :-2])
    barred = functional.pad(skips, (2, 0)).logical_not() * -IMPOSSIBLE
    alpha = torch.where(place < 2, emitted[0], -IMPOSSIBLE)
    for step in range(1, len(emitted)):
        before = functional.pad(alpha, (2, 0), value=-IMPOSSIBLE)
        ways = torch.stack([alpha, before[:, 1:-1], before[:, :-2] + barred])
        alpha = torch.where((step < steps)[:, None], ways.logsumexp(0) + emitted[step], alpha)
    last = 2 * (symbols > 0).sum(1, keepdim=True)
    ends = (place == last) | (place == last - 1)
    losses = -torch.where(ends, alpha, -IMPOSSIBLE).logsumexp(1)
    return torch.where(losses < IMPOSSIBLE / 2, losses, 0.0)


def _ctc_of_torch(logarithms: Tensor, symbols: Tensor, steps: Tensor) -> Tensor:
    return functional.ctc_loss(
        logarithms.transpose(0, 1),
        symbols,
        steps,
        (symbols > 0).sum(1),
        reduction="none",
        zero_infinity=True,
    )


def _targets(data: Prepared, split: str) -> Tensor:
    """Frames, then symbols, int64 (utterances, 1 + longest)."""
    columns = [data[f"{split}_frames"][:, None], data[f"{split}_symbols"]]
    return torch.from_numpy(np.concatenate(columns, axis=1, dtype=np.int64))


def _on_host(symbols: Tensor) -> NDArray[np.uint8]:
    return symbols.to(torch.uint8).cpu().numpy()
