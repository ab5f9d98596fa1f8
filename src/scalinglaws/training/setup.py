"""What a run needs to be trained: its spec, its learning rate as a number, its examples and its duration."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from scalinglaws.config.spec import Imp, RunSpec
from scalinglaws.data.store import MANIFEST
from scalinglaws.errors import RecordError
from scalinglaws.training.durations import Pace
from scalinglaws.training.schedules import Multiplier, multiplier


@dataclass(frozen=True)
class RunSetup:
    """A run to train."""

    spec: RunSpec
    learning_rate: float
    """The number behind `spec.learning_rate`."""
    subset: Tensor
    """Indices of its training examples, shape (examples,), on the CPU."""
    amount: float = 1.0
    """Data per example in the unit of the data set, the mean over the subset."""
    flops: float = 1.0
    """FLOPs per example, forward and backward."""

    @property
    def batch(self) -> int:
        """Examples per step; a smaller subset is one batch."""
        return min(self.spec.optimiser.batch, len(self.subset))

    @cached_property
    def _pace(self) -> Pace:
        return Pace(self.batch, len(self.subset), self.amount, self.flops)

    @cached_property
    def steps(self) -> int:
        """Steps that it may take at most."""
        return self._pace.steps(self.spec.duration)

    @cached_property
    def schedule(self) -> Multiplier:
        """Share of the learning rate at each step."""
        return multiplier(self.spec.schedule, self._pace, self.steps)

    @cached_property
    def rewind(self) -> int:
        """The step that a pruned run goes back to; 0 for others."""
        procedure = self.spec.procedure
        return self._pace.step_at(procedure.rewind, self.steps) if isinstance(procedure, Imp) else 0


def run_setup(spec: RunSpec, learning_rate: float, flops: float, data: Path, subsets: Path) -> RunSetup:
    """A run with its training examples: the first of the shuffle that belongs to its seed.

    Args:
        spec: the run.
        learning_rate: the number behind `spec.learning_rate`.
        flops: FLOPs of its model per example, forward and backward.
        data: folder of the prepared data.
        subsets: folder of the shuffles.

    Raises:
        RecordError: the spec asks for more examples than there are, or rewinds to its end.
    """
    shuffle = np.load(subsets / f"shuffle-{spec.subset.seed}.npy", mmap_mode="r")
    if spec.subset.examples > len(shuffle):
        raise RecordError(
            f"{spec.data.source}: a subset of {spec.subset.examples} examples is asked for, "
            f"the training pool has {len(shuffle)}"
        )
    subset = np.array(shuffle[: spec.subset.examples])
    amounts = np.load(data / "amounts.npy", mmap_mode="r")[subset]
    parts = json.loads((data / MANIFEST).read_text(encoding="utf-8"))["unit"]["parts"]
    amount = float(amounts.sum() / parts / len(subset))
    setup = RunSetup(spec, learning_rate, torch.from_numpy(subset), amount, flops)
    if setup.rewind >= setup.steps:
        raise RecordError(
            f"{spec.model.name}, {spec.subset.examples} examples: procedure.rewind is step {setup.rewind}, "
            f"and duration only {setup.steps} steps; rewind to an earlier moment"
        )
    return setup
