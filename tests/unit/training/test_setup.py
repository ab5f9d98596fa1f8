"""What a run needs to be trained, from its spec and the prepared data."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scalinglaws.config.spec import RunSpec
from scalinglaws.errors import RecordError
from scalinglaws.training.setup import run_setup

MakeSpec = Callable[..., RunSpec]


def test_a_run_has_the_first_examples_of_its_shuffle(make_spec: MakeSpec, prepared: Path) -> None:
    spec = make_spec(subset={"examples": 8, "seed": 1})
    found = run_setup(spec, 0.1, 1.0, prepared / "data", prepared / "subsets")
    assert found.subset.tolist() == np.load(prepared / "subsets" / "shuffle-1.npy")[:8].tolist()
    assert (found.spec, found.learning_rate) == (spec, 0.1)


def test_data_are_counted_in_their_unit(make_spec: MakeSpec, prepared: Path) -> None:
    # The unit is images per class, of which there are 4: an image is a quarter, and a step has 4 images.
    spec = make_spec(duration={"tokens": 30.0})
    assert run_setup(spec, 0.1, 1.0, prepared / "data", prepared / "subsets").steps == 30


def test_amounts_are_those_of_the_examples_of_the_run(make_spec: MakeSpec, prepared: Path) -> None:
    amounts = np.arange(40)
    np.save(prepared / "data" / "amounts.npy", amounts)
    spec = make_spec(subset={"examples": 5, "seed": 0}, duration={"tokens": 1000.0})
    first = np.load(prepared / "subsets" / "shuffle-0.npy")[:5]
    expected = round(1000 / (amounts[first].mean() / 4 * 4))  # in quarters, times the batch
    assert run_setup(spec, 0.1, 1.0, prepared / "data", prepared / "subsets").steps == expected


def test_flops_are_those_of_the_model(make_spec: MakeSpec, prepared: Path) -> None:
    spec = make_spec(duration={"flops": 1e6})
    assert run_setup(spec, 0.1, 5000.0, prepared / "data", prepared / "subsets").steps == 50


def test_a_small_subset_is_one_batch(make_spec: MakeSpec, prepared: Path) -> None:
    spec = make_spec(subset={"examples": 3, "seed": 0}, duration={"examples": 30.0})
    setup = run_setup(spec, 0.1, 1.0, prepared / "data", prepared / "subsets")
    assert (setup.batch, setup.steps) == (3, 10)


def test_rewinding_to_the_end_is_refused(make_spec: MakeSpec, prepared: Path) -> None:
    spec = make_spec(procedure={"name": "imp", "rewind": {"share": 1.0}, "levels": 1})
    with pytest.raises(
        RecordError, match=r"8 examples: procedure.rewind is step 6, and duration only 6 steps"
    ):
        run_setup(spec, 0.1, 1.0, prepared / "data", prepared / "subsets")
