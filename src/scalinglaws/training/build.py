"""Which runs of a job are trained side by side, and the ensemble in which they are.

Whether a run is stacked depends on its spec and the type of device alone, never on which other runs there
are: stacking changes the order of additions, and a run's result must be a function of its spec. How many
stand side by side is free, as rows of an ensemble do not touch each other.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import nn

from scalinglaws.config.modules import FAMILIES, module_name
from scalinglaws.config.spec import ModelSpec, RunSpec
from scalinglaws.counting.flops import model_size
from scalinglaws.counting.size import ModelSize
from scalinglaws.errors import RecordError
from scalinglaws.models._ensembles import can_share_an_ensemble
from scalinglaws.tasks.core.task import Task
from scalinglaws.training.ensemble.ensemble import Alike, Ensemble
from scalinglaws.training.ensemble.policy import is_stacked, most_beside, work
from scalinglaws.training.loop import RunSetup, Training
from scalinglaws.training.seeds import derived_seed


class Architecture:
    """The one architecture of a job on a device.

    Attributes:
        size: parameters and FLOPs.
    """

    def __init__(self, model: ModelSpec, task: Task, device: torch.device) -> None:
        self._spec, self._task, self.device = model, task, device
        example = self.build()
        self.size: ModelSize = model_size(example, task.inputs, task.dtype)
        self._stackable = can_share_an_ensemble(example)

    def build(self) -> nn.Module:
        """A model with weights drawn from torch's global generator."""
        family = import_module(module_name(FAMILIES, self._spec.family))
        model: nn.Module = family.build(self._task.inputs, self._task.outputs, **self._spec.options)
        return model

    def in_ensemble(self, batch: int) -> bool:
        """Whether models are stacked for this number of examples a step."""
        return self._stackable and is_stacked(work(self.size, batch), self.device.type)

    def training(self, setups: Sequence[RunSetup]) -> Training:
        """Runs with their initial weights, ready to train."""
        first = setups[0].spec
        batch = min(first.optimiser.batch, first.subset.examples)
        ensemble = Ensemble(
            self.build,
            [derived_seed(setup.spec.seed, "weights") for setup in setups],
            [setup.rate for setup in setups],
            Alike(first.optimiser, first.precision, self.in_ensemble(batch)),
            self.device,
        )
        return Training(setups, ensemble, self._task)

    def groups(
        self, setups: Sequence[RunSetup], step: Callable[[RunSetup], int], most: int
    ) -> Iterator[list[RunSetup]]:
        """Runs that can be trained together, in groups of at most `most`; runs of like length together.

        Args:
            setups: runs of this architecture.
            step: where a run begins: 0, or the step it is resumed at.
            most: most runs in a group.
        """
        alike: dict[tuple[int, int, str], list[RunSetup]] = defaultdict(list)
        for setup in setups:
            spec = setup.spec
            batch = min(spec.optimiser.batch, spec.subset.examples)
            key = (batch, step(setup), repr((spec.optimiser, spec.budget, spec.precision)))
            alike[key].append(setup)
        for (batch, _, _), members in sorted(alike.items(), key=lambda item: item[0], reverse=True):
            beside = most_beside(work(self.size, batch), self.device.type, most)
            limit = beside if self.in_ensemble(batch) else 1
            parts = -(-len(members) // limit)
            members.sort(key=lambda setup: setup.spec.subset.examples, reverse=True)
            cuts = [len(members) * part // parts for part in range(parts + 1)]
            yield from (members[start:stop] for start, stop in pairwise(cuts))


def setup(spec: RunSpec, rate: float, task: Task, subsets: Path) -> RunSetup:
    """A run with its training examples.

    Raises:
        RecordError: more examples are asked for than there are.
    """
    if spec.subset.examples > task.examples:
        raise RecordError(
            f"{spec.data.source}: a subset of {spec.subset.examples} examples is asked for, "
            f"the training pool has {task.examples}"
        )
    order = np.load(subsets / f"shuffle-{spec.subset.seed}.npy", mmap_mode="r")[: spec.subset.examples]
    return RunSetup(spec, rate, torch.from_numpy(np.array(order)))
