"""A small prepared data set."""

from pathlib import Path

import pytest

from unit.toy_images import prepare_images


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """A folder with `data` and `subsets`, see `prepare_images`."""
    return prepare_images(tmp_path)
