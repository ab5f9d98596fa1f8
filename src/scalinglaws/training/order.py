"""In which order a run sees its examples: a function of seed and step, so that nothing has to be saved."""

import torch
from torch import Tensor

from scalinglaws.training.seeds import derived_seed


class Order:
    """The batches of one run. Each pass is a new order, and its incomplete last batch is left out.

    Attributes:
        batch: examples a step; all of a subset that is smaller.
    """

    def __init__(self, subset: Tensor, batch: int, seed: int) -> None:
        """Take the indices of the run's examples, shape (examples,), on the CPU."""
        self.batch = min(batch, len(subset))
        self._subset, self._seed = subset, seed
        self._a_pass = len(subset) // self.batch
        self._number, self._batches = -1, subset

    def at(self, step: int) -> Tensor:
        """Indices of the examples of a step (counted from 1), shape (batch,)."""
        number, place = divmod(step - 1, self._a_pass)
        if number != self._number:
            generator = torch.Generator().manual_seed(derived_seed(self._seed, f"order/{number}"))
            order = self._subset[torch.randperm(len(self._subset), generator=generator)]
            self._number, self._batches = number, order[: self._a_pass * self.batch].view(-1, self.batch)
        return self._batches[place]
