"""What the caption of a figure explains: only the marks that the drawing function says it drew."""

from enum import StrEnum
from weakref import WeakKeyDictionary, WeakSet

from matplotlib.axes import Axes
from matplotlib.figure import Figure


class Mark(StrEnum):
    """A kind of mark and the sentence that explains it, in the order in which captions have them.

    Marks that the legend explains are not among them.

    `{level}` and `{resamples}` stand for the confidence level and the number of bootstrap resamples.
    """

    FITTED = "Dashed: least squares on logarithms."
    EXPONENT = "Brackets: {level} intervals, {resamples} bootstrap resamples."
    FLOOR = "Brackets of floors: Student's {level} intervals."
    SCORE_BAND = "Coloured bands: resampled runs, {level}."
    GROWTH_BAND = "Growth band: five rules."
    REGION = "Grey background: not fitted."
    HOLLOW = "Hollow points: not fitted."
    NOT_CONVERGED = "Triangles: not converged."


_MARKS: WeakKeyDictionary[Figure, set[Mark]] = WeakKeyDictionary()
_REMARKS: WeakKeyDictionary[Figure, str] = WeakKeyDictionary()
_COMPUTED: WeakSet[Figure] = WeakSet()


def drew(axes: Axes, *marks: Mark) -> None:
    """Note that marks were drawn, for the caption."""
    _MARKS.setdefault(_figure(axes), set()).update(marks)


def remark(figure: Figure, sentence: str) -> None:
    """Set what a drawing function has to say about the data of this figure; one remark per figure."""
    _REMARKS[figure] = sentence


def draws_no_runs(figure: Figure) -> None:
    """Note that a figure shows nothing of the runs that its study reads, so that its caption counts none."""
    _COMPUTED.add(figure)


def shows_runs(figure: Figure) -> bool:
    """Whether the caption has to count runs."""
    return figure not in _COMPUTED


def explanation(figure: Figure) -> str:
    """The sentences about the marks that were drawn, and the remark."""
    marks = _MARKS.get(figure, set())
    return " ".join([*(mark for mark in Mark if mark in marks), _REMARKS.get(figure, "")]).strip()


def _figure(axes: Axes) -> Figure:
    figure = axes.get_figure(root=True)
    assert figure is not None
    return figure
