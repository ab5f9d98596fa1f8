"""Checks claims against the studies that they are about, as far as these say beforehand what they measure.

A claim about a law or metric that exists, but that the study does not fit at present, is allowed: it is not
testable. A name that does not exist is an error.
"""

from collections.abc import Iterator

from scalinglaws.claims.claim import ChanceQuantity, Claim, FitQuantity, claims_of
from scalinglaws.config import plugins
from scalinglaws.config.fit import FitOptions
from scalinglaws.config.modules import LAWS, TASKS
from scalinglaws.config.plan import Plan, StudyPlan
from scalinglaws.config.reading.explain import unknown
from scalinglaws.errors import ConfigError

DERIVED = ("difference", "small-data", "straightness")
"""What follows from the fits of a law: exponents of two metrics compared, slopes below the region, and how
straight the points are."""
STRAIGHTNESS = ("lack-of-fit", "bend", "p-value", "aicc-floor", "aicc-break", "aicc-best-rival")


def check_claims(work: Plan) -> None:
    """Check all claims about the studies of a plan.

    Raises:
        ConfigError: a law, metric or parameter does not exist, an analysis makes no such table, or a claim
            is said to be judged by runs trained here where there are none.
    """
    for plan in work.studies:
        for claim in claims_of(plan.name):
            wrong = (
                _of_runs(claim, plan)
                if isinstance(plan.scaled.protocol, FitOptions)
                else _of_tables(claim, plan)
            )
            for key, problem in wrong:
                raise ConfigError(f"claim {claim.id}: quantity.{key}: {problem}")
            if claim.kind != "recomputed" and not (plan.grid or plan.reads):
                raise ConfigError(f"claim {claim.id}: kind: must be recomputed; its study trains nothing")
            if claim.kind != "trained" and plan.grid:
                raise ConfigError(f"claim {claim.id}: kind: must be trained; its study trains its runs")


def _of_tables(claim: Claim, plan: StudyPlan) -> Iterator[tuple[str, str]]:
    if claim.quantity.table not in plan.tables:
        yield (
            "table",
            f"{plan.study.protocol.name} makes no table of this name; allowed are {', '.join(plan.tables)}",
        )


def _of_runs(claim: Claim, plan: StudyPlan) -> Iterator[tuple[str, str]]:
    quantity = claim.quantity
    metrics: tuple[str, ...] = plugins.constant(TASKS, plan.grid.task, "METRICS") if plan.grid else ()
    if isinstance(quantity, ChanceQuantity):
        if quantity.metric not in metrics:
            yield "metric", unknown(quantity.metric, metrics)
        return
    law, _, derived = quantity.law.partition(":")
    if law not in plugins.declared(LAWS, "Law"):
        yield "law", unknown(law, plugins.declared(LAWS, "Law"))
    if derived and derived not in DERIVED:
        yield "law", f"nothing is derived as {derived!r}; allowed are {', '.join(DERIVED)}"
    compared = (quantity.metric or "").split("-") if derived == "difference" else (quantity.metric,)
    for metric in compared:
        if metric is not None and metric not in metrics:
            yield "metric", unknown(metric, metrics)
    yield from _of_a_fit(quantity, law, derived)


def _of_a_fit(quantity: FitQuantity, law: str, derived: str) -> Iterator[tuple[str, str]]:
    names = plugins.parts_of_laws(LAWS, "parameters").get(law)
    if names is None or "?" in names:
        return
    if derived == "small-data":
        names = ("slope", *(f"slope-{name}" for name in names))
    elif derived == "straightness":
        names = STRAIGHTNESS
    elif not derived:
        names = (*names, "r_squared")
    if quantity.parameter not in names:
        yield "parameter", unknown(quantity.parameter, names)
