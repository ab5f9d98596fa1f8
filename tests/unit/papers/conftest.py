"""Every figure that a test of a paper draws is in our style, with texts of a readable size and a true CSV."""

from collections.abc import Iterator

import pytest
from matplotlib.figure import Figure

from scalinglaws.plotting.layout.panels import figure_width, finish
from scalinglaws.plotting.layout.venues import SMALLEST
from scalinglaws.plotting.style import style
from unit.figure_checks import LEAST_GLYPH, misplaced, smallest_glyph, texts

FOLDER = "figures"


@pytest.fixture(autouse=True)
def at_final_size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails a test of figures if one has another width than the venue's, a text below the least size, or an
    artist that its CSV has at another place."""
    if request.path.parent.name != FOLDER:
        yield
        return
    drawn: list[Figure] = []
    make = Figure.__init__

    def remember(self: Figure, *given: object, **options: object) -> None:
        make(self, *given, **options)  # type: ignore[arg-type]
        drawn.append(self)

    with style():
        monkeypatch.setattr(Figure, "__init__", remember)
        yield
        for figure in drawn:
            assert figure.get_figwidth() == figure_width()
            assert misplaced(figure) == []
            finish(figure)
            shown = texts(figure)
            assert [text.get_text() for text in shown if text.get_fontsize() < SMALLEST] == []
            assert [text.get_text() for text in shown if smallest_glyph(text) < LEAST_GLYPH] == []
