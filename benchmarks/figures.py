"""Measure all figures of a scale: `python benchmarks/figures.py [--scale laptop] [--venue icml --columns 1]`.

Each figure is drawn from `results/<scale>`, which is not changed. It passes with the width of the venue, no
text below 7 points and no letter of a formula below 5, all fonts embedded, no text cut off or over another, a
CSV that has every artist at its place, and colours that a reader without one kind of cone can tell apart. The
first distance is the least of pairs of labelled artists in a panel, the second that of pairs of one marker
and dash; only the second one must not be below 10. Exits with 1 if a figure fails.
"""

import argparse
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # for the checks that tests of figures make

from pypdf import PdfReader

from scalinglaws.config.plan import plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.reading.selection import Selection
from scalinglaws.plotting.captions.caption import FigureSpec
from scalinglaws.plotting.layout.panels import figure_width
from scalinglaws.plotting.layout.venues import SMALLEST
from scalinglaws.plotting.save import save
from scalinglaws.plotting.style import style
from scalinglaws.stages.figures import Given, draw
from scalinglaws.staleness.steps import Step, steps
from unit.figure_checks import (
    LEAST_DISTANCE,
    LEAST_GLYPH,
    closest,
    cut_off,
    misplaced,
    overlapping,
    smallest_glyph,
    texts,
)

ROW = "{:<42}{:>13}{:>7}{:>8}{:>7}{:>13}{:>10}{:>9}{:>5}  {}"
HEAD = ("figure", "inches", "text", "glyph", "fonts", "colours", "overlaps", "cut off", "csv", "")


@dataclass(frozen=True)
class Measures:
    """What was measured of a figure. `size` is in inches, `text` and `glyph` are the smallest, in points."""

    size: tuple[float, float]
    width: float
    text: float
    glyph: float
    fonts: tuple[int, int]
    colours: tuple[float, float, str]
    overlaps: list[tuple[str, str]]
    cut: list[str]
    misplaced: list[str]

    def faults(self) -> Iterator[str]:
        """Why it does not pass."""
        if abs(self.size[0] - self.width) > 0.01:
            yield f"width: {self.width:.2f} in is that of the venue"
        if self.text < SMALLEST or self.glyph < LEAST_GLYPH:
            yield "small text"
        if not 0 < self.fonts[0] == self.fonts[1]:
            yield "fonts"
        if self.colours[1] < LEAST_DISTANCE:
            yield f"colours: {self.colours[2]}"
        yield from (f"overlap: {one!r} {other!r}" for one, other in self.overlaps)
        yield from (f"cut off: {text!r}" for text in self.cut)
        yield from (f"csv: {series}" for series in self.misplaced)


def main() -> int:
    """Draw, measure and print; the exit status."""
    options = _options()
    look = {"venue": options.venue, "columns": options.columns}
    settings = tuple(f"scale:look.{key}={value}" for key, value in look.items())
    work = plan(load_config(Selection(scale=options.scale, paper=options.paper, set=settings)))
    print(ROW.format(*HEAD))
    failed, seen = 0, 0
    for step in steps(work):
        if step.stage == "figures" and (options.figure or "") in step.name:
            seen += 1
            try:
                measured = measure(step)
            except Exception as error:  # of any drawing function; the others are measured all the same
                failed += 1
                print(f"{step.name:<42}FAILS: {type(error).__name__}: {error}", flush=True)
                continue
            faults = list(measured.faults())
            failed += bool(faults)
            _print(step.name, measured, faults)
    print(f"{seen - failed} of {seen} figures pass")
    return int(failed > 0)


def measure(step: Step) -> Measures:
    """Draw the figure of a step and measure it and its PDF."""
    spec = FigureSpec.model_validate(step.spec)
    given = Given(*([Path(file) for file in step.inputs[name]] for name in ("files", "runs", "beside")))
    with style(look=spec.look), tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # a layout that could not be applied
        figure, caption = draw(spec, given)
        wrong = misplaced(figure)
        save(figure, caption, Path(folder), "figure", ("pdf",))
        page = PdfReader(Path(folder) / "figure.pdf").pages[0]
        shown = texts(figure)
        return Measures(
            size=(float(page.mediabox.width) / 72, float(page.mediabox.height) / 72),
            width=figure_width(),
            text=min(float(text.get_fontsize()) for text in shown),
            glyph=min(map(smallest_glyph, shown)),
            fonts=fonts(page),
            colours=closest(figure),
            overlaps=overlapping(figure),
            cut=cut_off(figure),
            misplaced=wrong,
        )


def fonts(page: Any) -> tuple[int, int]:
    """How many fonts a page of a PDF uses, and how many of them are embedded as outlines."""
    every = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    inner = [
        each["/DescendantFonts"][0].get_object() if "/DescendantFonts" in each else each for each in every
    ]
    outlines = [each for each in inner if "/FontFile2" in each["/FontDescriptor"].get_object()]
    return len(every), len(outlines)


def _print(name: str, measured: Measures, faults: list[str]) -> None:
    size = f"{measured.size[0]:.2f} x {measured.size[1]:.2f}"
    used, embedded = measured.fonts
    distance = " / ".join(f"{each:.1f}" if isfinite(each) else "-" for each in measured.colours[:2])
    counts = (len(measured.overlaps), len(measured.cut), len(measured.misplaced))
    cells = (f"{measured.text:.1f}", f"{measured.glyph:.2f}", f"{embedded}/{used}", distance, *counts)
    print(ROW.format(name, size, *cells, "FAILS" if faults else "passes"), flush=True)
    for fault in faults:
        print(f"    {fault}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", default="laptop")
    parser.add_argument("--paper")
    parser.add_argument("--figure", help="only figures whose `paper name` has this in it")
    parser.add_argument("--venue", default="neutral")
    parser.add_argument("--columns", default="2", choices=("1", "2"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
