"""`scalinglaws plan`: model size and tokens for a budget, by a saved fit."""

import argparse
from collections.abc import Iterator
from math import isnan

import numpy as np

from scalinglaws.laws.law import Law
from scalinglaws.laws.optimum.plan import SEARCHED, Interval, Planned, beyond, plan, size_name
from scalinglaws.own_runs.options import number
from scalinglaws.own_runs.printing import engineering
from scalinglaws.own_runs.saved_fit import arrays, read_fit
from scalinglaws.terminal import one_line

LONGEST_WARNING = 200


@np.errstate(all="ignore")  # what overflows is refused, or printed as a dash
def run(options: argparse.Namespace) -> int:
    """Print one row per budget, and what to doubt about it."""
    saved = read_fit(options.fit)
    law = saved.law_with_ties()
    params, samples = arrays(saved)
    per = number("--flops-per-token-param", options.flops_per_token_param)
    budgets = [number("--flops", text) for text in options.flops]
    planned = [plan(law, params, samples, C, saved.level, per) for C in budgets]
    ranges = {name: (ends[0], ends[1]) for name, ends in saved.range.items()}
    shown = [
        f"{law.name}: {law.equation}",
        f"  {_counted(law, per)}",
        f"  {_intervals(saved.level, planned)}",
        "",
        *_table(law, planned),
        "",
    ]
    for one in planned:
        shown += [f"warning: {what}" for what in (*_doubts(one), *beyond(one, law, ranges, per))]
    if not ranges:
        shown.append("warning: the fit does not say which range it was fitted on")
    shown += [f"warning: of the fit: {one_line(what, LONGEST_WARNING)}" for what in saved.warnings]
    print("\n".join(shown).rstrip())
    return 0


def _counted(law: Law, per: float) -> str:
    if size_name(law) == "N":
        meaning = law.variables[[variable.name for variable in law.variables].index("N")].meaning
        return f"C = {per:g} N D; N: {meaning}"
    omega = (law.constants or {})["omega"]
    return f"C = {per:g} N D counts total N = N_E + {omega:g} N_E^(1/3); N_E leaves embeddings out"


def _intervals(level: float, planned: list[Planned]) -> str:
    if not planned[0].samples:
        return "no intervals: the fit holds no samples of its parameters with an optimum"
    least = min(one.samples for one in planned)
    return (
        f"{100 * level:g} % intervals from {least} samples of the fitted parameters; noise of runs left out"
    )


def _table(law: Law, planned: list[Planned]) -> Iterator[str]:
    separate = size_name(law) != "N"
    names = ["C", "N", *([size_name(law)] if separate else []), "D", "tokens/parameter", law.response.name]
    rows = [names]
    for one in planned:
        sizes = [one.N, one.size] if separate else [one.N]
        cells = [_cell(quantity) for quantity in (*sizes, one.D)]
        rows.append([f"{one.C:.3g}", *cells, _cell(one.tokens_per_parameter), _cell(one.loss, plain=True)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _cell(interval: Interval, plain: bool = False) -> str:
    value, low, high = (format(number, ".4g") if plain else engineering(number) for number in interval)
    return value if isnan(interval[1]) else f"{value} ({low} to {high})"


def _doubts(one: Planned) -> Iterator[str]:
    low, high = SEARCHED
    if one.on_edge:
        yield (
            f"at C = {one.C:.3g} N is at the end of the sizes searched ({low:g} to {high:g}): it is not "
            "an optimum"
        )
    if one.without:
        total = one.samples + one.without
        yield f"at C = {one.C:.3g} {one.without} of {total} samples have no optimum and are left out"
    if one.D[0] < 1 or one.N[0] < 1:
        yield f"at C = {one.C:.3g} the optimum has less than one parameter or token"
