"""Checking studies that train nothing, and what they read."""

from typing import Any

import pytest
import yaml

from scalinglaws.config import plugins
from scalinglaws.config.reading.load import load_config
from unit.config.reading.mistakes import WriteConfig, mistake


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"analysis": "guess"}, "analysis: there is no 'guess'; allowed are "),
        ({"analysis": 3}, "analysis: should be a valid string, not 3"),
        (
            {"public_runs": ["nothing"]},
            "public_runs.0: there is no 'nothing'; allowed are chinchilla-points, ",
        ),
        ({"public_runs": ["chinchilla-points"] * 2}, "public_runs: chinchilla-points is given twice"),
        ({"public_runs": "chinchilla-points"}, "public_runs: should be a valid list"),
        ({"seed": -1}, "seed: should be greater than or equal to 0, not -1"),
        (
            {"runs": {}},
            "runs: unknown key; allowed are analysis, figures, public_runs, seed, source, studies,",
        ),
        ({"figures": None}, "figures: is missing"),
        ({"figures.0.colour": "red"}, "figures.0.colour: unknown key; allowed are caption, draw, name"),
        ({"figures.0.draw": "style:x"}, "figures.0.draw: there is no 'style:x'; there are hestness-2017/"),
        ({"figures.0.draw": "book:x"}, "figures.0.draw: there is no 'book:x'; there are "),
        ({"study": "paper/three"}, "study: must be 'paper/two', as the file is called, not 'paper/three'"),
    ],
)
def test_mistakes_in_an_analysis(write_config: WriteConfig, changes: dict[str, Any], message: str) -> None:
    found = mistake(root := write_config(analysis=changes))
    assert found.startswith(f"{root / 'studies' / 'paper' / 'two.yaml'}: {message}")


def test_an_analysis_exists_at_every_scale(write_config: WriteConfig) -> None:
    loaded = load_config("laptop", write_config(scale={"scale": "gpu"}, analysis={}))
    assert loaded.studies == ()
    assert [study.study for study in loaded.analyses] == ["paper/two"]
    chosen = load_config("laptop", write_config(scale={"studies": ["paper/one"]}, analysis={}))
    assert chosen.analyses == ()


READS = {"analysis": "hestness-2017/summary", "public_runs": None, "studies": ["paper/one"]}


def test_an_analysis_reads_studies_that_are_trained(write_config: WriteConfig) -> None:
    loaded = load_config("laptop", write_config(analysis=READS))
    assert [study.studies for study in loaded.analyses] == [("paper/one",)]
    root = write_config(analysis=READS, scale={"studies": ["paper/one", "paper/two"]})
    assert len(load_config("laptop", root).analyses) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"studies": ["paper/one", "paper/four"]},
            "studies.1: there is no 'paper/four'; allowed are paper/one",
        ),
        ({"studies": ["paper/two"]}, "studies.0: there is no 'paper/two'; allowed are paper/one"),
        ({"studies": ["paper/one"] * 2}, "studies: paper/one is given twice"),
        ({"studies": []}, "studies: the analysis 'hestness-2017/summary' needs the names of the studies"),
        ({"analysis": "weng-2026/simulator"}, "studies: the analysis 'weng-2026/simulator' reads no studies"),
    ],
)
def test_mistakes_in_the_studies_that_are_read(
    write_config: WriteConfig, changes: dict[str, Any], message: str
) -> None:
    found = mistake(root := write_config(analysis={**READS, **changes}))
    assert found.startswith(f"{root / 'studies' / 'paper' / 'two.yaml'}: {message}")


def test_an_analysis_exists_where_one_of_its_studies_does(write_config: WriteConfig) -> None:
    absent = {"scale": "gpu"}
    assert mistake(write_config(scale=absent, analysis=READS)).endswith(
        "no study of any paper has the scale 'gpu'"
    )
    root = write_config(scale=absent, analysis={**READS, "studies": ["paper/one", "paper/three"]})
    shared = yaml.safe_load((root / "studies" / "paper" / "one.yaml").read_text())
    (root / "studies" / "paper" / "three.yaml").write_text(
        yaml.safe_dump({**shared, "study": "paper/three", "scales": {"gpu": shared["scales"]["laptop"]}})
    )
    loaded = load_config("laptop", root)
    assert [study.study for study, _ in loaded.studies] == ["paper/three"]
    assert [study.study for study in loaded.analyses] == ["paper/two"]


def test_a_list_of_studies_that_lacks_one_that_is_read(write_config: WriteConfig) -> None:
    root = write_config(analysis=READS, scale={"studies": ["paper/two"]})
    assert mistake(root) == (
        f"{root / 'laptop.yaml'}: studies: paper/two reads the tables of paper/one: list them too, "
        "or leave it out"
    )


def test_an_analysis_says_which_tables_it_makes(
    write_config: WriteConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_others = plugins.constant
    monkeypatch.setattr(
        plugins, "constant", lambda folder, *name: None if "analyses" in folder else of_others(folder, *name)
    )
    assert mistake(write_config(analysis={})).endswith(
        'analyses/simulator.py: needs a literal `TABLES = ("...", ...)`'
    )
