"""What the page knows about a law: its declaration as JSON, and the values that its sliders begin with."""

import json
from functools import cache
from math import exp, isfinite, log, sqrt
from pathlib import Path
from typing import Any

from scalinglaws.laws.law import Law, Parameter, Variable
from scalinglaws.laws.optimum.plan import LEAST_SAMPLES

EXAMPLES = Path(__file__).with_name("examples.json")
RANGE = (1.0, 1e6)
"""Of a variable, for laws without an example."""
ALLOCATED = ("N", "N_E")
"""What model size is called in laws that have a compute-optimal allocation; data are `D`."""

Ranges = dict[str, tuple[float, float]]


def entry(law: Law) -> dict[str, Any]:
    """A law as JSON types; infinite bounds are null."""
    example = _examples().get(law.name, {})
    ranges: Ranges = dict.fromkeys(law.inputs, RANGE) | example.get("ranges", {})
    params = {each.name: _start(each, ranges) for each in law.parameters} | example.get("params", {})
    return {
        "name": law.name,
        "title": law.title,
        "equation": law.equation,
        "source": law.source,
        "response": _variable(law.response),
        "variables": [_variable(each) | {"range": ranges[each.name]} for each in law.variables],
        "parameters": [_parameter(each) | {"start": params[each.name]} for each in law.parameters],
        "example": example.get("source"),
        "allocation": _allocation(law),
    }


@cache
def _examples() -> dict[str, dict[str, Any]]:
    return dict(json.loads(EXAMPLES.read_text(encoding="utf-8")))


def _variable(variable: Variable) -> dict[str, Any]:
    return {
        "name": variable.name,
        "meaning": variable.meaning,
        "unit": variable.unit,
        "zero": variable.zero,
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    lower, upper = parameter.lower, parameter.upper
    return {
        "name": parameter.name,
        "meaning": parameter.meaning,
        "positive": parameter.positive,
        "lower": lower if isfinite(lower) else None,
        "upper": upper if isfinite(upper) else None,
    }


def _start(parameter: Parameter, ranges: Ranges) -> float:
    """The middle of a parameter's initial guesses; 1 without them, or the bound next to it."""
    if parameter.guesses is None:
        return min(max(1.0, parameter.lower), parameter.upper)
    low, high = parameter.guesses
    if parameter.of is not None:
        first, last = map(log, ranges[parameter.of])
        return exp(first + (low + high) / 2 * (last - first))
    return sqrt(low * high) if low > 0 else (low + high) / 2


def _allocation(law: Law) -> dict[str, Any] | None:
    """The places of model size and data among a law's variables, if it has both."""
    size = next((name for name in ALLOCATED if name in law.inputs), None)
    if size is None or "D" not in law.inputs:
        return None
    return {
        "size": law.inputs.index(size),
        "data": law.inputs.index("D"),
        "omega": (law.constants or {}).get("omega"),
        "leastSamples": LEAST_SAMPLES,
    }
