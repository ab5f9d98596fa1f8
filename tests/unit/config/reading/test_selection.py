"""What is asked for of a config: one paper or study of it, and values that replace those of its files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config.plan import plan
from scalinglaws.config.reading.load import Config, load_config
from scalinglaws.config.reading.selection import Selection
from scalinglaws.errors import ConfigError

WriteConfig = Callable[..., Path]
READS = {"protocol.name": "hestness-2017/summary", "reads": {"studies": ["paper/one"]}}


def mistake(root: Path, **asked: Any) -> str:
    with pytest.raises(ConfigError) as error:
        load_config(Selection(**asked), root)
    message = str(error.value)
    assert "\n" not in message
    return message


def names(config: Config) -> list[str]:
    return [each.study.study for each in config.studies]


# One study


def test_one_study_is_loaded_alone_and_an_analysis_with_those_that_it_reads(
    write_config: WriteConfig,
) -> None:
    root = write_config(analysis={})
    assert names(load_config("laptop", root)) == ["paper/one", "paper/two"]
    for study in ("paper/one", "paper/two"):
        assert names(load_config(Selection(study=study), root)) == [study]
        assert names(load_config(Selection(study=study, paper="paper"), root)) == [study]
    reads = write_config(analysis=READS)
    assert names(load_config(Selection(study="paper/two"), reads)) == ["paper/one", "paper/two"]
    assert names(load_config(Selection(study="paper/one"), reads)) == ["paper/one"]


def test_the_report_of_one_study_is_not_that_of_its_paper(write_config: WriteConfig) -> None:
    root = write_config(analysis=READS)
    assert plan(load_config("laptop", root)).reports == {"paper": ["paper/one", "paper/two"]}
    one = plan(load_config(Selection(study="paper/one"), root))
    assert one.reports == {"paper/one": ["paper/one"]}


def test_a_study_or_paper_that_is_not_there(write_config: WriteConfig) -> None:
    root = write_config(analysis={})
    said = "study: there is no 'paper/on'; allowed are paper/one, paper/two; did you mean paper/one?"
    assert mistake(root, study="paper/on") == said
    assert mistake(root, study="paper").endswith("; it is a paper: --paper paper")
    for name in ("one", "paper/one"):
        assert mistake(root, paper=name).endswith("; it is a study: --study paper/one")
    only = write_config(scale={"studies": ["paper/one"]}, analysis={})
    assert "paper/two is not in it, or does not have the scale 'laptop'" in mistake(only, study="paper/two")


# Values that are set


def test_what_is_set_replaces_values_of_the_scale_the_grid_and_the_fit(write_config: WriteConfig) -> None:
    settings = (
        "scale:resamples=500",
        "scale:machine.workers=7",
        "paper/one:runs.duration.steps=50",
        "paper/one:runs.axes.subset.examples=[10, 20]",
        "paper/one:runs.learning_rate=1e-3",
        "paper/one:protocol.level=0.9",
        "paper/one:title=Another",
    )
    root = write_config()
    before = load_config("laptop", root)
    after = load_config(Selection(set=settings), root)
    assert (after.scale.resamples, after.scale.machine.workers) == (500, 7)
    assert after.scale.machine.seconds_per_step == before.scale.machine.seconds_per_step
    (found,), (old,) = after.studies, before.studies
    assert (found.study.title, found.protocol.level) == ("Another", 0.9)  # type: ignore[union-attr]
    assert found.grid is not None
    assert old.grid is not None
    assert {run.subset.examples for run in found.grid.runs} == {10, 20}
    assert {(run.duration.steps, run.learning_rate) for run in found.grid.runs} == {(50, 0.001)}
    assert found.grid.models == old.grid.models
    runs = {run.id for study in plan(before).studies for run in study.runs}
    assert not runs & {run.id for study in plan(after).studies for run in study.runs}


def test_a_data_block_that_names_a_source_is_replaced_whole_as_in_a_file(write_config: WriteConfig) -> None:
    asked = Selection(set=("paper/one:runs.data={source: cifar, validation: {examples: 9}}",))
    (found,) = load_config(asked, write_config()).studies
    assert found.grid is not None
    assert (found.grid.data.source, found.grid.data.validation.examples) == ("cifar", 9)


def test_the_values_of_an_axis_may_be_set(write_config: WriteConfig) -> None:
    asked = Selection(set=("paper/one:runs.axes.seed=[7]", "paper/one:runs.axes.subset.examples=[10]"))
    (found,) = load_config(asked, write_config()).studies
    assert found.grid is not None
    assert {(run.seed, run.subset.examples) for run in found.grid.runs} == {(7, 10)}


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("scale:resample=5", "--set scale:resample: unknown key; allowed are archives, description,"),
        ("scale:resamples=5", "--set scale:resamples: should be greater than or equal to 20, not 5"),
        ("scale:resamples=", "--set scale:resamples: should be a whole number, not null"),
        ("scale:machine.workers=few", "--set scale:machine.workers: should be a whole number"),
        ("scale:locations.mnist=a", "--set scale:locations.mnist: there is no 'mnist'; allowed are"),
        ("scale:description=[1", "--set scale:description, line 3, column 1: "),
        (
            "paper/one:runs.duratio.steps=5",
            "--set paper/one:runs.duratio: unknown key; allowed are axes, data,",
        ),
        (
            "paper/one:runs.duration.steps=0",
            "--set paper/one:runs.duration.steps: should be greater than 0, not 0",
        ),
        (
            "paper/one:runs.axes.subset.examples=[10, 10]",
            "--set paper/one:runs.axes.subset.examples.1: gives the same",
        ),
        ("paper/one:runs.task=no-task", "--set paper/one:runs.task: there is no 'no-task'; allowed are"),
        (
            "paper/one:protocol.levl=0.9",
            "--set paper/one:protocol.levl: unknown key; allowed are laws, level,",
        ),
        (
            "paper/one:protocol.laws=[no-law]",
            "--set paper/one:protocol.laws.0: there is no 'no-law'; allowed are",
        ),
        ("paper/one:budget=x", "--set paper/one:budget: unknown key; allowed are figures,"),
        ("paper/one:runs=x", "--set paper/one:runs: should be a block of keys, not 'x'"),
        ("paper/one:runs.axes=x", "--set paper/one:runs.axes: should be a"),
        ("paper/one:runs.axes.sed=[1]", "--set paper/one:runs.axes.sed: no run has this key"),
        ("paper/two:runs.seed=1", "--set paper/two:runs: paper/two trains nothing"),
        ("paper/two:protocol.seed=x", "--set paper/two:protocol.seed: should be a whole number"),
        ("paper/two:protocol.name=x", "--set paper/two:protocol.name: must be 'weng-2026/simulator'"),
        ("paper/no:seed=1", "--set paper/no: is not asked for: there is no 'paper/no'; allowed are"),
        ("resamples=5", "--set 'resamples=5': must be scale:KEY=VALUE for a key of the scale file, or"),
        ("scale:resamples", "--set 'scale:resamples': must be scale:KEY=VALUE"),
        ("scale:.=1", "--set 'scale:.=1': must be scale:KEY=VALUE"),
    ],
)
def test_a_mistake_in_what_is_set_names_the_option_and_the_key(
    write_config: WriteConfig, setting: str, message: str
) -> None:
    assert mistake(write_config(analysis={}), set=(setting,)).startswith(message)


def test_a_key_is_set_once_and_for_a_study_that_is_asked_for(write_config: WriteConfig) -> None:
    root = write_config(analysis={})
    twice = ("paper/one:runs.duration.steps=5", "paper/one:runs.duration={steps: 6}")
    assert mistake(root, set=twice) == "--set paper/one:runs.duration: is given twice"
    said = mistake(root, study="paper/two", set=("paper/one:runs.duration.steps=5",))
    assert said.startswith(
        "--set paper/one: is not asked for: there is no 'paper/one'; allowed are paper/two"
    )


def test_the_part_of_one_paper_has_what_is_set_for_it() -> None:
    settings = ("scale:resamples=50", "one/a:runs.seed=1", "one-more/a:runs.seed=2")
    assert Selection(set=settings).of_paper("one").set == settings[:2]


# Snakemake's --config


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"scael": "smoke"},
            "--config scael: unknown key; allowed are image, paper, scale, set, strict_",
        ),
        ({"scale": ["a"]}, "--config scale: should be a valid string, not ['a']"),
        ({"scale": None}, "--config scale: should be a valid string, not null"),
        ({"scale": 7}, "--config scale: should be a valid string, not 7"),
        ({"paper": True}, "--config paper: should be a valid string, not true"),
        ({"set": {"a": 1}}, "--config set: should be a valid list"),
        ({"set": [1]}, "--config set.0: should be a valid string, not 1"),
    ],
)
def test_mistakes_in_the_config_of_snakemake(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        Selection.of(settings)
    assert str(error.value).startswith(message)


def test_a_misspelt_key_of_snakemakes_config_is_told_the_right_one() -> None:
    with pytest.raises(ConfigError, match=r"did you mean scale\?$"):
        Selection.of({"scael": "smoke"})


def test_snakemake_may_name_an_image_and_one_setting_as_text() -> None:
    asked = Selection.of({"image": "docker://a/b", "set": "scale:resamples=50", "strict_versions": 1})
    assert asked == Selection(image="docker://a/b", set=("scale:resamples=50",), strict_versions=True)
    assert "image" not in asked.model_dump()
