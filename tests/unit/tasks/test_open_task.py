"""Opening a task: a folder without prepared data, or with another modality, is refused."""

from importlib import import_module
from pathlib import Path

import pytest
import torch

from scalinglaws.config import plugins
from scalinglaws.config.modules import TASKS, module_name
from scalinglaws.data.modalities.arrays import ARRAYS
from scalinglaws.errors import DataError
from scalinglaws.tasks.core.task import OpenTask
from unit.made_speech import prepare_tones


@pytest.fixture(params=plugins.names(TASKS))
def task(request: pytest.FixtureRequest) -> tuple[OpenTask, str]:
    """Each task's function, and the modality that its file says it needs."""
    module = import_module(module_name(TASKS, request.param))
    return module.open_task, plugins.constant(TASKS, request.param, "MODALITY")


def test_a_folder_without_prepared_data_is_refused(task: tuple[OpenTask, str], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a prepared data set"):
        task[0](tmp_path / "nothing", torch.device("cpu"))


def test_data_of_another_form(task: tuple[OpenTask, str], tmp_path: Path, prepared: Path) -> None:
    open_task, modality = task
    assert modality in ARRAYS
    other, folder = "images", prepared / "data"
    if modality == "images":
        other, folder = "speech", tmp_path
        prepare_tones(folder)
    with pytest.raises(DataError, match=f"holds {other}, where {modality} is needed"):
        open_task(folder, torch.device("cpu"))
