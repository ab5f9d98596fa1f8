"""Points of a known law, in the shape of `chinchilla-points`, and their analyses."""

from functools import cache

import numpy as np
import pandas as pd

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.weng_2026.analyses import besiroglu, chinchilla
from scalinglaws.papers.weng_2026.constants.hoffmann_2022 import BUDGETS
from scalinglaws.tables.inputs import Inputs

TRUTH = {"A": 400.0, "B": 2000.0, "E": 1.8, "alpha": 0.35, "beta": 0.37}
NOISE = 1e-3


def points(noise: float = NOISE) -> pd.DataFrame:
    """Runs at the nine budgets, 13 sizes each about their best one, and five far off that are excluded.

    With noise they also stop a little off their budget.
    """
    off = 0.02 if noise else 0.0
    rng = np.random.default_rng(1)
    a = TRUTH["beta"] / (TRUTH["alpha"] + TRUTH["beta"])
    factor = (TRUTH["alpha"] * TRUTH["A"] / (TRUTH["beta"] * TRUTH["B"])) ** (
        1 / (TRUTH["alpha"] + TRUTH["beta"])
    )
    rows = []
    for budget in BUDGETS:
        best = factor * (budget.value / 6) ** a
        for size in np.geomspace(best / 6, best * 6, 13):
            rows.append((size, budget.value * 10 ** rng.uniform(-off, off), False))
    rows += [(size, BUDGETS[1].value, True) for size in np.geomspace(3e9, 9e9, 5)]
    N, C, excluded = map(np.array, zip(*rows, strict=True))
    D = C / (6 * N)
    loss = TRUTH["E"] + TRUTH["A"] / N ** TRUTH["alpha"] + TRUTH["B"] / D ** TRUTH["beta"]
    loss = loss * np.exp(noise * rng.standard_normal(len(loss)))
    return pd.DataFrame({"N": N, "D": D, "C": C, "loss": loss, "excluded": excluded})


def spec(name: str, resamples: int = 40) -> AnalysisSpec:
    """The spec of an analysis at the smoke scale."""
    return AnalysisSpec(name=name, study=f"weng-2026/{name}", scale="smoke", resamples=resamples)


@cache
def analysed(name: str) -> dict[str, pd.DataFrame]:
    """The tables of an analysis of the made points."""
    analyse = {"chinchilla": chinchilla.analyse, "besiroglu": besiroglu.analyse}[name]
    return analyse(Inputs(public_runs={"chinchilla-points": points()}), spec(name))
