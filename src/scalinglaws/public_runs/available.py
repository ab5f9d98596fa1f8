"""What of a plan can be done with the public run data that are here: a look at a few places, no network."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from scalinglaws.config.plan import AnalysisPlan, Plan
from scalinglaws.config.scale import Scale
from scalinglaws.public_runs.published_set import MIRROR, PublishedSet, folders, published_set

LEFT_OUT = "is left out: "
"""What a line about something that is left out says."""


def missing(work: Plan) -> tuple[PublishedSet, ...]:
    """The sets of public run data that a plan needs and that are neither in a folder nor already a table."""
    tables = Path("results") / work.config.name / "published"
    sets = (published_set(name) for name in work.published)
    return tuple(data for data in sets if not _is_here(data, work.config.scale, tables))


def available(work: Plan) -> tuple[Plan, tuple[str, ...]]:
    """The plan without the analyses whose data are missing, and a line for each figure left out by it."""
    gone = {data.name: data for data in missing(work)}
    possible = tuple(plan for plan in work.analyses if not gone.keys() & set(plan.study.published))
    lines = [
        line
        for plan in work.analyses
        if plan not in possible
        for line in _left_out(plan, [gone[name] for name in plan.study.published if name in gone], work)
    ]
    return replace(work, analyses=possible), tuple(lines)


def _is_here(data: PublishedSet, scale: Scale, tables: Path) -> bool:
    made = all((tables / f"{data.name}.{ending}").is_file() for ending in ("csv", "json"))
    return made or data.find(folders(scale.locations.get(data.name), scale.archives)) is not None


def _left_out(plan: AnalysisPlan, gone: list[PublishedSet], work: Plan) -> Iterator[str]:
    sets = ", ".join(data.name for data in gone)
    files = ", ".join(name for data in gone for name in data.forms[0])
    remedy = (
        f"its public run data ({sets}) are not here. `make replicate` fetches them where there is a network; "
        f"or put {files} into {work.config.scale.archives}, or into a folder named by {MIRROR} or under "
        "`locations` in the scale file"
    )
    for figure in plan.study.figures:
        yield f"figure {plan.study.paper}/{figure.name} {LEFT_OUT}{remedy}"
    if not plan.study.figures:
        yield f"study {plan.study.study} {LEFT_OUT}{remedy}"
