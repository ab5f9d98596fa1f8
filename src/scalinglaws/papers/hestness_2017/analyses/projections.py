"""The projections of Hestness, Ardalani & Diamos 2019, computed again from the constants that they print.

Constants are printed with one to three digits. Every quantity is computed over all numbers that round to the
printed ones. It agrees with its own printed value if the two ranges overlap; otherwise it is off by more than
rounding. The desired errors are treated as rounded too; if they are exact, more rows are off.
"""

from collections.abc import Callable, Iterator
from itertools import product
from math import log
from typing import Any

import pandas as pd

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.hestness_2017.constants.hestness_2019 import (
    DOMAINS,
    PEAK,
    USED_SHARE,
    Domain,
    Printed,
)
from scalinglaws.tables.analysis import fit_row, fit_table
from scalinglaws.tables.inputs import Inputs

TABLES = ("domains", "projections", "implied", "fits")

SECONDS_A_DAY = 86400.0

Arguments = tuple[str, ...]
Formula = Callable[..., float]

QUANTITIES: dict[str, tuple[str, Arguments, Formula]] = {
    "alpha": (
        "Learning curve through the state of the art: alpha",
        ("sota", "data", "beta_g"),
        lambda sota, data, beta: sota * data**-beta,
    ),
    "data_ratio": (
        "Data, times more",
        ("sota", "desired", "beta_g"),
        lambda sota, desired, beta: (sota / desired) ** (-1 / beta),
    ),
    "model_ratio": (
        "Parameters, times more",
        ("data_ratio", "beta_p"),
        lambda ratio, beta: ratio**beta,
    ),
    "data_target": (
        "Data at the desired error",
        ("data", "data_ratio"),
        lambda data, ratio: data * ratio,
    ),
    "parameters_target": (
        "Parameters at the desired error",
        ("sigma", "data", "beta_p", "model_ratio"),
        lambda sigma, data, beta, ratio: 1e6 * sigma * data**beta * ratio,
    ),
    "tera_step": (
        "Teraflops per step",
        ("flops", "parameters_target", "subbatch"),
        lambda flops, parameters, subbatch: flops * parameters * subbatch / 1e12,
    ),
    "step_seconds": (
        "Seconds per step",
        ("tera_step", "PEAK", "USED_SHARE"),
        lambda tera, peak, share: 1e12 * tera / (peak * share),
    ),
    "epoch_days": (
        "Days an epoch",
        ("data_target", "subbatch", "step_seconds"),
        lambda data, subbatch, seconds: data / subbatch * seconds / SECONDS_A_DAY,
    ),
}
"""Printed quantities: a title, the inputs that they follow from, and the formula."""

IMPLIED: dict[str, tuple[str, Arguments, Formula]] = {
    "parameters": (
        "Parameters of the state of the art",
        ("sigma", "data", "beta_p"),
        lambda sigma, data, beta: 1e6 * sigma * data**beta,
    ),
    "beta_g_of_alpha": (
        "Exponent of data that alpha implies",
        ("sota", "data", "alpha"),
        lambda sota, data, alpha: -log(alpha / sota) / log(data),
    ),
    "beta_g_of_data_ratio": (
        "Exponent of data that the data ratio implies",
        ("sota", "desired", "data_ratio"),
        lambda sota, desired, ratio: -log(sota / desired) / log(ratio),
    ),
    "beta_p_of_model_ratio": (
        "Exponent of model size that the ratios imply",
        ("data_ratio", "model_ratio"),
        lambda data, model: log(model) / log(data),
    ),
    "units_of_flops": (
        "Units of data a sample, at 6 operations a parameter and unit",
        ("flops",),
        lambda flops: flops / 6,
    ),
    "units_of_epoch": (
        "Units of data a sample that the time of an epoch implies",
        ("data_target", "subbatch", "step_seconds", "epoch_days"),
        lambda data, subbatch, seconds, days: data * seconds / (subbatch * SECONDS_A_DAY * days),
    ),
}
"""Quantities that are not printed, and exponents that the printed ones imply."""


