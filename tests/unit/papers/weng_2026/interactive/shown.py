"""What the article's script shows, against what a simulation finds."""

from collections.abc import Mapping
from math import floor, log10
from typing import Any

from scalinglaws.papers.weng_2026.constants.weng_2026_simulator import Fit

SLACK = 1e-6  # a value that ends on 5 is as near to either neighbour


def differences(reading: Fit, found: Mapping[str, Any]) -> dict[str, float]:
    """By how many half last digits what is found differs from each read-out; up to 1 is the same."""
    values = {
        **{name: (found["law"][name], 4) for name in ("alpha", "beta", "E")},
        **{name: (found["law"][name], 2) for name in ("A", "B")},
        "objective": (found["law"]["objective"], 4 - floor(log10(reading.objective))),
        "N_exponent": (found["exponentN"], 4),
        "predicted": (found["predicted"], 4),
        "error": (found["error"], 4),
    }
    shown = reading._asdict()
    return {
        name: abs(value - shown[name]) * 10.0**decimals / (0.5 + SLACK)
        for name, (value, decimals) in values.items()
    }
