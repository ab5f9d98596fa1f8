"""How far laws reach: fitted to the training rows of each curve, scored on the rows that were held back."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from scalinglaws import laws
from scalinglaws.errors import DataError, ScalingLawsError
from scalinglaws.fitting.fit import Fit
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.solver.solve import Engine, has_compiler
from scalinglaws.laws.law import FloatArray
from scalinglaws.own_runs.continuation import continue_curve
from scalinglaws.own_runs.table import Kind, Table

AUTO = "auto"
FAMILIES = {"bnsl": ("bnsl-1", "bnsl-2", "bnsl-3")}  # a family stands for its member with the lowest AICc
# Laws of one variable, each form once: power-law is m1 and power-law-floor is m2.
CANDIDATES = ("m1", "m2", "m3", "m4", "bnsl-1", "bnsl-2", "bnsl-3", "exponential", "logarithmic", AUTO)
WORTH_COMPILING = 6  # curves for which compiling a law (a second or two) pays off


@dataclass(frozen=True)
class Curve:
    """One group of rows.

    Attributes:
        group: its name; empty where the table is one curve.
        x, y: training rows [n], positive.
        x_test, y_test: rows held back [m], positive.
        rows: [m], their places in the file.
    """

    group: str
    x: FloatArray
    y: FloatArray
    x_test: FloatArray
    y_test: FloatArray
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Score:
    """One law on one curve.

    Attributes:
        group, law: their names.
        rmse: root mean square of log prediction - log y over the rows held back; None without a score.
        reason: why there is no score, or what you must know about it; mostly empty.
    """

    group: str
    law: str
    rmse: float | None
    reason: str = ""


def curves_of(
    table: Table, groups: Sequence[str], x: str, y: str, train: str
) -> tuple[list[Curve], list[str]]:
    """The curves of a table in the order in which their names first appear, and what was left out.

    Args:
        table: the table.
        groups: columns that together name a curve; without them all rows are one curve.
        x, y, train: columns; train is 1 for training rows and 0 for those held back.

    Raises:
        DataError: a cell is not what its column must hold, or no row is for training, or none is held back.
    """
    kinds: dict[str, Kind] = {x: "positive", y: "positive", train: "flag"}
    values = table.columns(kinds | dict.fromkeys(groups, "text"))
    held_back = values[train] == 0
    for every, flag in ((held_back, 1), (~held_back, 0)):
        if every.all():
            what = "train on" if flag else "predict"
            raise DataError(f"{table.path}, column {train}: no row is {flag}; there is nothing to {what}")
    names = [" ".join(each) for each in zip(*(values[group] for group in groups), strict=True)]
    places: dict[str, list[int]] = {}
    for index in range(len(table.cells)):
        places.setdefault(names[index] if groups else "", []).append(index)
    curves, skipped = [], []
    for name, rows in places.items():
        at = np.array(rows)
        seen, tested = at[~held_back[at]], at[held_back[at]]
        if not len(tested):
            skipped.append(f"{name or 'the table'}: has no row with {train} = 0 and is skipped")
            continue
        curves.append(
            Curve(
                name, values[x][seen], values[y][seen], values[x][tested], values[y][tested],
                tuple(int(row) for row in table.rows[tested]),
            )
        )  # fmt: skip
    return curves, skipped


def parse_names(text: str | None) -> tuple[str, ...]:
    """Names of laws, families and `auto` from a comma-separated list; all candidates where there is none.

    Raises:
        ScalingLawsError: a name is unknown or given twice, or a law has several variables.
    """
    if text is None:
        return CANDIDATES
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise ScalingLawsError("--laws: names no law")
    for k, name in enumerate(names):
        if name in names[:k]:
            raise ScalingLawsError(f"--laws: {name} is given twice")
        if name == AUTO or name in FAMILIES:
            continue
        variables = laws.find(name).variables
        if len(variables) > 1:
            listed = ", ".join(variable.name for variable in variables)
            raise ScalingLawsError(f"--laws: {name} is a law of {listed}; a curve has one variable")
    return names


def score(curves: Sequence[Curve], names: Sequence[str]) -> Iterator[list[Score]]:
    """The scores of each curve in turn, in the order of the names.

    Laws are fitted by least squares on the logarithm; `auto` is `continuation.continue_curve`. A law that
    cannot be fitted, or does not predict a positive number for every row held back, gets a reason.
    """
    engine: Engine = "compiled" if has_compiler() and len(curves) >= WORTH_COMPILING else "auto"
    for curve in curves:
        fitted = _fitter(curve, engine)
        yield [_score(curve, name, fitted) for name in names]


def _fitter(curve: Curve, engine: Engine) -> Callable[[str], Fit | ScalingLawsError]:
    """Fits a law to a curve's training rows, once per name; what prevents it is given back as a value."""

    @cache
    def fitted(name: str) -> Fit | ScalingLawsError:
        try:
            return Problem(name, Points(curve.x, curve.y)).fit(engine)
        except ScalingLawsError as fault:
            return fault

    return fitted


