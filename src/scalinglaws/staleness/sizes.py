"""Checks subsets against the data sets that are prepared already, before anything is trained."""

from collections.abc import Iterable
from pathlib import Path

from scalinglaws.config.plan import Plan
from scalinglaws.data.size import check_size
from scalinglaws.staleness.steps import Step


def check_sizes(work: Plan, every: Iterable[Step], stale: Iterable[Step]) -> None:
    """Check the data sets that are up to date; the others are checked when they are prepared.

    Args:
        work: the plan.
        every: its steps.
        stale: those that are done again.

    Raises:
        DataError: a study asks for a larger subset than there are examples.
    """
    again = {step.made_of for step in stale}
    for step in every:
        manifest = Path(step.outputs.get("manifest", [""])[0])
        if step.stage == "data" and step.made_of not in again and manifest.is_file():
            check_size(manifest, *work.largest(step.name))
