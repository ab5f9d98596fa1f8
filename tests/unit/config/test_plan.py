"""From a config to jobs: what is trained together, in which order, and what a change renames."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config import plugins
from scalinglaws.config.analysis import PUBLIC_RUNS, AnalysisSpec, public_run_tables
from scalinglaws.config.job import Job
from scalinglaws.config.plan import Plan, plan
from scalinglaws.config.reading.load import load_config

WriteConfig = Callable[..., Path]
CONFIG = Path(__file__).resolve().parents[3] / "config"


def plan_of(root: Path) -> Plan:
    return plan(load_config("laptop", root))


def text(job: Job) -> str:
    """What Snakemake compares to decide whether a job is stale."""
    return job.hash


def jobs(root: Path) -> dict[str, Job]:
    return {job.name: job for job in plan_of(root).jobs}


def test_one_search_an_architecture_then_its_runs_in_parts(write_config: WriteConfig) -> None:
    found = plan_of(write_config()).jobs
    assert [job.name for job in found] == [
        "resnet-depth14-width8-search",
        "resnet-width4-search",
        "resnet-depth14-width8-part0",
        "resnet-depth14-width8-part1",
        "resnet-width4-part0",
        "resnet-width4-part1",
    ]
    search, grid = found[1], found[5]
    assert [run.learning_rate for run in search.runs] == [0.01, 0.02]
    assert {run.subset.examples for run in search.runs} == {100}
    assert search.candidates is not None
    assert search.candidates.learning_rates == (0.01, 0.02)
    assert [run.subset.examples for run in grid.runs] == [100, 10]
    assert {(run.seed, run.subset.seed, run.learning_rate) for run in grid.runs} == {(1, 1, "searched")}
    assert grid.seeds == (1,)


def architectures(count: int) -> list[dict[str, Any]]:
    return [{"family": "resnet", "width": width} for width in range(1, count + 1)]


@pytest.mark.parametrize(
    ("models", "seeds", "workers", "parts"),
    [
        (5, 3, 2, 1),  # enough jobs for two workers, all seeds in each
        (1, 3, 1, 2),
        (1, 3, 2, 3),
        (1, 40, 2, 4),
        (3, 2, 64, 2),  # no more parts than seeds
        (3, 40, 2, 2),
        (2, 40, 64, 40),
        (13, 40, 64, 10),
        (40, 3, 8, 1),
    ],
)
def test_jobs_are_split_no_further_than_workers_need(
    write_config: WriteConfig, models: int, seeds: int, workers: int, parts: int
) -> None:
    grid = {"scales.laptop.models": architectures(models), "scales.laptop.seeds": list(range(seeds))}
    root = write_config(study=grid, scale={"machine.workers": workers})
    found = [job for job in plan_of(root).jobs if job.phase == "grid"]
    assert len(found) == models * parts
    assert len(found) < models + 2 * workers  # two for each worker, or one per architecture
    names = [f"resnet-width{width}" for width in range(models, 0, -1)]
    assert [job.name for job in found] == [
        name if parts == 1 else f"{name}-part{part}" for name in names for part in range(parts)
    ]
    for number, job in enumerate(found):
        assert job.seeds == tuple(range(number % parts, seeds, parts))
        order = [(-run.subset.examples, run.seed) for run in job.runs]
        assert order == sorted(order)
        assert len(order) == len(set(order)) == 2 * len(job.seeds)


def test_another_number_of_workers_changes_no_run(write_config: WriteConfig) -> None:
    seeds = {"scales.laptop.seeds": [0, 1, 2, 3]}

    def runs(workers: int) -> set[str]:
        (study,) = plan_of(write_config(study=seeds, scale={"machine.workers": workers})).studies
        return {run.id for run in study.runs}

    assert runs(1) == runs(2) == runs(64)


def test_the_order_of_seeds_in_the_file_is_of_no_account(write_config: WriteConfig) -> None:
    old = jobs(write_config(study={"scales.laptop.seeds": [0, 1, 2]}))
    new = jobs(write_config(study={"scales.laptop.seeds": [2, 0, 1]}))
    assert {name: text(job) for name, job in old.items()} == {name: text(job) for name, job in new.items()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (  # the same values at other keys; and equal within one run, but not within the study
            {"scales.laptop.optimiser": {"momentum": 0.3, "averaging": 0.2}},
            {"scales.laptop.optimiser": {"momentum": 0.2, "averaging": 0.3}},
        ),
        ({"runs.budget.patience": 7, "runs.budget.first_evaluation": 3},
         {"runs.budget.patience": 3, "runs.budget.first_evaluation": 7}),
    ],
    ids=["optimiser", "budget"],
)  # fmt: skip
def test_values_that_change_places_are_seen(
    write_config: WriteConfig, one: dict[str, Any], other: dict[str, Any]
) -> None:
    old, new = jobs(write_config(study=one)), jobs(write_config(study=other))
    assert old.keys() == new.keys()
    for name, job in old.items():
        assert text(job) != text(new[name])
        assert not {run.id for run in job.runs} & {run.id for run in new[name].runs}


def test_an_option_of_one_architecture_changes_its_jobs_alone(write_config: WriteConfig) -> None:
    models = [{"family": "resnet", "width": 4}, {"family": "resnet", "width": 8, "depth": 20}]
    old, new = jobs(write_config()), jobs(write_config(study={"scales.laptop.models": models}))
    for name in old.keys() & new.keys():
        assert text(old[name]) == text(new[name])
    assert {name.rpartition("-")[0] for name in old.keys() - new.keys()} == {"resnet-depth14-width8"}
    assert {name.rpartition("-")[0] for name in new.keys() - old.keys()} == {"resnet-depth20-width8"}


def test_a_fixed_learning_rate_needs_no_search(write_config: WriteConfig) -> None:
    found = plan_of(write_config(study={"runs.learning_rate": 0.1}))
    assert {job.phase for job in found.jobs} == {"grid"}
    assert {run.learning_rate for job in found.jobs for run in job.runs} == {0.1}
    assert not found.studies[0].has_search


@pytest.mark.parametrize("scale", ["smoke", "laptop"])
def test_no_run_is_twice_in_a_shipped_plan(scale: str) -> None:
    found = plan(load_config(scale, CONFIG))
    ids = [run.id for study in found.studies for run in study.runs]
    assert len(set(ids)) == len(ids) > 10
    names = [(job.study, job.name) for job in found.jobs]
    assert len(set(names)) == len(names)


def test_another_subset_size_keeps_the_old_runs(write_config: WriteConfig) -> None:
    old = jobs(write_config())
    new = jobs(write_config(study={"scales.laptop.subsets": [10, 50, 100]}))
    assert old.keys() == new.keys()
    for name, job in old.items():
        assert {run.id for run in job.runs} <= {run.id for run in new[name].runs}
        assert (text(job) == text(new[name])) == (job.phase == "search")


@pytest.mark.parametrize(
    ("changes", "added", "grown"),
    [
        (
            {"scales.laptop.seeds": [0, 1, 2]},
            set(),
            {"resnet-depth14-width8-part0", "resnet-width4-part0"},
        ),
        (
            {
                "scales.laptop.models": [
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
    for name, job in old.items():
        assert {run.id for run in job.runs} <= {run.id for run in new[name].runs}


def test_another_candidate_changes_no_grid_run(write_config: WriteConfig) -> None:
    old = jobs(write_config())
    new = jobs(write_config(study={"runs.learning_rate.search": [0.005, 0.01, 0.02]}))
    for name, job in old.items():
        if job.phase == "grid":
            assert text(job) == text(new[name])
        else:
            assert {run.id for run in job.runs} < {run.id for run in new[name].runs}


def test_specs_of_the_later_stages(write_config: WriteConfig) -> None:
    (study,) = plan_of(write_config()).studies
    assert study.collect_spec == {"study": "paper/one", "runs": sorted(run.id for run in study.runs)}
    spec = study.fit_spec(500)
    assert (spec["study"], spec["region"], spec["resamples"]) == ("paper/one", (1.0, 10.0), 500)
    assert "level" not in spec  # a default that is left out renames nothing
    assert [data.source for data in plan_of(write_config()).data] == ["fashion-mnist"]


def test_an_analysis_trains_nothing(write_config: WriteConfig) -> None:
    found = plan_of(write_config(analysis={"seed": 3}))
    (analysis,) = found.analyses
    assert [plan.study.study for plan in found.all_studies] == ["paper/one", "paper/two"]
    assert found.papers == ("paper",)
    assert analysis.tables == plugins.constant(*plugins.of_paper("analyses", "weng-2026/simulator"), "TABLES")
    spec = analysis.analysis_spec("smoke", 500)
    assert AnalysisSpec.model_validate(spec).model_dump(exclude_unset=True) == spec
    assert spec == {
        "analysis": "weng-2026/simulator", "study": "paper/two", "scale": "smoke", "resamples": 500,
        "seed": 3, "public_runs": public_run_tables(["chinchilla-points"]),
    }  # fmt: skip


def test_an_analysis_gets_the_facts_of_the_studies_that_it_reads(write_config: WriteConfig) -> None:
    reads = {"analysis": "hestness-2017/summary", "public_runs": None, "studies": ["paper/one"]}
    found = plan_of(write_config(analysis=reads))
    (analysis,) = found.analyses
    assert analysis.reads == found.studies
    spec = AnalysisSpec.model_validate(analysis.analysis_spec("smoke", 500))
    (told,) = spec.studies
    assert (told.study, told.title, told.optimiser) == ("paper/one", "A study", "sgd")
    assert (told.fit.region, told.fit.resamples) == ((1.0, 10.0), 500)
    assert analysis.figure_spec(analysis.study.figures[0], "smoke", 500)["studies"] == ["paper/one"]


def test_an_analysis_of_public_data_gets_no_study(write_config: WriteConfig) -> None:
    (analysis,) = plan_of(write_config(analysis={})).analyses
    assert "studies" not in analysis.analysis_spec("smoke", 500)  # a default that is left out renames nothing
    assert "studies" not in analysis.figure_spec(analysis.study.figures[0], "smoke", 500)


def test_the_caption_of_an_analysis_names_resamples_where_it_draws_them(
    write_config: WriteConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    (analysis,) = plan_of(write_config(analysis={})).analyses
    (figure,) = analysis.study.figures
    for resampled, expected in ((None, None), (True, 500)):
        monkeypatch.setattr(plugins, "constant", lambda *_, value=resampled: value)
        assert analysis.figure_spec(figure, "smoke", 500).get("resamples") == expected


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
