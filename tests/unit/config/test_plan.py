"""From a config to jobs: what is trained together, in which order, and what a change renames."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config import plugins
from scalinglaws.config.analysis import PUBLIC_RUNS, AnalysisSpec, public_run_tables
from scalinglaws.config.fit import FitSpec
from scalinglaws.config.job import Job
from scalinglaws.config.plan import Plan, plan, training_modules
from scalinglaws.config.reading.load import load_config
from scalinglaws.fingerprint import module_hashes

WriteConfig = Callable[..., Path]
MODEL, SUBSET, SEED = (f"scales.laptop.runs.axes.{key}" for key in ("model", "subset.examples", "seed"))
CONFIG = Path(__file__).resolve().parents[3] / "config"


def plan_of(root: Path) -> Plan:
    return plan(load_config("laptop", root))


def text(job: Job) -> str:
    """What Snakemake compares to decide whether a job is stale."""
    return job.hash


def jobs(root: Path) -> dict[str, Job]:
    return {job.name: job for job in plan_of(root).jobs}


def test_a_job_per_architecture_begins_with_its_search(write_config: WriteConfig) -> None:
    found = plan_of(write_config(scale={"machine.workers": 1})).jobs
    assert [job.name for job in found] == ["resnet-depth14-width8", "resnet-width4"]
    for job in found:
        assert job.search is not None
        assert [run.learning_rate for run in job.search.runs] == [0.01, 0.02]
        assert (job.search.metric, job.search.score, job.search.widenings) == ("cross_entropy", "minimum", 3)
        assert {run.model.name for run in (*job.search.runs, *job.runs)} == {job.name}
        assert {run.learning_rate for run in job.runs} == {"searched"}


def test_a_search_has_a_job_of_its_own_where_its_runs_are_in_parts(write_config: WriteConfig) -> None:
    found = plan_of(write_config(scale={"machine.workers": 4})).jobs
    assert [job.name for job in found] == [
        "resnet-depth14-width8-search",
        "resnet-width4-search",
        "resnet-depth14-width8-part0",
        "resnet-depth14-width8-part1",
        "resnet-width4-part0",
        "resnet-width4-part1",
    ]
    search, grid = found[1], found[5]
    assert search.search is not None
    assert search.runs == ()
    assert {run.subset.examples for run in search.search.runs} == {100}
    assert grid.search is None
    assert [run.subset.examples for run in grid.runs] == [100, 10]
    assert {(run.seed, run.subset.seed, run.learning_rate) for run in grid.runs} == {(1, 1, "searched")}


def architectures(count: int) -> list[dict[str, Any]]:
    return [{"family": "resnet", "width": width} for width in range(1, count + 1)]


@pytest.mark.parametrize(
    ("models", "seeds", "workers", "parts"),
    [
        (5, 3, 2, 1),  # enough jobs for two workers, all seeds in each
        (1, 3, 1, 1),
        (1, 3, 2, 2),
        (1, 40, 4, 4),
        (3, 2, 64, 2),  # no more parts than seeds
        (3, 40, 4, 2),
        (2, 40, 64, 32),
        (13, 40, 64, 5),
        (40, 3, 8, 1),
    ],
)
def test_jobs_are_split_no_further_than_workers_need(
    write_config: WriteConfig, models: int, seeds: int, workers: int, parts: int
) -> None:
    grid = {MODEL: architectures(models), SEED: list(range(seeds))}
    root = write_config(study=grid, scale={"machine.workers": workers})
    found = [job for job in plan_of(root).jobs if job.runs]
    assert len(found) == models * parts
    assert len(found) < models + workers  # one for each worker, or one per architecture
    names = [f"resnet-width{width}" for width in range(models, 0, -1)]
    assert [job.name for job in found] == [
        name if parts == 1 else f"{name}-part{part}" for name in names for part in range(parts)
    ]
    for number, job in enumerate(found):
        order = [(-run.subset.examples, run.seed) for run in job.runs]
        assert order == sorted(order)
        assert len(order) == len(set(order))
        assert job.seeds == tuple(range(number % parts, seeds, parts))
        assert len(order) == 2 * len(job.seeds)  # runs of all sizes


def test_another_number_of_workers_changes_no_run(write_config: WriteConfig) -> None:
    seeds = {SEED: [0, 1, 2, 3]}

    def runs(workers: int) -> set[str]:
        (study,) = plan_of(write_config(study=seeds, scale={"machine.workers": workers})).studies
        return {run.id for run in study.runs}

    assert runs(1) == runs(2) == runs(64)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({SEED: [0, 1, 2]}, {SEED: [2, 0, 1]}),
        ({SUBSET: [10, 100]}, {SUBSET: [100, 10]}),
    ],
)
def test_the_order_in_the_file_is_of_no_account(
    write_config: WriteConfig, one: dict[str, Any], other: dict[str, Any]
) -> None:
    fixed = {"runs.learning_rate": 0.1}
    old, new = (jobs(write_config(study={**fixed, **changes})) for changes in (one, other))
    assert {name: text(job) for name, job in old.items()} == {name: text(job) for name, job in new.items()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (  # the same values at other keys; and equal within one run, but not within the study
            {"scales.laptop.runs.optimiser": {"momentum": 0.3, "averaging": 0.2}},
            {"scales.laptop.runs.optimiser": {"momentum": 0.2, "averaging": 0.3}},
        ),
        ({"runs.stopping.patience": 7, "runs.evaluation.first": 3},
         {"runs.stopping.patience": 3, "runs.evaluation.first": 7}),
    ],
    ids=["optimiser", "evaluation"],
)  # fmt: skip
def test_values_that_change_places_are_seen(
    write_config: WriteConfig, one: dict[str, Any], other: dict[str, Any]
) -> None:
    old, new = jobs(write_config(study=one)), jobs(write_config(study=other))
    assert old.keys() == new.keys()
    for name, job in old.items():
        assert text(job) != text(new[name])
        assert not every(job) & every(new[name])


def every(job: Job) -> set[str]:
    """The runs of a job and of its search."""
    return {run.id for run in (*job.runs, *(job.search.runs if job.search else ()))}


def test_an_option_of_one_architecture_changes_its_jobs_alone(write_config: WriteConfig) -> None:
    models = [{"family": "resnet", "width": 4}, {"family": "resnet", "width": 8, "depth": 20}]
    old, new = jobs(write_config()), jobs(write_config(study={MODEL: models}))
    for name in old.keys() & new.keys():
        assert text(old[name]) == text(new[name])
    assert {name.rpartition("-")[0] for name in old.keys() - new.keys()} == {"resnet-depth14-width8"}
    assert {name.rpartition("-")[0] for name in new.keys() - old.keys()} == {"resnet-depth20-width8"}


def test_a_fixed_learning_rate_needs_no_search(write_config: WriteConfig) -> None:
    found = plan_of(write_config(study={"runs.learning_rate": 0.1}))
    assert {job.search for job in found.jobs} == {None}
    assert {run.learning_rate for job in found.jobs for run in job.runs} == {0.1}
    assert found.studies[0].collect_spec["choices"] == []


@pytest.mark.parametrize("scale", ["smoke", "laptop"])
def test_no_run_is_twice_in_a_shipped_plan(scale: str) -> None:
    found = plan(load_config(scale, CONFIG))
    ids = [run.id for study in found.studies for run in study.runs]
    assert len(set(ids)) == len(ids) > 10
    names = [(job.study, job.name) for job in found.jobs]
    assert len(set(names)) == len(names)


def test_another_subset_size_keeps_the_old_runs(write_config: WriteConfig) -> None:
    old = jobs(write_config())
    new = jobs(write_config(study={SUBSET: [10, 50, 100]}))
    assert old.keys() == new.keys()
    assert set().union(*map(every, old.values())) < set().union(*map(every, new.values()))
    for name, job in old.items():
        assert (text(job) == text(new[name])) == (job.search is not None)


@pytest.mark.parametrize(
    ("changes", "added", "grown"),
    [
        (
            {SEED: [0, 1, 2]},
            set(),
            {"resnet-depth14-width8-part0", "resnet-width4-part0"},
        ),
        (
            {
                MODEL: [
                    {"family": "resnet", "width": 4},
                    {"family": "resnet", "width": 6},
                    {"family": "resnet", "width": 8, "depth": 14},
                ]
            },
            {"resnet-width6-search", "resnet-width6-part0", "resnet-width6-part1"},
            set(),
        ),
    ],
    ids=["seed", "model"],
)
def test_another_seed_or_model_leaves_all_old_runs(
    write_config: WriteConfig, changes: dict[str, Any], added: set[str], grown: set[str]
) -> None:
    old, new = jobs(write_config()), jobs(write_config(study=changes))
    assert new.keys() - old.keys() == added
    assert {name for name, job in old.items() if text(job) != text(new[name])} == grown
    assert set().union(*map(every, old.values())) < set().union(*map(every, new.values()))


def test_another_candidate_changes_no_grid_run(write_config: WriteConfig) -> None:
    old = jobs(write_config())
    new = jobs(write_config(study={"runs.learning_rate.search": [0.005, 0.01, 0.02]}))
    for name, job in old.items():
        if job.runs:
            assert text(job) == text(new[name])
        else:
            assert every(job) < every(new[name])


def test_another_value_of_any_axis_adds_its_runs_alone(write_config: WriteConfig) -> None:
    before: dict[str, Any] = {
        "runs.learning_rate": None, "runs.duration": None, "protocol.x": "examples",
        "runs.zipped": [{"duration": [{"flops": 1e9}, {"flops": 1e10}], "learning_rate": [0.1, 0.05],
                         "subset.examples": [10, 100]}],
        SUBSET: None,
    }  # fmt: skip
    more = {"duration": {"flops": 1e11}, "learning_rate": 0.02, "subset.examples": 1000}
    zipped = {key: [*values, more[key]] for key, values in before["runs.zipped"][0].items()}
    (old,), (new,) = (
        plan_of(write_config(study=study)).studies
        for study in (before, {**before, "runs.zipped": [zipped]})
    )  # fmt: skip
    added = {run.id: run for run in new.runs if run.id not in {run.id for run in old.runs}}
    assert {run.id for run in old.runs} < {run.id for run in new.runs}
    assert len(added) == 4  # for each model and seed
    assert {(run.duration.flops, run.learning_rate) for run in added.values()} == {(1e11, 0.02)}


def test_specs_of_the_later_stages(write_config: WriteConfig) -> None:
    (study,) = plan_of(write_config()).studies
    assert study.grid is not None
    assert study.collect_spec == {
        "study": "paper/one", "runs": sorted(run.id for run in study.grid.runs), "score": "minimum",
        "choices": ["resnet-width4", "resnet-depth14-width8"], "axes": [],
    }  # fmt: skip
    assert len(study.runs) == len(study.grid.runs) + 4
    spec = study.protocol_spec("laptop", 500)
    assert FitSpec.model_validate(spec).model_dump(mode="json", exclude_unset=True) == spec
    assert (spec["study"], spec["region"], spec["resamples"]) == ("paper/one", [1.0, 10.0], 500)
    assert "level" not in spec  # a default that is left out renames nothing
    assert [data.source for data in plan_of(write_config()).data] == ["fashion-mnist"]


def test_an_analysis_trains_nothing(write_config: WriteConfig) -> None:
    found = plan_of(write_config(analysis={"protocol.seed": 3}))
    (_, analysis) = found.studies
    assert [plan.name for plan in found.trained] == ["paper/one"]
    assert analysis.grid is None
    assert analysis.jobs == analysis.runs == ()
    assert [plan.name for plan in found.studies] == ["paper/one", "paper/two"]
    assert found.papers == ("paper",)
    assert analysis.tables == plugins.constant(*plugins.of_paper("analyses", "weng-2026/simulator"), "TABLES")
    spec = analysis.protocol_spec("smoke", 500)
    assert AnalysisSpec.model_validate(spec).model_dump(exclude_unset=True) == spec
    assert spec == {
        "name": "weng-2026/simulator", "study": "paper/two", "scale": "smoke", "resamples": 500,
        "seed": 3, "public_runs": public_run_tables(["chinchilla-points"]),
    }  # fmt: skip


def test_an_analysis_gets_the_facts_of_the_studies_that_it_reads(write_config: WriteConfig) -> None:
    reads = {"protocol.name": "hestness-2017/summary", "reads": {"studies": ["paper/one"]}}
    found = plan_of(write_config(analysis=reads))
    (study, analysis) = found.studies
    assert analysis.reads == (study,)
    spec = AnalysisSpec.model_validate(analysis.protocol_spec("smoke", 500))
    (told,) = spec.studies
    assert (told.study, told.title, told.optimiser) == ("paper/one", "A study", "sgd")
    assert (told.fit.region, told.fit.resamples) == ((1.0, 10.0), 500)
    assert analysis.figure_spec(analysis.study.figures[0], "smoke", 500)["studies"] == ["paper/one"]


def test_an_analysis_of_public_data_gets_no_study(write_config: WriteConfig) -> None:
    (_, analysis) = plan_of(write_config(analysis={})).studies
    assert "studies" not in analysis.protocol_spec("smoke", 500)  # a default that is left out renames nothing
    assert "studies" not in analysis.figure_spec(analysis.study.figures[0], "smoke", 500)


@pytest.mark.parametrize(("analysis", "expected"), [("simulator", 500), ("kaplan", None)])
def test_the_caption_of_an_analysis_names_resamples_where_it_draws_them(
    write_config: WriteConfig, analysis: str, expected: int | None
) -> None:
    (_, found) = plan_of(write_config(analysis={"protocol.name": f"weng-2026/{analysis}"})).studies
    assert found.figure_spec(found.study.figures[0], "smoke", 500).get("resamples") == expected


def test_of_public_runs_the_table_and_the_kinds_of_its_columns_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / PUBLIC_RUNS
    folder.mkdir(parents=True)
    monkeypatch.setattr(plugins, "PACKAGE", tmp_path)

    def found(title: str = "Runs", kind: str = "number", table: str = "N\n1\n") -> dict[str, str]:
        (folder / "runs.csv").write_text(table)
        (folder / "runs.yaml").write_text(f"title: {title}\ncolumns:\n  N: {{kind: {kind}, meaning: size}}\n")
        return public_run_tables(["runs"])

    assert found(title="Others") == found()
    assert found(kind="integer") != found()
    assert found(table="N\n2\n") != found()


def test_a_figure_with_other_scales_waits_until_one_is_published(
    write_config: WriteConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    both = {"name": "both", "draw": "hestness-2017/domains:two_scales", "caption": "x", "beside": ["gpu"]}
    (study,) = plan_of(write_config(study={"figures": [both]})).studies
    assert study.figures("laptop") == ()
    for table in study.tables:
        path = Path("records", "gpu", study.name, f"{table}.csv")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert [figure.name for figure in study.figures("laptop")] == ["both"]
    assert len(study.published(study.figures("laptop")[0], "laptop")) == len(study.tables)
    assert study.figures("gpu") == ()


def test_the_choice_of_examples_is_part_of_the_training_code(write_config: WriteConfig) -> None:
    """A record says which shuffle its examples are from by the seed alone."""
    (job, *_) = plan(load_config("laptop", write_config())).jobs
    hashed = module_hashes(*training_modules(job))
    assert "scalinglaws.data.subsets" in hashed
