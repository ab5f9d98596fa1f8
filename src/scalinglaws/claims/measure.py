"""The quantity that a claim is about, looked up in the tables of a replication."""

from dataclasses import dataclass
from math import isnan, nan

import pandas as pd

from scalinglaws.claims.claim import ChanceQuantity, Claim, FitQuantity
from scalinglaws.errors import DataError
from scalinglaws.tables.schema import BEST
from scalinglaws.tasks.core.metrics import chance_level

SCORED = BEST.only("metric", "examples", "data_size", "score", "low", "high", "converged", "rivalled")
"""What is read of the table `best`. An analysis may make one too, with other columns beside these."""


@dataclass(frozen=True)
class Measurement:
    """A measured quantity with its interval.

    Attributes:
        value, low, high: NaN where missing.
        level: of the interval, e.g. 0.95; NaN where the table does not say.
        points: how many points the value rests on.
        note: why the value or its interval is missing, or what to know before using it.
    """

    value: float
    low: float
    high: float
    level: float
    points: int
    note: str = ""

    @property
    def missing(self) -> bool:
        """Whether there is no value or no interval to judge by."""
        return isnan(self.value) or isnan(self.low) or isnan(self.high)


def measure(claim: Claim, fits: pd.DataFrame, best: pd.DataFrame | None) -> Measurement:
    """Look up a claim's quantity in the tables `fits` and `best`.

    Raises:
        DataError: several rows match the quantity.
    """
    if isinstance(claim.quantity, ChanceQuantity):
        return _relative_to_chance(claim.quantity, best)
    return _fitted(claim.quantity, fits)


def _fitted(quantity: FitQuantity, fits: pd.DataFrame) -> Measurement:
    rows = fits[(fits.law == quantity.law) & (fits.parameter == quantity.parameter)]
    if quantity.metric is not None:
        rows = rows[rows.metric == quantity.metric]
    name = " ".join(part for part in (quantity.law, quantity.metric, quantity.parameter) if part)
    if len(rows) > 1:
        raise DataError(f"the table of fits has {len(rows)} rows for {name}")
    if rows.empty:
        return Measurement(nan, nan, nan, nan, 0, f"{name} was not fitted")
    row = rows.iloc[0]
    value, low, high, level = (float(row[column]) for column in ("value", "low", "high", "level"))
    return Measurement(value, low, high, level, int(row["points"]), row["warnings"])


def _relative_to_chance(quantity: ChanceQuantity, best: pd.DataFrame | None) -> Measurement:
    if best is None or quantity.metric not in set(best.metric):
        return Measurement(nan, nan, nan, nan, 0, f"there is no table of best fits of {quantity.metric}")
    smallest = best[best.metric == quantity.metric].sort_values("data_size").iloc[0]
    classes = float(smallest["examples"]) / float(smallest["data_size"])
    if smallest["rivalled"] or not smallest["converged"]:
        return Measurement(nan, nan, nan, nan, 0, f"the best model by {quantity.metric} was cut, or may be")
    level = chance_level(quantity.metric, classes)
    if not level > 0:
        note = f"guessing among {classes:g} classes makes no {quantity.metric}"
        return Measurement(nan, nan, nan, nan, 0, note)
    value, low, high = (float(smallest[column]) / level for column in ("score", "low", "high"))
    return Measurement(value, low, high, nan, 1)
