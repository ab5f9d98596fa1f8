"""The order in which a run sees its examples: a function of seed and step, so it need not be saved."""

import hashlib

import torch
from torch import Tensor


def derived_seed(seed: int, purpose: str) -> int:
    """An independent seed for one use of randomness in a run."""
    return int.from_bytes(hashlib.sha256(f"{purpose}/{seed}".encode()).digest()[:7])


class Order:
    """The batches of one run. Each pass has a new order, and its last batch is left out if incomplete.

    Attributes:
        batch: examples per step; a smaller subset is one batch.
    """

    def __init__(self, subset: Tensor, batch: int, seed: int) -> None:
        """Take the indices of the run's examples, shape (examples,), on the CPU."""
        self.batch = min(batch, len(subset))
        self._subset, self._seed = subset, seed
        self._steps_per_pass = len(subset) // self.batch
        self._number, self._batches = -1, subset

    def at(self, step: int) -> Tensor:
        """Indices of the examples of a step (counted from 1), shape (batch,)."""
        number, place = divmod(step - 1, self._steps_per_pass)
        if number != self._number:
            generator = torch.Generator().manual_seed(derived_seed(self._seed, f"order/{number}"))
            order = self._subset[torch.randperm(len(self._subset), generator=generator)]
            kept = order[: self._steps_per_pass * self.batch]
            self._number, self._batches = number, kept.view(-1, self.batch)
        return self._batches[place]