def _best(members: Sequence[str], fitted: Callable[[str], Fit | ScalingLawsError]) -> Fit:
    """The fit with the lowest AICc among some laws; the first of those that have none.

    Raises:
        ScalingLawsError: none of them can be fitted.
    """
    every = [fitted(name) for name in members]
    fits = [each for each in every if isinstance(each, Fit)]
    if not fits:
        raise next(each for each in every if isinstance(each, ScalingLawsError))
    return min(fits, key=lambda fit: fit.aicc)


def _score(curve: Curve, name: str, fitted: Callable[[str], Fit | ScalingLawsError]) -> Score:
    reason = ""
    try:
        if not len(curve.x):
            raise ScalingLawsError("no training row")
        if name != AUTO:
            predicted = _best(FAMILIES.get(name, (name,)), fitted).predict(curve.x_test)
        else:
            predicted, reason = predict_auto(curve.x, curve.y, curve.x_test)
        _check(curve, predicted)
    except ScalingLawsError as fault:
        return Score(curve.group, name, None, str(fault).removeprefix(f"{name}: "))
    error = np.log(predicted) - np.log(curve.y_test)
    return Score(curve.group, name, float(np.sqrt(np.mean(error**2))), reason)


def predict_auto(x: FloatArray, y: FloatArray, at: FloatArray) -> tuple[FloatArray, str]:
    """The automatic forecast [points], from the training rows alone, and a warning where it is only a level.

    Training rows at one size say nothing about the slope, so the forecast is their geometric mean.
    """
    if np.ptp(x) > 0:
        return continue_curve(x, y, at), ""
    level = np.exp(np.mean(np.log(y)))
    return np.full(len(at), level), f"one training size only: predicted {level:g} everywhere"


def _check(curve: Curve, predicted: FloatArray) -> None:
    wrong = ~(np.isfinite(predicted) & (predicted > 0))
    if wrong.any():
        k = int(wrong.argmax())
        raise ScalingLawsError(
            f"predicts {predicted[k]:.4g} at x = {curve.x_test[k]:g} (row {curve.rows[k]})"
        )


@dataclass(frozen=True)
class Standing:
    """A law over all curves.

    Attributes:
        law: its name.
        scored, missing: curves with and without a score.
        mean, median: of the rmse over the curves scored; None where there are none.
        best: curves on which no other law has a lower rmse.
        ratio: geometric mean of its rmse over that of `auto`, over curves with both scores; None without any.
    """

    law: str
    scored: int
    missing: int
    mean: float | None
    median: float | None
    best: int
    ratio: float | None


TIE = 1 + 1e-9  # two forms of one law are equally good up to rounding
LEAST = 1e-12  # an rmse below it is rounding
RATIO_FLOOR = (
    1e-3  # rmse that counts as good enough: on a flat curve the ratio would be one of rounding errors
)


def standings(scores: Sequence[Sequence[Score]]) -> list[Standing]:
    """The laws, those scored on all curves first, by mean rmse."""
    by_law: dict[str, list[float | None]] = {}
    for curve in scores:
        for one in curve:
            by_law.setdefault(one.law, []).append(one.rmse)
    lowest = [min((s.rmse for s in curve if s.rmse is not None), default=None) for curve in scores]
    rows = []
    for law, errors in by_law.items():
        scored = [rmse for rmse in errors if rmse is not None]
        best = sum(
            rmse is not None and low is not None and rmse <= low * TIE + LEAST
            for rmse, low in zip(errors, lowest, strict=True)
        )
        rows.append(
            Standing(
                law=law,
                scored=len(scored),
                missing=len(errors) - len(scored),
                mean=_of(np.mean, scored),
                median=_of(np.median, scored),
                best=best,
                ratio=_ratio(errors, by_law.get(AUTO, [])),
            )
        )
    return sorted(rows, key=lambda row: (row.missing > 0, row.mean if row.mean is not None else np.inf))


def _ratio(errors: Sequence[float | None], auto: Sequence[float | None]) -> float | None:
    if not auto:
        return None
    logs = [
        np.log(max(mine, RATIO_FLOOR) / max(its, RATIO_FLOOR))
        for mine, its in zip(errors, auto, strict=True)
        if mine is not None and its is not None
    ]
    return float(np.exp(np.mean(logs))) if logs else None


def _of(average: Callable[[list[float]], np.floating], values: list[float]) -> float | None:
    return float(average(values)) if values else None
