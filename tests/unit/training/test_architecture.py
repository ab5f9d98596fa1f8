"""Which runs are trained together."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from scalinglaws.config.spec import ModelSpec, RunSpec
from scalinglaws.tasks.image_classification import ImageClassification, open_task
from scalinglaws.training.architecture import Architecture
from scalinglaws.training.ensemble import policy
from scalinglaws.training.setup import RunSetup, run_setup

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


def never(setup: RunSetup) -> int:
    return 0


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
    def step(setup: RunSetup) -> int:
        return 40 if setup.spec.subset.examples == 8 else 0

    assert sizes(small.groups(setups, step, 64)) == [[8, 8], [32, 32, 16, 16, 4, 4], [2, 2]]


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


def test_a_job_has_the_first_examples_of_its_shuffle(
    make_spec: MakeSpec, task: ImageClassification, prepared: Path
) -> None:
    import numpy as np

    spec = make_spec(subset={"examples": 8, "seed": 1})
    found = run_setup(spec, 0.1, task, prepared / "subsets")
    assert found.subset.tolist() == np.load(prepared / "subsets" / "shuffle-1.npy")[:8].tolist()
    assert (found.spec, found.learning_rate) == (spec, 0.1)
