"""What a run needs to be trained: its spec, its learning rate as a number, and its training examples."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from scalinglaws.config.spec import RunSpec
from scalinglaws.errors import RecordError
from scalinglaws.tasks.core.task import Task


@dataclass(frozen=True)
class RunSetup:
    """A run to train."""

    spec: RunSpec
    learning_rate: float
    """The number behind `spec.learning_rate`."""
    subset: Tensor
    """Indices of its training examples, shape (examples,), on the CPU."""


def run_setup(spec: RunSpec, learning_rate: float, task: Task, subsets: Path) -> RunSetup:
    """A run with its training examples: the first of the shuffle in the folder `subsets`.

    Raises:
        RecordError: the spec asks for more examples than there are.
    """
    if spec.subset.examples > task.examples:
        raise RecordError(
            f"{spec.data.source}: a subset of {spec.subset.examples} examples is asked for, "
            f"the training pool has {task.examples}"
        )
    order = np.load(subsets / f"shuffle-{spec.subset.seed}.npy", mmap_mode="r")[: spec.subset.examples]
    return RunSetup(spec, learning_rate, torch.from_numpy(np.array(order)))
