"""Which runs are trained together."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from scalinglaws.config.spec import ModelSpec, RunSpec
from scalinglaws.tasks.image_classification import ImageClassification, open_task
from scalinglaws.training.architecture import Architecture, Begins
from scalinglaws.training.ensemble import policy
from scalinglaws.training.setup import RunSetup

MakeSpec = Callable[..., RunSpec]
CPU = torch.device("cpu")


@pytest.fixture
def task(prepared: Path) -> ImageClassification:
    return open_task(prepared / "data", CPU)


@pytest.fixture
def small(task: ImageClassification) -> Architecture:
    return Architecture(ModelSpec(family="resnet", options={"width": 1, "depth": 8}), task, CPU)


@pytest.fixture
def setups(make_spec: MakeSpec) -> list[RunSetup]:
    """Runs of 2 to 32 examples and two seeds; batches of 4, and smaller ones."""
    specs = [
        make_spec(subset={"examples": size, "seed": seed}, seed=seed)
        for size in (2, 4, 8, 16, 32)
        for seed in (0, 1)
    ]
    return [RunSetup(spec, 0.1, torch.arange(spec.subset.examples)) for spec in specs]


def sizes(groups: Iterator[list[RunSetup]]) -> list[list[int]]:
    return [[each.spec.subset.examples for each in group] for group in groups]


def never(setup: RunSetup) -> Begins:
    return 0, 0


def test_runs_of_like_batch_are_together_the_long_ones_first(
    small: Architecture, setups: list[RunSetup]
) -> None:
    assert sizes(small.groups(setups, never, 64)) == [[32, 32, 16, 16, 8, 8, 4, 4], [2, 2]]


def test_groups_are_of_like_size_and_at_most_as_large_as_allowed(
    small: Architecture, setups: list[RunSetup]
) -> None:
    assert sizes(small.groups(setups, never, 5)) == [[32, 32, 16, 16], [8, 8, 4, 4], [2, 2]]
    assert sizes(small.groups(setups, never, 3)) == [[32, 32], [16, 16, 8], [8, 4, 4], [2, 2]]
    assert [len(group) for group in small.groups(setups, never, 1)] == [1] * 10


def test_runs_that_go_on_are_apart_by_step(small: Architecture, setups: list[RunSetup]) -> None:
    def begins(setup: RunSetup) -> Begins:
        return {8: (0, 40), 16: (1, 40)}.get(setup.spec.subset.examples, (0, 0))

    assert sizes(small.groups(setups, begins, 64)) == [[16, 16], [8, 8], [32, 32, 4, 4], [2, 2]]


def groups_of(small: Architecture, specs: list[RunSpec]) -> list[list[RunSpec]]:
    setups = [RunSetup(spec, 0.1, torch.arange(spec.subset.examples)) for spec in specs]
    return [[setup.spec for setup in group] for group in small.groups(setups, never, 64)]


def test_an_axis_of_learning_rates_weight_decays_or_patience_shares_an_ensemble(
    small: Architecture, make_spec: MakeSpec
) -> None:
    specs = [
        make_spec(
            learning_rate=0.1 * (1 + n), optimiser={"weight_decay": 0.1 * n}, stopping={"patience": 1 + n}
        )
        for n in range(3)
    ]
    assert groups_of(small, specs) == [specs]


@pytest.mark.parametrize(
    "changes",
    [
        {"duration": {"steps": 7}},
        {"duration": {"epochs": 2.0}},  # 4 steps
        {"optimiser": {"averaging": 0.1, "batch": 4, "clip": 1.0}},
        {"schedule": {"decay": "cosine", "warmup": {"steps": 2}}},
        {"schedule": {"warmup": {"steps": 3}}},
        {"evaluation": {"first": 3, "ratio": 1.5}},
        {"procedure": {"name": "imp", "rewind": {"steps": 2}, "levels": 2}},
        {"precision": "bfloat16"},
    ],
    ids=str,
)
def test_runs_that_take_other_steps_do_not(
    small: Architecture, make_spec: MakeSpec, changes: dict[str, Any]
) -> None:
    specs = [make_spec(), make_spec(**changes)]
    assert sorted(map(len, groups_of(small, specs))) == [1, 1]


def test_equal_durations_in_other_words_share_an_ensemble(small: Architecture, make_spec: MakeSpec) -> None:
    specs = [make_spec(duration=duration) for duration in ({"steps": 6}, {"epochs": 3.0}, {"examples": 24.0})]
    assert groups_of(small, specs) == [specs]


def test_large_models_are_alone(
    small: Architecture, setups: list[RunSetup], monkeypatch: pytest.MonkeyPatch
) -> None:
    size = small.size
    assert small.in_ensemble(4)
    monkeypatch.setitem(policy.FLOPS_OF_A_MODEL, "cpu", 3 * size.flops_per_example / size.products)
    assert small.in_ensemble(2)
    assert not small.in_ensemble(4)
    assert sizes(small.groups(setups, never, 64)) == [*[[n] for n in (32, 32, 16, 16, 8, 8, 4, 4)], [2, 2]]


def test_an_ensemble_is_only_as_large_as_it_is_useful(
    small: Architecture, setups: list[RunSetup], monkeypatch: pytest.MonkeyPatch
) -> None:
    size = small.size
    monkeypatch.setitem(policy.FLOPS_OF_AN_ENSEMBLE, "cpu", 9 * size.flops_per_example / size.products)
    assert sizes(small.groups(setups, never, 64)) == [[32, 32], [16, 16], [8, 8], [4, 4], [2, 2]]


def test_the_rule() -> None:
    steps = [policy.Work(flops, 10) for flops in (1e3, 1e6, 1e7, 1.19e7, 1.2e7, 1e9)]
    assert [policy.largest_ensemble(step, "cpu") for step in steps] == [64, 64, 15, 12, 1, 1]
    assert policy.largest_ensemble(steps[0], "cpu", 8) == 8
    assert policy.largest_ensemble(steps[2], "cuda") == 64
    outputs = [policy.Work(1e3, numbers) for numbers in (1e3, 1e6, 2e6, 2.1e6)]
    assert [policy.largest_ensemble(step, "cpu") for step in outputs] == [64, 4, 2, 1]
    assert not policy.gains_from_ensemble(outputs[-1], "cpu")
