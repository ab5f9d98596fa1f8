"""Equations that Hestness et al. 2017 (arXiv:1712.00409v1) print: error = alpha m^beta_g + gamma.

m is in the unit of each figure's x axis: tokens, characters, hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from scalinglaws.claims.constant import Certainty, Constant
from scalinglaws.papers.hestness_2017.constants.points import (
    CERTAINTY,
    CHARS_ADAM,
    CHARS_SGD,
    DS2,
    TOKEN_ERROR,
    Curve,
)

PAPER = "Hestness et al. 2017"


@dataclass(frozen=True)
class PrintedCurve:
    """An equation printed in a figure.

    Attributes:
        alpha, beta_g, gamma: its constants; gamma is None where none is printed.
        first: how many of the smallest training sets it is fitted to. The paper does not say: this is the
            number that gives the printed constants from the points read off the figure.
    """

    alpha: Constant
    beta_g: Constant
    gamma: Constant | None = None
    first: Constant | None = None


def _rests_on(points: int, figure: str) -> Constant:
    return Constant(points, f"{PAPER}, {figure}: points that reproduce the printed line", "der")


FIG_1, FIG_3, FIG_5 = (f"{PAPER}, {place}" for place in ("Fig 1 left", "Fig 3 left", "Fig 5 left"))

PRINTED = {
    # Fig 1 right prints m^-0.13; the line drawn there has the three digits of the text.
    "token_error_rate": PrintedCurve(
        Constant(3.87, f"{PAPER}, Fig 1 right", "fig"),
        Constant(-0.128, f"{PAPER}, section 4.1", "sec"),
        first=_rests_on(6, "Fig 1 right"),
    ),
    "char_lm_sgd": PrintedCurve(
        Constant(5.37, FIG_3, "fig"), Constant(-0.094, FIG_3, "fig"), first=_rests_on(6, "Fig 3 left")
    ),
    "char_lm_adam": PrintedCurve(
        Constant(5.25, FIG_3, "fig"), Constant(-0.095, FIG_3, "fig"), first=_rests_on(6, "Fig 3 left")
    ),
    "ds2": PrintedCurve(
        Constant(0.95, FIG_5, "fig"), Constant(-0.30, FIG_5, "fig"), first=_rests_on(6, "Fig 5 left")
    ),
    "attention": PrintedCurve(
        Constant(1.36, FIG_5, "fig"), Constant(-0.30, FIG_5, "fig"), first=_rests_on(5, "Fig 5 left")
    ),
}
"""Lines of the best-fit models, by series."""


@dataclass(frozen=True)
class Exponents:
    """Exponents that the paper's text gives for a family of models, in more digits than its figures print.

    Attributes:
        beta_g: of the learning curve, by metric.
        beta_p: of the best-fit model's size; None where the paper gives none.
    """

    beta_g: Mapping[str, Constant]
    beta_p: Constant | None = None


def _text(value: float, section: str, certainty: Certainty = "sec", share: float | None = None) -> Constant:
    """A constant from the text; `share` is the relative half-width of its interval, if the text gives one."""
    spread = None if share is None else abs(value) * share
    interval = None if spread is None else (value - spread, value + spread)
    return Constant(value, f"{PAPER}, section {section}", certainty, interval)


def _words(beta_p: Constant) -> Exponents:
    return Exponents({"cross_entropy": _text(-0.0656, "4.2", share=0.01)}, beta_p)


_SPEECH = Exponents({"error_rate": _text(-0.299, "4.4", share=0.007)})

EXPONENTS = {
    "translation": Exponents({"token_error_rate": _text(-0.128, "4.1")}),
    "words-lstm2": _words(_text(0.69, "4.2", share=0.05)),
    "words-lstm4": _words(_text(0.78, "4.2")),
    "words-rhn5": _words(_text(0.69, "4.2", share=0.05)),
    # Both exponents of model size are quoted; which one belongs to which optimiser is from memory.
    "characters-sgd": Exponents({"cross_entropy": _text(-0.0936, "4.2")}, _text(0.78, "4.2", "mem")),
    "characters-adam": Exponents({"cross_entropy": _text(-0.0954, "4.2")}, _text(0.92, "4.2", "mem")),
    "image": Exponents(
        {
            "top1_error": _text(-0.309, "4.3"),
            "top5_error": _text(-0.488, "4.3"),
            "cross_entropy": _text(-0.35, "4.3"),
        },
        _text(0.573, "4.3"),
    ),
    "speech-ds2": _SPEECH,
    "speech-attention": _SPEECH,
}
"""By the name of our study. The paper gives no growth of models for translation and speech."""


@dataclass(frozen=True)
class Range:
    """From the smallest training set of a curve to the largest, in the unit of its figure."""

    low: Constant
    high: Constant
    unit: str


def _range(low: float, high: float, unit: str, place: str, certainty: Certainty) -> Range:
    ends = [Constant(end, f"{PAPER}, {place}", certainty) for end in (low, high)]
    return Range(ends[0], ends[1], unit)


def _read_off(curve: Curve) -> Range:
    return _range(curve.x[0], curve.x[-1], curve.unit, curve.panel, CERTAINTY)


RANGES = {
    "translation": _read_off(TOKEN_ERROR),
    # 0.1 % to 40 % of the 768 million words of Billion Word.
    "words": _range(768e3, 307.2e6, "words", "Fig 2 left", "der"),
    "characters-sgd": _read_off(CHARS_SGD),
    "characters-adam": _read_off(CHARS_ADAM),
    "image": _range(1, 800, "images per class", "Fig 4 left", "sec"),
    "speech": _read_off(DS2),
}
"""Sizes of the training sets, by the name of our study or its first word."""

USUAL = (
    Constant(-0.35, f"{PAPER}, section 1, p. 2", "sec"),
    Constant(-0.07, f"{PAPER}, section 1, p. 2", "sec"),
)
"""The usual range of exponents of learning curves, according to the paper; not all of its own are inside."""

FIXED_HIDDEN = {
    208: PrintedCurve(
        Constant(41.2, FIG_1, "sec"), Constant(-0.36, FIG_1, "sec"), Constant(0.39, FIG_1, "sec")
    ),
    512: PrintedCurve(
        Constant(21.5, FIG_1, "sec"), Constant(-0.30, FIG_1, "sec"), Constant(0.32, FIG_1, "sec")
    ),
}
"""Curves of translation models of one size each, by hidden units; m in tokens."""

FIXED_HIDDEN_TOKENS = (2.0**20, 2.0**27)
"""The x axis of Fig 1 left."""
