"""What the law of a learning curve rests on: converged points, best models inside the grid, straightness."""

from dataclasses import dataclass
from math import isfinite, log10, nan

import numpy as np

from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.system import points_needed
from scalinglaws.laws.law import FloatArray
from scalinglaws.protocols.learning_curves.best_fit import Selection
from scalinglaws.protocols.learning_curves.derived import Derived
from scalinglaws.protocols.learning_curves.fits import MetricFit
from scalinglaws.protocols.learning_curves.run_grid import RunGrid
from scalinglaws.protocols.learning_curves.straightness import (
    RIVALS,
    UNDECIDED,
    LackOfFit,
    lack_of_fit,
    rivals,
)


@dataclass(frozen=True)
class Evidence:
    """What a law of one metric rests on; `tables/schema.py` describes the columns of the same names.

    Attributes:
        x: [points], what is fitted, in the unit of the law.
        end: [points], 1 where the best model is the largest of the grid, -1 where it is the smallest, else 0.
        lack: lack of fit of the law against seed noise.
        rivals: how much higher the AICc of each rival is; positive where the law is better.
        without_last: the law's exponent without the largest subset; NaN where too few remain.
    """

    fit: MetricFit
    subsets: int
    converged: int
    cut: int
    x: FloatArray
    end: FloatArray
    lack: LackOfFit
    rivals: dict[str, float]
    without_last: float

    @property
    def decades(self) -> float:
        """From the smallest fitted subset to the largest."""
        return log10(self.x.max() / self.x.min()) if len(self.x) else nan

    @property
    def derived(self) -> tuple[Derived, ...]:
        """How straight the curve is, as rows of fits.

        The interval of a difference of AICc is as wide as what says nothing.
        """
        differences = {f"aicc-{name}": value for name, value in self.rivals.items()}
        known = [value for value in differences.values() if isfinite(value)]
        differences["aicc-best-rival"] = min(known) if known else nan
        rows = [("lack-of-fit", self.lack.ratio, (self.lack.low, self.lack.high))]
        bend, *ends = self.lack.bend
        rows.append(("bend", bend, (ends[0], ends[1])))
        rows.append(("p-value", self.lack.p_value, (self.lack.p_value, self.lack.p_value)))
        rows += [(name, value, (value - UNDECIDED, value + UNDECIDED)) for name, value in differences.items()]
        return tuple(
            Derived(
                f"{self.fit.law.name}:straightness", self.fit.metric, name, value, np.empty(0), len(self.x),
                () if isfinite(value) else (f"too few points or seeds for {name}",), ends,
            )
            for name, value, ends in rows
        )  # fmt: skip


def evidence(fit: MetricFit, k: int, grid: RunGrid, chosen: Selection, level: float) -> Evidence:
    """What a law rests on.

    Args:
        fit: the law fitted to the metric.
        k: index of the metric in the grid.
        grid: the runs.
        chosen: the best models, [metrics, subsets].
        level: of intervals.
    """
    at = np.flatnonzero(grid.in_region & chosen.settled[k])
    x, y = grid.x[at], chosen.score[k, at]
    runs = grid.values[k, at, chosen.best[k, at]]
    enough = fit.fit is not None
    exponent = next((each.name for each in fit.law.parameters if each.exponent), "")
    shorter = exponent and len(at) > points_needed(fit.law)
    return Evidence(
        fit=fit,
        subsets=int(grid.in_region.sum()),
        converged=int((grid.in_region & chosen.converged[k]).sum()),
        cut=int((~chosen.converged[k, at]).sum()),
        x=x,
        end=chosen.end[k, at],
        lack=lack_of_fit(fit.law, x, runs, level) if enough else LackOfFit(),
        rivals=rivals(fit.law, x, y) if enough else dict.fromkeys(RIVALS, nan),
        without_last=Problem(fit.law, Points(x[:-1], y[:-1])).fit()[exponent] if shorter else nan,
    )
