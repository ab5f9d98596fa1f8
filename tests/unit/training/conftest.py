"""A run's spec, and a small prepared data set."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scalinglaws.config.spec import RunSpec
from unit.made_records import run_spec
from unit.toy_images import prepare_images

MakeSpec = Callable[..., RunSpec]


@pytest.fixture
def make_spec() -> MakeSpec:
    """`run_spec`."""
    return run_spec


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """A folder with `data` and `subsets`, see `prepare_images`."""
    return prepare_images(tmp_path)
