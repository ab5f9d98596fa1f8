"""The runs of a study: every combination of the values of its axes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config import protocol
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.spec import RunSpec, Train
from scalinglaws.config.study import Grid
from unit.config.reading.mistakes import WriteConfig, mistake

MODELS = [{"family": "resnet", "width": width} for width in (4, 8)]
ANALYSED: dict[str, Any] = {"protocol": {"name": "weng-2026/simulator"}, "scales.laptop.protocol": None}


@pytest.fixture(autouse=True)
def _any_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A protocol that takes any runs, where `learning-curves` needs one run per cell."""
    known = protocol.protocol_of("weng-2026/simulator")
    monkeypatch.setitem(protocol.LIBRARY, "weng-2026/simulator", replace(known, runs=True))


def grid_of(root: Path) -> Grid:
    (found,) = load_config("laptop", root).studies
    assert found.grid is not None
    return found.grid


def runs(**changes: Any) -> dict[str, Any]:
    """A study with these keys of `runs`; `axes` are given as a whole."""
    axes = changes.pop("axes", {"model": MODELS, "subset.examples": [10, 100], "seed": [0, 1]})
    laptop = {"runs": {"axes": axes, **changes}}
    return {**ANALYSED, "runs.learning_rate": 0.1, "runs.stopping": None, "scales.laptop": laptop}


def values(grid: Grid, *paths: str) -> list[tuple[Any, ...]]:
    """Values of each run by the paths of their keys."""

    def at(run: RunSpec, path: str) -> Any:
        found: Any = run.model_dump(mode="json")
        for key in path.split("."):
            found = found[key]
        return found

    return [tuple(at(run, path) for path in paths) for run in grid.runs]


def test_the_runs_are_all_combinations(write_config: WriteConfig) -> None:
    axes = {"optimiser.weight_decay": [0, 0.1], "subset.examples": [10, 20, 30], "seed": [3]}
    grid = grid_of(write_config(study=runs(axes=axes, model=MODELS[0])))
    found = values(grid, "optimiser.weight_decay", "subset.examples", "seed", "subset.seed")
    assert found == [(decay, size, 3, 3) for decay in (0, 0.1) for size in (10, 20, 30)]
    assert grid.axes == ("optimiser.weight_decay",)
    assert len({run.id for run in grid.runs}) == 6


def test_zipped_keys_go_together_value_by_value(write_config: WriteConfig) -> None:
    zipped = [
        {"model": MODELS, "duration": [{"flops": 1e12}, {"flops": 1e13}], "learning_rate": [0.3, 0.1]},
        {"subset.examples": [10, 20], "seed": [5, 6]},
    ]
    study = runs(axes={"optimiser.clip": [1, None]}, zipped=zipped)
    grid = grid_of(write_config(study={**study, "runs.learning_rate": None, "runs.duration": None}))
    found = values(
        grid,
        "optimiser.clip",
        "model.options.width",
        "duration.flops",
        "learning_rate",
        "subset.examples",
        "seed",
    )
    assert found == [
        (clip, *first, *second)
        for clip in (1, None)
        for first in ((4, 1e12, 0.3), (8, 1e13, 0.1))
        for second in ((10, 5), (20, 6))
    ]
    assert grid.axes == ("duration.flops", "optimiser.clip")


def test_an_axis_may_be_an_option_of_the_model(write_config: WriteConfig) -> None:
    axes = {"model.width": [4, 8], "model.depth": [8, 14], "subset.examples": [10], "seed": [0]}
    grid = grid_of(write_config(study=runs(axes=axes, model={"family": "resnet"})))
    names = ["resnet-width4", "resnet-depth14-width4", "resnet-width8", "resnet-depth14-width8"]
    assert [model.name for model in grid.models] == names
    assert grid.axes == ()  # the name of the model says it all


def test_blocks_as_values_have_a_column_per_key(write_config: WriteConfig) -> None:
    axes = {
        "model": MODELS[:1], "subset.examples": [10], "seed": [0],
        "schedule": [{"decay": "linear"}, {"decay": "cosine", "warmup": {"share": 0.1}}],
        "stopping": [None, {"patience": 3}],
        "subset.seed": [0, 1],
    }  # fmt: skip
    grid = grid_of(write_config(study=runs(axes=axes)))
    assert grid.axes == ("schedule.decay", "schedule.warmup.share", "stopping.patience", "subset.seed")
    assert len(grid.runs) == 8


