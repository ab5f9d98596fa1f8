"""Subsets larger than their data are refused: before the workflow starts, or when data are prepared."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from scalinglaws.config.plan import Plan, plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.errors import DataError
from scalinglaws.files import write_json
from scalinglaws.stages.data import main
from scalinglaws.staleness.sizes import check_sizes
from scalinglaws.staleness.steps import Step, steps
from unit.small_config import SCALE, STUDY, changed

SPEECH: dict[str, Any] = {
    "runs.task": "speech-ctc",
    "runs.data": {"source": "librispeech"},
    "scales.laptop.runs.axes.model": [{"family": "deepspeech", "width": 8}],
    "protocol.metrics": ["error_rate"],
    "protocol.size_metric": "error_rate",
    "runs.learning_rate": 0.1,
}


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """A study with subsets of 10 and 100 examples of data whose size only the files tell."""
    folder = tmp_path / "config" / "studies" / "paper"
    folder.mkdir(parents=True)
    scale = {**SCALE, "locations": {"librispeech": "speech"}}
    (tmp_path / "config" / "laptop.yaml").write_text(yaml.safe_dump(scale))
    (folder / "one.yaml").write_text(yaml.safe_dump(changed(STUDY, SPEECH)))
    monkeypatch.chdir(tmp_path)
    return plan(load_config("laptop"))


def prepare(work: Plan, examples: object) -> Step:
    """Write the manifest that the data stage leaves, and return its step."""
    (step,) = (each for each in steps(work) if each.stage == "data")
    write_json(Path(step.outputs["manifest"][0]), {"title": "Speech", "training_examples": examples})
    return step


def test_data_that_are_prepared_are_large_enough(work: Plan) -> None:
    every = steps(work)
    check_sizes(work, every, [])  # nothing is prepared
    prepare(work, 100)
    check_sizes(work, every, [])
    stale = prepare(work, 99)
    with pytest.raises(DataError) as error:
        check_sizes(work, every, [])
    assert (
        str(error.value) == "paper/one: a subset of 100 examples is asked for, and Speech has 99 for training"
    )
    check_sizes(work, every, [stale])  # they are prepared again, from other files
    prepare(work, "many")
    check_sizes(work, every, [])  # a damaged manifest is not its concern


def test_the_data_stage_refuses_data_that_are_too_few(tmp_path: Path) -> None:
    options = {"states": 4, "order": 1, "window": 4, "windows": 50, "validation_windows": 10}
    spec = json.dumps({"source": "markov", "options": options, "archives": "archives"})
    arguments = ["--spec", spec, "--out", str(tmp_path), "--made-of", str(tmp_path / "made-of.json")]
    with pytest.raises(DataError, match="paper/one: a subset of 51 examples is asked for, and synth"):
        main([*arguments, "--largest", "51", "paper/one"])
    assert not (tmp_path / "made-of.json").exists()
    main([*arguments, "--largest", "50", "paper/one"])
    assert (tmp_path / "made-of.json").exists()
