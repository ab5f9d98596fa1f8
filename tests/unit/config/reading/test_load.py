"""Checking a config: every mistake is one sentence with file, key and what is allowed."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config import plugins
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.study import Grid
from scalinglaws.config.values import NAME
from unit.config.reading.mistakes import WriteConfig, mistake

CONFIG = Path(__file__).resolve().parents[4] / "config"
SCALES = sorted(path.stem for path in CONFIG.glob("*.yaml"))


def grid_of(root: Path) -> Grid:
    """The grid of the one study."""
    (found,) = load_config("laptop", root).studies
    assert found.grid is not None
    return found.grid


def test_the_small_config_is_sound(write_config: WriteConfig) -> None:
    (found,) = load_config("laptop", write_config()).studies
    assert found.study.study == "paper/one"
    assert found.grid is not None
    assert {run.subset.examples for run in found.grid.runs} == {10, 100}
    assert {run.optimiser.batch for run in found.grid.runs} == {32}


FIGURE = {"name": "fig2", "draw": "hestness-2017/learning-curves:learning_curves", "caption": "A figure."}


PLACES = {
    "models": "runs.axes.model",
    "subsets": "runs.axes.subset.examples",
    "seeds": "runs.axes.seed",
    "region": "protocol.region",
}


def at_laptop(**changes: Any) -> dict[str, Any]:
    return {f"scales.laptop.{PLACES[key]}": value for key, value in changes.items()}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        # unknown keys
        ({"figure": []}, "figure: unknown key; allowed are figures, methods, protocol, reads, runs, scales,"),
        ({"runs.subsets": [1]}, "runs.subsets: unknown key; allowed are axes, data, duration, evaluation,"),
        (
            {"scales.laptop.runs.optimiser.momentumm": 0.5},
            "scales.laptop.runs.optimiser.momentumm: unknown key; allowed are averaging, batch, betas, clip,",
        ),
        ({"protocol.metric": "a"}, "protocol.metric: unknown key; allowed are laws, level, metrics, name, r"),
        (
            {"runs.learning_rate.searches": [1, 2]},
            "runs.learning_rate.searches: unknown key; allowed are at, metric, search, seed, widenings",
        ),
        ({"scales.labtop": {}}, "scales.labtop"),
        # wrong types and values
        ({"runs.duration.steps": "many"}, "runs.duration.steps: should be a whole number, not 'many'"),
        ({"runs.duration.steps": None}, "runs.duration: needs exactly one of steps, epochs, examples, token"),
        ({"runs.duration": 3}, "runs.duration: should be a block of keys"),
        ({"runs.optimiser": [1]}, "runs.optimiser: should be a block of keys, not [1]"),
        ({"runs": 3}, "runs: should be a block of keys, not 3"),
        ({"runs.learning_rate": "fast"}, "runs.learning_rate: should be a valid number"),
        ({"runs.learning_rate": 0}, "runs.learning_rate: should be greater than 0, not 0"),
        ({"runs.learning_rate.search": [0.1]}, "runs.learning_rate.search: list should have at least 2"),
        ({"runs.learning_rate.at": None}, "runs.learning_rate.at: is missing"),
        (
            {"runs.learning_rate.search": [0.1, -1]},
            "runs.learning_rate.search.1: should be greater than 0, not -1",
        ),
        (at_laptop(seeds=[]), "scales.laptop.runs.axes.seed: list should have at least 1 item"),
        (at_laptop(subsets=[10, -1]), "scales.laptop.runs.axes.subset.examples.1: should be greater than 0,"),
        (at_laptop(seeds=[0, -1]), "scales.laptop.runs.axes.seed.1: should be greater than or equal to 0"),
        (at_laptop(seeds=None), "runs.seed: is missing"),
        ({"scales.laptop.runs.optimiser.averaging": 1}, "scales.laptop.runs.optimiser.averaging: should be"),
        ({"runs.learning_rate": float("inf")}, "runs.learning_rate: should be a finite number"),
        # names
        (at_laptop(models=[{"family": "vgg"}]), "scales.laptop.runs.axes.model.0.family: there is no 'vgg';"),
        ({"runs.data.source": "mnist"}, "runs.data.source: there is no 'mnist'; allowed are billion-word,"),
        (
            {"runs.data": {"source": "prose"}},
            "runs.data.source: image-classification needs images, which prose does not"
            " provide; allowed are cifar,",
        ),
        ({"runs.task": "guessing"}, "runs.task: there is no 'guessing'; allowed are image-classification"),
        (
            {"protocol.metrics": ["cross_entropy", "top2_error"]},
            "protocol.metrics.1: there is no 'top2_error'; allowed are top1_error, top5_error, cross_entropy",
        ),
        (
            {"protocol.size_metric": "top5_error"},
            "protocol.size_metric: 'top5_error' is not one of metrics: top1_error, cross_entropy",
        ),
        # The metric is complained about first, not what follows from it.
        (
            {"protocol.metrics": ["loss"], "protocol.size_metric": "loss"},
            "protocol.metrics.0: there is no 'loss'; allowed are top1_error, top5_error",
        ),
        ({"protocol.metrics": ["cross_entropy"] * 2}, "protocol.metrics: cross_entropy is given twice"),
        ({"protocol.laws": ["power-law"] * 2}, "protocol.laws: power-law is given twice"),
        (
            {"protocol.laws": ["power-law", "chinchilla"]},
            "protocol.laws.1: chinchilla needs N and D, and is fitted over one size only; allowed are amari-",
        ),
        ({"protocol.size_law": "muennighoff"}, "protocol.size_law: muennighoff needs N and D and U, and is"),
        (
            {"runs.learning_rate.metric": "loss"},
            "runs.learning_rate.metric: there is no 'loss'; allowed are top1_error",
        ),
        # names that folders, files and rules get
        *(
            ({"figures": [{**FIGURE, "name": name}]}, f"figures.0.name: string should match pattern '^{NAME}")
            for name in ("../../escaped", "a_b", "A", "a/b", "", "-a", "a.b", "ä", "a\n", "a" * 81)
        ),
        ({"study": "../one"}, "study: string should match pattern"),
        # numbers
        *(
            (at_laptop(**{key: [value]}), f"scales.laptop.{PLACES[key]}.0: should be a whole number, {text}")
            for key in ("seeds", "subsets")
            for value, text in ((True, "not true"), (1.0, "not 1.0"), ("1", "not '1'"), (None, "not null"))
        ),
        ({"runs.learning_rate": True}, "runs.learning_rate: should be a valid number, not true"),
        ({"runs.learning_rate": "0.1"}, "runs.learning_rate: should be a valid number, not '0.1'"),
        *(
            ({f"runs.{key}": value}, f"runs.{key}: should be {rule}")
            for key, value, rule in (
                ("evaluation.ratio", float("inf"), "a finite number, not inf"),
                ("evaluation.ratio", 1001, "less than or equal to 1000, not 1001"),
                ("evaluation.share", float("nan"), "a finite number, not nan"),
                ("duration.steps", 10**10, "less than or equal to 1000000000"),
                ("stopping.patience", True, "a whole number, not true"),
                ("data.validation.seed", -1, "greater than or equal to 0"),
                ("data.validation.examples", True, "a whole number, not true"),
                ("learning_rate", 1e39, "less than or equal to 1"),
            )
        ),
        (
            {"scales.laptop.runs.evaluation": {"first": 101}},
            "scales.laptop.runs.evaluation.first: 101 is after the last step of a run, 100",
        ),
        ({"runs.evaluation.first": 101}, "runs.evaluation.first: 101 is after the last step"),
        (at_laptop(region=[1, float("inf")]), "scales.laptop.protocol.region.1: should be a finite number,"),
        (
            at_laptop(region=[20, 30]),
            "scales.laptop.protocol.region: none of the subsets, which are 1 to 10, is in [20, 30]",
        ),
        (
            {"protocol.x": "examples", **at_laptop(region=[20, 30])},
            "scales.laptop.protocol.region: none of the subsets, which are 10 to 100, is in [20, 30]",
        ),
        (
            at_laptop(models=[{"family": "resnet", "width": True}]),
            "scales.laptop.runs.axes.model.0.width: should be a whole number, not true",
        ),
        (
            at_laptop(models=[{"family": "resnet", "width": 4, "depth": 8.0}]),
            "scales.laptop.runs.axes.model.0.depth: should be 8 or 14 or 20 or 26 or 32 or 44 or 56 or 110,",
        ),
        (
            at_laptop(seeds=list(range(2000))),
            "scales.laptop.runs.axes: makes 8,000 runs; a study has at most 6,000",
        ),
        # values are quoted, in one line and not in full
        ({"protocol.x": "x" * 1000}, f"protocol.x: should be 'data_size' or 'examples', not '{'x' * 199}..."),
        ({"protocol.x": "\n"}, "protocol.x: should be 'data_size' or 'examples', not '\\n'"),
        ({f"protocol.{'x' * 1000}": 1}, f"protocol.'{'x' * 199}...: unknown key"),
        ({"title": "a $x"}, "title: string should match pattern"),
        ({"title": " "}, "title: string should match pattern"),
        ({"title": "a\nb"}, "title: string should match pattern"),
        ({"title": date(2020, 1, 1)}, "title: should be a valid string, not 2020-01-01"),
        ({"study": "paper/two"}, "study: must be 'paper/one', as the file is called, not 'paper/two'"),
        # options of plugins
        (
            at_laptop(models=[{"family": "resnet", "width": 4, "heads": 2}]),
            "scales.laptop.runs.axes.model.0.heads: unknown key; allowed are depth, width",
        ),
        (
            at_laptop(models=[{"family": "resnet", "width": 4, "depth": 9}]),
            "scales.laptop.runs.axes.model.0.depth: should be 8, 14, 20, 26, 32, 44, 56 or 110, not 9",
        ),
        (at_laptop(models=[{"family": "resnet"}]), "scales.laptop.runs.axes.model.0.width: is missing"),
        (at_laptop(models=[{"width": 4}]), "scales.laptop.runs.axes.model.0.family: is missing"),
        ({"runs.data.options": {"size": 4}}, "runs.data.options.size: unknown key; allowed are none"),
        # models that cannot be built
        (
            at_laptop(models=[{"family": "lstm", "width": 4}]),
            "scales.laptop.runs.axes.model.0.family: lstm is not made for image-classification; allowed are",
        ),
        (
            {
                "runs.task": "language-modelling",
                "runs.data": {"source": "prose"},
                **at_laptop(models=[{"family": "transformer", "width": 4, "depth": 1, "heads": 3}]),
            },
            "scales.laptop.runs.axes.model.0: the heads must divide the width",
        ),
        (
            {
                "runs.task": "speech-attention",
                "runs.data": {"source": "fillets"},
                **at_laptop(models=[{"family": "listener", "width": 4, "layers": 2, "stride": 8}]),
            },
            "scales.laptop.runs.axes.model.0: the layers are too few for the stride",
        ),
        # what no run can satisfy
        (
            {
                "runs.task": "language-modelling",
                "runs.data": {"source": "markov", "options": {"windows": 99}},
                **at_laptop(models=[{"family": "lstm", "width": 4}]),
            },
            "scales.laptop.runs.axes.subset.examples.1: 100 examples, but markov has 99",
        ),
        (
            at_laptop(subsets=[10, 60_001]),
            "scales.laptop.runs.axes.subset.examples.1: 60,001 examples, but fashion-mnist has 60,000",
        ),
        (
            {"runs.data.validation.part": "development"},
            "runs.data.validation.part: is for the key development of a scale file to set; leave it out",
        ),
        ({"runs.learning_rate.at": [10**6]}, "runs.learning_rate.at.0: 1,000,000 examples, but fashion-"),
        (
            {"runs.data.validation.examples": 6668},
            "runs.data.validation.examples: 6,668 examples, but the published part of fashion-mnist has 6,66",
        ),
        (at_laptop(seeds=[0, 1, 0]), "scales.laptop.runs.axes.seed.2: gives the same run as value 0 of this"),
        (at_laptop(subsets=[10, 10]), "scales.laptop.runs.axes.subset.examples.1: gives the same run as val"),
        (
            at_laptop(models=[{"family": "resnet", "width": 4, "depth": 14},
                              {"depth": 14, "width": 4, "family": "resnet"}]),
            "scales.laptop.runs.axes.model.1: gives the same run as value 0 of this list",
        ),
        (
            at_laptop(models=[{"family": "resnet", "width": 4, **more} for more in ({}, {"depth": 8})]),
            "scales.laptop.runs.axes.model.1: gives the same run as value 0 of this list",
        ),
        ({"runs.learning_rate.search": [0.1, 0.1]}, "runs.learning_rate.search: 0.1 is given twice"),
        ({"runs.learning_rate.at": [10, 10]}, "runs.learning_rate.at: 10 is given twice"),
        (at_laptop(region=[10, 1]), "scales.laptop.protocol.region: must be [low, high] with low < high"),
        (at_laptop(region=[1]), "scales.laptop.protocol.region"),
    ],
)  # fmt: skip
def test_mistakes_in_a_study(write_config: WriteConfig, changes: dict[str, Any], message: str) -> None:
    found = mistake(root := write_config(study=changes))
    assert found.startswith(f"{root / 'studies' / 'paper' / 'one.yaml'}: {message}")


def test_two_figures_of_a_paper_share_a_name(write_config: WriteConfig) -> None:
    root = write_config(study={"figures": [FIGURE]}, analysis={})
    one, two = (root / "studies" / "paper" / name for name in ("one.yaml", "two.yaml"))
    assert mistake(root) == f"{two}: figures.0.name: 'fig2' is already the name of a figure in {one}"
    root = write_config(study={"figures": [FIGURE, FIGURE]}, analysis={"figures": []})
    assert mistake(root) == f"{one}: figures.1.name: 'fig2' is already the name of a figure in {one}"


def test_further_mistakes_are_counted(write_config: WriteConfig) -> None:
    assert mistake(write_config(scale={"a": 1, "b": 2, "c": 3})).endswith("(and 2 more)")


def test_a_study_without_the_scale_is_left_out_or_an_error(write_config: WriteConfig) -> None:
    root = write_config(scale={"scale": "gpu"})
    assert mistake(root).endswith("no study of any paper has the scale 'gpu'")
    root = write_config(scale={"scale": "gpu", "studies": ["paper/one"]})
    assert f"one.yaml: scales: has no 'gpu', but {root / 'laptop.yaml'} lists this study" in mistake(root)


def test_files_of_studies_have_names_for_folders(write_config: WriteConfig) -> None:
    root = write_config()
    folder = root / "studies" / "paper"
    (folder / ".#one.yaml").symlink_to("nobody@nowhere")  # what an editor leaves beside an open file
    assert len(load_config("laptop", root).studies) == 1
    (folder / "my study.yaml").write_text("")
    assert mistake(root).endswith(
        f"my study.yaml': the folder and the file of a study must have names that match '{NAME}'"
    )


def test_a_search_may_try_sizes_that_are_no_subsets(write_config: WriteConfig) -> None:
    grid = grid_of(write_config(study={"runs.learning_rate.at": [50]}))
    assert {run.subset.examples for run in grid.search_runs} == {50}


TEXT = {
    "runs.task": "language-modelling",
    **at_laptop(models=[{"family": "lstm", "width": 4}]),
    "runs.learning_rate": 0.1,
    "protocol.metrics": ["cross_entropy"],
}
IMAGES = {"runs.learning_rate": 0.1}


@pytest.mark.parametrize(
    ("changes", "data", "most"),
    [
        (TEXT, {"source": "prose"}, 198_399),
        (TEXT, {"source": "prose", "options": {"tokens": "characters", "window": 64}}, 469_070),
        (IMAGES, {"source": "photographs"}, 25_600),
        (IMAGES, {"source": "photographs", "options": {"size": 64}}, 6400),
    ],
)
def test_sources_say_their_size(
    write_config: WriteConfig, changes: dict[str, Any], data: dict[str, Any], most: int
) -> None:
    # The numbers are those of the prepared data sets.
    def config(largest: int, **scale: Any) -> Path:
        sizes = at_laptop(subsets=[10, largest], region=[1, 1e9])
        return write_config(study={**changes, **sizes, "runs.data": data}, scale=scale)

    load_config("laptop", config(most))
    source = data["source"]
    assert mistake(config(most + 1)).endswith(
        f"subset.examples.1: {most + 1:,} examples, but {source} has {most:,}"
    )
    load_config("laptop", config(most + 1, locations={source: "my-copy"}))


def test_a_region_without_text(write_config: WriteConfig) -> None:
    root = write_config(
        study={**TEXT, "runs.data": {"source": "prose"}, "scales.laptop.protocol.region": [1, 300]}
    )
    assert mistake(root).endswith("none of the subsets, which are 320 to 3200, is in [1, 300]")


def test_whole_numbers_may_have_an_exponent(write_config: WriteConfig) -> None:
    path = (root := write_config()) / "studies" / "paper" / "one.yaml"
    path.write_text(path.read_text().replace("steps: 100", "steps: 1e2"))
    assert grid_of(root).runs[0].duration.steps == 100


def test_shipped_studies_are_sound_at_every_scale() -> None:
    found: set[str] = set()
    for scale in SCALES:
        loaded = load_config(scale, CONFIG)
        found |= {each.study.study for each in loaded.studies}
        trained = {each.study.study for each in loaded.studies if each.grid}
        for study in (each.study for each in loaded.studies):
            assert not study.reads.studies or trained & set(study.reads.studies), study.study
    assert found == {f"{path.parent.name}/{path.stem}" for path in CONFIG.glob("studies/*/*.yaml")}


def test_a_modality_that_does_not_exist(write_config: WriteConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "required", lambda *_: "smell")
    message = "task image-classification: MODALITY: there is no 'smell'; allowed are images, pairs"
    assert mistake(write_config()).startswith(message)
