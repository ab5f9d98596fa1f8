"""From a config to packs: what is trained together, in which order, and what a change renames."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config import plugins
from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.config.canonical import canonical_json
from scalinglaws.config.load import load_config
from scalinglaws.config.pack import Pack, pack_to_plain
from scalinglaws.config.plan import Plan, plan

WriteConfig = Callable[..., Path]
CONFIG = Path(__file__).resolve().parents[3] / "config"


def plan_of(root: Path) -> Plan:
    return plan(load_config("laptop", root))


def text(pack: Pack) -> str:
    """What Snakemake compares to decide whether a pack is stale."""
    return canonical_json(pack_to_plain(pack))


def packs(root: Path) -> dict[str, Pack]:
    return {pack.name: pack for pack in plan_of(root).packs}


def test_one_search_an_architecture_then_one_pack_an_architecture_and_seed(write_config: WriteConfig) -> None:
    found = plan_of(write_config()).packs
    assert [pack.name for pack in found] == [
        "resnet-depth14-width8-search",
        "resnet-width4-search",
        "resnet-depth14-width8-seed0",
        "resnet-depth14-width8-seed1",
        "resnet-width4-seed0",
        "resnet-width4-seed1",
    ]
    search, grid = found[1], found[5]
    assert [run.learning_rate for run in search.runs] == [0.01, 0.02]
    assert {run.subset.examples for run in search.runs} == {100}
    assert search.candidates is not None
    assert search.candidates.learning_rates == (0.01, 0.02)
    assert [run.subset.examples for run in grid.runs] == [100, 10]
    assert {(run.seed, run.subset.seed, run.learning_rate) for run in grid.runs} == {(1, 1, "searched")}
    assert grid.seeds == (1,)


def test_a_fixed_learning_rate_needs_no_search(write_config: WriteConfig) -> None:
    found = plan_of(write_config(study={"runs.learning_rate": 0.1}))
    assert {pack.phase for pack in found.packs} == {"grid"}
    assert {run.learning_rate for pack in found.packs for run in pack.runs} == {0.1}
    assert not found.studies[0].has_search


@pytest.mark.parametrize("scale", ["smoke", "laptop"])
def test_no_run_of_a_shipped_plan_stands_twice(scale: str) -> None:
    found = plan(load_config(scale, CONFIG))
    ids = [run.id for study in found.studies for run in study.runs]
    assert len(set(ids)) == len(ids) > 10
    names = [(pack.study, pack.name) for pack in found.packs]
    assert len(set(names)) == len(names)


def test_another_subset_size_keeps_the_old_runs(write_config: WriteConfig) -> None:
    old = packs(write_config())
    new = packs(write_config(study={"scales.laptop.subsets": [10, 50, 100]}))
    assert old.keys() == new.keys()
    for name, pack in old.items():
        assert {run.id for run in pack.runs} <= {run.id for run in new[name].runs}
        assert (text(pack) == text(new[name])) == (pack.phase == "search")


@pytest.mark.parametrize(
    ("changes", "added"),
    [
        ({"scales.laptop.seeds": [0, 1, 2]}, {"resnet-depth14-width8-seed2", "resnet-width4-seed2"}),
        (
            {
                "scales.laptop.models": [
                    {"family": "resnet", "width": 4},
                    {"family": "resnet", "width": 6},
                    {"family": "resnet", "width": 8, "depth": 14},
                ]
            },
            {"resnet-width6-search", "resnet-width6-seed0", "resnet-width6-seed1"},
        ),
    ],
)
def test_another_seed_or_model_leaves_all_old_packs(
    write_config: WriteConfig, changes: dict[str, Any], added: set[str]
) -> None:
    old, new = packs(write_config()), packs(write_config(study=changes))
    assert new.keys() - old.keys() == added
    assert all(text(pack) == text(new[name]) for name, pack in old.items())


def test_another_candidate_changes_no_grid_run(write_config: WriteConfig) -> None:
    old = packs(write_config())
    new = packs(write_config(study={"runs.learning_rate.search": [0.005, 0.01, 0.02]}))
    for name, pack in old.items():
        if pack.phase == "grid":
            assert text(pack) == text(new[name])
        else:
            assert {run.id for run in pack.runs} < {run.id for run in new[name].runs}


def test_specs_of_the_later_stages(write_config: WriteConfig) -> None:
    (study,) = plan_of(write_config()).studies
    assert study.collect_spec == {"study": "paper/one", "runs": sorted(run.id for run in study.runs)}
    spec = study.fit_spec(500)
    assert (spec["study"], spec["region"], spec["resamples"]) == ("paper/one", (1.0, 10.0), 500)
    assert "level" not in spec  # a default that is left out renames nothing
    assert [data.source for data in plan_of(write_config()).data] == ["fashion-mnist"]


def test_an_analysis_trains_nothing(write_config: WriteConfig) -> None:
    found = plan_of(write_config(analysis={"seed": 3}))
    (analysis,) = found.analyses
    assert [plan.study.study for plan in found.all_studies] == ["paper/one", "paper/two"]
    assert found.papers == ("paper",)
    assert found.published == ("chinchilla-points",)
    assert analysis.tables == plugins.constant("analyses", "simulator", "TABLES")
    spec = analysis.analysis_spec("smoke", 500)
    assert AnalysisSpec.model_validate(spec).model_dump() == spec
    assert spec == {
        "analysis": "simulator", "study": "paper/two", "scale": "smoke", "resamples": 500, "seed": 3,
    }  # fmt: skip


def test_the_caption_of_an_analysis_names_resamples_where_it_draws_them(
    write_config: WriteConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    (analysis,) = plan_of(write_config(analysis={})).analyses
    (figure,) = analysis.study.figures
    for resampled, expected in ((None, None), (True, 500)):
        monkeypatch.setattr(plugins, "constant", lambda *_, value=resampled: value)
        assert analysis.figure_spec(figure, "smoke", 500).get("resamples") == expected
