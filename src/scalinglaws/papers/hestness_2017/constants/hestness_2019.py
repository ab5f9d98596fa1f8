"""The projections of Hestness, Ardalani & Diamos 2019, "Beyond Human-Level Accuracy" (arXiv:1909.01736).

Its Tables 1 to 3 say what it would take to reach a desired error in five domains, from learning curves
error = alpha m^beta_g and model sizes s = sigma m^beta_p (in millions of parameters). The alphas make the
curves pass through the state of the art; they are not those of Hestness et al. 2017.
"""

from dataclasses import dataclass
from decimal import Decimal
from math import nan
from typing import Any

from scalinglaws.claims.constant import Constant

PAPER = "Hestness, Ardalani & Diamos 2019"


@dataclass(frozen=True)
class Printed(Constant):
    """A number as printed, and half a unit of its last digit."""

    half_unit: float = nan

    @property
    def rounding(self) -> tuple[float, float]:
        """The range of numbers that round to it."""
        return self.value - self.half_unit, self.value + self.half_unit


def printed(text: str, place: str, *, exact: bool = False) -> Printed:
    """A number from its printed digits: `9.4e-4` has half a unit of 0.05e-4, an exact number has none.

    Whole numbers that end in zeros are given as `77e9`, because the zeros are not digits.
    """
    if exact:
        return Printed(float(text), f"{PAPER}, {place}", "seen", half_unit=0.0)
    exponent = Decimal(text).as_tuple().exponent
    assert isinstance(exponent, int)  # not of an infinity
    half = float(Decimal(5).scaleb(exponent - 1))
    return Printed(float(text), f"{PAPER}, {place}", "seen", half_unit=half)


@dataclass(frozen=True)
class Domain:
    """A row of Tables 1, 2 and 3.

    Attributes:
        name: its name in our tables.
        title: its name in figures.
        error_unit, data_unit: units of error and of data.
        sota, desired: error of the state of the art, and the desired one.
        data: size of the training set of the state of the art.
        alpha, beta_g: the learning curve.
        sigma, beta_p: growth of the model; sigma is in millions of parameters.
        data_ratio, model_ratio: how many times more data and parameters the desired error takes.
        flops: floating-point operations per parameter and training sample, to first order in parameters.
        data_target, parameters_target: data and parameters at the desired error.
        subbatch: samples per step.
        tera_step: 10^12 floating-point operations per step.
        step_seconds: time per step.
        epoch_days: time of one pass over the data.
        samples_are_units: whether a sample is one unit of data; a sentence or utterance is several.
    """

    name: str
    title: str
    error_unit: str
    data_unit: str
    sota: Printed
    desired: Printed
    data: Printed
    alpha: Printed
    beta_g: Printed
    sigma: Printed
    beta_p: Printed
    data_ratio: Printed
    model_ratio: Printed
    flops: Printed
    data_target: Printed
    parameters_target: Printed
    subbatch: Printed
    tera_step: Printed
    step_seconds: Printed
    epoch_days: Printed
    samples_are_units: bool = False


TABLE_1 = ("sota", "desired", "data", "alpha", "beta_g", "sigma", "beta_p", "data_ratio", "model_ratio")
TABLE_3 = ("data_target", "parameters_target", "subbatch", "tera_step", "step_seconds", "epoch_days")


def _domain(
    name: str,
    title: str,
    units: tuple[str, str],
    table_1: str,
    flops: str,
    table_3: str,
    samples_are_units: bool = False,
) -> Domain:
    """A row from its numbers, in the order of the tables. A subbatch is a count, and exact."""
    numbers: dict[str, Any] = {
        **{key: printed(text, "Table 1") for key, text in zip(TABLE_1, table_1.split(), strict=True)},
        "flops": printed(flops, "Table 2"),
        **{
            key: printed(text, "Table 3", exact=key == "subbatch")
            for key, text in zip(TABLE_3, table_3.split(), strict=True)
        },
    }
    return Domain(name, title, *units, samples_are_units=samples_are_units, **numbers)


# The rows of Table 1, of Table 2 and of Table 3.
DOMAINS = (
    _domain(
        "word_lm", "Word language model", ("nats per word", "words"),
        "3.37 2.48 768e6 13.0 -0.066 9.4e-4 0.68 100 23", "481", "77e9 23.8e9 128 1444 115 31e3",
    ),
    _domain(
        "char_lm", "Character language model", ("bits per character", "characters"),
        "1.30 0.70 3.48e9 9.39 -0.092 1.2e-5 0.89 971 456", "900", "3.4e12 146e9 96 12618 1007 3.5e6",
    ),
    _domain(
        "nmt", "Machine translation", ("word piece error rate", "word pieces"),
        "0.28 0.12 130e6 3.06 -0.128 6.4e-4 0.68 750 90", "149", "97.4e9 18.9e9 96 499 39.8 16e3",
    ),
    _domain(
        "speech", "Speech recognition", ("character error rate", "characters"),
        "0.095 0.04 425e6 30.5 -0.291 2.4e-3 0.54 33 6.6", "775", "14e9 727e6 128 72 5.8 93",
    ),
    _domain(
        "image", "Image classification", ("top-1 error", "images"),
        "0.194 0.05 1.3e6 15.0 -0.309 2.0e-2 0.57 81 12", "1111", "103e6 732e6 32 28 2.3 84",
        samples_are_units=True,
    ),
)  # fmt: skip

PEAK = printed("15.67e12", "Table 3: floating-point operations per second of the device")
USED_SHARE = printed("0.8", "Table 3: share of the peak that is assumed to be reached", exact=True)
