"""`scalinglaws fit`: a law fitted to your own table of runs."""

import argparse
from dataclasses import replace
from importlib.metadata import version
from math import nan
from typing import Any

import numpy as np

from scalinglaws import laws
from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.report import Report, interval_text, lines
from scalinglaws.laws.law import Law
from scalinglaws.laws.optimum.plan import COMPUTE, compute_range, growth, size_name
from scalinglaws.own_runs.doubts import doubts
from scalinglaws.own_runs.expression import parse
from scalinglaws.own_runs.options import count, number, pairs
from scalinglaws.own_runs.paths import check_outputs
from scalinglaws.own_runs.saved_fit import Origin, document, ranges, write_fit
from scalinglaws.own_runs.table import Kind, Table, distinct, read_table

FORMATS = (".pdf", ".png", ".svg")
MOST_RESAMPLES, MOST_SEED = 1_000_000, 2**63 - 1


@np.errstate(all="ignore")  # what overflows is refused, or printed as a dash
def run(options: argparse.Namespace) -> int:
    """Read, fit and print; write the fit and the figure if asked to."""
    check_outputs({"--out": options.out, "--plot": options.plot}, options.runs)
    if options.plot is not None and options.plot.suffix.lower() not in FORMATS:
        raise ScalingLawsError(f"--plot: {options.plot} must end in {', '.join(FORMATS)}")
    level = number("--level", options.level)
    resamples = count("--bootstrap", options.bootstrap, MOST_RESAMPLES)
    seed = count("--seed", options.seed, MOST_SEED)
    ties = pairs("--tie", options.tie, "ONE=OTHER")
    law = laws.find(options.law).tied(**ties)
    columns = mapping(law, options.x, options.y)
    estimator = _estimator(options)
    whole = read_table(options.runs)
    table, excluded = _excluded(options.exclude, law, columns, whole)
    table, copies = table.without_copies()
    values = table.columns(_kinds(options, law, columns), remedy="; leave them out with --exclude")
    points = Points(
        np.stack([values[columns[name]] for name in law.inputs]),
        values[columns[law.response.name]],
        values[options.weights] if options.weights else None,
        values[options.cluster] if options.cluster else None,
    )
    fixed = {
        name: number("--fix", value) for name, value in pairs("--fix", options.fix, "NAME=VALUE").items()
    }
    fit = Problem(law, points, estimator, fixed).fit()
    intervals = fit.intervals(
        level=level,
        method=None if options.interval == "auto" else options.interval,
        resamples=resamples,
        seed=seed,
    )
    report = fit.report(intervals)
    first = doubts(report.fit, columns, copies, len(table.cells) + copies)
    report = replace(report, warnings=(*first, *report.warnings))
    derived, spans = _allocation(report)
    more = {"weights": options.weights, "cluster": options.cluster}
    origin = Origin(
        data=options.runs.name,
        sha256=whole.sha256,
        rows=len(whole.cells),
        excluded=tuple(excluded.items()),
        columns=columns | {name: column for name, column in more.items() if column},
        response=law.response.name,
        tied=ties,
        ranges=spans,
        derived=derived,
    )
    print("\n".join([*_heading(report, origin), *lines(report, _growth_line(derived))]))
    if options.out is not None:
        write_fit(options.out, document(report, origin, version("scalinglaws")))
    if options.plot is not None:
        from scalinglaws.own_runs.plot import save_fit  # and matplotlib, which takes half a second

        save_fit(report, origin, options.plot)
    return 0


def mapping(law: Law, x: list[str], y: str) -> dict[str, str]:
    """Column by variable and response.

    Raises:
        ScalingLawsError: a variable has no column or two, or a name is not a variable of the law.
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
        raise ScalingLawsError("--delta: must be positive, and needs --loss huber")
    return Estimator(options.residual, options.loss, delta)


def _kinds(options: argparse.Namespace, law: Law, columns: dict[str, str]) -> dict[str, Kind]:
    """What each column that is used must hold."""
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
    return kinds


def _excluded(
    rules: list[str], law: Law, columns: dict[str, str], table: Table
) -> tuple[Table, dict[str, int]]:
    """The table without the rows that any rule holds for, and how many rows each rule holds for.

    A rule may name variables, the response, and columns.
    """
    meant = {name: name for name in table.names} | columns
    unclear = {name for name, column in columns.items() if name in table.names and column != name}
    kept = np.ones(len(table.cells), dtype=np.bool_)
    counts: dict[str, int] = {}
    for text in rules:
        try:
            rule = parse(text, meant)
            for name in unclear.intersection(rule.names):
                raise ScalingLawsError(
                    f"'{text}': {name} may be the column of that name or {columns[name]}, which holds "
                    f"{law.name}'s {name}; give the column another name"
                )
            values: dict[str, Any] = {name: table.loose(meant[name]) for name in rule.numbers}
            values |= {name: table.cells[meant[name]].to_numpy(dtype=object) for name in rule.texts}
            holds = rule.holds(values)
        except ScalingLawsError as fault:
            raise ScalingLawsError(f"--exclude {fault}") from None
        counts[text] = int(holds.sum())
        kept &= ~holds
    if not kept.any():
        raise ScalingLawsError("--exclude: no row is left to fit")
    return table.only(kept), counts


def _allocation(report: Report) -> tuple[dict[str, Any], dict[str, tuple[float, float]]]:
    """For laws of model size and tokens: how the best size grows with compute, and the range of compute."""
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
    sampled = a[1:][np.isfinite(a[1:])]
    ends = np.quantile(sampled, tails).tolist() if len(sampled) else None
    return {"allocation": {"a": float(a[0]), "interval": ends}}, spans


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
    allocation = derived.get("allocation")
    if not allocation:
        return []
    interval = interval_text(*(allocation["interval"] or (nan, nan)))
    return [f"compute-optimal: N ~ C^a, D ~ C^(1-a) with a = {allocation['a']:.4f} ({interval})"]
