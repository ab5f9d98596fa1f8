"""Jobs as plain data and back."""

from collections.abc import Callable

import pytest

from scalinglaws.config.candidates import Candidates
from scalinglaws.config.canonical import canonical_json
from scalinglaws.config.job import Job, job_from_plain, job_to_plain
from scalinglaws.config.spec import RunSpec

MakeSpec = Callable[..., RunSpec]


def jobs(make_spec: MakeSpec) -> list[Job]:
    grid = tuple(
        make_spec(subset={"examples": size, "seed": seed}, seed=seed, learning_rate="searched")
        for size in (40, 8)
        for seed in (1, 0)
    )
    search = tuple(make_spec(learning_rate=rate) for rate in (0.1, 0.2))
    return [
        Job(study="paper/one", name="a", phase="grid", runs=grid),
        Job(
            study="paper/one",
            name="b",
            phase="search",
            runs=search,
            candidates=Candidates(learning_rates=(0.1, 0.2), metric="cross_entropy"),
        ),
        Job(study="paper/one", name="c", phase="grid", runs=grid[:1]),
        # A block that only some runs have beyond its defaults is not shared.
        Job(study="paper/one", name="d", phase="grid", runs=(make_spec(), make_spec(optimiser={}))),
    ]


@pytest.mark.parametrize("number", range(4))
def test_round_trip(make_spec: MakeSpec, number: int) -> None:
    job = jobs(make_spec)[number]
    plain = job_to_plain(job)
    canonical_json(plain)  # it is plain data
    assert job_from_plain(plain) == job
    assert [run.id for run in job_from_plain(plain).runs] == [run.id for run in job.runs]


def test_what_all_runs_share_stands_once(make_spec: MakeSpec) -> None:
    runs = job_to_plain(jobs(make_spec)[0])["runs"]
    assert {key.partition(".")[0] for key in runs["shared"]} == {
        *("task", "data", "model", "learning_rate", "optimiser", "budget")
    }
    assert runs["values"] == {"seed": [1, 0], "subset.examples": [40, 8], "subset.seed": [1, 0]}
    assert runs["rows"] == [[0, 0, 0], [1, 0, 1], [0, 1, 0], [1, 1, 1]]


def test_a_thousand_runs_are_one_argument_of_a_command(make_spec: MakeSpec) -> None:
    runs = tuple(
        make_spec(subset={"examples": size, "seed": seed}, seed=seed, learning_rate="searched")
        for size in range(10, 50)
        for seed in range(25)
    )
    job = Job(study="paper/one", name="large", phase="grid", runs=runs)
    assert len(canonical_json(job_to_plain(job))) < 2**17 / 8  # Linux allows 2**17 bytes
    assert job_from_plain(job_to_plain(job)) == job


def test_seeds_of_the_shuffles(make_spec: MakeSpec) -> None:
    assert jobs(make_spec)[0].seeds == (0, 1)
