"""The exponents of all domains of Hestness et al. 2017 beside the published ones, and what they would imply.

The follow-up (Hestness, Ardalani & Diamos 2019) asks what a desired error would take: r = (state of the art /
desired error)^(1/|beta_g|) times the data of the state of the art, and r^beta_p times its parameters. Here
the same is computed with the exponents measured at this scale. It is not a forecast; it shows how much
depends on an exponent.
"""

from collections.abc import Iterator
from math import exp, inf, isnan, log, nan
from typing import Any

import pandas as pd

from scalinglaws.claims.constant import Constant
from scalinglaws.claims.verdict import Verdict
from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.fitting.uncertainty.mover import ratio
from scalinglaws.papers.hestness_2017.analyses import projections as hestness_projections
from scalinglaws.papers.hestness_2017.constants.hestness_2017 import EXPONENTS, USUAL
from scalinglaws.papers.hestness_2017.constants.hestness_2019 import DOMAINS, Domain
from scalinglaws.tables.analysis import fit_row, fit_table
from scalinglaws.tables.inputs import Inputs
from scalinglaws.tables.study import CURVE, GROWTH, TrainedStudy
from scalinglaws.tables.value import MISSING, Value
from scalinglaws.tasks.core.metrics import metric_title

TABLES = ("summary", "implications", "fits")
STUDIES = True
RESAMPLED = True

FOLLOW_UP = {
    "words": "word_lm",
    "characters": "char_lm",
    "translation": "nmt",
    "speech": "speech",
    "image": "image",
}
"""The follow-up's name of a domain, by the first word of a study's name; the metric is the study's first."""
RATIOS = ("data_ratio", "model_ratio")
DISAGREES = "the follow-up's number does not follow from its exponents"
STRAIGHT = (0.0, 0.02)
"""The bend of a straight curve as a share of its fall, as in the claims; the paper gives no number."""
USUAL_RANGE = (USUAL[0].value, USUAL[1].value)
MIN_POINTS = 5
"""Fewest points of a verdict, as in the claims."""
MOST_LOG = 700.0  # exp of more overflows

Row = dict[str, Any]


def analyse(inputs: Inputs, spec: AnalysisSpec) -> dict[str, pd.DataFrame]:
    """Gather the exponents, and answer the follow-up's question for each study.

    Tables:
        summary: exponents with intervals beside the published ones, and what they are based on; the exponent
            of the best-fit model's size is in the row of the metric that chooses it. `straight` and `usual`
            say whether the curve is straight in log-log, and its exponent in the paper's usual range.
        implications: how many times more data and parameters the desired errors take;
            `printed_<ratio>_agrees` says whether the follow-up's number follows from its exponents within
            rounding.
        fits: `learning-curve` and `model-size` with metrics `<study>/<metric>`; of the
            first metrics of all studies, `learning-curve:all-domains` with the steepest and the flattest
            exponent; `implication` with the metric `<study>`.
    """
    every = list(inputs.studies.values())
    projections = hestness_projections.analyse(Inputs(), spec)["projections"]
    implied = [row for study in every for row in _implications(study, projections)]
    return {
        "summary": pd.DataFrame([row for study in every for row in _summary(study)]),
        "implications": pd.DataFrame(implied, columns=IMPLICATIONS),
        "fits": fit_table([*_exponents(every), *_extremes(every), *_implied_fits(every, implied)]),
    }


def _summary(study: TrainedStudy) -> Iterator[Row]:
    facts, published = study.facts, EXPONENTS.get(study.name)
    censored, sizes = study.censored()
    for metric in facts.fit.metrics:
        ours = study.value(CURVE, metric, "beta_g")
        theirs = published.beta_g.get(metric) if published else None
        grown = metric == study.size_metric
        growth = study.growth if grown else MISSING
        bend = study.value(f"{CURVE}:straightness", metric, "bend")
        points = study.points(CURVE, metric, "beta_g")
        published_growth = published.beta_p if published and grown else None
        yield {
            "study": study.name, "domain": facts.domain, "family": facts.family, "optimiser": facts.optimiser,
            "data": study.manifest["title"], "unit": study.unit,
            "metric": metric, "metric_title": metric_title(study.manifest, metric),
            "first": metric == study.metric,
            "beta_g": ours.value, "beta_g_low": ours.low, "beta_g_high": ours.high,
            "r_squared": study.value(CURVE, metric, "r_squared").value,
            "points": points,
            **_evidence(study, metric),
            "bend": bend.value, "bend_low": bend.low, "bend_high": bend.high,
            "straight": _verdict(bend, points, STRAIGHT), "usual": _verdict(ours, points, USUAL_RANGE),
            "decades": study.decades(), "decades_in_region": study.decades(fitted=True),
            "beta_p": growth.value, "beta_p_low": growth.low, "beta_p_high": growth.high,
            "beta_p_points": study.points(GROWTH, study.size_metric, "beta_p"),
            "sizes": sizes, "censored": censored, "censored_share": censored / sizes if sizes else nan,
            **_published("beta_g", theirs), **_published("beta_p", published_growth),
        }  # fmt: skip


def _evidence(study: TrainedStudy, metric: str) -> Row:
    """What the exponent rests on: counts of subsets and points, and how straight the curve is."""
    names = (
        "subsets",
        "converged",
        "fitted",
        "interior",
        "largest",
        "lack_of_fit",
        "p_value",
        "without_last",
    )
    rows = study.evidence[study.evidence.metric == metric]
    return {name: nan if rows.empty else rows[name].iloc[0] for name in names}