def analyse(_inputs: Inputs, _spec: AnalysisSpec) -> dict[str, pd.DataFrame]:
    """Compute every printed quantity from the others.

    Tables:
        domains: the printed constants that everything follows from.
        projections: one row per domain and printed quantity: `printed` with the range that rounds to it,
            `value` with the range that the rounding of its inputs allows, `ratio` = value/printed with the
            range of both, and `agrees`.
        implied: quantities that are not printed, with ranges; for an exponent, also the printed one.
        fits: the computed quantities; their intervals are ranges of rounding and have no level.
    """
    projections = pd.DataFrame([row for domain in DOMAINS for row in _projections(domain)])
    return {
        "domains": _domains(),
        "projections": projections,
        "implied": pd.DataFrame([row for domain in DOMAINS for row in _implied(domain)]),
        "fits": fit_table(_fit_row(row) for row in projections.to_dict("records")),
    }


def evaluate(domain: Domain, inputs: Arguments, formula: Formula) -> tuple[float, float, float]:
    """A quantity from printed numbers: value, and the least and greatest that their rounding allows.

    The formulas are monotonic in each input, so the extremes are at the corners.
    """
    given = [_input(domain, name) for name in inputs]
    value = formula(*(number.value for number in given))
    corners = [formula(*corner) for corner in product(*(number.rounding for number in given))]
    return value, min(corners), max(corners)


def _domains() -> pd.DataFrame:
    printed = ("sota", "desired", "data", "beta_g", "sigma", "beta_p", "flops", "subbatch")
    return pd.DataFrame(
        [
            {"domain": domain.name, "title": domain.title, "error_unit": domain.error_unit,
             "data_unit": domain.data_unit, **{name: _input(domain, name).value for name in printed}}
            for domain in DOMAINS
        ]
    )  # fmt: skip


def _input(domain: Domain, name: str) -> Printed:
    if name in ("PEAK", "USED_SHARE"):
        return PEAK if name == "PEAK" else USED_SHARE
    found = getattr(domain, name)
    assert isinstance(found, Printed)
    return found


def _projections(domain: Domain) -> Iterator[dict[str, Any]]:
    for name, (title, inputs, formula) in QUANTITIES.items():
        if name == "epoch_days" and not domain.samples_are_units:
            continue  # how many units there are per sample is not printed; see `units_of_epoch`
        value, low, high = evaluate(domain, inputs, formula)
        printed: Printed = getattr(domain, name)
        least, most = printed.rounding
        yield {
            "domain": domain.name, "title": domain.title, "quantity": name, "meaning": title,
            "printed": printed.value, "printed_low": least, "printed_high": most,
            "value": value, "low": low, "high": high,
            "ratio": value / printed.value, "ratio_low": low / most, "ratio_high": high / least,
            "agrees": low <= most and least <= high, "source": printed.source,
        }  # fmt: skip


def _implied(domain: Domain) -> Iterator[dict[str, Any]]:
    for name, (title, inputs, formula) in IMPLIED.items():
        if name == "units_of_flops" and domain.samples_are_units:
            continue  # weights of a convolution are used many times per image
        value, low, high = evaluate(domain, inputs, formula)
        printed = getattr(domain, name.split("_of_")[0], None)
        yield {
            "domain": domain.name, "title": domain.title, "quantity": name, "meaning": title,
            "value": value, "low": low, "high": high,
            "printed": printed.value if isinstance(printed, Printed) else float("nan"),
        }  # fmt: skip


def _fit_row(row: dict[Any, Any]) -> dict[str, Any]:
    inputs = QUANTITIES[row["quantity"]][1]
    warnings = () if row["agrees"] else ("off by more than the rounding of the printed constants",)
    return fit_row(
        "projection", row["domain"], row["quantity"], row["value"], (row["low"], row["high"]),
        points=len(inputs), warnings=warnings,
    )  # fmt: skip
