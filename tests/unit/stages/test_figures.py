"""The figures stage end to end, its caption, and its tables."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure
from pypdf import PdfReader

from scalinglaws.errors import ConfigError, DataError
from scalinglaws.plotting.captions import caption
from scalinglaws.plotting.captions.caption import FigureSpec
from scalinglaws.stages import figures as stage
from scalinglaws.stages.figures import main
from scalinglaws.tables.study import REQUIRED, read_study
from unit.made_tables import draw_tables, write_tables

SPEC: dict[str, Any] = {
    "study": "hestness-2017/image",
    "scale": "laptop",
    "figure": {
        "name": "fig4",
        "draw": "hestness-2017/learning-curves:learning_curves",
        "caption": "After Fig 4. ",
    },
    "protocol": {
        "study": "hestness-2017/image",
        "metrics": ["cross_entropy", "top1_error"],
        "size_metric": "cross_entropy",
        "region": [2, 8],
        "resamples": 400,
        "level": 0.9,
    },
    "seeds": [0, 1],
}
DATA: dict[str, Any] = {
    "title": "Toy-MNIST",
    "licence": "MIT",
    "description": "10 classes, 28 x 26 pixels",
    "unit": {"name": "images per class", "parts": 10, "examples": "images"},
    "validation_examples": 2000,
}


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(DATA))
    return [manifest, *write_tables(draw_tables(), tmp_path)]


def call(files: list[Path], out: Path, spec: dict[str, Any] = SPEC, *options: str) -> None:
    main(["--spec", json.dumps(spec), "--files", *map(str, files), *options, "--out", str(out)])


def test_a_figure_is_saved_with_its_caption(files: list[Path], tmp_path: Path) -> None:
    call(files, tmp_path / "out")
    endings = ("caption.md", "caption.tex", "csv", "json", "pdf", "png")
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [f"fig4.{each}" for each in endings]
    text = (tmp_path / "out" / "fig4.caption.md").read_text()
    assert text.startswith("After Fig 4. Dashed: least squares on logarithms. Brackets: 90 % intervals, 400 ")
    assert "Scale laptop, Toy-MNIST: n = 30 runs" in text
    assert r"90 \% intervals" in (tmp_path / "out" / "fig4.caption.tex").read_text()
    assert b"After Fig 4." in (tmp_path / "out" / "fig4.png").read_bytes()


def test_the_caption_says_what_was_measured_on_what() -> None:
    spec = FigureSpec.model_validate(SPEC)
    assert spec.protocol
    text = caption.of_runs(spec, spec.protocol, replace(draw_tables(diverged=2), manifest=DATA), "Marks.")
    assert text == (
        "After Fig 4. Marks. Scale laptop, Toy-MNIST: n = 30 runs (2 diverged, 1 cut short), 2 seeds, "
        "3 models of 1k to 16k parameters."  # those of the search do not count
    )
    none = replace(draw_tables(diverged=0), manifest=DATA)
    assert "diverged" not in caption.of_runs(spec, spec.protocol, none, "")


ANALYSIS: dict[str, Any] = {
    "study": "paper/tiny",
    "scale": "laptop",
    "figure": {"name": "fig2", "draw": "tiny:lines", "caption": "After Fig 2."},
}
MANIFEST = {"source": "runs", "title": "Runs", "licence": "MIT", "provenance": "a notebook"}


def test_the_caption_of_an_analysis_names_data_and_resamples() -> None:
    spec = FigureSpec.model_validate(ANALYSIS)
    assert caption.of_analysis(spec, [], [], "") == "After Fig 2. Scale laptop."
    two = [MANIFEST, {**MANIFEST, "title": "Points"}, MANIFEST]
    assert caption.of_analysis(spec, two, [], "") == "After Fig 2. Scale laptop, Runs; Points."
    asking = {**ANALYSIS, "figure": {**ANALYSIS["figure"], "caption": "Band: {resamples} refits."}}
    resampled = FigureSpec.model_validate({**asking, "resamples": 4000})
    assert caption.of_analysis(resampled, [], [], "").startswith("Band: 4,000 refits.")
    with pytest.raises(ConfigError, match=r"figures.caption of fig2: \{resamples\} is not known"):
        caption.of_analysis(FigureSpec.model_validate(asking), [], [], "")


def test_a_caption_that_marks_and_data_make_too_long() -> None:
    with pytest.raises(ConfigError, match=r"paper/tiny: figures\.caption of fig2: 125 words with those"):
        caption.of_analysis(FigureSpec.model_validate(ANALYSIS), [], [], "word " * 120)


def test_the_caption_of_an_analysis_that_reads_trained_studies() -> None:
    asked = {"studies": ["paper/one", "paper/two"], "seeds": [0, 1], "resamples": 50, "levels": [0.9, 0.95]}
    spec = FigureSpec.model_validate({**ANALYSIS, **asked})
    runs = pd.DataFrame(
        {
            "phase": ["search", "grid", "grid"],
            "status": ["completed", "completed", "diverged"],
            "stopped": ["duration", "duration", "diverged"],
        }
    )
    text = caption.of_analysis(spec, [DATA, DATA], [runs, runs], "Bars: {level}, {resamples}.")
    assert text == (
        "After Fig 2. Bars: 90 % or 95 %, 50. Scale laptop, Toy-MNIST: n = 4 runs (2 diverged, 2 cut short), "
        "2 seeds."
    )


def test_a_figure_of_an_analysis_gets_its_tables_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lines(tables: Mapping[str, pd.DataFrame]) -> Figure:
        figure = Figure()
        axes = figure.subplots()
        axes.set_title("Panel", loc="left")
        axes.plot(tables["points"].N, tables["truth"].loss, label="line")
        return figure

    monkeypatch.setattr(stage, "import_module", lambda name: SimpleNamespace(lines=lines))
    for name, content in (("points", "N\n1.0\n2.0\n"), ("truth", "loss\n4.0\n3.0\n")):
        (tmp_path / f"{name}.csv").write_text(content)
    (tmp_path / "runs.json").write_text(json.dumps(MANIFEST))
    files = [tmp_path / name for name in ("truth.csv", "runs.json", "points.csv")]
    call(files, tmp_path / "out", ANALYSIS)
    drawn = (tmp_path / "out" / "fig2.csv").read_text()
    assert drawn == "panel,series,x,y,low,high\nPanel,line,1.0,4.0,,\nPanel,line,2.0,3.0,,\n"
    assert (tmp_path / "out" / "fig2.caption.md").read_text() == "After Fig 2. Scale laptop, Runs.\n"


def test_tables_of_runs_that_are_missing(files: list[Path], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--runs: 0 tables given, the spec names 2 studies"):
        call(files, tmp_path, {**ANALYSIS, "studies": ["paper/one", "paper/two"]})


@pytest.mark.parametrize("name", [table.name for table in REQUIRED])
def test_a_missing_table(files: list[Path], tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=rf"{name}\.csv: not among the files given"):
        call([file for file in files if file.stem != name], tmp_path / "out")


@pytest.mark.parametrize("content", [None, ""])
def test_a_damaged_table_is_refused(files: list[Path], tmp_path: Path, content: str | None) -> None:
    path = next(file for file in files if file.name == "fits.csv")
    path.unlink()
    if content is not None:
        path.write_text(content)
    with pytest.raises(DataError, match=r"fits\.csv: cannot be read as a table"):
        read_study(files)


def test_an_unknown_key_of_the_spec(files: list[Path], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="FigureSpec: colour"):
        call(files, tmp_path, {**SPEC, "colour": "red"})


def test_a_style_of_ones_own_changes_the_figure_and_is_an_input(files: list[Path], tmp_path: Path) -> None:
    own, note = tmp_path / "own.mplstyle", tmp_path / "made-of.json"
    own.write_text("axes.linewidth: 3\nfont.family: serif\n")
    call(files, tmp_path / "one")
    call(files, tmp_path / "same", SPEC, "--style")  # as the workflow calls it where there is none
    call(files, tmp_path / "two", SPEC, "--style", str(own), "--made-of", str(note))
    one, same, two = ((tmp_path / name / "fig4.pdf").read_bytes() for name in ("one", "same", "two"))
    assert one == same
    assert one != two
    widths = [PdfReader(tmp_path / name / "fig4.pdf").pages[0].mediabox.width for name in ("one", "two")]
    assert widths[0] == widths[1]
    assert str(own) in json.loads(note.read_text())["inputs"]
    own.write_text("lines.linewidth: wide\n")
    with pytest.raises(ConfigError, match=r"own.mplstyle: line 1: 'lines.linewidth' cannot be 'wide'"):
        call(files, tmp_path / "three", SPEC, "--style", str(own))
