"""Models of one architecture trained together: every parameter has a leading axis of runs.

The time of a small model's step goes into starting its operators, not into arithmetic; an ensemble starts
them once for all of its models. Rows do not touch each other: on a CPU a run's result is the same, bit for
bit, with whatever other runs, and however many, it is trained (tested; see `FEWEST_ROWS`). Large models gain
nothing from this, so they train alone, without the extra axis.
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
from scalinglaws.training.ensemble.policy import FEWEST_ROWS
from scalinglaws.training.optimisers import add_decay_, clip_, update_rule

Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class Shared:
    """What the runs of an ensemble have in common.

    Attributes:
        optimiser: all but its weight decay.
        precision: of products; weights and their updates are always float32.
        in_ensemble: whether the models have an axis of runs; without it there is only one model.
        pruned: whether weights may be removed.
    """

    optimiser: Optimiser
    precision: Precision
    in_ensemble: bool
    pruned: bool = False


@dataclass(frozen=True)
class Row:
    """What each run of an ensemble has of its own.

    Attributes:
        seed: of its initial weights.
        learning_rate: before any schedule.
        weight_decay: coupled or decoupled, as the optimiser has it.
    """

    seed: int
    learning_rate: float
    weight_decay: float = 0.0


class Ensemble:
    """The weights of some runs, and all that their optimisers carry from step to step.

    Attributes:
        runs: number of runs.
        layout: where parameters are in a row of an array.
        weights: the weights (rows, length). One run alone has two rows, see `FEWEST_ROWS`.
        averaged: the weights that are evaluated; without averaging, the same array.
        mask: if runs are pruned, 1 for weights that are left, else 0.
        marked: if runs are pruned, the weights of the rewinding point.
    """

    def __init__(
        self,
        build: Callable[[], nn.Module],
        own: Sequence[Row],
        shared: Shared,
        device: torch.device,
    ) -> None:
        """Build one model per run; each has the weights that it would have alone.

        Args:
            build: makes a model on the CPU whose weights are drawn from torch's global generator.
            own: what each run has of its own.
            shared: what the runs have in common.
            device: where to train.

        Raises:
            ValueError: there are several runs, but `shared` says that they are not in an ensemble.
        """
        if len(own) > 1 and not shared.in_ensemble:
            raise ValueError("models that are not in an ensemble train one by one")
        rows = []
        for each in own:
            torch.manual_seed(each.seed)
            self._model = build()
            rows.append(Layout(self._model).row(self._model))
        self._shared, self.layout = shared, Layout(self._model)
        self._model = self._model.to(device)
        self.runs = len(own)
        padded = self._with_twin(range(self.runs))
        self.weights = torch.stack(rows)[padded].to(device)
        rates = torch.tensor([[each.learning_rate, each.weight_decay] for each in own])[padded].to(device)
        self._learning_rates, self._decays = rates[:, :1], rates[:, 1:]
        self._decaying = any(each.weight_decay for each in own)
        self._rule = update_rule(shared.optimiser, self.weights)
        self.averaged = self.weights.clone() if shared.optimiser.averaging else self.weights
        length = self.layout.length if shared.pruned else 0
        self.mask = self.weights.new_ones(len(padded), length)
        self.marked = self.weights.new_zeros(len(padded), length)
        self._bind()

    def controls(self, share: float, step: int) -> tuple[float, ...]:
        """The numbers that `advance` needs for a step, the same for all runs.

        Args:
            share: of the learning rate, by the schedule.
            step: counted from 1, and again after a restart.
        """
        # The first average is the first weights: the drawn ones do not enter it.
        newest = 1.0 / (1.0 + self._shared.optimiser.averaging * (step - 1))
        return (share, newest, *self._rule.factors(step))

    def advance(self, task: Task, indices: Tensor, controls: Tensor) -> Tensor:
        """Take one optimiser step of every run.

        Nothing in it waits for the device or depends on values, so it can be recorded as a CUDA graph.

        Args:
            task: where examples and losses come from.
            indices: training examples of each run, (runs, batch).
            controls: see `controls`.

        Returns:
            Losses before the step, (runs,).
        """
        if len(indices) < len(self.weights):
            indices = indices.repeat(FEWEST_ROWS, 1)
        inputs, targets = task.batch(indices)
        with self._products():
            losses = task.loss(self._outputs(inputs), targets)
        gradients = torch.autograd.grad(losses.sum(), self._leaves)
        with torch.no_grad():
            torch._foreach_copy_(self._gradient_views, gradients)
            self._update(controls)
        return losses.detach()[: self.runs]

    def _update(self, controls: Tensor) -> None:
        """Change the weights by the gradients."""
        optimiser, gradient = self._shared.optimiser, self._gradient
        learning_rates = self._learning_rates * controls[0]
        if self._shared.pruned:
            gradient.mul_(self.mask)
        if optimiser.clip is not None:
            clip_(gradient, optimiser.clip)
        if self._decaying and optimiser.name != "adamw":
            add_decay_(gradient, self.weights, self._decays)
        change = self._rule.change(gradient, controls[2:])
        if self._decaying and optimiser.name == "adamw":
            self.weights.mul_(1 - learning_rates * self._decays)
        self.weights.sub_(change.mul_(learning_rates))
        if self.averaged is not self.weights:
            self.averaged.lerp_(self.weights, controls[1])

    def restart(self, weights: Tensor) -> None:
        """Go on from these weights (rows, length), with a fresh state of the optimiser."""
        # All in place: a recorded step goes on with the same arrays.
        self.weights.copy_(weights)  # the average begins with the next ones, see `controls`
        for array in self._rule.state:
            array.zero_()

    @torch.no_grad()
    def predict(self, inputs: Inputs) -> Tensor:
        """Outputs (runs, batch, ...) of the averaged weights for the same inputs (batch, ...), float32."""
        self._model.eval()
        with self._products():
            outputs = self._predictions(inputs)
        self._model.train()
        return outputs.float()

    def _predictions(self, inputs: Inputs) -> Tensor:
        if self._shared.in_ensemble and self.weights.is_cuda:
            outputs: Tensor = vmap(self._call, in_dims=(0, None))(self.layout.of_rows(self.averaged), inputs)
            return outputs[: self.runs]
        # Batches of validation are large: on a CPU their time is arithmetic, which an axis of runs slows
        # down.
        rows = self.averaged[: self.runs]
        return torch.stack([self._call(self.layout.of_row(row), inputs) for row in rows])

    def arrays(self) -> dict[str, Tensor]:
        """All that runs carry from step to step, each (rows, length); a lone run has its twin's row, too."""
        averaged = {} if self.averaged is self.weights else {"averaged": self.averaged}
        carried = {f"optimiser{i}": array for i, array in enumerate(self._rule.state)}
        pruned = {"mask": self.mask, "marked": self.marked} if self._shared.pruned else {}
        return {"weights": self.weights, **averaged, **carried, **pruned}

    def buffers(self) -> dict[str, Tensor]:
        """The model's buffers; only a model that is trained alone has any."""
        return dict(self._model.named_buffers())

    def restore(self, run: int, arrays: dict[str, Tensor], buffers: dict[str, Tensor]) -> None:
        """Put a run back to where its state was saved.

        Args:
            run: its row.
            arrays: its row of each of `arrays()`.
            buffers: all of `buffers()`.

        Raises:
            ValueError: the state is that of another model or optimiser.
        """
        own = self.arrays()
        if arrays.keys() != own.keys() or buffers.keys() != self.buffers().keys():
            raise ValueError("saved by another optimiser or model")
        if any(array.shape != own[name].shape[1:] for name, array in arrays.items()):
            raise ValueError("saved by another model")
        for name, array in arrays.items():
            own[name][run :: self.runs].copy_(array)  # and its twin, if it has one
        for name, buffer in self.buffers().items():
            buffer.copy_(buffers[name])

    def keep(self, runs: Sequence[int]) -> None:
        """Go on with only some of the runs, given by row."""
        kept = self._with_twin(runs)
        self.runs = len(runs)
        self.weights, self.mask, self.marked = self.weights[kept], self.mask[kept], self.marked[kept]
        self._learning_rates, self._decays = self._learning_rates[kept], self._decays[kept]
        alone = not self._shared.optimiser.averaging
        self.averaged = self.weights if alone else self.averaged[kept]
        self._rule.state = [array[kept] for array in self._rule.state]
        self._bind()

    def _with_twin(self, runs: Sequence[int]) -> list[int]:
        return [*runs, *runs] if self._shared.in_ensemble and len(runs) < FEWEST_ROWS else list(runs)

    def _bind(self) -> None:
        """Make the views of the arrays that autograd works on."""
        self._gradient = torch.zeros_like(self.weights)
        if self._shared.in_ensemble:
            views = self.layout.of_rows(self.weights)
            self._parameters = {name: view.detach().requires_grad_() for name, view in views.items()}
            self._leaves = list(self._parameters.values())
            self._gradient_views = list(self.layout.of_rows(self._gradient).values())
            return
        for name, view in self.layout.of_row(self.weights[0]).items():
            self._model.get_parameter(name).data = view
        self._leaves = list(self._model.parameters())
        self._gradient_views = list(self.layout.of_row(self._gradient[0]).values())

    def _outputs(self, inputs: Inputs) -> Tensor:
        if self._shared.in_ensemble:
            return vmap(self._call)(self._parameters, inputs)
        first = inputs[0] if isinstance(inputs, Tensor) else tuple(each[0] for each in inputs)
        outputs: Tensor = self._model(first)
        return outputs[None]

    def _call(self, parameters: dict[str, Tensor], inputs: Inputs) -> Tensor:
        outputs: Tensor = functional_call(self._model, parameters, (inputs,))
        return outputs

    def _products(self) -> torch.autocast:
        return torch.autocast(
            self.weights.device.type, torch.bfloat16, enabled=self._shared.precision == "bfloat16"
        )


def can_share_an_ensemble(model: nn.Module) -> bool:
    """Whether a model can be trained in an ensemble.

    It must have no buffers, because the rows of an ensemble would share them, and torch must be able to batch
    all of its modules, which it cannot do with fused recurrent layers.
    """
    if next(model.buffers(), None) is not None:
        return False
    return not any(isinstance(module, nn.RNNBase) for module in model.modules())
