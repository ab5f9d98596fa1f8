"""Update rules for many runs at once: weights, gradients and their averages are (runs, parameters) arrays.

Each run has its own learning rate. A step of a small model is cheap because it takes a few operations on
large arrays, instead of a few for each parameter of each run.
"""

from typing import Protocol

import torch
from torch import Tensor

from scalinglaws.config.spec import Optimiser

ADAM_SECOND_DECAY, ADAM_EPSILON = 0.999, 1e-8


class Update(Protocol):
    """An update rule with its state."""

    state: list[Tensor]
    """Arrays (runs, parameters) that the rule carries from step to step."""

    def factors(self, step: int) -> tuple[float, ...]:
        """Numbers that depend on the step (counted from 1) but not on the run."""
        ...

    def change(self, gradient: Tensor, factors: Tensor) -> Tensor:
        """What to subtract from the weights at a learning rate of one; may overwrite the gradient."""
        ...


class Sgd:
    """Stochastic gradient descent with Nesterov momentum, as `torch.optim.SGD(nesterov=True)`."""

    def __init__(self, settings: Optimiser, weights: Tensor) -> None:
        self.momentum = settings.momentum
        self.state = [torch.zeros_like(weights)] if settings.momentum else []

    def factors(self, step: int) -> tuple[float, ...]:
        """Nothing: its update does not depend on the step."""
        del step
        return ()

    def change(self, gradient: Tensor, factors: Tensor) -> Tensor:
        """The gradient plus momentum times the new velocity."""
        del factors
        for velocity in self.state:
            velocity.mul_(self.momentum).add_(gradient)
            gradient.add_(velocity, alpha=self.momentum)
        return gradient


class Adam:
    """Adam (Kingma & Ba 2015), as `torch.optim.Adam`."""

    def __init__(self, settings: Optimiser, weights: Tensor) -> None:
        self.decay = settings.momentum
        self.state = [torch.zeros_like(weights), torch.zeros_like(weights)]

    def factors(self, step: int) -> tuple[float, ...]:
        """Corrections for averages that start at zero: of the gradient, and, as a root, of its square."""
        return 1 / (1 - self.decay**step), (1 - ADAM_SECOND_DECAY**step) ** -0.5

    def change(self, gradient: Tensor, factors: Tensor) -> Tensor:
        """The mean gradient divided by the root of its mean square."""
        mean, square = self.state
        mean.lerp_(gradient, 1 - self.decay)
        square.mul_(ADAM_SECOND_DECAY).addcmul_(gradient, gradient, value=1 - ADAM_SECOND_DECAY)
        spread = square.sqrt().mul_(factors[1]).add_(ADAM_EPSILON)
        return torch.div(mean, spread, out=gradient).mul_(factors[0])


def update_rule(settings: Optimiser, weights: Tensor) -> Update:
    """The update rule that a run's settings name, its state at zero."""
    return Adam(settings, weights) if settings.name == "adam" else Sgd(settings, weights)
