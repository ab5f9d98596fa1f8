"""Fetch the public run data that a plan needs and that are not here, before anything starts."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from scalinglaws.config.plan import Plan
from scalinglaws.errors import DataError
from scalinglaws.public_runs.available import missing
from scalinglaws.public_runs.published_set import PublishedSet

SECONDS = 5.0
"""How long to wait for an answer: without a network, the rest should start soon."""


def fetch_missing(work: Plan) -> None:
    """Fetch what is missing, all at once, and say so; what cannot be had is said, and is no error."""
    sets, folder = missing(work), work.config.scale.archives
    if not sets:
        return
    for data in sets:
        print(
            f"fetching {data.name} ({', '.join(data.forms[0])}) from {data.address} into {folder}", flush=True
        )
    with ThreadPoolExecutor(len(sets)) as pool:
        for problem in filter(None, pool.map(partial(_problem, folder), sets)):
            print(problem, flush=True)


def _problem(folder: Path, data: PublishedSet) -> str:
    """Fetch one set; why it could not be had, or nothing."""
    from scalinglaws.public_runs.fetch import (
        fetch,  # and the modules of a network client, which are seldom needed
    )

    try:
        fetch(data, folder, timeout=SECONDS, attempts=1)
    except DataError as error:
        return str(error)
    return ""
