"""What the tasks on speech have in common."""

from pathlib import Path

import pytest
import torch

from scalinglaws.errors import DataError
from scalinglaws.training.task import OpenTask
from scalinglaws.training.tasks import speech_attention, speech_ctc


@pytest.mark.parametrize("open_task", [speech_ctc.open_task, speech_attention.open_task])
def test_folders_that_are_no_prepared_speech(open_task: OpenTask, tmp_path: Path, prepared: Path) -> None:
    with pytest.raises(DataError, match="not a prepared data set"):
        open_task(tmp_path / "nothing", torch.device("cpu"))
    with pytest.raises(DataError, match=r"data: the form of the data is images; this task needs speech"):
        open_task(prepared / "data", torch.device("cpu"))
