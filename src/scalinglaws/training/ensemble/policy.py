"""When models are trained side by side, and how many: the measured rule.

What decides is the work that starting an operator buys: FLOPs a product, the mean over a training step. The
limits for a CPU were measured on one core with residual and fully connected networks (benchmarks/sweep.py
prints what they are worth); those for a GPU are assumed, from kernels that start in microseconds.
"""

from dataclasses import dataclass

from scalinglaws.counting.size import ModelSize

PAIR = 2
"""Least rows of an ensemble: one row takes other kernels than several, so that a run left alone gets a
twin.
"""
MOST = 64
"""Most runs side by side, where nobody says otherwise."""
STACKED_BELOW = {"cpu": 1.2e7, "cuda": 2e8}
"""FLOPs a product up to which models are stacked, by type of device."""
STACKED_TO = {"cpu": 1.5e8, "cuda": 3e9}
"""FLOPs a product, of a whole ensemble, beyond which more runs gain nothing: on a CPU they leave its
cache.
"""


STACKED_OUTPUTS = {"cpu": 4e6, "cuda": 2.5e8}
"""Numbers that all models of an ensemble give at most in a step: beyond them, a loss over a vocabulary
leaves the cache of a CPU, and takes gigabytes of a GPU."""


@dataclass(frozen=True)
class Work:
    """A training step of one run, as far as it matters here.

    Attributes:
        flops_a_product: mean over its products.
        outputs: numbers that the model gives.
    """

    flops_a_product: float
    outputs: float


def work(size: ModelSize, batch: int) -> Work:
    """A step of a model on so many examples."""
    return Work(batch * size.flops_per_example / max(size.products, 1), batch * size.outputs)


def is_stacked(step: Work, device: str) -> bool:
    """Whether a model is stacked on a type of device: a function of the run alone: rounding depends on it."""
    return step.flops_a_product < STACKED_BELOW[device] and PAIR * step.outputs <= STACKED_OUTPUTS[device]


def most_beside(step: Work, device: str, most: int = MOST) -> int:
    """How many such models stand side by side at most."""
    if not is_stacked(step, device):
        return 1
    by_flops = STACKED_TO[device] / max(step.flops_a_product, 1.0)
    by_outputs = STACKED_OUTPUTS[device] / max(step.outputs, 1.0)
    return max(1, min(most, int(by_flops), int(by_outputs)))
