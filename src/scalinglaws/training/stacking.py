"""When models are trained side by side, and how many: the measured rule.

What decides is the work that starting an operator buys: FLOPs a product, the mean over a training step. The
limits for a CPU were measured on one core with residual and fully connected networks (benchmarks/sweep.py
prints what they are worth); those for a GPU are assumed, from kernels that start in microseconds.
"""

PAIR = 2
"""Least rows of a stack: one row takes other kernels than several, so that a run left alone gets a twin."""
MOST = 64
"""Most runs side by side, where nobody says otherwise."""
STACKED_BELOW = {"cpu": 1.2e7, "cuda": 2e8}
"""FLOPs a product up to which models are stacked, by type of device."""
STACKED_TO = {"cpu": 1.5e8, "cuda": 3e9}
"""FLOPs a product, of a whole stack, beyond which more runs gain nothing: on a CPU they leave its cache."""


def is_stacked(flops_a_product: float, device: str) -> bool:
    """Whether a model is stacked on a type of device: a function of the run alone: rounding depends on it."""
    return flops_a_product < STACKED_BELOW[device]


def most_beside(flops_a_product: float, device: str, most: int = MOST) -> int:
    """How many such models stand side by side at most."""
    if not is_stacked(flops_a_product, device):
        return 1
    return max(1, min(most, int(STACKED_TO[device] / max(flops_a_product, 1.0))))
