"""The generated reference of the config: in step with the schema, and right about the shipped files."""

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scalinglaws.config.reading.yaml_file import read_yaml
from scalinglaws.config.reference import documents

CONFIG = Path(__file__).resolve().parents[3] / "config"
STUDIES, SCALES = sorted(CONFIG.glob("studies/*/*.yaml")), sorted(CONFIG.glob("*.yaml"))


@cache
def checker(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(documents()[schema]))


def mistakes(schema: str, content: Any) -> list[str]:
    return [error.message for error in checker(schema).iter_errors(content)]


@pytest.mark.parametrize("name", documents())
def test_generated_files_are_in_step_with_the_code(name: str) -> None:
    assert (CONFIG / name).read_text(encoding="utf-8") == documents()[name], "call `make docs`"


@pytest.mark.parametrize("schema", ["scale.schema.json", "study.schema.json"])
def test_schemas_are_schemas(schema: str) -> None:
    Draft202012Validator.check_schema(json.loads(documents()[schema]))


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_the_schema_accepts_the_shipped_studies(path: Path) -> None:
    assert mistakes("study.schema.json", read_yaml(path)) == []


@pytest.mark.parametrize("path", SCALES, ids=lambda path: path.stem)
def test_the_schema_accepts_the_shipped_scales(path: Path) -> None:
    content = read_yaml(path)
    assert mistakes("scale.schema.json", content) == []
    assert mistakes("scale.schema.json", {**content, "devise": "cpu"})


@pytest.mark.parametrize(
    ("place", "key", "value"),
    [
        ((), "figure", []),
        (("runs",), "subsets", [1]),
        (("runs", "data"), "source", "mnist"),
        (("runs", "duration"), "steps", 0),
        (("scales",), "labtop", {}),
        (("scales", "laptop"), "region", [1, 2]),
        (("scales", "laptop", "runs", "axes"), "momentum", [0.9]),
        (("scales", "laptop", "runs", "axes"), "seed", 3),
        (("protocol",), "tolerances", 0.1),
        (("protocol",), "level", 2),
        (("reads",), "study", []),
    ],
)
def test_the_schema_rejects(place: tuple[str | int, ...], key: str, value: Any) -> None:
    content = deepcopy(read_yaml(CONFIG / "studies" / "hestness-2017" / "image.yaml"))
    block: Any = content
    for part in place:
        block = block.setdefault(part, {}) if isinstance(block, dict) else block[part]
    block[key] = value
    assert mistakes("study.schema.json", content)


def test_the_schema_knows_the_options_of_models() -> None:
    content = deepcopy(read_yaml(CONFIG / "studies" / "hestness-2017" / "image.yaml"))
    for wrong in ({"width": 0}, {"width": 4, "heads": 2}, {"family": "vgg", "width": 4}, {}):
        content["runs"]["model"] = {"family": "resnet", **wrong}
        assert mistakes("study.schema.json", content)
    content["runs"]["model"] = {"family": "resnet", "width": 4}
    assert not mistakes("study.schema.json", content)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("protocol", {"name": "guess"}),
        ("reads", {"public_runs": ["nothing"]}),
        ("figures", [{"name": "a", "draw": "b:c"}]),
        ("colour", "red"),
    ],
)
def test_the_schema_rejects_in_an_analysis(key: str, value: Any) -> None:
    content = read_yaml(CONFIG / "studies" / "weng-2026" / "simulator.yaml")
    assert mistakes("study.schema.json", {**content, key: value})


def test_the_reference_names_every_key() -> None:
    text = documents()["README.md"]
    for key in (
        "learning_rate.search",
        "optimiser.averaging",
        "learning_rate.rule.power",
        "procedure.levels",
        "zipped",
        "machine.workers",
    ):
        assert f"`{key}`" in text
    for name in ("reads.public_runs", "weng-2026/simulator", "muennighoff-runs"):
        assert f"`{name}`" in text
    assert "### `resnet`" in text
    assert "### `fashion-mnist`\n\nNo options." in text or "No options." in text
