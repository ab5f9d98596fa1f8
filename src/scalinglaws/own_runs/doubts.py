"""What speaks against a table of runs, whatever the fit: the warnings that `scalinglaws fit` prints first."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from scalinglaws.fitting.solution import Solution

COUNTED = ("parameters", "tokens")  # units in which every real run has a hundred or more
FEWEST = 100
RISES = 0.5  # rank correlation from which a response counts as rising


def doubts(fit: Solution, columns: dict[str, str], copies: int, rows: int) -> Iterator[str]:
    """Warnings about the points of a fit.

    Args:
        fit: the fit.
        columns: column by variable and response.
        copies: rows left out because they repeat an earlier row in every column.
        rows: rows before that.
    """
    law, points = fit.law, fit.points
    y, response = points.y, law.response.name
    if np.ptp(y) == 0:
        yield f"{response} is {y[0]:g} in every row: nothing can be learnt from it"
    elif len(law.variables) == 1 and np.ptp(fit.x[0]) > 0:
        rank = np.corrcoef(pd.Series(fit.x[0]).rank(), pd.Series(y).rank())[0, 1]
        at = np.sort(fit.x[0])
        if rank > RISES and fit.predict(at)[-1] <= fit.predict(at)[0]:
            yield (
                f"{response} rises with {law.variables[0].name} (rank correlation {rank:.2g}), but "
                f"{law.name} falls: fit 1 - {columns[response]} if it is an accuracy, or a law that rises"
            )
    if not fit.fitted:
        yield "all parameters are fixed: nothing is fitted"
    if copies:
        yield f"{copies} of {rows} rows repeat another row in all columns and are left out"
    for variable, values in zip(law.variables, fit.x, strict=True):
        if variable.unit in COUNTED and values.min() < FEWEST and not variable.zero:
            ends = f"{values.min():g} to {values.max():g} {variable.unit}"
            yield (
                f"{variable.name} is {ends}: if the column counts in millions or billions, multiply it: "
                f"--x {variable.name}='1e9 * {columns[variable.name]}'"
            )
    if law.constants:
        values = ", ".join(f"{name} = {value:.6g}" for name, value in law.constants.items())
        yield f"{law.name} takes constants from the paper's own data, which may not hold for yours: {values}"
