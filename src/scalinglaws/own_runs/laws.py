"""`scalinglaws laws`: the laws there are, and what one of them needs and means."""

import argparse
from collections.abc import Iterator
from math import isinf

from scalinglaws import laws
from scalinglaws.laws.law import Law, Parameter
from scalinglaws.terminal import one_line


def run(options: argparse.Namespace) -> int:
    """Print the list of laws, or one law in full."""
    shown = _list() if options.name is None else _one(laws.find(options.name))
    print("\n".join(shown))
    for fault in laws.faults() if options.name is None else ():
        print(f"warning: {one_line(fault)}")
    return 0


def _list() -> Iterator[str]:
    every = laws.every()
    width = max(map(len, every)) + 2
    for law in every.values():
        yield f"{law.name:<{width}}{law.equation}"
        yield f"{'':<{width}}{law.title}. {law.source}"
    yield ""
    yield f"{len(every)} laws; `scalinglaws laws NAME` says what the letters of one mean."


def _one(law: Law) -> Iterator[str]:
    yield f"{law.name}: {law.title}"
    yield f"  {law.equation}"
    yield f"  {law.source}"
    rows = [("response", law.response.name, f"{law.response.meaning} ({law.response.unit}), above 0")]
    rows += [
        ("variable", variable.name, f"{variable.meaning} ({variable.unit}), {_at_least(variable.zero)}")
        for variable in law.variables
    ]
    rows += [("parameter", parameter.name, _meaning(parameter)) for parameter in law.parameters]
    rows += [("constant", name, f"{value:.10g}, not fitted") for name, value in (law.constants or {}).items()]
    width = max(len(name) for _, name, _ in rows) + 2
    kind = ""
    for of_kind, name, text in rows:
        yield f"  {of_kind if of_kind != kind else '':<11}{name:<{width}}{text}"
        kind = of_kind
    mapped = " ".join(f"--x {variable.name}=COLUMN" for variable in law.variables)
    yield f"  to fit it: scalinglaws fit RUNS.csv --law {law.name} {mapped} --y COLUMN"


def _at_least(zero: bool) -> str:
    return "0 or above" if zero else "above 0"


def _meaning(parameter: Parameter) -> str:
    ends = []
    if parameter.positive and parameter.lower <= 0:
        ends.append("above 0")
    elif not isinf(parameter.lower):
        ends.append(f"from {parameter.lower:g}")
    if not isinf(parameter.upper):
        ends.append(f"to {parameter.upper:g}")
    return ", ".join([parameter.meaning, " ".join(ends) or "any number"])