def test_the_seed_of_the_subset_is_that_of_the_run_unless_given(write_config: WriteConfig) -> None:
    assert set(values(grid_of(write_config(study=runs())), "seed", "subset.seed")) == {(0, 0), (1, 1)}
    fixed = grid_of(write_config(study=runs(subset={"seed": 7})))
    assert set(values(fixed, "seed", "subset.seed")) == {(0, 7), (1, 7)}


def test_a_rule_gives_each_width_its_learning_rate(write_config: WriteConfig) -> None:
    rule = {"rule": {"value": 0.01, "width": 4, "power": -1}}
    grid = grid_of(write_config(study={**runs(), "runs.learning_rate": rule}))
    assert set(values(grid, "model.options.width", "learning_rate")) == {(4, 0.01), (8, 0.005)}
    root = grid_of(
        write_config(study={**runs(), "runs.learning_rate": {"rule": {**rule["rule"], "power": 0.5}}})
    )
    assert set(values(root, "model.options.width", "learning_rate")) == {(4, 0.01), (8, 0.0141421)}


def test_a_search_has_the_first_value_of_every_other_axis(write_config: WriteConfig) -> None:
    search = {"search": [0.01, 0.02], "at": [50, 60], "seed": 9}
    axes = {"optimiser.weight_decay": [0.3, 0], "model": MODELS, "subset.examples": [10, 100], "seed": [0, 1]}
    grid = grid_of(write_config(study={**runs(axes=axes), "runs.learning_rate": search}))
    assert {run.learning_rate for run in grid.runs} == {"searched"}
    found = [
        (run.model.options["width"], run.subset.examples, run.learning_rate, run.seed, run.subset.seed)
        for run in grid.search_runs
    ]
    assert found == [(w, size, rate, 9, 9) for w in (4, 8) for size in (50, 60) for rate in (0.01, 0.02)]
    assert {run.optimiser.weight_decay for run in grid.search_runs} == {0.3}
    assert grid.search is not None
    assert grid.search.widenings == 3


def test_a_search_trains_what_is_not_pruned(write_config: WriteConfig) -> None:
    study = runs(procedure={"name": "imp", "rewind": {"steps": 10}, "levels": 3})
    search = {"search": [0.01, 0.02], "at": [50]}
    grid = grid_of(write_config(study={**study, "runs.learning_rate": search}))
    assert {run.procedure.name for run in grid.runs} == {"imp"}
    assert {type(run.procedure) for run in grid.search_runs} == {Train}


def test_runs_of_development_share_neither_seed_nor_data_with_others(write_config: WriteConfig) -> None:
    study = {**runs(), "runs.learning_rate": {"search": [0.01, 0.02], "at": [50], "seed": 9}}
    published = grid_of(write_config(study=study))
    development = grid_of(write_config(study=study, scale={"development": True}))
    assert published.data.validation.part == "published"
    assert development.data.validation.part == "development"
    assert development.data.name != published.data.name
    assert development.seeds == (1_000_000, 1_000_001)
    assert {run.subset.seed for run in development.runs} == {1_000_000, 1_000_001}
    assert {(run.seed, run.subset.seed) for run in development.search_runs} == {(1_000_009, 1_000_009)}
    same = ("model.options.width", "subset.examples", "duration.steps")
    assert values(development, *same) == values(published, *same)


def test_development_has_a_third_of_the_validation_examples(write_config: WriteConfig) -> None:
    study = {**runs(), "runs.data.validation.examples": 3334}
    assert grid_of(write_config(study=study))
    assert mistake(write_config(study=study, scale={"development": True})).endswith(
        "data.validation.examples: 3,334 examples, but the development part of fashion-mnist has 3,333"
    )


