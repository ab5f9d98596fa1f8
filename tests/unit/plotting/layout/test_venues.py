"""Widths, fonts and sizes of venues."""

from pathlib import Path

import pytest
from matplotlib.figure import Figure
from pypdf import PdfReader

from scalinglaws.config.scale import Look
from scalinglaws.plotting.layout.panels import new_figure, row_of_panels
from scalinglaws.plotting.layout.venues import SIZES, SMALLEST, settings
from scalinglaws.plotting.save import save
from scalinglaws.plotting.style import style

WIDTHS = {  # inches, from the guides to authors
    ("neutral", 2): 5.5,
    ("neurips", 2): 5.5,
    ("iclr", 2): 5.5,
    ("icml", 1): 3.25,
    ("icml", 2): 6.75,
    ("nature", 1): 89 / 25.4,
    ("nature", 2): 183 / 25.4,
    ("ieee", 1): 3.5,
    ("ieee", 2): 7.16,
}


def look(venue: str, columns: int = 2, **more: object) -> Look:
    return Look.model_validate({"venue": venue, "columns": columns, **more})


@pytest.mark.parametrize(("venue", "columns"), list(WIDTHS))
def test_a_figure_has_the_width_of_the_venue(venue: str, columns: int) -> None:
    width = settings(look(venue, columns))["figure.figsize"][0]
    assert width == pytest.approx(WIDTHS[venue, columns], abs=0.01)


@pytest.mark.parametrize("venue", ["neutral", "neurips", "icml", "iclr", "nature", "ieee", "beamer"])
def test_no_size_of_text_is_below_the_least(venue: str) -> None:
    chosen = settings(look(venue))
    assert min(chosen[key] for key in SIZES) >= SMALLEST


def test_the_pdf_is_as_wide_as_the_venue_and_not_as_its_content(tmp_path: Path) -> None:
    for given in (look("icml", 1), look("neutral", width=4.0)):
        with style(look=given):
            figure: Figure = new_figure(2.0)
            figure.subplots().plot([1, 2], [1, 2], label="line")
            save(figure, "A caption.", tmp_path, "fig")
        width = float(PdfReader(tmp_path / "fig.pdf").pages[0].mediabox.width) / 72
        assert width == pytest.approx(settings(given)["figure.figsize"][0], abs=0.02)


def test_panels_go_below_each_other_where_the_page_is_narrow() -> None:
    def rows(given: Look) -> int:
        with style(look=given):
            return row_of_panels(2, 2.0)[1][0].get_gridspec().nrows

    assert rows(look("icml", 1)) == 2
    assert rows(look("icml", 2)) == 1


def test_formats_are_those_asked_for(tmp_path: Path) -> None:
    with style():
        figure = new_figure(2.0)
        axes = figure.subplots()
        axes.plot([1, 2], label="line")
        axes.set_xlabel("Words stay words")
        wrote = save(figure, "A caption.", tmp_path, "fig", ("svg", "pdf"))
    assert [file.name for file in wrote] == [
        "fig.svg",
        "fig.pdf",
        "fig.csv",
        "fig.caption.md",
        "fig.caption.tex",
    ]
    picture = (tmp_path / "fig.svg").read_text()
    assert "<dc:date>" not in picture
    assert ">Words stay words</text>" in picture
