"""A figure as a page shows it: its picture, its caption, and its files."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from scalinglaws.report.site.material import Material

PICTURES = ("png", "svg")
"""Endings of pictures that a page can show, the preferred one first."""
LINKS = {
    "png": "PNG",
    "svg": "SVG",
    "pdf": "PDF",
    "pgf": "PGF",
    "csv": "CSV of what is drawn",
    "table.md": "table in Markdown",
    "table.tex": "table in LaTeX",
    "caption.md": "caption in Markdown",
    "caption.tex": "caption in LaTeX",
    "json": "what it was made of",
}
"""How a link to a file of a figure reads, by its ending, in the order of the links."""
COLOURS = 256


@dataclass(frozen=True)
class FigureView:
    """A figure on a page.

    Attributes:
        name: its name.
        caption: as Markdown; None where none was written with the figure.
        picture: the place of the picture; None where it was not drawn in a format that a page can show.
        size: width and height of the picture in pixels; None where it has none of its own.
        links: the text and the place of each of its files.
    """

    name: str
    caption: str | None
    picture: str | None
    size: tuple[int, int] | None
    links: list[tuple[str, str]]


def figure_view(name: str, places: Sequence[str], material: Material) -> FigureView:
    """A figure for a page.

    Args:
        name: its name.
        places: the places of its files.
        material: where these are.
    """
    by_ending = {Path(place).name.partition(".")[2]: place for place in places}
    order = [*LINKS, *sorted(by_ending.keys() - LINKS.keys())]
    picture = next((by_ending[ending] for ending in PICTURES if ending in by_ending), None)
    size = None
    if picture is not None and picture.endswith(".png"):
        with Image.open(material.path(picture)) as image:  # reads the header alone
            size = image.size
    caption = by_ending.get("caption.md")
    return FigureView(
        name=name,
        caption=material.path(caption).read_text(encoding="utf-8") if caption else None,
        picture=picture,
        size=size,
        links=[(LINKS.get(end, end.upper()), by_ending[end]) for end in order if end in by_ending],
    )


def copy_file(file: Path, target: Path) -> None:
    """Copy a file for a site. A PNG is reduced to 256 colours, which takes about a third of the bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix == ".png":
        with Image.open(file) as image:
            if not image.has_transparency_data or image.getextrema()[-1] == (255, 255):
                # The method with the least error at the worst pixel; the background stays white.
                few = image.convert("RGB").quantize(
                    COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
                )
                few.save(target, dpi=image.info.get("dpi"))
                return
    shutil.copyfile(file, target)
