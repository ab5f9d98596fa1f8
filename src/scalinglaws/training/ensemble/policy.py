"""When models are trained as an ensemble, and how many of them: the measured rule.

What decides is how much work each started operator does: FLOPs per product, the mean over a training step.
The limits for a CPU were measured on one core with residual and fully connected networks (benchmarks/sweep.py
prints what they are worth); those for a GPU are assumed, from kernels that start in microseconds.
"""

from dataclasses import dataclass

from scalinglaws.counting.size import ModelSize

FEWEST_ROWS = 2
"""Fewest rows of an ensemble. One row alone would use other kernels than several, so a run that is left alone
gets a twin."""
MOST_RUNS = 64
"""Most runs in an ensemble, unless the caller says otherwise."""
FLOPS_OF_A_MODEL = {"cpu": 1.2e7, "cuda": 2e8}
"""FLOPs per product of one model, by type of device; models below it are trained in ensembles."""
FLOPS_OF_AN_ENSEMBLE = {"cpu": 1.5e8, "cuda": 3e9}
"""FLOPs per product of a whole ensemble, beyond which more runs gain nothing: on a CPU they no longer fit
into its cache."""
OUTPUTS_OF_AN_ENSEMBLE = {"cpu": 4e6, "cuda": 2.5e8}
"""Most numbers that all models of an ensemble put out in a step. With more, a loss over a vocabulary no
longer fits into the cache of a CPU, and takes gigabytes of a GPU."""


@dataclass(frozen=True)
class Work:
    """A training step of one run, as far as it matters here.

    Attributes:
        flops_per_product: mean over its products.
        outputs: numbers that the model puts out.
    """

    flops_per_product: float
    outputs: float


def work(size: ModelSize, batch: int) -> Work:
    """A step of a model on `batch` examples."""
    return Work(batch * size.flops_per_example / max(size.products, 1), batch * size.outputs)


def gains_from_ensemble(step: Work, device: str) -> bool:
    """Whether a model is trained in an ensemble on a type of device.

    It is a function of the run alone, because rounding depends on it.
    """
    return (
        step.flops_per_product < FLOPS_OF_A_MODEL[device]
        and FEWEST_ROWS * step.outputs <= OUTPUTS_OF_AN_ENSEMBLE[device]
    )


def largest_ensemble(step: Work, device: str, most: int = MOST_RUNS) -> int:
    """Most such models in one ensemble; 1 if they are trained alone."""
    if not gains_from_ensemble(step, device):
        return 1
    by_flops = FLOPS_OF_AN_ENSEMBLE[device] / max(step.flops_per_product, 1.0)
    by_outputs = OUTPUTS_OF_AN_ENSEMBLE[device] / max(step.outputs, 1.0)
    return max(1, min(most, int(by_flops), int(by_outputs)))
