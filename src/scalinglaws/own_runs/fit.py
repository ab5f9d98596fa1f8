"""`scalinglaws fit`: a law fitted to a user's own table of runs."""

import argparse
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglaws import laws
from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.report import Report, interval_text, lines
from scalinglaws.laws.law import FloatArray, Law
from scalinglaws.laws.optimum.plan import COMPUTE, compute_range, growth, size_name
from scalinglaws.own_runs.row_filter import parse_filter
from scalinglaws.own_runs.saved_fit import Origin, document, ranges, tied, write_fit
from scalinglaws.own_runs.table import Kind, UserTable, distinct, read_user_table
from scalinglaws.own_runs.values import count, number, pairs

FORMATS = (".pdf", ".png", ".svg")


def run(options: argparse.Namespace) -> int:
    """Read, fit, print; write the fit and the figure where they are asked for."""
    if options.plot is not None and options.plot.suffix.lower() not in FORMATS:
        raise ScalingLawsError(f"--plot: {options.plot} must end in {', '.join(FORMATS)}")
    ties = pairs("--tie", options.tie, "ONE=OTHER")
    law = tied(laws.find(options.law), ties)
    columns = mapping(law, options.x, options.y)
    estimator = _estimator(options)
    table = _read(options, law, columns)
    kept, excluded = _exclude(options.exclude, law, columns, table)
    if not kept.any():
        raise ScalingLawsError("--exclude: no row is left to fit")
    points = Points(
        np.stack([table.numbers[columns[name]] for name in law.inputs])[:, kept],
        table.numbers[columns[law.response.name]][kept],
        table.numbers[options.weights][kept] if options.weights else None,
        _labels(table, options.cluster)[kept] if options.cluster else None,
    )
    fixed = {
        name: number("--fix", value) for name, value in pairs("--fix", options.fix, "NAME=VALUE").items()
    }
    fit = Problem(law, points, estimator, fixed).fit()
    intervals = fit.intervals(
        level=number("--level", options.level),
        method=None if options.interval == "auto" else options.interval,
        resamples=count("--bootstrap", options.bootstrap),
        seed=count("--seed", options.seed),
    )
    report = fit.report(intervals)
    derived, spans = _allocation(report)
    origin = Origin(
        data=options.runs.name,
        sha256=table.sha256,
        rows=len(table.rows),
        excluded=tuple(excluded.items()),
        columns=_used(columns, options),
        response=law.response.name,
        tied=ties,
        ranges=spans,
        derived=derived,
    )
    print("\n".join([*_heading(report, origin), *lines(report, _growth_line(derived))]))
    try:
        _write(options, report, origin)
    except OSError as fault:
        raise ScalingLawsError(f"{fault.filename}: cannot be written: {fault.strerror}") from None
    return 0


def _write(options: argparse.Namespace, report: Report, origin: Origin) -> None:
    if options.out is not None:
        write_fit(options.out, document(report, origin, version("scalinglaws")))
    if options.plot is not None:
        from scalinglaws.own_runs.plot import save_fit  # and matplotlib, which takes half a second

        save_fit(report, origin, options.plot)


def mapping(law: Law, x: list[str], y: str) -> dict[str, str]:
    """Column by variable and response.

    Raises:
        ScalingLawsError: a variable has no column or two, or a name is no variable of the law.
    """
    wanted = ", ".join(f"{variable.name} ({variable.meaning}, {variable.unit})" for variable in law.variables)
    names = [variable.name for variable in law.variables]
    columns: dict[str, str] = {}
    for text in x:
        name, equals, column = (part.strip() for part in text.partition("="))
        if not equals and len(names) == 1:
            name, column = names[0], name
        if name not in names or not column:
            raise ScalingLawsError(f"--x {text}: must be VARIABLE=COLUMN; {law.name} has {wanted}")
        if name in columns:
            raise ScalingLawsError(f"--x: {name} is given twice, as {columns[name]} and {column}")
        columns[name] = column
    missing = [name for name in names if name not in columns]
    if missing:
        raise ScalingLawsError(f"--x: no column for {', '.join(missing)}; {law.name} has {wanted}")
    response, equals, column = (part.strip() for part in y.partition("="))
    columns[law.response.name] = column if equals and response == law.response.name else y.strip()
    return columns


