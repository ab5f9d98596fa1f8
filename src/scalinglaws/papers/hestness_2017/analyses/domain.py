"""One domain of Hestness et al. 2017: its families of models side by side, as in Figs 1, 2, 3 and 5.

The paper finds that architectures and optimisers of one domain share the exponent of the learning curve and
differ in their offset. Here each study is compared with the first one: the exponents of the learning curves
as a ratio, those of model growth as a difference, with intervals from those of the two fits
(`fitting/uncertainty/mover.py`). Models of one size each get a power law with a floor, as in Fig 1 left.
"""

from collections.abc import Iterator, Mapping
from math import nan
from typing import Any

import pandas as pd

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.fitting.uncertainty.mover import difference, ratio
from scalinglaws.papers.hestness_2017.analyses._fixed_sizes import FixedSizes, fit_all
from scalinglaws.tables.analysis import fit_row, fit_table
from scalinglaws.tables.inputs import Inputs
from scalinglaws.tables.study import CURVE, GROWTH, TrainedStudy
from scalinglaws.tables.value import Value
from scalinglaws.tasks.core.metrics import metric_title

TABLES = (
    "studies", "best", "scores", "bands", "evidence", "fits", "comparisons", "fixed", "fixed_points",
    "fixed_lines",
)  # fmt: skip
STUDIES = True
RESAMPLED = True

RATIO, DIFFERENCE = f"{CURVE}:ratio", f"{GROWTH}:difference"
OPEN = "an exponent's interval reaches 0, which leaves the ratio open"

Row = dict[str, Any]


def analyse(inputs: Inputs, spec: AnalysisSpec) -> dict[str, pd.DataFrame]:
    """Gather the studies' tables and compare their exponents.

    Tables:
        studies: one row per study: what it is, the unit of its data, the metric it is about, the scale.
        best, scores, bands, evidence: those of the studies, with the columns study and family added in front.
        fits: the same, with metrics named `<study>/<metric>`; then what follows from several fits:
            `learning-curve:ratio` and `model-size:difference` with metrics
            `<study>/<first study>/<metric>`, and laws of models of one size (see `_fixed_sizes.py`).
        comparisons: one row per study and quantity, for reading.
        fixed, fixed_points, fixed_lines: models of one size: laws, what they are fitted to, and curves.
    """
    every = list(inputs.studies.values())
    fixed = {study.name: fit_all(study) for study in every}
    return {
        "studies": pd.DataFrame([{**_about(study), "scale": spec.scale} for study in every]),
        **{name: _gathered(every, name) for name in ("best", "scores", "bands", "evidence")},
        "fits": _fits(every, fixed),
        "comparisons": pd.DataFrame([row for study in every for row in _comparisons(study, every[0])]),
        "fixed": pd.concat([part.laws for part in fixed.values()], ignore_index=True),
        "fixed_points": pd.concat([part.points for part in fixed.values()], ignore_index=True),
        "fixed_lines": pd.concat([part.lines for part in fixed.values()], ignore_index=True),
    }


def _about(study: TrainedStudy) -> Row:
    facts = study.facts
    return {
        "study": study.name, "family": facts.family, "domain": facts.domain, "optimiser": facts.optimiser,
        "data": study.manifest["title"], "unit": study.unit, "metric": study.metric,
        "metric_title": metric_title(study.manifest, study.metric), "size_metric": study.size_metric,
        "region_low": facts.fit.region[0], "region_high": facts.fit.region[1],
    }  # fmt: skip


def _named(frame: pd.DataFrame, study: TrainedStudy) -> pd.DataFrame:
    named = frame.copy()
    named.insert(0, "study", study.name)
    named.insert(1, "family", study.facts.family)
    return named


def _gathered(every: list[TrainedStudy], name: str) -> pd.DataFrame:
    return pd.concat([_named(getattr(study, name), study) for study in every], ignore_index=True)


def _fits(every: list[TrainedStudy], fixed: Mapping[str, FixedSizes]) -> pd.DataFrame:
    parts = []
    for study in every:
        own = study.fits.assign(metric=f"{study.name}/" + study.fits.metric)
        derived = fit_table([*_claimed(study, every[0]), *fixed[study.name].claims])
        parts += [_named(part, study) for part in (own, derived) if len(part)]
    return pd.concat(parts, ignore_index=True)


def exponent_ratios(study: TrainedStudy, first: TrainedStudy) -> Iterator[tuple[str, Value]]:
    """Exponent of the learning curve over that of another study, for each metric that both have."""
    for metric in study.facts.fit.metrics:
        if study is not first and metric in first.facts.fit.metrics:
            ours, theirs = (each.value(CURVE, metric, "beta_g") for each in (study, first))
            yield metric, ratio(ours.negated, theirs.negated)


def _claimed(study: TrainedStudy, first: TrainedStudy) -> Iterator[Row]:
    """Comparisons with the first study as rows of fits."""
    level = study.facts.fit.level
    for metric, value in exponent_ratios(study, first):
        pair = (study, first)
        warnings = [text for each in pair for text in each.warnings(CURVE, metric, "beta_g")]
        if value.value == value.value and not value.known:
            warnings.append(OPEN)
        yield fit_row(
            RATIO, f"{study.name}/{first.name}/{metric}", "beta_g", value.value, (value.low, value.high),
            level=level, points=min(each.points(CURVE, metric, "beta_g") for each in pair), warnings=warnings,
        )  # fmt: skip
    if study is not first:
        value = difference(study.growth, first.growth)
        grown = [(each, each.size_metric) for each in (study, first)]
        yield fit_row(
            DIFFERENCE, f"{study.name}/{first.name}/{study.size_metric}", "beta_p", value.value,
            (value.low, value.high), level=level,
            points=min(each.points(GROWTH, metric, "beta_p") for each, metric in grown),
            warnings=[text for each, metric in grown for text in each.warnings(GROWTH, metric, "beta_p")],
        )  # fmt: skip


def _comparisons(study: TrainedStudy, first: TrainedStudy) -> Iterator[Row]:
    """How the studies differ, and how much each of them can show."""
    censored, sizes = study.censored()
    quantities: list[tuple[str, str, Value]] = [
        *(("ratio of exponents", metric, value) for metric, value in exponent_ratios(study, first)),
        *([("difference of exponents of model growth", study.size_metric,
            difference(study.growth, first.growth))] if study is not first else []),
        *(("R squared", name, study.value(CURVE, name, "r_squared")) for name in study.facts.fit.metrics),
        ("decades of data", "", _exact(study.decades())),
        ("decades of data in the region", "", _exact(study.decades(fitted=True))),
        ("best-fit sizes in the region", study.size_metric, _exact(sizes)),
        ("of these censored", study.size_metric, _exact(censored)),
        ("share censored", study.size_metric, _exact(censored / sizes if sizes else nan)),
    ]  # fmt: skip
    for quantity, metric, value in quantities:
        yield {
            "study": study.name, "family": study.facts.family, "reference": first.name, "metric": metric,
            "quantity": quantity, "value": value.value, "low": value.low, "high": value.high,
        }  # fmt: skip


def _exact(value: float) -> Value:
    return Value(value, value, value)
