"""Checking a config: every mistake is one sentence with file, key and what is allowed."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config import plugins
from scalinglaws.config.reading.grid import merge
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.study import LearningRateSearch
from scalinglaws.config.values import NAME
from unit.config.reading.mistakes import WriteConfig, mistake

CONFIG = Path(__file__).resolve().parents[4] / "config"
SCALES = sorted(path.stem for path in CONFIG.glob("*.yaml"))


def test_the_small_config_is_sound(write_config: WriteConfig) -> None:
    ((study, grid),) = load_config("laptop", write_config()).studies
    assert study.study == "paper/one"
    assert grid.subsets == (10, 100)
    assert grid.optimiser.batch == 32


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"devise": "cpu"}, "devise: unknown key; allowed are archives, description, device, locations"),
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


FIGURE = {"name": "fig2", "draw": "hestness-2017/learning-curves:learning_curves", "caption": "A figure."}


def at_laptop(**changes: Any) -> dict[str, Any]:
    return {f"scales.laptop.{key}": value for key, value in changes.items()}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        # unknown keys
        ({"figure": []}, "figure: unknown key; allowed are figures, fit, runs, scales, source, study, title"),
        ({"runs.subset": [1]}, "runs.subset: unknown key; allowed are budget, data, learning_rate, models,"),
        (
            {"scales.laptop.optimiser.momentumm": 0.5},
            "scales.laptop.optimiser.momentumm: unknown key; allowed are averaging, batch, momentum, name,",
        ),
        ({"fit.metric": "a"}, "fit.metric: unknown key; allowed are laws, level, metrics, seed, size_law,"),
        (
            {"runs.learning_rate.searches": [1, 2]},
            "runs.learning_rate.searches: unknown key; allowed are at, metric, search, seed",
        ),
        ({"scales.labtop": {}}, "scales.labtop"),
        # wrong types and values
        ({"runs.budget.steps": "many"}, "runs.budget.steps: should be a whole number, not 'many'"),
        ({"runs.budget.steps": None}, "runs.budget.steps: is missing"),
        ({"runs.budget": 3}, "runs.budget: should be a block of keys"),
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
        (at_laptop(seeds=[]), "scales.laptop.seeds: list should have at least 1 item"),
        (at_laptop(subsets=[10, -1]), "scales.laptop.subsets.1: should be greater than 0, not -1"),
        (at_laptop(seeds=[0, -1]), "scales.laptop.seeds.1: should be greater than or equal to 0"),
        (at_laptop(seeds=None), "runs.seeds: is missing"),
        ({"scales.laptop.optimiser.averaging": 1}, "scales.laptop.optimiser.averaging: should be less"),
        ({"runs.learning_rate": float("inf")}, "runs.learning_rate: should be a finite number"),
        # names
        (at_laptop(models=[{"family": "vgg"}]), "scales.laptop.models.0.family: there is no 'vgg'; allowed"),
        ({"runs.data.source": "mnist"}, "runs.data.source: there is no 'mnist'; allowed are billion-word,"),
        (
            {"runs.data": {"source": "prose"}},
            "runs.data.source: image-classification needs images, which prose does not"
            " provide; allowed are cifar,",
        ),
        ({"runs.task": "guessing"}, "runs.task: there is no 'guessing'; allowed are image-classification"),
        (
            {"fit.metrics": ["cross_entropy", "top2_error"]},
            "fit.metrics.1: there is no 'top2_error'; allowed are top1_error, top5_error, cross_entropy",
        ),
        (
            {"fit.size_metric": "top5_error"},
            "fit.size_metric: 'top5_error' is not one of metrics: top1_error, cross_entropy",
        ),
        # The metric is complained about first, not what follows from it.
        (
            {"fit.metrics": ["loss"], "fit.size_metric": "loss"},
            "fit.metrics.0: there is no 'loss'; allowed are top1_error, top5_error",
        ),
        ({"fit.metrics": ["cross_entropy"] * 2}, "fit.metrics: cross_entropy is given twice"),
        ({"fit.laws": ["power-law"] * 2}, "fit.laws: power-law is given twice"),
        (
            {"fit.laws": ["power-law", "chinchilla"]},
            "fit.laws.1: chinchilla needs N and D, and is fitted over one size only; allowed are amari-1, ",
        ),
        ({"fit.size_law": "muennighoff"}, "fit.size_law: muennighoff needs N and D and U, and is fitted"),
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
            (at_laptop(**{key: [value]}), f"scales.laptop.{key}.0: should be a whole number, not {text}")
            for key in ("seeds", "subsets")
            for value, text in ((True, "true"), (1.0, "1.0"), ("1", "'1'"), (None, "null"))
        ),
        ({"runs.learning_rate": True}, "runs.learning_rate: should be a valid number, not true"),
        ({"runs.learning_rate": "0.1"}, "runs.learning_rate: should be a valid number, not '0.1'"),
        *(
            ({f"runs.{key}": value}, f"runs.{key}: should be {rule}")
            for key, value, rule in (
                ("budget.evaluation_ratio", float("inf"), "a finite number, not inf"),
                ("budget.evaluation_ratio", 1001, "less than or equal to 1000, not 1001"),
                ("budget.evaluation_share", float("nan"), "a finite number, not nan"),
                ("budget.steps", 10**10, "less than or equal to 1000000000"),
                ("budget.patience", True, "a whole number, not true"),
                ("data.validation.seed", -1, "greater than or equal to 0"),
                ("data.validation.examples", True, "a whole number, not true"),
                ("learning_rate", 1e39, "less than or equal to 1"),
            )
        ),
        (
            {"scales.laptop.budget": {"first_evaluation": 101}},
            "scales.laptop.budget.first_evaluation: 101 is after the last step of a run, 100",
        ),
        ({"runs.budget.first_evaluation": 101}, "runs.budget.first_evaluation: 101 is after the last step"),
        (at_laptop(region=[1, float("inf")]), "scales.laptop.region.1: should be a finite number, not inf"),
        (
            at_laptop(region=[20, 30]),
            "scales.laptop.region: none of the subsets, which are 1 to 10, is in [20, 30]",
        ),
        (
            {"fit.x": "examples", **at_laptop(region=[20, 30])},
            "scales.laptop.region: none of the subsets, which are 10 to 100, is in [20, 30]",
        ),
        (
            at_laptop(models=[{"family": "resnet", "width": True}]),
            "scales.laptop.models.0.width: should be a whole number, not true",
        ),
        (
            at_laptop(models=[{"family": "resnet", "width": 4, "depth": 8.0}]),
            "scales.laptop.models.0.depth: should be 8 or 14 or 20 or 26 or 32 or 44 or 56 or 110, not 8.0",
        ),
        (
            at_laptop(seeds=list(range(2000))),
            "scales.laptop.subsets: 8,004 runs with all models and seeds; a study has at most 6,000",
        ),
        # values are quoted, in one line and not in full
        ({"fit.x": "x" * 1000}, f"fit.x: should be 'data_size' or 'examples', not '{'x' * 199}..."),
        ({"fit.x": "\n"}, "fit.x: should be 'data_size' or 'examples', not '\\n'"),
        ({f"fit.{'x' * 1000}": 1}, f"fit.'{'x' * 199}...: unknown key"),
        ({"title": "a $x"}, "title: string should match pattern"),
        ({"title": " "}, "title: string should match pattern"),
        ({"title": "a\nb"}, "title: string should match pattern"),
        ({"title": date(2020, 1, 1)}, "title: should be a valid string, not 2020-01-01"),
        ({"study": "paper/two"}, "study: must be 'paper/one', as the file is called, not 'paper/two'"),
        # options of plugins
        (
            at_laptop(models=[{"family": "resnet", "width": 4, "heads": 2}]),
            "scales.laptop.models.0.heads: unknown key; allowed are depth, width",
        ),
        (
            at_laptop(models=[{"family": "resnet", "width": 4, "depth": 9}]),
            "scales.laptop.models.0.depth: should be 8, 14, 20, 26, 32, 44, 56 or 110, not 9",
        ),
        (at_laptop(models=[{"family": "resnet"}]), "scales.laptop.models.0.width: is missing"),
        (at_laptop(models=[{"width": 4}]), "scales.laptop.models.0.family: is missing"),
        ({"runs.data.options": {"size": 4}}, "runs.data.options.size: unknown key; allowed are none"),
        # models that cannot be built
        (
            at_laptop(models=[{"family": "lstm", "width": 4}]),
            "scales.laptop.models.0.family: lstm is not made for image-classification; allowed are mlp,",
        ),
        (
            {
                "runs.task": "language-modelling",
                "runs.data": {"source": "prose"},
                **at_laptop(models=[{"family": "transformer", "width": 4, "depth": 1, "heads": 3}]),
            },
            "scales.laptop.models.0: the heads must divide the width",
        ),
        (
            {
                "runs.task": "speech-attention",
                "runs.data": {"source": "fillets"},
                **at_laptop(models=[{"family": "listener", "width": 4, "layers": 2, "stride": 8}]),
            },
            "scales.laptop.models.0: the layers are too few for the stride",
        ),
        # what no run can satisfy
        (
            {
                "runs.task": "language-modelling",
                "runs.data": {"source": "markov", "options": {"windows": 99}},
                **at_laptop(models=[{"family": "lstm", "width": 4}]),
            },
            "scales.laptop.subsets.1: 100 examples, but markov has 99",
        ),
        (
            at_laptop(subsets=[10, 60_001]),
            "scales.laptop.subsets.1: 60,001 examples, but fashion-mnist has 60,000",
        ),
        ({"runs.learning_rate.at": [10**6]}, "runs.learning_rate.at.0: 1,000,000 examples, but fashion-"),
        (
            {"runs.data.validation.examples": 10_001},
            "runs.data.validation.examples: 10,001 examples, but fashion-mnist ships 10,000",
        ),
        (at_laptop(seeds=[0, 1, 0]), "scales.laptop.seeds: 0 is given twice"),
        (at_laptop(subsets=[10, 10]), "scales.laptop.subsets: 10 is given twice"),
        (
            at_laptop(models=[{"family": "resnet", "width": 4, "depth": 14},
                              {"depth": 14, "width": 4, "family": "resnet"}]),
            "scales.laptop.models: resnet, width: 4, depth: 14 is given twice",
        ),
        (
            at_laptop(models=[{"family": "resnet", "width": 4, **more} for more in ({}, {"depth": 8})]),
            "scales.laptop.models: resnet, width: 4, depth: 8 is given twice",
        ),
        ({"runs.learning_rate.search": [0.1, 0.1]}, "runs.learning_rate.search: 0.1 is given twice"),
        ({"runs.learning_rate.at": [10, 10]}, "runs.learning_rate.at: 10 is given twice"),
        (at_laptop(region=[10, 1]), "scales.laptop.region: must be [low, high] with low < high"),
        (at_laptop(region=[1]), "scales.laptop.region"),
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


def test_unknown_names_of_scales_and_papers(write_config: WriteConfig) -> None:
    root = write_config()
    assert (
        mistake(root, "labtop") == f"{root / 'labtop.yaml'}: there is no such scale file; {root}/ has laptop"
    )
    assert "no such scale file" in mistake(root, str(root / "own.yaml"))
    assert mistake(root, paper="book") == "paper: there is no 'book'; allowed are paper"


def test_a_study_without_the_scale_is_left_out_or_an_error(write_config: WriteConfig) -> None:
    root = write_config(scale={"scale": "gpu"})
    assert mistake(root).endswith("no study of any paper has the scale 'gpu'")
    root = write_config(scale={"scale": "gpu", "studies": ["paper/one"]})
    assert f"one.yaml: scales: has no 'gpu', but {root / 'laptop.yaml'} lists this study" in mistake(root)


def test_a_scale_file_of_ones_own(write_config: WriteConfig, tmp_path: Path) -> None:
    root = write_config()
    own = (root / "laptop.yaml").rename(tmp_path / "own.yaml")
    assert load_config(str(own), root).scale.scale == "laptop"
    for name in ("my_own.yaml", "..yaml", "Own.yml", f"{'a' * 81}.yaml", "a b.yaml", "ä.yaml"):
        assert f"a scale file must have a name that matches '{NAME}'" in mistake(root, str(tmp_path / name))
    for name in ("../laptop", "", "a\0b", "a" * 300):
        assert f"must have a name that matches '{NAME}'" in mistake(root, name)


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
    ((_, grid),) = load_config("laptop", write_config(study={"runs.learning_rate.at": [50]})).studies
    assert isinstance(grid.learning_rate, LearningRateSearch)
    assert grid.learning_rate.at == (50,)


TEXT = {
    "runs.task": "language-modelling",
    "scales.laptop.models": [{"family": "lstm", "width": 4}],
    "runs.learning_rate": 0.1,
    "fit.metrics": ["cross_entropy"],
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
        sizes = {"scales.laptop.subsets": [10, largest], "scales.laptop.region": [1, 1e9]}
        return write_config(study={**changes, **sizes, "runs.data": data}, scale=scale)

    load_config("laptop", config(most))
    source = data["source"]
    assert mistake(config(most + 1)).endswith(f"subsets.1: {most + 1:,} examples, but {source} has {most:,}")
    load_config("laptop", config(most + 1, locations={source: "my-copy"}))


def test_a_region_without_text(write_config: WriteConfig) -> None:
    root = write_config(study={**TEXT, "runs.data": {"source": "prose"}, "scales.laptop.region": [1, 300]})
    assert mistake(root).endswith("none of the subsets, which are 320 to 3200, is in [1, 300]")


def test_whole_numbers_may_have_an_exponent(write_config: WriteConfig) -> None:
    path = (root := write_config()) / "studies" / "paper" / "one.yaml"
    path.write_text(path.read_text().replace("steps: 100", "steps: 1e2"))
    ((_, grid),) = load_config("laptop", root).studies
    assert grid.budget.steps == 100


def test_scales_merge_over_runs_key_by_key(write_config: WriteConfig) -> None:
    root = write_config(
        study={"scales.laptop.budget": {"patience": 2}, "scales.laptop.learning_rate.at": [10]}
    )
    ((_, grid),) = load_config("laptop", root).studies
    assert (grid.budget.steps, grid.budget.patience) == (100, 2)
    assert grid.learning_rate.model_dump()["search"] == (0.01, 0.02)  # type: ignore[union-attr]
    assert grid.learning_rate.model_dump()["at"] == (10,)  # type: ignore[union-attr]


def test_a_block_that_names_a_source_replaces_the_shared_one() -> None:
    shared = {"data": {"source": "a", "options": {"size": 1}, "validation": {"examples": 5}}, "seeds": [0, 1]}
    assert merge(shared, {"data": {"source": "b"}, "seeds": [2]}) == {"data": {"source": "b"}, "seeds": [2]}
    kept = merge(shared, {"data": {"validation": {"seed": 1}}})
    assert kept["data"] == {"source": "a", "options": {"size": 1}, "validation": {"examples": 5, "seed": 1}}
    assert shared["seeds"] == [0, 1]
    assert merge({"learning_rate": {"search": [1, 2]}}, {"learning_rate": 0.1}) == {"learning_rate": 0.1}


def test_shipped_studies_are_sound_at_every_scale() -> None:
    found: set[str] = set()
    for scale in SCALES:
        loaded = load_config(scale, CONFIG)
        trained = {study.study for study, _ in loaded.studies}
        found |= trained | {analysis.study for analysis in loaded.analyses}
        for analysis in loaded.analyses:
            assert not analysis.studies or trained & set(analysis.studies), analysis.study
    assert found == {f"{path.parent.name}/{path.stem}" for path in CONFIG.glob("studies/*/*.yaml")}


def test_a_modality_that_does_not_exist(write_config: WriteConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "required", lambda *_: "smell")
    message = "task image-classification: MODALITY: there is no 'smell'; allowed are images, pairs"
    assert mistake(write_config()).startswith(message)