def _estimator(options: argparse.Namespace) -> Estimator:
    if options.delta is None:
        return Estimator(options.residual, options.loss)
    delta = number("--delta", options.delta)
    if options.loss != "huber" or delta <= 0:
        raise ScalingLawsError("--delta: must be positive, and is of Huber's loss: --loss huber")
    return Estimator(options.residual, options.loss, delta)


def _read(options: argparse.Namespace, law: Law, columns: dict[str, str]) -> UserTable:
    variables = {variable.name: variable for variable in law.variables}
    distinct(
        {f"--x {name}" if name in variables else "--y": column for name, column in columns.items()}
        | {"--weights": options.weights}
    )
    kinds: dict[str, Kind] = {
        column: "not-negative" if name in variables and variables[name].zero else "positive"
        for name, column in columns.items()
    }
    if options.weights:
        kinds[options.weights] = "not-negative"
    if options.cluster:
        kinds.setdefault(options.cluster, "text")
    return read_user_table(options.runs, kinds)


def _labels(table: UserTable, column: str) -> NDArray[np.generic]:
    return np.array(table.texts[column]) if column in table.texts else table.numbers[column]


def _exclude(
    rules: list[str], law: Law, columns: dict[str, str], table: UserTable
) -> tuple[NDArray[np.bool_], dict[str, int]]:
    """Which rows stay, and how many each rule holds for."""
    names = {name: name for name in table.header} | columns
    unclear = {name for name, column in columns.items() if name in table.header and name != column}
    kept = np.ones(len(table.rows), dtype=np.bool_)
    excluded: dict[str, int] = {}
    for text in rules:
        rule = parse_filter(text, list(names))
        for name in unclear.intersection(rule.names):
            raise ScalingLawsError(
                f"rule '{text}': {name} may be the column of that name or {names[name]}, which holds "
                f"{law.name}'s {name}; give the column another name"
            )
        values = {name: _numbers(table, names[name]) for name in rule.names}
        holds = rule.matches(values, table.rows)
        excluded[text] = int(holds.sum())
        kept &= ~holds
    return kept, excluded


def _numbers(table: UserTable, column: str) -> FloatArray:
    if column in table.numbers:
        return table.numbers[column]
    return read_user_table(table.path, {column: "number"}).numbers[column]


def _used(columns: dict[str, str], options: argparse.Namespace) -> dict[str, str]:
    more = {"weights": options.weights, "cluster": options.cluster}
    return columns | {name: column for name, column in more.items() if column}


def _allocation(report: Report) -> tuple[dict[str, Any], dict[str, tuple[float, float]]]:
    """What only laws of model size and tokens have: how the best size grows, and the range of compute."""
    law = report.law
    try:
        size_name(law)
    except ScalingLawsError:
        return {}, {}
    spans = {COMPUTE: compute_range(law, report.fit.x)}
    a = growth(law, np.column_stack([report.fit.values, report.intervals.samples]))
    if a is None or not np.isfinite(a[0]):
        return {}, spans
    tails = [(1 - report.intervals.level) / 2, (1 + report.intervals.level) / 2]
    ends = np.quantile(a[1:][np.isfinite(a[1:])], tails)
    return {"allocation": {"a": float(a[0]), "interval": ends.tolist()}}, spans


def _heading(report: Report, origin: Origin) -> list[str]:
    law = report.law
    fitted = f"{len(report.fit.points)} of {origin.rows} rows fitted"
    rules = "; ".join(f"{rows} excluded by {rule}" for rule, rows in origin.excluded)
    units = {variable.name: variable.unit for variable in (*law.variables, law.response)}
    y = report.fit.points.y
    spans = ranges(report.fit) | {law.response.name: (float(y.min()), float(y.max()))}
    return [
        f"{law.name}: {law.equation}",
        f"  {law.source}",
        f"{origin.data}: {fitted}{'; ' + rules if rules else ''}",
        *(
            f"  {name} is column {origin.columns[name]}: {low:.4g} to {high:.4g} ({units[name]})"
            for name, (low, high) in spans.items()
        ),
    ]


def _growth_line(derived: dict[str, Any]) -> list[str]:
    found = derived.get("allocation")
    if not found:
        return []
    interval = interval_text(*found["interval"])
    return [f"compute-optimal: N ~ C^a, D ~ C^(1-a) with a = {found['a']:.4f} ({interval})"]