def _verdict(value: Value, points: int, inside: tuple[float, float]) -> Verdict:
    """Whether an interval is in a range, as claims are judged."""
    if points < MIN_POINTS or isnan(value.value) or isnan(value.low) or isnan(value.high):
        return Verdict.NOT_TESTABLE
    low, high = inside
    if low <= value.low and value.high <= high:
        return Verdict.REPRODUCED
    return Verdict.INCONCLUSIVE if value.low <= high and low <= value.high else Verdict.NOT_REPRODUCED


def _published(name: str, constant: Constant | None) -> Row:
    if constant is None:
        return {f"published_{name}": nan, f"published_{name}_certainty": "", f"published_{name}_source": ""}
    return {
        f"published_{name}": constant.value,
        f"published_{name}_certainty": constant.certainty,
        f"published_{name}_source": constant.source,
    }


IMPLICATIONS = [
    "study", "domain", "family", "metric", "error_unit", "sota", "desired",
    "beta_g", "beta_p", "data_ratio", "data_ratio_low", "data_ratio_high",
    "model_ratio", "model_ratio_low", "model_ratio_high",
    "printed_beta_g", "printed_beta_p", "printed_data_ratio", "printed_model_ratio",
    "printed_data_ratio_agrees", "printed_model_ratio_agrees", "source",
]  # fmt: skip


def _implications(study: TrainedStudy, projections: pd.DataFrame) -> Iterator[Row]:
    name = FOLLOW_UP.get(study.name.split("-")[0])
    for domain in DOMAINS:
        if domain.name != name:
            continue
        data, model = factors(domain, study.exponent, study.growth)
        agrees = projections[projections.domain == name].set_index("quantity").agrees
        yield {
            "study": study.name, "domain": study.facts.domain, "family": study.facts.family,
            "metric": study.metric, "error_unit": domain.error_unit,
            "sota": domain.sota.value, "desired": domain.desired.value,
            "beta_g": study.exponent.value, "beta_p": study.growth.value,
            "data_ratio": data.value, "data_ratio_low": data.low, "data_ratio_high": data.high,
            "model_ratio": model.value, "model_ratio_low": model.low, "model_ratio_high": model.high,
            "printed_beta_g": domain.beta_g.value, "printed_beta_p": domain.beta_p.value,
            "printed_data_ratio": domain.data_ratio.value, "printed_model_ratio": domain.model_ratio.value,
            **{f"printed_{ratio}_agrees": bool(agrees[ratio]) for ratio in RATIOS},
            "source": domain.data_ratio.source,
        }  # fmt: skip


def factors(domain: Domain, beta_g: Value, beta_p: Value) -> tuple[Value, Value]:
    """How many times more data and parameters the desired error takes, with intervals from the exponents'.

    An exponent whose interval reaches 0 makes the factor unbounded. The interval of the model's factor treats
    the two exponents as independent, which is not quite true within one grid of runs.
    """
    steps = log(domain.sota.value / domain.desired.value)
    steepness = beta_g.negated
    if not steepness.value > 0:
        return MISSING, MISSING
    low, high = steepness.low, steepness.high
    data = Value(
        _exp(steps / steepness.value),
        _exp(steps / high) if high == high else nan,
        (_exp(steps / low) if low > 0 else inf) if low == low else nan,
    )
    share = ratio(beta_p, steepness)
    if beta_p.known and steepness.known and steepness.low <= 0 < beta_p.value:
        share = Value(share.value, nan, inf)
    return data, Value(*(_exp(steps * part) for part in (share.value, share.low, share.high)))


def _exp(x: float) -> float:
    return inf if x > MOST_LOG else exp(x)


def _exponents(every: list[TrainedStudy]) -> Iterator[Row]:
    for study in every:
        for metric in study.facts.fit.metrics:
            for name in ("beta_g", "r_squared"):
                yield _row(study, CURVE, metric, name)
        yield _row(study, GROWTH, study.size_metric, "beta_p")


def _row(study: TrainedStudy, law: str, metric: str, name: str) -> Row:
    value = study.value(law, metric, name)
    return fit_row(
        law, f"{study.name}/{metric}", name, value.value, (value.low, value.high),
        level=study.facts.fit.level,
        points=study.points(law, metric, name), warnings=study.warnings(law, metric, name),
    )  # fmt: skip


def _extremes(every: list[TrainedStudy]) -> Iterator[Row]:
    """The steepest and the flattest exponent: smallest and largest of the values, and of the ends."""
    known = [study for study in every if study.exponent.known]
    if not known:
        return
    values = [study.exponent for study in known]
    points = min(study.points(CURVE, study.metric, "beta_g") for study in known)
    absent = tuple(f"{study.name} has no interval" for study in every if study not in known)
    for name, end in (("steepest", min), ("flattest", max)):
        value, low, high = (
            end(part) for part in zip(*((v.value, v.low, v.high) for v in values), strict=True)
        )
        yield fit_row(
            f"{CURVE}:all-domains", "first-metrics", name, value, (low, high),
            level=min(study.facts.fit.level for study in known), points=points, warnings=absent,
        )  # fmt: skip


def _implied_fits(every: list[TrainedStudy], implied: list[Row]) -> Iterator[Row]:
    studies = {study.name: study for study in every}
    for row in implied:
        study = studies[row["study"]]
        for name in RATIOS:
            yield fit_row(
                "implication", study.name, name, row[name], (row[f"{name}_low"], row[f"{name}_high"]),
                level=study.facts.fit.level, points=study.points(CURVE, study.metric, "beta_g"),
                warnings=() if row[f"printed_{name}_agrees"] else (DISAGREES,),
            )  # fmt: skip
