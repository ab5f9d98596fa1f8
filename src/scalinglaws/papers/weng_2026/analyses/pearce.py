"""Pearce and Song 2024: counting one law with and without embeddings gives Hoffmann's and Kaplan's exponent.

Everything follows from published constants in closed form, or from the authors' simulated experiment.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.laws.law import FloatArray
from scalinglaws.laws.optimum.parametric import Chinchilla
from scalinglaws.laws.optimum.pearce import local_exponent, optimal_budget, optimal_size
from scalinglaws.papers.weng_2026.constants import besiroglu_2024 as besiroglu
from scalinglaws.papers.weng_2026.constants import pearce_song_2024 as pearce
from scalinglaws.papers.weng_2026.toy.two_counts import Counted, simulate
from scalinglaws.tables.analysis import fit_row, fit_table
from scalinglaws.tables.inputs import Inputs

TABLES = ("curve", "simulated", "fits")

OMEGA = pearce.OMEGA.value
LAWS = {
    "Besiroglu et al.": Chinchilla(
        besiroglu.A.value, besiroglu.B.value, besiroglu.E.value, besiroglu.ALPHA.value, besiroglu.BETA.value
    ),
    "Hoffmann et al.": Chinchilla(
        pearce.HOFFMANN_A.value,
        pearce.HOFFMANN_B.value,
        pearce.HOFFMANN_E.value,
        pearce.HOFFMANN_ALPHA.value,
        pearce.HOFFMANN_BETA.value,
    ),
}
COUNTS: tuple[Counted, ...] = ("without", "total")
BUDGETS = np.geomspace(1e11, 1e24, 261)  # FLOPs without embeddings, the x axis of the paper's figure
SIZES = np.geomspace(1e3, 1e11, 80001)  # among these the peak of the local exponent is searched
STEPS = 100  # budgets for a slope between two sizes


def analyse(_inputs: Inputs, _spec: AnalysisSpec) -> dict[str, pd.DataFrame]:
    """Evaluate the closed form and repeat the simulation, with each set of constants.

    Tables:
        curve: optimal N and its local exponent g over C, without embeddings, and the limits of g.
        simulated: one row per budget of the simulated experiment: C, N of the best model, its loss.
        fits: exponents, the peak of g, and its limits: computed from constants, without intervals.
    """
    simulated = [_simulated(name, counted) for name in LAWS for counted in COUNTS]
    return {
        "curve": pd.concat([_curve(name) for name in LAWS], ignore_index=True),
        "simulated": pd.concat([frame for frame, _ in simulated], ignore_index=True),
        "fits": fit_table(
            [
                *(one for _, rows in simulated for one in rows),
                *(one for name in LAWS for one in _closed(name)),
            ]
        ),
    }


def limits(law: Chinchilla) -> tuple[float, float]:
    """The local exponent of very small and of very large models."""
    alpha, beta = float(law.alpha), float(law.beta)
    return beta / (alpha / 3 + beta), float(law.a)


def _curve(name: str) -> pd.DataFrame:
    law = LAWS[name]
    N = optimal_size(law, OMEGA, BUDGETS)
    small, large = limits(law)
    g = local_exponent(law, OMEGA, N)
    return pd.DataFrame({"constants": name, "C": BUDGETS, "N": N, "g": g, "g_small": small, "g_large": large})


def _simulated(name: str, counted: Counted) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    found = simulate(LAWS[name], OMEGA, counted)
    # The script's line: log N over log C, through the means.
    middle = np.log(found.N).mean() - found.slope * np.log(found.C).mean()
    line = np.exp(middle + found.slope * np.log(found.C))
    frame = pd.DataFrame(
        {"constants": name, "counted": counted, "C": found.C, "N": found.N, "loss": found.loss, "line": line}
    )
    metric = f"{name}, {'embeddings left out' if counted == 'without' else 'total'}"
    return frame, [
        fit_row("simulated", metric, "a", found.slope, points=len(found.C)),
        fit_row("simulated", metric, "loss exponent", found.loss_slope, points=len(found.C)),
    ]


def _closed(name: str) -> Iterator[dict[str, Any]]:
    law = LAWS[name]
    small, large = limits(law)
    g = local_exponent(law, OMEGA, SIZES)
    peak = int(g.argmax())
    yield fit_row("local exponent", name, "small limit", small, points=1)
    yield fit_row("local exponent", name, "large limit", large, points=1)
    yield fit_row("local exponent", name, "peak", float(g[peak]), points=1)
    yield fit_row("local exponent", name, "N at peak", float(SIZES[peak]), points=1)
    yield fit_row(
        "local exponent", name, "C at peak", float(optimal_budget(law, OMEGA, SIZES[peak])), points=1
    )
    least, greatest = pearce.KAPLAN_SIZES
    for label, low in (("768 to 1.5 billion", least), ("768 million to 1.5 billion", 1e6 * least)):
        value = _slope_between(law, np.array([low, greatest]))
        yield fit_row("closed form", f"{name}, {label}", "a", value, points=STEPS)


def _slope_between(law: Chinchilla, sizes: FloatArray) -> float:
    """Least-squares slope of log N_opt over log C between two sizes."""
    low, high = optimal_budget(law, OMEGA, sizes)
    C = np.geomspace(low, high, STEPS)
    return float(np.polyfit(np.log(C), np.log(optimal_size(law, OMEGA, C)), 1)[0])
