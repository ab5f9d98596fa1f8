"""Whether a run's result depends on the runs that share its ensemble."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from scalinglaws.config.spec import Optimiser
from scalinglaws.tasks.core.task import Inputs, Predict
from scalinglaws.training.ensemble.ensemble import Ensemble, Row, Shared

MINE = 7
"""Seed of the run that is looked at."""
COMPANY = ([MINE], [MINE, 1], [3, MINE], [1, 2, 3, 4, MINE, 5])
"""Seeds of the runs of an ensemble, its own among them."""
STEPS = 4


class MadeUp:
    """Examples given as arrays (examples, ...); a run's targets are their numbers."""

    outputs, validation = 0, 0

    def __init__(self, inputs: Inputs) -> None:
        self._arrays = (inputs,) if isinstance(inputs, Tensor) else inputs
        self._one = isinstance(inputs, Tensor)
        self.examples = len(self._arrays[0])
        self.inputs = tuple(tuple(each.shape[1:]) for each in self._arrays)
        self.dtype = tuple(each.dtype for each in self._arrays)

    def all(self) -> Inputs:
        """Every example."""
        return self._arrays[0] if self._one else self._arrays

    def batch(self, indices: Tensor) -> tuple[Inputs, Tensor]:
        chosen = tuple(each[indices] for each in self._arrays)
        return (chosen[0] if self._one else chosen), indices

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        numbers = targets.reshape(*targets.shape, *[1] * (outputs.dim() - targets.dim()))
        return (outputs.float() - numbers / 50).square().flatten(1).mean(1)

    def evaluate(self, predict: Predict) -> dict[str, Tensor]:
        return {"mean": predict(self.all()).flatten(1).mean(1)}


def in_ensemble(model: nn.Module, runs: int, inputs: Inputs) -> Tensor:
    """Outputs (runs, ...) of an ensemble whose models have weights of their own; the first is `model`."""
    parameters = {
        name: torch.stack([each.detach() * 0.9**run for run in range(runs)])
        for name, each in model.named_parameters()
    }
    outputs: Tensor = vmap(lambda own: functional_call(model, own, (inputs,)))(parameters)
    return outputs


def results(
    build: Callable[[], nn.Module], inputs: Inputs, precision: Literal["float32", "bfloat16"]
) -> list[list[Tensor]]:
    """Losses, predictions, metrics, weights and the optimiser's state of one run, in each company."""
    task, found = MadeUp(inputs), []
    for seeds in COMPANY:
        alike = Shared(Optimiser(name="adam", averaging=0.1), precision, True)
        ensemble = Ensemble(build, [Row(seed, 0.002 * seed) for seed in seeds], alike, torch.device("cpu"))
        for step in range(1, STEPS + 1):
            rows = [
                torch.randint(task.examples, (6,), generator=torch.Generator().manual_seed(9 * seed + step))
                for seed in seeds
            ]
            losses = ensemble.advance(
                task, torch.stack(rows), torch.tensor(ensemble.controls(min(1.0, step / 3), step))
            )
        row = seeds.index(MINE)
        seen = [losses, ensemble.predict(task.all()), *task.evaluate(ensemble.predict).values()]
        found.append([each[row] for each in (*seen, *ensemble.arrays().values())])
    return found
