"""The sets of public runs that ship with the package: as described, and refused where they are not."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scalinglaws.config import plugins
from scalinglaws.config.analysis import PUBLIC_RUNS
from scalinglaws.errors import DataError
from scalinglaws.public_runs import description
from scalinglaws.public_runs.description import describe, manifest, names, table_path
from scalinglaws.public_runs.read import read

DESCRIPTION = f"""
title: Tiny
paper: None
source: Nowhere
commit: {"a" * 40}
address: https://example.org
licence: none stated
upstream: {{points.csv: {"a" * 64}}}
derived: Nothing.
sha256: {"a" * 64}
sorted_by: [N]
columns:
  N: {{kind: number, unit: parameters, meaning: Size.}}
"""


@pytest.mark.parametrize("name", names())
def test_each_set_is_as_its_description_says(name: str) -> None:
    known, table = describe(name), read(name)
    header = table_path(name).read_text(encoding="utf-8").splitlines()[0]
    assert header == ",".join(known.columns)
    order = list(known.sorted_by)
    pd.testing.assert_frame_equal(table, table.sort_values(order, kind="stable"))
    for column, about in known.columns.items():
        assert table[column].isna().any() == bool(about.missing)
        assert (about.kind == "number") or not about.missing
    assert known.commit[:7] in known.source


@pytest.mark.parametrize("name", names())
def test_numbers_are_written_in_full(name: str) -> None:
    """Writing what was read gives the same bytes."""
    written = io.StringIO()
    read(name).to_csv(written, index=False, lineterminator="\n")
    assert written.getvalue().encode() == table_path(name).read_bytes()


def test_every_table_has_a_description() -> None:
    assert plugins.names(PUBLIC_RUNS, "csv") == names()


def test_chinchilla_points_are_those_of_the_published_fit() -> None:
    points = read("chinchilla-points")
    assert (len(points), int(points.excluded.sum())) == (245, 5)
    np.testing.assert_allclose(points.D, points.C / (6 * points.N), rtol=1e-15)
    assert set(points.loss[points.excluded]) == set(points.loss.nlargest(5))


def test_muennighoff_runs_are_those_of_the_published_fit() -> None:
    runs = read("muennighoff-runs")
    assert (len(runs), int(runs.fitted.sum())) == (296, 182)
    assert (runs.U <= runs.D).all()
    (seeded,) = runs[runs.name == "2b855b11bc4seed1"].itertuples()
    assert (seeded.N, seeded.D, seeded.U, seeded.loss) == (2.81e9, 55e9, 11e9, 2.599277)


def test_porians_optima_are_between_their_points() -> None:
    keys = ["data", "hyperparameters", "warmup", "decay", "counting", "split", "C"]
    points, optima = read("porian-points"), read("porian-optima").dropna()
    assert (len(points), points.groupby(keys[:-1]).ngroups) == (1745, 15)
    sizes = points.groupby(keys).N.agg(["min", "max"])
    found = optima.join(sizes, on=keys)
    assert len(found) == len(optima) == 173
    assert ((found["min"] < found.N) & (found["max"] > found.N)).all()


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("gokce-schrimpf-runs", 620),
        ("gale-magnitude", 236),
        ("gale-random", 288),
        ("frankle-rewinding", 35),
        ("levaid-pruned-at-init", 320),
    ],
)
def test_errors_are_fractions_that_grow_as_weights_or_examples_are_taken_away(name: str, rows: int) -> None:
    table = read(name)
    assert len(table) == rows
    errors = table[[column for column in table if str(column).endswith("top1_error")]]
    assert ((errors > 0) & (errors < 1)).to_numpy().all()
    by = ["data", "examples"] if "examples" in table else ["density"]
    means = errors.groupby([table[column] for column in by]).mean()
    for _, series in means.groupby(level=0) if len(by) > 1 else [("all", means)]:
        assert (series.iloc[0] > series.iloc[-1]).all()


def test_captions_say_title_source_and_licence() -> None:
    assert manifest("chinchilla-points") == {
        "source": "chinchilla-points",
        "title": "Hoffmann et al. 2022, Fig 4, read off by Epoch AI",
        "licence": "none stated",
        "provenance": "GitHub epoch-research/analyzing-chinchilla at 9225883, data/svg_extracted_data.csv",
    }


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package whose one set is `tiny`; the path of its table."""
    monkeypatch.setattr(plugins, "PACKAGE", tmp_path)
    monkeypatch.setattr(description, "names", lambda: ("tiny",))
    path = table_path("tiny")
    path.parent.mkdir(parents=True)
    path.write_text("N\n1.0\n")
    path.with_suffix(".yaml").write_text(DESCRIPTION)
    describe.cache_clear()
    return path


def test_a_changed_or_missing_table_is_refused(tiny: Path) -> None:
    with pytest.raises(DataError, match=rf"{tiny}: SHA-256 is \w+, but its description says {'a' * 64}"):
        read("tiny")
    tiny.unlink()
    with pytest.raises(DataError, match=f"{tiny}: the table of these public runs is missing"):
        read("tiny")


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("licence:", "license:", "license: unknown key; allowed are address, columns,"),
        (
            "kind: number",
            "kind: real",
            "columns.N.kind: should be 'text', 'integer',",
        ),
        (f"commit: {'a' * 40}", "commit: main", "commit: string should match pattern"),
    ],
)
def test_a_wrong_description_names_file_and_key(tiny: Path, old: str, new: str, mistake: str) -> None:
    path = tiny.with_suffix(".yaml")
    path.write_text(DESCRIPTION.replace(old, new))
    with pytest.raises(DataError) as error:
        describe("tiny")
    assert f"{path}: {mistake}" in str(error.value)


def test_an_unknown_set_is_answered_with_those_there_are() -> None:
    with pytest.raises(DataError, match="public runs: there is no 'points'; allowed are chinchilla-points, "):
        read("points")
