"""Figures at their final width: panels side by side where there is room, letters, and text that fits."""

import math
import re
import string
from collections.abc import Iterator, Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

PANEL = 2.2
"""Least width of a panel with its labels, in inches; narrower ones go below each other."""
WORDS = re.compile(r"(?:\$[^$]*\$|[^\s$])+")
"""Words, between which a text may be broken; a formula is never broken."""


def figure_width() -> float:
    """The width of a figure of the present venue, in inches."""
    return float(mpl.rcParams["figure.figsize"][0])


def new_figure(height: float) -> Figure:
    """An empty figure of the venue's width and a height in inches."""
    return Figure(figsize=(figure_width(), height), layout="constrained")


def across(count: int) -> int:
    """How many of some panels fit side by side."""
    return max(1, min(count, int(figure_width() / PANEL)))


def row_of_panels(count: int, height: float) -> tuple[Figure, list[Axes]]:
    """Panels side by side, or in several rows where the venue's page is narrow.

    Args:
        count: panels.
        height: of one row, in inches.
    """
    wide = across(count)
    rows = math.ceil(count / wide)
    figure = new_figure(rows * height)
    cells = figure.subplots(rows, wide, squeeze=False).ravel()
    for spare in cells[count:]:
        spare.remove()
    return figure, list(cells[:count])


def finish(figure: Figure) -> None:
    """Give panels their letters, and break titles, axis labels and legends that are too wide into lines."""
    _letter(figure)
    renderer = renderer_of(figure)
    figure.draw_without_rendering()  # makes the layout, from which it is known how much room texts have
    room = figure.bbox.width
    for axes in figure.axes:
        box = axes.get_window_extent(renderer)
        for title in _titles(axes):
            # A title begins at the left of its panel, and may reach to the right end of the figure's column.
            break_lines(title, box.width, renderer)
        break_lines(axes.xaxis.label, box.width, renderer)
        break_lines(axes.yaxis.label, box.height, renderer)
        legend = axes.get_legend()
        if legend is not None and axes.axison:
            excess = legend.get_window_extent(renderer).width - min(1.15 * box.width, room)
            for text in legend.get_texts() if excess > 0 else ():
                break_lines(text, text.get_window_extent(renderer).width - excess, renderer)


def renderer_of(figure: Figure) -> RendererAgg:
    """What measures the texts of a figure."""
    return FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-any-return, no-untyped-call]


def break_lines(text: Text, room: float, renderer: RendererAgg) -> None:
    """Break a text between words so that no line is wider than `room` pixels, if its words are not."""
    whole = text.get_text()
    if not whole.strip() or _extent(text, renderer) <= room:
        return
    lines: list[str] = []
    for word in WORDS.findall(whole):
        text.set_text(f"{lines[-1]} {word}" if lines else word)
        if lines and _extent(text, renderer) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    text.set_text("\n".join(lines))


def _extent(text: Text, renderer: RendererAgg) -> float:
    box = text.get_window_extent(renderer)
    return float(box.height if text.get_rotation() == 90 else box.width)


def _letter(figure: Figure) -> None:
    panels = list(_panels(figure.axes))
    if len(panels) < 2:
        return
    for letter, axes in zip(string.ascii_lowercase, panels, strict=False):
        title = axes.get_title(loc="left") or axes.get_title()
        axes.set_title("")
        axes.set_title(rf"$\mathbf{{{letter}}}$ {title}".rstrip(), loc="left")


def _panels(every: Sequence[Axes]) -> Iterator[Axes]:
    """The axes that are panels: not strips of legends, and of two axes at one place only the first."""
    seen = []
    for axes in every:
        place = axes.get_subplotspec()
        # A colour bar has a place of its own but no title. Three-dimensional axes count as switched off.
        shown = axes.axison or axes.name == "3d"
        if shown and place not in seen and (axes.get_title(loc="left") or axes.get_title()):
            seen.append(place)
            yield axes


def _titles(axes: Axes) -> list[Text]:
    return [axes.title, axes._left_title, axes._right_title]  # type: ignore[attr-defined]  # no public name
