"""The theory of Hestness et al. 2017: Fig 6, the counting model, and Amari's four types, on toy learners.

All but one part are exact expectations, not simulations, so their values have no error and their intervals no
width. Two choices are ours: the examples, and the rule that cuts a curve into regions (`_regions.py`). One
part is measured: networks on a source of known entropy (`_known_entropy.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.fitting.fit import Fit
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.laws.law import FloatArray
from scalinglaws.papers.hestness_2017.analyses._known_entropy import known_entropy
from scalinglaws.papers.hestness_2017.analyses._regions import (
    IRREDUCIBLE,
    POWER,
    SMALL,
    find_regions,
    local_slopes,
)
from scalinglaws.papers.hestness_2017.theory import threshold_learner
from scalinglaws.papers.hestness_2017.theory.counting_classifier import CountingClassifier
from scalinglaws.papers.hestness_2017.theory.counting_model import (
    LOSSES,
    entropy,
    expected_loss,
    l1_closed_form,
)
from scalinglaws.tables.analysis import fit_row, fit_table
from scalinglaws.tables.inputs import Inputs

TABLES = ("curves", "regions", "fits", "known_entropy", "known_entropy_regions")
STUDIES = True

COINS = {"fair-coin": 0.5, "biased-coin": 0.9}
DRAWS = tuple(2**k for k in range(13))  # 1..4096: sums over all outcomes are cheap up to there
FIRST_FITTED = 16  # lines are fitted from this many draws, or examples, on

GAP = 1.0  # without inputs around the threshold, in lengths of the stretch on either side
CLASSIFIER = CountingClassifier(zipf=1.5, shift=100, classes=10, noise=0.01)
OTHER_ZIPF = (1.25, 2.0)
EXAMPLES = tuple(2**k for k in range(45))
ASYMPTOTIC = 100  # a power law without floor is fitted from this many examples of the commonest type on


@dataclass(frozen=True)
class Example:
    """A learning curve that has one of Amari's types.

    law: the type; learner: who learns what; y: [DRAWS], its error; floor: what the error falls to.
    """

    law: str
    learner: str
    y: FloatArray
    floor: float = 0.0


def analyse(inputs: Inputs, _spec: AnalysisSpec) -> dict[str, pd.DataFrame]:
    """Compute the curves, cut the classifier's into regions, fit exponents, and read the trained networks.

    The one study must be of data whose entropy is known.

    Tables:
        curves: one row per point: `group` is coin, amari or classifier; `setting` is the coin, the type or
            Zipf's exponent; `series` is the loss or the learner; y, and the `law` drawn beside it: the
            closed form, Amari's law with fitted constants, or the power law of theory above the floor;
            `fitted` says whether a line is fitted to the point.
        regions: the regions of the classifier's curve by the rule, with the errors at their ends.
        fits: exponents and constants; for the networks, how near they come to the known levels.
        known_entropy, known_entropy_regions: the networks' learning curve and its regions.

    Raises:
        DataError: the entropy of the study's data is not known, or no size of its training set has a score.
    """
    examples = list(_amari())
    (study,) = inputs.studies.values()
    trained = known_entropy(study)
    return {
        "curves": pd.concat([_coins(), _amari_curves(examples), *_classifiers()], ignore_index=True),
        "regions": _region_table(),
        "fits": fit_table(
            [
                *_coin_fits(),
                *_amari_fits(examples),
                *_classifier_fits(),
                *_region_fits(),
                *trained.claims,
            ]
        ),
        "known_entropy": trained.points,
        "known_entropy_regions": trained.regions,
    }


def _coins() -> pd.DataFrame:
    parts = []
    for coin, p in COINS.items():
        for loss in LOSSES:
            law = l1_closed_form(p, DRAWS) if loss == "l1" else np.full(len(DRAWS), nan)
            parts.append(_curve("coin", coin, loss, DRAWS, expected_loss(loss, p, DRAWS), law, FIRST_FITTED))
    return pd.concat(parts, ignore_index=True)


def _amari() -> Iterator[Example]:
    """An example for each type."""
    yield Example("amari-1", "threshold", threshold_learner.expected_error(DRAWS, 0.0))
    yield Example("amari-2", "threshold-with-gap", threshold_learner.expected_error(DRAWS, GAP))
    yield Example("amari-3", "fair-coin", expected_loss("l1", COINS["fair-coin"], DRAWS))
    floor = entropy(COINS["biased-coin"])
    log_loss = floor + expected_loss("kl", COINS["biased-coin"], DRAWS)
    yield Example("amari-4", "biased-coin", log_loss, floor)


def _amari_curves(examples: Sequence[Example]) -> pd.DataFrame:
    x = np.array(DRAWS, dtype=np.float64)
    return pd.concat(
        [
            _curve(
                "amari", one.law, one.learner, DRAWS, one.y, _fit(one.law, x, one.y).predict(x), FIRST_FITTED
            )
            for one in examples
        ],
        ignore_index=True,
    )


def _classifiers() -> Iterator[pd.DataFrame]:
    """Each classifier's error, and the power law of theory above its floor, through its last point."""
    for one in _every_classifier():
        x = np.array(EXAMPLES, dtype=np.float64)
        above = one.above_floor(EXAMPLES)
        law = above[-1] * (x / x[-1]) ** one.exponent
        series = _zipf(one)
        first = _first_asymptotic(one)
        yield _curve("classifier", series, "error", EXAMPLES, one.floor + above, one.floor + law, first)
        yield _curve("classifier", series, "above-floor", EXAMPLES, above, law, first)


