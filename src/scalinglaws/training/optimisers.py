"""Update rules for many runs at once: weights, gradients and their averages are (runs, parameters) arrays.

Each run has its own learning rate and weight decay, in arrays (runs, 1). A step of a small model is cheap
because it takes a few operations on large arrays, instead of a few for each parameter of each run. What is
done to a run must not depend on the others.
"""

from typing import Protocol

import torch
from torch import Tensor

from scalinglaws.config.spec import Optimiser

MOMENTUM, BETAS, EPSILON = 0.9, (0.9, 0.999), 1e-8
CLIP_EPSILON = 1e-6  # of torch.nn.utils.clip_grad_norm_


class Update(Protocol):
    """An update rule with its state."""

    state: list[Tensor]
    """Arrays (runs, parameters) that the rule carries from step to step; zero at the beginning."""

    def factors(self, step: int) -> tuple[float, ...]:
        """Numbers that depend on the step (counted from 1) but not on the run."""
        ...

    def change(self, gradient: Tensor, factors: Tensor) -> Tensor:
        """What to subtract from the weights at a learning rate of one; may overwrite the gradient."""
        ...


class Sgd:
    """Stochastic gradient descent with momentum, as `torch.optim.SGD`."""

    def __init__(self, settings: Optimiser, weights: Tensor) -> None:
        self.momentum = MOMENTUM if settings.momentum is None else settings.momentum
        self.nesterov = settings.nesterov is not False
        self.state = [torch.zeros_like(weights)] if self.momentum else []

    def factors(self, step: int) -> tuple[float, ...]:
        """Nothing: its update does not depend on the step."""
        del step
        return ()

    def change(self, gradient: Tensor, factors: Tensor) -> Tensor:
        """The new velocity, or with Nesterov the gradient plus momentum times the new velocity."""
        del factors
        for velocity in self.state:
            velocity.mul_(self.momentum).add_(gradient)
            if self.nesterov:
                gradient.add_(velocity, alpha=self.momentum)
            else:
                gradient.copy_(velocity)
        return gradient


class Adam:
    """Adam (Kingma & Ba 2015), as `torch.optim.Adam`."""

    def __init__(self, settings: Optimiser, weights: Tensor) -> None:
        self.betas = settings.betas or BETAS
        self.epsilon = settings.epsilon or EPSILON
        self.state = [torch.zeros_like(weights), torch.zeros_like(weights)]

    def factors(self, step: int) -> tuple[float, ...]:
        """Corrections for averages that start at zero: of the gradient, and, as a root, of its square."""
        first, second = self.betas
        return 1 / (1 - first**step), (1 - second**step) ** -0.5

    def change(self, gradient: Tensor, factors: Tensor) -> Tensor:
        """The mean gradient divided by the root of its mean square."""
        mean, square = self.state
        first, second = self.betas
        mean.lerp_(gradient, 1 - first)
        square.mul_(second).addcmul_(gradient, gradient, value=1 - second)
        spread = square.sqrt().mul_(factors[1]).add_(self.epsilon)
        return torch.div(mean, spread, out=gradient).mul_(factors[0])


def update_rule(settings: Optimiser, weights: Tensor) -> Update:
    """The update rule that a run's settings name, its state at zero."""
    return Sgd(settings, weights) if settings.name == "sgd" else Adam(settings, weights)


def clip_(gradient: Tensor, largest: float) -> None:
    """Scale the gradient of each run down to a largest norm, as `torch.nn.utils.clip_grad_norm_` does."""
    norm = torch.linalg.vector_norm(gradient, dim=1, keepdim=True)
    gradient.mul_((largest / (norm + CLIP_EPSILON)).clamp_(max=1.0))


def add_decay_(gradient: Tensor, weights: Tensor, decays: Tensor) -> None:
    """Add each run's weight decay to its gradient.

    A run without decay is left as it is: infinity times zero would break it, but only in the company of
    others that have one.
    """
    torch.where(decays > 0, gradient.addcmul(weights, decays), gradient, out=gradient)
