"""Jobs of tiny runs, and real processes that train them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config.job import Job, Search
from scalinglaws.config.spec import RunSpec, identity
from unit.training.faults.stage import MakeStage, Results, Stage, Undisturbed

MakeJob = Callable[..., Job]


@pytest.fixture(scope="session")
def known() -> dict[str, Results]:
    """What jobs give, by their JSON: the made-up data are the same in all tests."""
    return {}


@pytest.fixture
def make_job(make_spec: Callable[..., RunSpec]) -> MakeJob:
    """A job of so many runs of at most so many steps, each with its own subset, seed and learning rate.

    Other blocks of their specs, the same for all, may be given, and candidates among which the job searches
    their learning rate.
    """

    def make(
        runs: int = 6,
        steps: int = 300,
        patience: int | None = 8,
        rate: float = 0.01,
        first: int = 4,
        candidates: Sequence[float] = (),
        **blocks: Any,
    ) -> Job:
        specs = tuple(
            make_spec(
                **{
                    "subset": {"examples": 8 + 4 * (number % 8), "seed": number % 2},
                    "learning_rate": rate * (1 + number),
                    "duration": {"steps": steps},
                    "stopping": {"patience": patience} if patience else None,
                    "evaluation": {"first": first, "ratio": 1.15},
                    "seed": number,
                    **blocks,
                }
            )
            for number in range(runs)
        )
        if not candidates:
            return Job(study="paper/one", name="job", runs=specs)
        plain = [identity(spec) for spec in specs]
        tried = [make_spec(**{**plain[i], "learning_rate": each}) for i in (0, 2) for each in candidates]
        search = Search(runs=tuple(tried), metric="cross_entropy", score="minimum")
        runs = tuple(make_spec(**{**each, "learning_rate": "searched"}) for each in plain)
        return Job(study="paper/one", name="job", runs=runs, search=search)

    return make


@pytest.fixture
def make_stage(prepared: Path) -> MakeStage:
    """The stage on a job, in a folder of its own."""

    def make(job: Job, name: str = "made") -> Stage:
        return Stage(prepared, job, name)

    return make


@pytest.fixture
def undisturbed(make_stage: MakeStage, known: dict[str, Results]) -> Undisturbed:
    """The results of a job that nothing happens to."""

    def results(job: Job) -> Results:
        key = job.model_dump_json()
        if key not in known:
            known[key] = make_stage(job, "undisturbed").done()
        return known[key]

    return results
