"""Tables that a figure shows: drawn as text as wide as it is, and handed over to be written to files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scalinglaws.plotting.layout.panels import renderer_of
from scalinglaws.plotting.layout.venues import SMALLEST

LINE = 0.15
"""Height of a line of a drawn table, in inches."""
GAPS = (5.0, 14.0)
"""Least and greatest distance between columns, in points."""
MARGIN = 8.0  # points at the sides of the page


@dataclass(frozen=True, eq=False)
class Table:
    """A table with numbers as numbers.

    Attributes:
        title: what the CSV of the figure calls it.
        frame: the cells; words may hold mathematics between dollars.
        formats: how the numbers of a column are written, as format specs; whole numbers with commas unless
            given. Missing cells are empty.
    """

    title: str
    frame: pd.DataFrame
    formats: Mapping[str, str] = field(default_factory=dict)

    @property
    def texts(self) -> pd.DataFrame:
        """The cells as they are read."""
        return pd.DataFrame({column: self._written(column) for column in self.columns})

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return [str(column) for column in self.frame]

    @property
    def numbers(self) -> list[str]:
        """The columns of numbers, which are aligned right."""
        return [column for column in self.columns if pd.api.types.is_numeric_dtype(self.frame[column])]

    def _written(self, column: str) -> list[str]:
        cells = self.frame[column]
        if column not in self.numbers:
            return ["" if pd.isna(cell) else str(cell) for cell in cells]
        spec = self.formats.get(column, ",.0f")
        texts = ("" if pd.isna(cell) else f"{cell:{spec}}" for cell in cells)
        return [f"${text}$" if text.startswith("-") else text for text in texts]  # a minus and no hyphen


_TABLES: WeakKeyDictionary[Figure, Table] = WeakKeyDictionary()


def hand_over(figure: Figure, table: Table) -> None:
    """Note that a figure shows this table, for the CSV and for the files of a figure with `table: true`."""
    _TABLES[figure] = table


def table_of(figure: Figure) -> Table | None:
    """The table that a drawing function has handed over."""
    return _TABLES.get(figure)


def draw_table(axes: Axes, table: Table, heads: Mapping[str, str], spare: Sequence[str] = ()) -> None:
    """Draw columns of a table as text, as wide as their cells, with rules above and below.

    Args:
        axes: a panel over the whole width of the page, of `LINE` inches for the headings and each row.
        table: the table.
        heads: the columns to draw, in this order, with their headings.
        spare: of these, the ones that a narrow page leaves out, the first one first.
    """
    axes.axis("off")
    texts = table.texts
    figure = axes.get_figure(root=True)
    assert figure is not None
    room = 72 * float(figure.get_size_inches()[0]) - MARGIN
    widths = {
        column: max(points_wide(figure, words) for words in (head, *texts[column]))
        for column, head in heads.items()
    }
    for column in spare:
        if sum(widths.values()) + GAPS[0] * (len(widths) - 1) > room:
            del widths[column]
    gap = min(GAPS[1], max(GAPS[0], (room - sum(widths.values())) / max(1, len(widths) - 1)))
    axes.set_xlim(0, 1)
    axes.set_ylim(len(texts), -1)
    left = 0.0
    for column, width in widths.items():
        right = column in table.numbers
        for row, words in enumerate((heads[column], *texts[column])):
            axes.annotate(
                words, (0, row - 0.5), (left + width * right, 0), xycoords=("axes fraction", "data"),
                textcoords="offset points", ha="right" if right else "left", va="center",
                fontsize=SMALLEST, annotation_clip=False,
            ).set_in_layout(False)  # fmt: skip
        left += width + gap
    for row, thickness in ((-1, 0.8), (0, 0.5), (len(texts), 0.8)):
        axes.annotate(
            "", (0, row), (left - gap + 1, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            arrowprops={"arrowstyle": "-", "linewidth": thickness, "shrinkA": 0, "shrinkB": 0},
            annotation_clip=False,
        ).set_in_layout(False)  # fmt: skip


def points_wide(figure: Figure, words: str) -> float:
    """How wide a text of the smallest size is, in points."""
    text = figure.text(0, 0, words, fontsize=SMALLEST)
    width = float(text.get_window_extent(renderer_of(figure)).width)
    text.remove()
    return 72 * width / float(figure.dpi)
