"""The simulated experiment of Pearce and Song 2024: one law, N and C counted with and without embeddings."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from scalinglaws.laws.law import FloatArray
from scalinglaws.laws.optimum.parametric import Chinchilla
from scalinglaws.laws.optimum.pearce import total_parameters
from scalinglaws.papers.weng_2026.constants import pearce_song_2024
from scalinglaws.protocols.isoflop.exponents import fit_power_law

OMEGA = pearce_song_2024.OMEGA.value
SIZES = np.logspace(2.9, 9.2, 20)  # "768 to 1.5 billion" parameters, as Kaplan's
TOKENS = np.logspace(6, 25, 1000)
BUDGETS = {"without": np.logspace(12.95, 20.7, 100), "total": np.logspace(14, 20.7, 100)}

Counted = Literal["without", "total"]
"""Whether N and C exclude embeddings (without) or include them (total)."""


@dataclass(frozen=True)
class Simulation:
    """What you find if you train the models of a law and count in one way.

    Attributes:
        C: [budgets], FLOPs by that count.
        N: [budgets], parameters by that count of the model with the lowest loss.
        loss: [budgets], its loss.
        slope: of log N over log C, by least squares.
        loss_slope: of log loss over log C.
    """

    C: FloatArray
    N: FloatArray
    loss: FloatArray
    slope: float
    loss_slope: float


def simulate(
    law: Chinchilla,
    omega: float,
    counted: Counted,
    *,
    sizes: FloatArray = SIZES,
    tokens: FloatArray = TOKENS,
    budgets: FloatArray | None = None,
) -> Simulation:
    """The authors' simulated experiment: at each budget the best of a few models.

    Each model's loss is read at the token count whose FLOPs are nearest to the budget, as their script does.

    Args:
        law: the Chinchilla law in total parameters.
        omega: embedding parameters at N = 1.
        counted: whether N and C exclude embeddings or include them.
        sizes: [models], parameters without embeddings.
        tokens: [tokens], at which losses are known.
        budgets: [budgets], FLOPs. By default those of the script, which differ between the two counts.
    """
    C = BUDGETS[counted] if budgets is None else budgets
    N_total = total_parameters(sizes, omega)
    N = sizes if counted == "without" else N_total
    loss = law(N_total[:, None], tokens)
    flops = 6 * N[:, None] * tokens
    nearest = np.abs(flops[:, :, None] - C).argmin(axis=1)  # [models, budgets]
    reached = np.take_along_axis(loss, nearest, axis=1)
    best = reached.argmin(axis=0)
    lowest = reached.min(axis=0)
    weights = np.ones(len(C))
    return Simulation(
        C=C,
        N=N[best],
        loss=lowest,
        slope=float(fit_power_law(np.log(C), np.log(N[best]), weights).exponent),
        loss_slope=float(fit_power_law(np.log(C), np.log(lowest), weights).exponent),
    )