IMP: dict[str, Any] = {"name": "imp", "rewind": {"steps": 10}, "levels": 3}
SEARCH: dict[str, Any] = {"search": [0.1, 0.2], "at": [10]}
AXES: dict[str, Any] = {"model": MODELS, "subset.examples": [10], "seed": [0]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (runs(axes={**AXES, "optimiser.momentumm": [1]}), "runs.axes.optimiser.momentumm: no run has this k"),
        (runs(axes={**AXES, "learning_rate.at": [1]}), "runs.axes.learning_rate.at: no run has this key; ax"),
        (runs(axes={**AXES, "score": ["final"]}), "runs.axes.score: no run has this key; axes may be "),
        (
            runs(axes={**AXES, "task": ["translation"]}),
            "runs.axes.task: task is the same for all runs of a study, so that it cannot be an axis",
        ),
        (runs(axes={**AXES, "data.options.window": [1]}), "runs.axes.data.options.window: data is the same"),
        (
            runs(axes={**AXES, "duration.steps": [1]}),
            "runs.axes.duration.steps: is also given as a fixed key of runs; it can be only one of the two",
        ),
        (runs(axes={**AXES, "duration": [{"steps": 1}]}), "runs.axes.duration: is also given as a fixed key"),
        (runs(axes=AXES, subset=3), "runs.axes.subset.examples: is also given as a fixed key"),
        (runs(axes=AXES, zipped=[{"seed": [1, 2]}]), "runs.zipped.0.seed: is given twice"),
        (
            runs(axes={**AXES, "optimiser": [{}]}, zipped=[{"optimiser.clip": [1]}]),
            "runs.zipped.0.optimiser.clip: is also set by the axis optimiser",
        ),
        (
            runs(axes={"model": MODELS}, zipped=[{"seed": [1, 2, 3], "subset.examples": [1, 2]}]),
            "runs.zipped.0: has lists of 2 and 3 values, which go together one by one",
        ),
        (runs(axes={**AXES, "seed": 3}), "runs.axes.seed: should be a valid list, not 3"),
        (runs(axes={**AXES, "seed": []}), "runs.axes.seed: list should have at least 1 item"),
        (runs(axes=AXES, zipped=[{}]), "runs.zipped.0: should have at least one key, not {}"),
        (runs(axes=AXES, zipped={}), "runs.zipped: should be a valid list"),
        (
            runs(axes={**AXES, "optimiser.weight_decay": [0, -1]}),
            "runs.axes.optimiser.weight_decay.1: should be greater than or equal to 0, not -1",
        ),
        (
            runs(axes={**AXES, "schedule": [{}, {"decay": "linear", "too": 1}]}),
            "runs.axes.schedule.1.too: unknown key; allowed are at, decay, factor, to, warmup; did you mean",
        ),
        (
            runs(axes={**AXES, "optimiser.betas": [[0.9, 0.99]]}),
            "runs.optimiser: sgd has no betas",
        ),
        (
            runs(axes={**AXES, "optimiser.weight_decay": [0, 0.1, 0.0]}),
            "runs.axes.optimiser.weight_decay.2: gives the same run as value 0 of this list",
        ),
        (runs(axes={**AXES, "seed": [0, 1_000_000]}), "runs.axes.seed.1: should be less than 1000000, not 1"),
        (
            runs(axes={**AXES, "evaluation.first": [5, 101]}),
            "runs.axes.evaluation.first.1: 101 is after the last step of a run, 100",
        ),
        (runs(score="best"), "runs.score: should be 'minimum' or 'final', not 'best'"),
        (runs(duration={}), "runs.duration: needs exactly one of steps, epochs, examples, tokens, flops"),
        (runs(duration={"tokens": -1}), "runs.duration.tokens: should be greater than 0, not -1"),
        (
            runs(schedule={"decay": "cosine", "warmup": {"steps": 100}}),
            "runs.schedule.warmup: ends with the run or later, so that no cosine decay follows",
        ),
        (
            runs(schedule={"decay": "multistep", "at": [{"steps": 50}, {"share": 1}]}),
            "runs.schedule.at.1: is at the end of the run or later",
        ),
        (runs(procedure={**IMP, "levels": -1}), "runs.procedure.levels: should be greater than or equal to"),
        (runs(procedure={**IMP, "level": 1}), "runs.procedure.level: unknown key; allowed are fraction, lev"),
        (
            runs(procedure={"name": "omp"}),
            "runs.procedure.name: there is no 'omp'; allowed are train, imp; did you mean imp?",
        ),
        (runs(procedure={"levels": 1}), "runs.procedure.name: is missing"),
        (
            {**runs(axes={**AXES, "learning_rate": [0.1, SEARCH]}), "runs.learning_rate": None},
            "runs.axes.learning_rate.1: a search is the same for all runs of a study",
        ),
        (
            {
                **runs(
                    axes={"subset.examples": [10], "seed": [0]},
                    zipped=[{"model": MODELS, "learning_rate": [SEARCH, {**SEARCH, "at": [20]}]}],
                ),
                "runs.learning_rate": None,
            },
            "runs.zipped.0.learning_rate.1: a search is the same for all runs of a study",
        ),
        (
            runs(procedure={**IMP, "rewind": {"steps": 100}}),
            "runs.procedure.rewind: is at the end of the run or later, so that no level would train",
        ),
        (
            runs(stopping={"patience": 3, "metrics": ["accuracy"]}),
            "scales.laptop.runs.stopping.metrics.0: there is no 'accuracy'; allowed are",
        ),
        (runs(procedure=IMP, stopping={"patience": 3}), "runs.stopping: imp trains each level for the whole"),
        (runs(procedure=IMP, optimiser={"averaging": 0.1}), "runs.optimiser.averaging: must be 0 with imp"),
    ],
)  # fmt: skip
def test_mistakes_in_runs(write_config: WriteConfig, changes: dict[str, Any], message: str) -> None:
    found = mistake(root := write_config(study=changes))
    path = root / "studies" / "paper" / "one.yaml"
    assert found.startswith((f"{path}: scales.laptop.{message}", f"{path}: {message}"))


