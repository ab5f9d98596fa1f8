"""Checking studies that train nothing, and what they read."""

from typing import Any

import pytest
import yaml

from scalinglaws.config import plugins
from scalinglaws.config.reading.load import Config, load_config
from unit.config.reading.mistakes import WriteConfig, mistake


def names(config: Config) -> list[str]:
    return [each.study.study for each in config.studies]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"protocol.name": "guess"}, "protocol.name: there is no 'guess'; allowed are learning-curves, "),
        ({"protocol.name": 3}, "protocol.name: should be a valid string, not 3"),
        (
            {"reads.public_runs": ["nothing"]},
            "reads.public_runs.0: there is no 'nothing'; allowed are chinchilla-points, ",
        ),
        (
            {"reads.public_runs": ["chinchilla-points"] * 2},
            "reads.public_runs: chinchilla-points is given twice",
        ),
        ({"reads.public_runs": "chinchilla-points"}, "reads.public_runs: should be a valid list"),
        ({"protocol.seed": -1}, "protocol.seed: should be greater than or equal to 0, not -1"),
        ({"protocol.level": 0.9}, "protocol.level: unknown key; allowed are name, seed"),
        ({"runs": {}}, "scales: is missing: runs are trained at the scales that it names"),
        (
            {"runs": {}, "scales.laptop": {}},
            "runs: the protocol 'weng-2026/simulator' does not work on runs of its own",
        ),
        ({"scales.laptop.runs.seed": 1}, "runs: is missing: a scale has keys to merge over it"),
        ({"scales.labtop": {}}, "scales.labtop"),
        (
            {"protocol": {"name": "learning-curves"}},
            "runs: the protocol 'learning-curves' works on runs of its own",
        ),
        ({"reads.colour": 1}, "reads.colour: unknown key; allowed are public_runs, studies"),
        ({"figures": None}, "figures: is missing"),
        (
            {"figures.0.colour": "red"},
            "figures.0.colour: unknown key; allowed are beside, caption, draw, name",
        ),
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
    assert names(loaded) == ["paper/two"]
    chosen = load_config("laptop", write_config(scale={"studies": ["paper/one"]}, analysis={}))
    assert names(chosen) == ["paper/one"]


def test_an_analysis_may_name_its_scales(write_config: WriteConfig) -> None:
    only = {"scales.laptop.protocol.seed": 7}
    (_, two) = load_config("laptop", write_config(analysis=only)).studies
    assert two.protocol.seed == 7
    root = write_config(scale={"scale": "gpu"}, analysis=only)
    assert mistake(root).endswith("no study of any paper has the scale 'gpu'")


READS: dict[str, Any] = {"protocol.name": "hestness-2017/summary", "reads": {"studies": ["paper/one"]}}


def test_an_analysis_reads_studies_that_are_trained(write_config: WriteConfig) -> None:
    loaded = load_config("laptop", write_config(analysis=READS))
    assert [each.study.reads.studies for each in loaded.studies] == [(), ("paper/one",)]
    root = write_config(analysis=READS, scale={"studies": ["paper/one", "paper/two"]})
    assert len(load_config("laptop", root).studies) == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"reads.studies": ["paper/one", "paper/four"]},
            "reads.studies.1: there is no 'paper/four'; allowed are paper/one",
        ),
        ({"reads.studies": ["paper/two"]}, "reads.studies.0: there is no 'paper/two'; allowed are paper/one"),
        ({"reads.studies": ["paper/one"] * 2}, "reads.studies: paper/one is given twice"),
        (
            {"reads.studies": []},
            "reads.studies: the protocol 'hestness-2017/summary' works on the tables of other",
        ),
        (
            {"protocol.name": "weng-2026/simulator"},
            "reads.studies: the protocol 'weng-2026/simulator' does not work on the tables",
        ),
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
    root = write_config(scale=absent, analysis={**READS, "reads.studies": ["paper/one", "paper/three"]})
    shared = yaml.safe_load((root / "studies" / "paper" / "one.yaml").read_text())
    (root / "studies" / "paper" / "three.yaml").write_text(
        yaml.safe_dump({**shared, "study": "paper/three", "scales": {"gpu": shared["scales"]["laptop"]}})
    )
    loaded = load_config("laptop", root)
    assert names(loaded) == ["paper/three", "paper/two"]


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
