"""The training loop: one run, from initial weights to its validation curve."""

import copy
import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from scalinglaws.config.spec import Optimiser, RunSpec
from scalinglaws.training.schedule import Patience, evaluation_steps
from scalinglaws.training.task import Task

Report = Callable[[int, float], None]


def _silent(step: int, loss: float) -> None:
    """Report nothing."""
    del step, loss


@dataclass
class Outcome:
    """What a run gave.

    Attributes:
        status: `completed`, or `diverged` when the loss stopped being finite.
        stopped: why it ended: `patience`, `budget` or `diverged`.
        steps: optimiser steps taken.
        examples_seen: training examples used, repeats counted.
        curve: one entry an evaluation: step, mean training loss since the last one, validation metrics.
        minima: the least value of each validation metric; empty when diverged.
    """

    status: str = "completed"
    stopped: str = "budget"
    steps: int = 0
    examples_seen: int = 0
    curve: list[dict[str, float]] = field(default_factory=list)
    minima: dict[str, float] = field(default_factory=dict)


def train(
    spec: RunSpec,
    learning_rate: float,
    task: Task,
    model: nn.Module,
    subset: Tensor,
    report: Report = _silent,
) -> Outcome:
    """Train a model on a subset until its budget or patience ends.

    Args:
        spec: the run.
        learning_rate: the number behind `spec.learning_rate`.
        task: data, loss and metrics.
        model: the model with its initial weights, on the task's device.
        subset: indices of the training examples, shape (examples,), on the CPU.
        report: called at every evaluation with step and training loss.
    """
    outcome = Outcome()
    averaged = copy.deepcopy(model) if spec.optimiser.averaging else model
    update = _optimiser(spec.optimiser, model, learning_rate)
    batches = _batches(subset, spec.optimiser.batch, derived_seed(spec.seed, "order"))
    patience = Patience(spec.budget.patience)
    losses: list[Tensor] = []
    evaluations = evaluation_steps(spec.budget)
    next_evaluation = next(evaluations)
    while outcome.steps < spec.budget.steps:
        indices = next(batches)
        inputs, targets = task.batch(indices)
        loss = task.loss(model(inputs), targets)
        update.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        outcome.steps += 1
        outcome.examples_seen += len(indices)
        for group in update.param_groups:
            group["lr"] = learning_rate * min(1.0, outcome.steps / (spec.optimiser.warmup + 1))
        update.step()
        losses.append(loss.detach())
        if averaged is not model:
            _average(averaged, model, outcome.steps, spec.optimiser.averaging)
        if outcome.steps < next_evaluation:
            continue
        mean_loss = torch.stack(losses).mean().item()
        losses.clear()
        metrics = _evaluate(averaged, model, task)
        if not math.isfinite(mean_loss) or not all(map(math.isfinite, metrics.values())):
            outcome.status = outcome.stopped = "diverged"
            return outcome
        outcome.curve.append({"step": outcome.steps, "training_loss": mean_loss, **metrics})
        report(outcome.steps, mean_loss)
        if patience.exhausted(metrics):
            outcome.stopped = "patience"
            break
        next_evaluation = next(evaluations, spec.budget.steps)
    outcome.minima = dict(patience.best)
    return outcome


def derived_seed(seed: int, purpose: str) -> int:
    """An independent seed for one use of randomness in a run."""
    return int.from_bytes(hashlib.sha256(f"{purpose}/{seed}".encode()).digest()[:7])


def _optimiser(settings: Optimiser, model: nn.Module, learning_rate: float) -> torch.optim.Optimizer:
    if settings.name == "adam":
        return torch.optim.Adam(model.parameters(), learning_rate, betas=(settings.momentum, 0.999))
    nesterov = settings.momentum > 0
    return torch.optim.SGD(model.parameters(), learning_rate, settings.momentum, nesterov=nesterov)


def _batches(subset: Tensor, size: int, seed: int) -> Iterator[Tensor]:
    """Endless batches; each pass is a new order, and its incomplete last batch is left out."""
    generator = torch.Generator().manual_seed(seed)
    size = min(size, len(subset))
    while True:
        order = subset[torch.randperm(len(subset), generator=generator)]
        yield from order[: len(order) // size * size].split(size)  # type: ignore[no-untyped-call]


@torch.no_grad()
def _average(averaged: nn.Module, model: nn.Module, step: int, share: float) -> None:
    weight = 1.0 / (1.0 + share * (step - 1))  # the first step replaces the initial weights
    torch._foreach_lerp_(list(averaged.parameters()), list(model.parameters()), weight)


def _evaluate(averaged: nn.Module, model: nn.Module, task: Task) -> dict[str, float]:
    for own, other in zip(averaged.buffers(), model.buffers(), strict=True):
        if own is not other:
            own.copy_(other)
    averaged.eval()
    metrics = task.evaluate(averaged)
    averaged.train()
    return metrics