@pytest.mark.parametrize(
    ("rate", "message"),
    [
        ({"rule": {"value": 1, "width": 4}}, "learning_rate.rule.power: is missing"),
        (
            {"rule": {"value": 1, "width": 4, "power": 1, "a": 1}},
            "learning_rate.rule.a: unknown key; allowed are",
        ),
        ({"rule": 3}, "learning_rate.rule: should be a block of keys"),
        (
            {"rule": {"value": 1, "width": 4, "power": 1}, "search": [1, 2], "at": [50]},
            "learning_rate.rule: unknown key; allowed are at, metric, search, seed, widenings",
        ),
        (
            {"rule": {"value": 1e38, "width": 1, "power": 4}},
            "learning_rate: should be less than or equal to 1000",
        ),
        (
            {"search": [1, 2], "at": [50], "widenings": 4},
            "learning_rate.widenings: should be less than or equal to 3",
        ),
        (
            {"search": [1, 2], "at": [10**6]},
            "learning_rate.at.0: 1,000,000 examples, but fashion-mnist has 60,000",
        ),
    ],
)
def test_mistakes_in_learning_rates(write_config: WriteConfig, rate: Any, message: str) -> None:
    found = mistake(root := write_config(study={**runs(), "runs.learning_rate": rate}))
    assert found.startswith(f"{root / 'studies' / 'paper' / 'one.yaml'}: runs.{message}")


def test_a_rule_over_width_needs_a_model_with_a_width(write_config: WriteConfig, monkeypatch: Any) -> None:
    monkeypatch.setattr("scalinglaws.config.reading.grid.checked_options", lambda *_: {"depth": 8})
    rule = {"rule": {"value": 0.01, "width": 4, "power": -1}}
    assert mistake(write_config(study={**runs(), "runs.learning_rate": rule})).endswith(
        "runs.learning_rate.rule: resnet has no option width"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stopping": None}, "stopping: is missing: learning-curves fits only runs that passed"),
        ({"stopping": None, "procedure": IMP}, "procedure: learning-curves needs one result per run"),
    ],
)
def test_learning_curves_need_runs_that_can_pass_their_minimum(
    write_config: WriteConfig, changes: dict[str, Any], message: str
) -> None:
    found = mistake(write_config(study={f"runs.{key}": value for key, value in changes.items()}))
    assert f"one.yaml: runs.{message}" in found


def test_learning_curves_need_one_run_per_cell(write_config: WriteConfig) -> None:
    decay = {"scales.laptop.runs.axes.optimiser.weight_decay": [0, 0.1]}
    assert mistake(write_config(study=decay)).endswith(
        "runs.axes: learning-curves needs one run per subset size, model and seed, but some differ only in "
        "optimiser.weight_decay"
    )
