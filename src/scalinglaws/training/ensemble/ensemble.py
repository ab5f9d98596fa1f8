"""Models of one architecture trained side by side: every parameter has a leading axis of runs.

A step of a small model is bound by the time it takes to start its operators, not by arithmetic; an ensemble
starts them once for all of its models. Rows do not touch each other: a run's result is the same, bit for bit
on a CPU, whatever else is in the ensemble and however many (tested; see `PAIR`). A model whose step is
long is better off alone, and has then no leading axis, nor anything else of an ensemble.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from scalinglaws.config.spec import Optimiser
from scalinglaws.tasks.core.task import Inputs, Task
from scalinglaws.training.ensemble.layout import Layout
from scalinglaws.training.ensemble.policy import PAIR
from scalinglaws.training.optimisers import update_rule

Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class Alike:
    """What the runs of an ensemble have in common.

    Attributes:
        optimiser: update rule, batch, warm-up and averaging.
        precision: of products; weights and their updates are always float32.
        in_ensemble: whether models are stacked; if not, there is one.
    """

    optimiser: Optimiser
    precision: Precision
    in_ensemble: bool


class Ensemble:
    """Some runs with their weights and all that an optimiser carries from step to step.

    Attributes:
        runs: how many there are.
    """

    def __init__(
        self,
        build: Callable[[], nn.Module],
        seeds: Sequence[int],
        rates: Sequence[float],
        alike: Alike,
        device: torch.device,
    ) -> None:
        """Build one model a seed; each has the weights that it would have alone.

        Args:
            build: makes a model on the CPU, its weights drawn from torch's global generator.
            seeds: seeds of the initial weights, one a run.
            rates: learning rates, one a run.
            alike: what the runs have in common.
            device: where to train.

        Raises:
            ValueError: several runs, but not side by side.
        """
        if len(seeds) > 1 and not alike.in_ensemble:
            raise ValueError("models that are not stacked train one by one")
        rows = []
        for seed in seeds:
            torch.manual_seed(seed)
            self._model = build()
            rows.append(Layout(self._model).row(self._model))
        self._alike, self._layout = alike, Layout(self._model)
        self._model = self._model.to(device)
        self.runs = len(seeds)
        padded = self._with_twin(range(self.runs))
        self.weights = torch.stack(rows)[padded].to(device)
        self.rates = torch.tensor(rates, dtype=torch.float32)[padded, None].to(device)
        self._rule = update_rule(alike.optimiser, self.weights)
        self.averaged = self.weights.clone() if alike.optimiser.averaging else self.weights
        self._bind()

    def controls(self, step: int) -> tuple[float, ...]:
        """What the numbers of a step (counted from 1) are, for all runs: the arguments of `advance`."""
        warm = min(1.0, step / (self._alike.optimiser.warmup + 1))
        newest = 1.0 / (
            1.0 + self._alike.optimiser.averaging * (step - 1)
        )  # the first replaces what was drawn
        return (warm, newest, *self._rule.factors(step))

    def advance(self, task: Task, indices: Tensor, controls: Tensor) -> Tensor:
        """One optimiser step of every run, on its examples `indices` (runs, batch); their losses (runs,).

        Nothing in it waits for the device or depends on values, so that it can be recorded as a graph.
        """
        if len(indices) < len(self.weights):
            indices = indices.repeat(PAIR, 1)
        inputs, targets = task.batch(indices)
        with self._products():
            losses = task.loss(self._outputs(inputs), targets)
        gradients = torch.autograd.grad(losses.sum(), self._leaves)
        with torch.no_grad():
            torch._foreach_copy_(self._gradient_views, gradients)
            change = self._rule.change(self._gradient, controls[2:])
            self.weights.sub_(change.mul_(self.rates * controls[0]))
            if self.averaged is not self.weights:
                self.averaged.lerp_(self.weights, controls[1])
        return losses.detach()[: self.runs]

    @torch.no_grad()
    def predict(self, inputs: Inputs) -> Tensor:
        """Outputs (runs, batch, ...) of the averaged weights for the same inputs (batch, ...), float32."""
        self._model.eval()
        with self._products():
            outputs = self._predictions(inputs)
        self._model.train()
        return outputs.float()

    def _predictions(self, inputs: Inputs) -> Tensor:
        if self._alike.in_ensemble and self.weights.is_cuda:
            outputs: Tensor = vmap(self._call, in_dims=(0, None))(self._layout.stacked(self.averaged), inputs)
            return outputs[: self.runs]
        # Batches of validation are large: on a CPU their time is arithmetic, which stacking slows down.
        rows = self.averaged[: self.runs]
        return torch.stack([self._call(self._layout.single(row), inputs) for row in rows])

    def arrays(self) -> dict[str, Tensor]:
        """Everything that a step changes, each (runs, length), the twin of a lone run included."""
        averaged = {} if self.averaged is self.weights else {"averaged": self.averaged}
        carried = {f"optimiser{i}": array for i, array in enumerate(self._rule.state)}
        return {"weights": self.weights, **averaged, **carried}

    def buffers(self) -> dict[str, Tensor]:
        """What the model keeps beside its parameters; only a model that is alone has any."""
        return dict(self._model.named_buffers())

    def restore(self, run: int, arrays: dict[str, Tensor], buffers: dict[str, Tensor]) -> None:
        """Put a run back to where `arrays` (each a row) and `buffers` were taken.

        Raises:
            ValueError: they are of another model or optimiser.
        """
        own = self.arrays()
        if arrays.keys() != own.keys() or buffers.keys() != self.buffers().keys():
            raise ValueError("saved by another optimiser or model")
        if any(array.shape != own[name].shape[1:] for name, array in arrays.items()):
            raise ValueError("saved by another model")
        for name, array in arrays.items():
            own[name][run :: self.runs].copy_(array)  # and the twin, where there is one
        for name, buffer in self.buffers().items():
            buffer.copy_(buffers[name])

    def keep(self, runs: Sequence[int]) -> None:
        """Go on with some of the runs alone."""
        kept = self._with_twin(runs)
        self.runs = len(runs)
        self.weights, self.rates = self.weights[kept], self.rates[kept]
        alone = not self._alike.optimiser.averaging
        self.averaged = self.weights if alone else self.averaged[kept]
        self._rule.state = [array[kept] for array in self._rule.state]
        self._bind()

    def _with_twin(self, runs: Sequence[int]) -> list[int]:
        return [*runs, *runs] if self._alike.in_ensemble and len(runs) < PAIR else list(runs)

    def _bind(self) -> None:
        """Make the views through which autograd sees the arrays."""
        self._gradient = torch.zeros_like(self.weights)
        if self._alike.in_ensemble:
            views = self._layout.stacked(self.weights)
            self._parameters = {name: view.detach().requires_grad_() for name, view in views.items()}
            self._leaves = list(self._parameters.values())
            self._gradient_views = list(self._layout.stacked(self._gradient).values())
            return
        for name, view in self._layout.single(self.weights[0]).items():
            self._model.get_parameter(name).data = view
        self._leaves = list(self._model.parameters())
        self._gradient_views = list(self._layout.single(self._gradient[0]).values())

    def _outputs(self, inputs: Inputs) -> Tensor:
        if self._alike.in_ensemble:
            return vmap(self._call)(self._parameters, inputs)
        first = inputs[0] if isinstance(inputs, Tensor) else tuple(each[0] for each in inputs)
        outputs: Tensor = self._model(first)
        return outputs[None]

    def _call(self, parameters: dict[str, Tensor], inputs: Inputs) -> Tensor:
        outputs: Tensor = functional_call(self._model, parameters, (inputs,))
        return outputs

    def _products(self) -> torch.autocast:
        return torch.autocast(
            self.weights.device.type, torch.bfloat16, enabled=self._alike.precision == "bfloat16"
        )
