"""Saving figures: files that depend on nothing but what is drawn."""

from pathlib import Path

import pandas as pd
import pytest
from pypdf import PdfReader

from scalinglaws.plotting.drawn import drawn_data
from scalinglaws.plotting.save import save
from scalinglaws.plotting.style import style
from unit.plotting.small_figure import small_figure

CAPTION = " ".join(["A caption."] * 30)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small figure saved twice."""
    folder = tmp_path_factory.mktemp("saved")
    for name in ("one", "two"):
        with style():
            save(small_figure(), CAPTION, folder / name, "fig")
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
    assert reader.metadata.subject == CAPTION


def test_the_csv_is_what_is_drawn(saved: Path) -> None:
    read = pd.read_csv(saved / "one" / "fig.csv")
    pd.testing.assert_frame_equal(read, drawn_data(small_figure()))
