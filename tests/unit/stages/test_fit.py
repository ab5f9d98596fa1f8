"""The fitting stage: what a protocol is given, which tables are written, and in which bytes."""

import json
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from scalinglaws.config.analysis import AnalysisOptions, AnalysisSpec
from scalinglaws.config.protocol import Protocol, protocol_of
from scalinglaws.errors import ConfigError, DataError
from scalinglaws.stages import fit as stage
from scalinglaws.stages.fit import main
from scalinglaws.tables.inputs import Inputs
from unit.trained_studies import facts, write_study

SPEC: dict[str, Any] = {"name": "paper/tiny", "study": "paper/tiny", "scale": "smoke", "resamples": 50}


class Tiny(SimpleNamespace):
    """Stands in for the module of an analysis; `made` is what it makes, `told` what it was told."""

    __name__ = "tiny"
    TABLES = ("sums", "fits")

    def analyse(self, inputs: Inputs, spec: AnalysisSpec) -> dict[str, pd.DataFrame]:
        self.told = (inputs, spec)
        return self.made


def _or_else(ours: Any, other: Callable[[str], Any], name: str) -> Any:
    return ours if name in ("paper/tiny", "tiny") else other(name)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Tiny:
    module = Tiny(
        made={
            "fits": pd.DataFrame({"law": ["a"], "value": [0.1 + 0.2], "warnings": [""]}),
            "sums": pd.DataFrame({"x": [1, 2], "right": [True, False]}),
        }
    )
    protocol = Protocol(
        "tiny", AnalysisOptions, AnalysisSpec, Tiny.TABLES,
        runs=False, studies=True, public_runs=True, resampled=False,
    )  # fmt: skip
    for name, found, other in (
        ("protocol_of", protocol, protocol_of),
        ("import_module", module, import_module),
    ):
        monkeypatch.setattr(stage, name, partial(_or_else, found, other))
    return module


def call(out: Path, spec: dict[str, Any] = SPEC) -> None:
    main(["--spec", json.dumps(spec), "--out", str(out)])


def test_each_table_is_a_file_with_floats_in_full(tiny: Tiny, tmp_path: Path) -> None:
    call(tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["fits.csv", "sums.csv"]
    assert (tmp_path / "out" / "fits.csv").read_bytes() == b"law,value,warnings\na,0.30000000000000004,\n"
    assert (tmp_path / "out" / "sums.csv").read_bytes() == b"x,right\n1,true\n2,false\n"


def test_it_gets_the_spec_and_the_public_runs_by_name(tiny: Tiny, tmp_path: Path) -> None:
    asked = {**SPEC, "public_runs": {"frankle-rewinding": "0" * 64}}
    call(tmp_path / "out", asked)
    inputs, spec = tiny.told
    assert {name: len(table) for name, table in inputs.public_runs.items()} == {"frankle-rewinding": 35}
    assert spec == AnalysisSpec.model_validate({**asked, "seed": 0})


def test_an_analysis_that_makes_other_tables_than_it_declares(tiny: Tiny, tmp_path: Path) -> None:
    del tiny.made["sums"]
    with pytest.raises(ValueError, match=r"tiny made \['fits'\] and declares \['fits', 'sums'\]"):
        call(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_it_gets_the_tables_of_trained_studies(tiny: Tiny, tmp_path: Path) -> None:
    every = [facts("words-lstm4"), facts("words-lstm2")]
    folders = [write_study(tmp_path, told, 12.0, -0.2) for told in every]
    spec = {**SPEC, "studies": [told.model_dump(mode="json") for told in every]}
    words = [str(word) for three in folders for word in ("--studies", *three)]
    main(["--spec", json.dumps(spec), *words, "--out", str(tmp_path / "out")])
    studies = tiny.told[0].studies
    assert list(studies) == ["hestness-2017/words-lstm4", "hestness-2017/words-lstm2"]  # as in the study file
    found = studies["hestness-2017/words-lstm4"]
    assert (found.name, found.unit, found.metric) == ("words-lstm4", "words", "cross_entropy")
    assert len(found.runs) == 9 * 7 * 3
    assert len(found.scores) == 9 * 7
    assert found.exponent.low < -0.2 < found.exponent.high
    with pytest.raises(ConfigError, match="--studies: 1 given, the spec names 2 studies"):
        main(["--spec", json.dumps(spec), *words[:4], "--out", str(tmp_path / "out")])


def test_mistakes_of_a_caller(tiny: Tiny, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no 'nothing'; allowed are chinchilla-points, "):
        call(tmp_path / "out", {**SPEC, "public_runs": {"nothing": ""}})
    with pytest.raises(ConfigError, match="AnalysisSpec: colour"):
        call(tmp_path / "out", spec={**SPEC, "colour": "red"})
