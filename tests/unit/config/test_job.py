"""Jobs in a file, and what tells one job from another."""

from collections.abc import Callable
from pathlib import Path

import pytest
from scalinglaws.config.candidates import Candidates

from scalinglaws.config.job import Job, read_job, write_jobs
from scalinglaws.config.spec import RunSpec
from scalinglaws.errors import ConfigError

MakeSpec = Callable[..., RunSpec]


@pytest.fixture
def make_spec() -> MakeSpec:
    def make(**changes: object) -> RunSpec:
        spec = {
            "task": "image-classification",
            "data": {"source": "cifar"},
            "subset": {"examples": 8, "seed": 0},
            "model": {"family": "resnet", "options": {"width": 2}},
            "learning_rate": 0.05,
            "budget": {"steps": 6},
            "seed": 0,
        }
        return RunSpec.model_validate({**spec, **changes})

    return make


@pytest.fixture
def grid(make_spec: MakeSpec) -> Job:
    runs = [
        make_spec(subset={"examples": size, "seed": seed}, seed=seed, learning_rate="searched")
        for size in (40, 8)
        for seed in (1, 0)
    ]
    return Job(study="paper/one", name="a", phase="grid", runs=tuple(runs))


@pytest.fixture
def search(make_spec: MakeSpec) -> Job:
    rates = (0.1, 0.2)
    return Job(
        study="paper/one",
        name="b",
        phase="search",
        runs=tuple(make_spec(learning_rate=rate) for rate in rates),
        candidates=Candidates(learning_rates=rates, metric="cross_entropy"),
    )


def test_jobs_are_read_as_they_were_written(grid: Job, search: Job, tmp_path: Path) -> None:
    path = tmp_path / "jobs.json"
    write_jobs(path, [grid, search])
    for job in (grid, search):
        assert read_job(path, job.name, job.hash) == job


def test_a_job_that_is_not_the_one_asked_for_is_an_error(grid: Job, tmp_path: Path) -> None:
    path = tmp_path / "jobs.json"
    write_jobs(path, [grid])
    with pytest.raises(ConfigError, match=f"{path}: the job a has the hash .* was edited"):
        read_job(path, "a", "0123456789abcdef")
    with pytest.raises(ConfigError, match=f"{path}: the job b cannot be read"):
        read_job(path, "b", grid.hash)
    path.unlink()
    with pytest.raises(ConfigError, match=f"{path}: the job a cannot be read"):
        read_job(path, "a", grid.hash)


def test_a_hash_tells_runs_their_order_and_candidates_apart(
    grid: Job, search: Job, make_spec: MakeSpec
) -> None:
    assert search.candidates is not None
    others = [
        grid.model_copy(update={"runs": grid.runs[::-1]}),
        grid.model_copy(update={"runs": grid.runs[1:]}),
        grid.model_copy(update={"runs": (*grid.runs[1:], make_spec(budget={"steps": 7}))}),
        search,
        search.model_copy(update={"candidates": Candidates(learning_rates=(0.1, 0.2), metric="top1_error")}),
    ]
    assert len({grid.hash, *(job.hash for job in others)}) == 6
    assert Job.model_validate(grid.model_dump()).hash == grid.hash


def test_the_summary_names_each_value_of_a_setting_once(grid: Job) -> None:
    assert grid.summary["runs"] == [run.id for run in grid.runs]
    settings = grid.summary["settings"]
    assert settings["subset.examples"] == [8, 40]
    assert settings["seed"] == settings["subset.seed"] == [0, 1]
    assert settings["budget.steps"] == 6
    assert settings["model.options.width"] == 2
    assert "optimiser.momentum" not in settings  # a default


def test_seeds_of_the_shuffles(grid: Job) -> None:
    assert grid.seeds == (0, 1)
