"""What is said of a config that is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scalinglaws.config.reading.load import load_config
from scalinglaws.config.reading.selection import Selection
from scalinglaws.errors import ConfigError

WriteConfig = Callable[..., Path]


def mistake(root: Path, scale: str = "laptop", paper: str | None = None) -> str:
    """The one line with which a config is refused."""
    with pytest.raises(ConfigError) as error:
        load_config(Selection(scale=scale, paper=paper), root)
    message = str(error.value)
    assert "\n" not in message
    return message
