"""Saving figures: the data of what is drawn, and files that depend on nothing else."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from pypdf import PdfReader

from scalinglaws.plotting.save import COLUMNS, drawn_data, save
from scalinglaws.plotting.style import style

NAN = float("nan")


def small_figure() -> Figure:
    """Every kind of artist, labelled and not."""
    figure = Figure(figsize=(4, 3))
    left, right = figure.subplots(1, 2)
    left.set_title("Left", loc="left")
    left.plot([1, 2, 4], [3.0, 2.0, 1.0], label="line")
    left.plot([1, 2], [9, 9], label="_hidden line")
    left.axhline(7.0)
    left.scatter([1, 2], [5.0, 6.0], label="points")
    left.scatter([1], [8.0], label="_hidden points")
    left.fill_between([1, 2, 4], [2.0, 1.0, 0.5], [4.0, 3.0, 1.5], label="band")
    left.fill_between([1, 2], [7, 7], [8, 8], label="_hidden band")
    right.set_title("Right")
    right.errorbar([1, 2], [5.0, 6.0], yerr=[[0.5, 1.0], [0.25, 2.0]], label="bars")
    return figure


def rows(figure: Figure, series: str) -> list[tuple[float, ...]]:
    drawn = drawn_data(figure)
    return [
        tuple(row) for row in drawn[drawn.series == series][["x", "y", "low", "high"]].fillna(-1).to_numpy()
    ]


def test_every_labelled_artist_is_listed_and_no_other() -> None:
    drawn = drawn_data(small_figure())
    assert list(drawn.columns) == COLUMNS
    assert list(dict.fromkeys(zip(drawn.panel, drawn.series, strict=True))) == [
        ("Left", "line"),
        ("Left", "points"),
        ("Left", "band"),
        ("Right", "bars"),
    ]


def test_their_values_are_those_that_were_drawn() -> None:
    figure = small_figure()
    assert rows(figure, "line") == [(1, 3, -1, -1), (2, 2, -1, -1), (4, 1, -1, -1)]
    assert rows(figure, "points") == [(1, 5, -1, -1), (2, 6, -1, -1)]
    assert rows(figure, "band") == [(1, -1, 2, 4), (2, -1, 1, 3), (4, -1, 0.5, 1.5)]
    assert rows(figure, "bars") == [(1, 5, 4.5, 5.25), (2, 6, 5, 8)]


def test_a_band_with_a_gap_is_listed_on_both_sides_of_it() -> None:
    figure = Figure()
    low = np.array([1.0, 1.0, NAN, 1.0, 1.0])
    figure.subplots().fill_between([1, 2, 3, 4, 5], low, low + 1, label="band")
    assert rows(figure, "band") == [(x, -1, 1, 2) for x in (1, 2, 4, 5)]


def test_a_band_without_any_value_is_empty() -> None:
    figure = Figure()
    figure.subplots().fill_between([1, 2], [NAN, NAN], [NAN, NAN], label="band")
    assert rows(figure, "band") == []


def test_an_empty_figure_has_a_header_only() -> None:
    assert list(drawn_data(Figure()).columns) == COLUMNS


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small figure saved twice."""
    folder = tmp_path_factory.mktemp("saved")
    for name in ("one", "two"):
        with style():
            save(small_figure(), "A caption. " * 30, folder / name, "fig")
    return folder


def test_two_saves_are_the_same_bytes(saved: Path) -> None:
    endings = ("caption.md", "caption.tex", "csv", "pdf", "png")
    for ending in endings:
        one, two = ((saved / name / f"fig.{ending}").read_bytes() for name in ("one", "two"))
        assert one == two
    assert sorted(file.name for file in (saved / "one").iterdir()) == [f"fig.{each}" for each in endings]


def test_a_caption_may_hold_dollars_and_braces(tmp_path: Path) -> None:
    with style():
        save(small_figure(), r"Paid $5 for \foo{x} and $6 {y}.", tmp_path, "fig")
    metadata = PdfReader(tmp_path / "fig.pdf").metadata
    assert metadata is not None
    assert metadata.subject == r"Paid $5 for \foo{x} and $6 {y}."


def test_the_pdf_has_no_date_and_embeds_its_fonts(saved: Path) -> None:
    reader = PdfReader(saved / "one" / "fig.pdf")
    assert reader.metadata is not None
    assert "/CreationDate" not in reader.metadata
    assert "/ModDate" not in reader.metadata
    assert reader.metadata.title == "fig"
    fonts = reader.pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    assert fonts
    for font in fonts.values():
        inner = font.get_object()
        assert inner["/Subtype"] != "/Type3"
        inner = inner["/DescendantFonts"][0].get_object() if "/DescendantFonts" in inner else inner
        assert "/FontFile2" in inner["/FontDescriptor"].get_object()
    assert "caption" not in reader.pages[0].extract_text()
    assert reader.metadata.subject == ("A caption. " * 30).strip()


def test_the_csv_is_what_is_drawn(saved: Path) -> None:
    read = pd.read_csv(saved / "one" / "fig.csv")
    pd.testing.assert_frame_equal(read, drawn_data(small_figure()))
