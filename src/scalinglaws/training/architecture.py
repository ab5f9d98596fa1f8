"""The architecture of a job: it builds the models, and decides which runs are trained as one ensemble.

Whether a run is trained in an ensemble depends on its spec and the type of device alone, never on which other
runs there are: an ensemble adds numbers up in another order, and a run's result must be a function of its
spec. How many runs share an ensemble is free, because its rows do not touch each other.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from itertools import pairwise

import torch
from torch import nn

from scalinglaws.config.modules import FAMILIES, module_name
from scalinglaws.config.spec import Imp, ModelSpec
from scalinglaws.counting.flops import model_size
from scalinglaws.counting.size import ModelSize
from scalinglaws.errors import RecordError
from scalinglaws.tasks.core.task import Task
from scalinglaws.training.ensemble.ensemble import Ensemble, Row, Shared, can_share_an_ensemble
from scalinglaws.training.ensemble.policy import gains_from_ensemble, largest_ensemble, work
from scalinglaws.training.loop import Training
from scalinglaws.training.order import derived_seed
from scalinglaws.training.procedures.imp import Pruning
from scalinglaws.training.procedures.procedure import Procedure
from scalinglaws.training.procedures.train import TrainingOnce
from scalinglaws.training.setup import RunSetup

Begins = tuple[int, int]
"""Level and step."""


class Architecture:
    """The one architecture of a job on a device.

    Attributes:
        size: parameters and FLOPs.
    """

    def __init__(self, model: ModelSpec, task: Task, device: torch.device) -> None:
        self._spec, self._task, self.device = model, task, device
        example = self.build()
        self.size: ModelSize = model_size(example, task.inputs, task.dtype)
        self._can_share_an_ensemble = can_share_an_ensemble(example)

    def build(self) -> nn.Module:
        """A model whose weights are drawn from torch's global generator."""
        family = import_module(module_name(FAMILIES, self._spec.family))
        model: nn.Module = family.build(self._task.inputs, self._task.outputs, **self._spec.options)
        return model

    def in_ensemble(self, batch: int) -> bool:
        """Whether models are trained in an ensemble, at this number of examples per step."""
        return self._can_share_an_ensemble and gains_from_ensemble(work(self.size, batch), self.device.type)

    def training(self, setups: Sequence[RunSetup]) -> Training:
        """Runs with their initial weights, ready to train.

        Raises:
            RecordError: the model is to be pruned, but it has buffers, which are not rewound.
        """
        first = setups[0]
        spec, pruned = first.spec, isinstance(first.spec.procedure, Imp)
        ensemble = Ensemble(
            self.build,
            [_row(setup) for setup in setups],
            Shared(spec.optimiser, spec.precision, self.in_ensemble(first.batch), pruned),
            self.device,
        )
        if pruned and ensemble.buffers():
            raise RecordError(f"{spec.model.name}: has buffers, so it cannot be pruned by imp")
        return Training(setups, ensemble, self._task, _procedure(first))

    def groups(
        self, setups: Sequence[RunSetup], begins: Callable[[RunSetup], Begins], most: int
    ) -> Iterator[list[RunSetup]]:
        """Groups of runs that can be trained as one ensemble; runs of similar length are together.

        Args:
            setups: runs of this architecture.
            begins: level and step at which a run begins: (0, 0), or where it is resumed.
            most: most runs in a group.
        """
        alike: dict[tuple[int, int, Begins, str], list[RunSetup]] = defaultdict(list)
        for setup in setups:
            alike[setup.batch, setup.steps, begins(setup), _alike(setup)].append(setup)
        for (batch, *_), members in sorted(alike.items(), key=lambda item: item[0], reverse=True):
            largest = largest_ensemble(work(self.size, batch), self.device.type, most)
            limit = largest if self.in_ensemble(batch) else 1
            parts = -(-len(members) // limit)
            members.sort(key=lambda setup: setup.spec.subset.examples, reverse=True)
            cuts = [len(members) * part // parts for part in range(parts + 1)]
            yield from (members[start:stop] for start, stop in pairwise(cuts))


def _alike(setup: RunSetup) -> str:
    """What the runs of an ensemble have in common besides batch and steps, as text."""
    spec = setup.spec
    optimiser = spec.optimiser.model_copy(update={"weight_decay": 0.0})
    how = (optimiser, setup.schedule, spec.evaluation, spec.precision)
    return repr((*how, spec.procedure, setup.rewind))


def _row(setup: RunSetup) -> Row:
    seed = derived_seed(setup.spec.seed, "weights")
    return Row(seed, setup.learning_rate, setup.spec.optimiser.weight_decay)


def _procedure(setup: RunSetup) -> Procedure:
    procedure = setup.spec.procedure
    return Pruning(procedure, setup.rewind) if isinstance(procedure, Imp) else TrainingOnce()
