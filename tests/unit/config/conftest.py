"""A small config of a study that trains and one that does not, to be spoilt by a test."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from unit.small_config import ANALYSIS, SCALE, STUDY, Changes, changed

WriteConfig = Callable[..., Path]


@pytest.fixture
def write_config(tmp_path: Path) -> WriteConfig:
    """Write the config with changes into a new folder and return that; with an analysis on request."""

    def write(
        study: Changes | None = None, scale: Changes | None = None, analysis: Changes | None = None
    ) -> Path:
        root = tmp_path / "config"
        folder = root / "studies" / "paper"
        folder.mkdir(parents=True, exist_ok=True)
        (root / "laptop.yaml").write_text(yaml.safe_dump(changed(SCALE, scale or {})))
        (folder / "one.yaml").write_text(yaml.safe_dump(changed(STUDY, study or {}), sort_keys=False))
        if analysis is not None:
            (folder / "two.yaml").write_text(yaml.safe_dump(changed(ANALYSIS, analysis)))
        return root

    return write
