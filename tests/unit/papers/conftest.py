"""Every figure that a test of a paper draws is drawn in our style, and all its text is measured."""

from collections.abc import Iterator

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from scalinglaws.plotting.panels import figure_width, finish
from scalinglaws.plotting.style import style
from scalinglaws.plotting.venues import SMALLEST

FOLDER = "figures"


@pytest.fixture(autouse=True)
def at_final_size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails a test of figures if one has another width than the venue's, or a text below the least size."""
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
            finish(figure)
            small = {
                text.get_text(): text.get_fontsize()
                for text in figure.findobj(Text)
                if text.get_text() and text.get_visible() and text.get_fontsize() < SMALLEST
            }
            assert not small
