"""Mistakes in a scale file, and names of scales and papers that do not exist."""

from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config.reading.load import load_config
from scalinglaws.config.values import NAME
from unit.config.reading.mistakes import WriteConfig, mistake


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"devise": "cpu"}, "devise: unknown key; allowed are archives, description, development, device,"),
        ({"machine.speed": 1}, "machine.speed: unknown key; allowed are ensemble_size, flops_per_second,"),
        ({"device": "tpu"}, "device: should be 'auto', 'cpu' or 'cuda', not 'tpu'"),
        ({"machine.workers": 0}, "machine.workers: should be greater than 0, not 0"),
        ({"machine": None}, "machine: is missing"),
        ({"scale": "huge"}, "scale: should be 'smoke', 'laptop', 'gpu' or 'paper', not 'huge'"),
        ({"studies": ["paper/two"]}, "studies: there is no 'paper/two'; allowed are paper/one"),
        ({"studies": []}, "studies: list should have at least 1 item"),
        ({"studies": "some"}, "studies: should be 'all', not 'some'"),
        ({"locations": {"mnist": "a"}}, "locations.mnist: there is no 'mnist'; allowed are billion-word,"),
        ({"resamples": 10}, "resamples: should be greater than or equal to 20, not 10"),
        ({"resamples": 10**9}, "resamples: should be less than or equal to 1000000, not 1000000000"),
        ({"studies": ["paper/one", "paper/one"]}, "studies: paper/one is given twice"),
        ({"machine.workers": True}, "machine.workers: should be a whole number, not true"),
        ({"machine.flops_per_second": float("inf")}, "machine.flops_per_second: should be a finite number"),
        ({"machine.seconds_per_step": True}, "machine.seconds_per_step: should be a valid number, not true"),
        ({"archives": "~nosuchuser/a"}, "archives: there is no home folder ~nosuchuser"),
        ({"description": ""}, "description: string should have at least 1 character"),
        ({"style": "none.mplstyle"}, "style: none.mplstyle: the style file cannot be read (No such file"),
    ],
)
def test_mistakes_in_a_scale_file(write_config: WriteConfig, changes: dict[str, Any], message: str) -> None:
    found = mistake(root := write_config(scale=changes))
    assert found.startswith(f"{root / 'laptop.yaml'}: {message}")


def test_unknown_names_of_scales_and_papers(write_config: WriteConfig) -> None:
    root = write_config()
    assert (
        mistake(root, "labtop") == f"{root / 'labtop.yaml'}: there is no such scale file; {root}/ has laptop"
    )
    assert "no such scale file" in mistake(root, str(root / "own.yaml"))
    assert mistake(root, paper="book") == "paper: there is no 'book'; allowed are paper"


def test_a_scale_file_of_ones_own(write_config: WriteConfig, tmp_path: Path) -> None:
    root = write_config()
    own = (root / "laptop.yaml").rename(tmp_path / "own.yaml")
    assert load_config(str(own), root).scale.scale == "laptop"
    for name in ("my_own.yaml", "..yaml", "Own.yml", f"{'a' * 81}.yaml", "a b.yaml", "ä.yaml"):
        assert f"a scale file must have a name that matches '{NAME}'" in mistake(root, str(tmp_path / name))
    for name in ("../laptop", "", "a\0b", "a" * 300):
        assert f"must have a name that matches '{NAME}'" in mistake(root, name)
