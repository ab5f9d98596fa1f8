"""A claim's quantity, looked up in the tables of a replication."""

from dataclasses import dataclass
from math import isnan, nan

from scalinglaws.claims.claim import ChanceQuantity, Claim, FitQuantity
from scalinglaws.errors import DataError
from scalinglaws.tables.fit_table import number
from scalinglaws.tasks.core.metrics import chance_level

Rows = list[dict[str, str]]

FITS_COLUMNS = ("law", "metric", "parameter", "value", "low", "high", "level", "points", "warnings")
BEST_COLUMNS = ("metric", "examples", "data_size", "score", "low", "high")


@dataclass(frozen=True)
class Measurement:
    """A measured quantity with its interval.

    Attributes:
        value, low, high: NaN where missing.
        level: of the interval, e.g. 0.95; NaN where the table does not say.
        points: how many points the value rests on.
        note: why the value or its interval is missing, or what to know about it.
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


def measure(claim: Claim, fits: Rows, best: Rows | None) -> Measurement:
    """Look a claim's quantity up in fits.csv and best.csv.

    Raises:
        DataError: a cell is no number, or several rows fit a quantity.
    """
    if isinstance(claim.quantity, ChanceQuantity):
        return _relative_to_chance(claim.quantity, best)
    return _fitted(claim.quantity, fits)


def _fitted(quantity: FitQuantity, fits: Rows) -> Measurement:
    rows = [
        row
        for row in fits
        if (row["law"], row["parameter"]) == (quantity.law, quantity.parameter)
        and quantity.metric in (None, row["metric"])
    ]
    name = " ".join(part for part in (quantity.law, quantity.metric, quantity.parameter) if part)
    if len(rows) > 1:
        raise DataError(f"the table of fits has {len(rows)} rows for {name}")
    if not rows:
        return Measurement(nan, nan, nan, nan, 0, f"{name} was not fitted")
    (row,) = rows
    value, low, high, level, points = (
        number(row, column, f"fits, {name}") for column in ("value", "low", "high", "level", "points")
    )
    return Measurement(value, low, high, level, int(points), row["warnings"])


def _relative_to_chance(quantity: ChanceQuantity, best: Rows | None) -> Measurement:
    rows = [row for row in best or () if row["metric"] == quantity.metric]
    if not rows:
        return Measurement(nan, nan, nan, nan, 0, f"there is no table of best fits of {quantity.metric}")
    smallest = min(rows, key=lambda row: number(row, "data_size", "best"))
    where = f"best, {quantity.metric}"
    classes = number(smallest, "examples", where) / number(smallest, "data_size", where)
    level = chance_level(quantity.metric, classes)
    if not level > 0:
        note = f"guessing among {classes:g} classes makes no {quantity.metric}"
        return Measurement(nan, nan, nan, nan, 0, note)
    value, low, high = (number(smallest, column, where) / level for column in ("score", "low", "high"))
    return Measurement(value, low, high, nan, 1)
