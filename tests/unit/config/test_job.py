"""Jobs in a file, and what tells one job from another."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scalinglaws.config.job import Job, Search, read_job, write_jobs
from scalinglaws.config.spec import RunSpec, identity
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
            "duration": {"steps": 6},
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
    return Job(study="paper/one", name="a", runs=tuple(runs))


@pytest.fixture
def search(make_spec: MakeSpec) -> Job:
    subset = {"examples": 20, "seed": 2}
    runs = tuple(make_spec(learning_rate=rate, subset=subset) for rate in (0.1, 0.2))
    return Job(study="paper/one", name="b", search=Search(runs=runs, metric="cross_entropy", score="minimum"))


@pytest.fixture
def both(grid: Job, search: Job) -> Job:
    """A job that searches the learning rate of its runs."""
    return grid.model_copy(update={"name": "c", "search": search.search})


def test_jobs_are_read_as_they_were_written(grid: Job, search: Job, both: Job, tmp_path: Path) -> None:
    path = tmp_path / "jobs.json"
    write_jobs(path, [grid, search, both])
    for job in (grid, search, both):
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


def test_a_hash_tells_runs_their_order_and_the_search_apart(both: Job, make_spec: MakeSpec) -> None:
    assert both.search is not None
    changes: list[dict[str, object]] = [
        {"runs": both.runs[::-1]},
        {"runs": both.runs[1:]},
        {"runs": (*both.runs[1:], make_spec(duration={"steps": 7}))},
        {"search": None},
        {"search": both.search.model_copy(update={"runs": both.search.runs[1:]})},
        {"search": both.search.model_copy(update={"metric": "top1_error"})},
        {"search": both.search.model_copy(update={"score": "final"})},
        {"search": both.search.model_copy(update={"widenings": 2})},
    ]
    others = [both.model_copy(update=change) for change in changes]
    assert len({both.hash, *(job.hash for job in others)}) == 1 + len(changes)
    assert Job.model_validate(identity(both)).hash == both.hash


def test_the_summary_names_each_value_of_a_setting_once(grid: Job) -> None:
    assert grid.summary["runs"] == [run.id for run in grid.runs]
    settings = grid.summary["settings"]
    assert settings["subset.examples"] == [8, 40]
    assert settings["seed"] == settings["subset.seed"] == [0, 1]
    assert settings["duration.steps"] == 6
    assert settings["model.options.width"] == 2
    assert "optimiser.momentum" not in settings  # a default


def test_a_list_is_one_value_of_a_setting(grid: Job, make_spec: MakeSpec) -> None:
    schedule = {"decay": "multistep", "at": [{"share": 0.5}, {"share": 0.75}]}
    optimisers = [{"name": "adam", "betas": [0.9, second]} for second in (0.95, 0.99)]
    runs = tuple(make_spec(schedule=schedule, optimiser=optimiser) for optimiser in optimisers)
    settings = grid.model_copy(update={"runs": runs}).summary["settings"]
    assert settings["schedule.at"] == '[{"share":0.5},{"share":0.75}]'
    assert settings["optimiser.betas"] == ["[0.9,0.95]", "[0.9,0.99]"]


def test_the_summary_has_the_settings_of_the_search_as_a_study_file_calls_them(grid: Job, both: Job) -> None:
    summary = both.summary
    assert both.search is not None
    assert summary["search"] == {
        "metric": "cross_entropy",
        "score": "minimum",
        "widenings": 3,
        "runs": [run.id for run in both.search.runs],
    }
    found = {key: value for key, value in summary["settings"].items() if key not in grid.summary["settings"]}
    assert found == {
        "learning_rate.search": [0.1, 0.2],
        "learning_rate.at": 20,
        "learning_rate.seed": 0,
        "learning_rate.metric": "cross_entropy",
        "learning_rate.widenings": 3,
        "score": "minimum",
    }
    assert summary == json.loads(json.dumps(summary))  # as it comes back from a file


def test_what_is_planned_and_what_is_read(grid: Job, search: Job, both: Job) -> None:
    assert search.search is not None
    assert both.planned == (*search.search.runs, *grid.runs)
    assert [job.reads_choice for job in (grid, search, both)] == [True, False, False]


def test_a_changed_copy_of_a_run_has_its_own_id(make_spec: MakeSpec) -> None:
    run = make_spec(seed=0)
    assert run.id == make_spec(seed=0).id
    assert run.model_copy(update={"seed": 1}).id == make_spec(seed=1).id


def test_seeds_of_the_shuffles(grid: Job, both: Job) -> None:
    assert grid.seeds == (0, 1)
    assert both.seeds == (0, 1, 2)
