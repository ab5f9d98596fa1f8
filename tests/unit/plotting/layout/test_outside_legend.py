"""Legends outside of the panels: how many columns, where, and what they leave of the panels."""

import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scalinglaws.config.scale import Look
from scalinglaws.plotting.layout.outside_legend import Entry, legends_outside
from scalinglaws.plotting.layout.panels import row_of_panels
from scalinglaws.plotting.style import style

LAWS = [f"A family of models: $1.23\\,m^{{-0.{k}}}$ $[{{-0.5}},\\,{{-0.1}}]$" for k in (1, 2, 3)]
MARKS = ["fitted law", "not fitted", "largest is best", "smallest is best", "every model"]


def entries(texts: list[str]) -> list[Entry]:
    return [(Line2D([], []), text) for text in texts]


def drawn(width: float, *groups: list[str]) -> tuple[Figure, float]:
    """A figure with legends, and its height without."""
    with style(look=Look(width=width)):
        figure, panels = row_of_panels(2, 2.0)
        for axes in panels:
            axes.set_title("Panel", loc="left")
        height = figure.get_figheight()
        legends_outside(figure, *map(entries, groups))
        figure.draw_without_rendering()
    return figure, height


@pytest.mark.parametrize("width", [2.6, 3.25, 5.5, 7.2])
def test_legends_are_inside_the_figure_and_outside_of_the_panels(width: float) -> None:
    figure, _ = drawn(width, LAWS, MARKS)
    for legend in figure.legends:
        box = legend.get_window_extent()
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1
        assert not any(box.overlaps(axes.get_tightbbox()) for axes in figure.axes)


def test_groups_are_side_by_side_where_there_is_room_and_else_above_and_below() -> None:
    wide, narrow = drawn(5.5, LAWS, MARKS)[0], drawn(3.25, LAWS, MARKS)[0]
    assert len(wide.legends) == 1
    above, below = narrow.legends
    panels = [axes.get_window_extent() for axes in narrow.axes]
    assert above.get_window_extent().y0 > max(box.y1 for box in panels)
    assert below.get_window_extent().y1 < min(box.y0 for box in panels)


def test_the_figure_grows_so_that_the_panels_do_not_shrink() -> None:
    bare, height = drawn(5.5)
    told, _ = drawn(5.5, LAWS, MARKS)
    assert bare.get_figheight() == height < told.get_figheight()
    inches = [figure.axes[0].get_window_extent().height / figure.dpi for figure in (bare, told)]
    assert inches[1] == pytest.approx(inches[0], abs=0.12)


def test_a_text_is_told_once() -> None:
    figure, _ = drawn(5.5, ["one", "two", "one"], ["two", "three"])
    shown = [text.get_text() for legend in figure.legends for text in legend.get_texts() if text.get_text()]
    assert shown == ["one", "two", "three"]