def _every_classifier() -> Iterator[CountingClassifier]:
    """Classifiers that differ in Zipf's exponent, in its order."""
    for zipf in sorted((CLASSIFIER.zipf, *OTHER_ZIPF)):
        yield replace(CLASSIFIER, zipf=zipf)


def _zipf(classifier: CountingClassifier) -> str:
    return f"zipf-{classifier.zipf:g}"


def _first_asymptotic(classifier: CountingClassifier) -> float:
    return ASYMPTOTIC / classifier.most_frequent


def _curve(
    group: str, setting: str, series: str, x: Sequence[int], y: FloatArray, law: FloatArray, first: float
) -> pd.DataFrame:
    sizes = np.array(x, dtype=np.float64)
    return pd.DataFrame(
        {"group": group, "setting": setting, "series": series, "x": sizes, "y": y, "law": law,
         "fitted": sizes >= first}
    )  # fmt: skip


def _region_table() -> pd.DataFrame:
    x = np.array(EXAMPLES, dtype=np.float64)
    y = CLASSIFIER.error(EXAMPLES)
    steepest = float(local_slopes(x, y)[0].min())
    found = []
    for name, (low, high) in find_regions(x, y).items():
        first, last = np.exp(np.interp(np.log([low, high]), np.log(x), np.log(y)))
        found.append(
            {"series": _zipf(CLASSIFIER), "region": name, "x_low": low, "x_high": high,
             "error_low": first, "error_high": last, "steepest_slope": steepest,
             "guess": CLASSIFIER.guess, "floor": CLASSIFIER.floor,
             "commonest": CLASSIFIER.most_frequent}
        )  # fmt: skip
    return pd.DataFrame(found)


def _coin_fits() -> Iterator[dict[str, Any]]:
    """The power law of each loss, and the final ratio of the L1 loss to its closed form."""
    for coin, p in COINS.items():
        for loss in LOSSES:
            yield from _power_law("counting-model", f"{coin}:{loss}", DRAWS, expected_loss(loss, p, DRAWS))
        last = DRAWS[-1:]
        ratio = float(expected_loss("l1", p, last)[0] / l1_closed_form(p, last)[0])
        yield fit_row("counting-model", f"{coin}:l1", "ratio-to-closed-form", ratio, points=1)


def _amari_fits(examples: Sequence[Example]) -> Iterator[dict[str, Any]]:
    """The constants of each type's law, and the exponent of the error above its known floor."""
    x = np.array(DRAWS, dtype=np.float64)
    for one in examples:
        fit = _fit(one.law, x, one.y)
        for name, value in fit.params.items():
            yield fit_row(
                one.law, one.learner, name, value, points=len(fit.points), warnings=fit.warnings
            )  # fmt: skip
        if one.floor:
            yield fit_row(one.law, one.learner, "known-floor", one.floor, points=1)
        yield from _power_law(f"{one.law}:exponent", one.learner, DRAWS, one.y - one.floor)


def _classifier_fits() -> Iterator[dict[str, Any]]:
    """The exponent above the known floor, once the commonest types are learnt, and that of theory."""
    for one in _every_classifier():
        metric, above = _zipf(one), one.above_floor(EXAMPLES)
        first = _first_asymptotic(one)
        yield from _power_law("counting-classifier:above-floor", metric, EXAMPLES, above, first)
        yield fit_row("counting-classifier:theory", metric, "beta_g", one.exponent, points=0)


def _region_fits() -> Iterator[dict[str, Any]]:
    """Quantities of the three regions of Fig 6, for the classifier that is cut into them."""
    metric, y = _zipf(CLASSIFIER), CLASSIFIER.error(EXAMPLES)
    x = np.array(EXAMPLES, dtype=np.float64)
    regions = find_regions(x, y)
    if SMALL in regions:
        inside = x <= regions[SMALL][1]
        lowest = float(y[inside].min()) / CLASSIFIER.guess
        yield fit_row(
            "regions:small-data", metric, "least-share-of-guess", lowest, points=int(inside.sum())
        )  # fmt: skip
    low, high = regions[POWER]
    inside = (low <= x) & (x <= high)
    yield fit_row(
        "regions:power-law", metric, "decades", float(np.log10(high / low)), points=int(inside.sum())
    )
    yield from _power_law("regions:power-law", metric, EXAMPLES, y, low, high)
    if IRREDUCIBLE in regions:
        inside = x >= regions[IRREDUCIBLE][0]
        last = float(y[-1]) / CLASSIFIER.floor
        yield fit_row("regions:irreducible", metric, "ratio-to-floor", last, points=int(inside.sum()))


def _power_law(
    law: str,
    metric: str,
    sizes: Sequence[int],
    error: FloatArray,
    first: float = FIRST_FITTED,
    last: float = np.inf,
) -> Iterator[dict[str, Any]]:
    """Rows of alpha, beta_g and R squared of alpha m^beta_g fitted from the first to the last size."""
    x = np.array(sizes, dtype=np.float64)
    fit = _fit("learning-curve", x, error, first, last)
    for name, value in {**fit.params, "r_squared": fit.r_squared}.items():
        yield fit_row(law, metric, name, value, points=len(fit.points), warnings=fit.warnings)


def _fit(law: str, x: FloatArray, y: FloatArray, first: float = FIRST_FITTED, last: float = np.inf) -> Fit:
    """Least squares on the logarithm between two sizes, ends included."""
    inside = (first <= x) & (x <= last)
    return Problem(law, Points(x[inside], y[inside])).fit()
