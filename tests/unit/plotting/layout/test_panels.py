"""Letters of panels, and texts that are broken where they would not fit."""

from matplotlib.figure import Figure
from matplotlib.text import Text

from scalinglaws.plotting.layout.panels import finish, new_figure
from scalinglaws.plotting.style import style


def titled(*titles: str) -> Figure:
    figure = new_figure(2.0)
    for axes, title in zip(figure.subplots(1, len(titles), squeeze=False).ravel(), titles, strict=True):
        axes.set_title(title, loc="left")
    return figure


def test_panels_have_letters_and_a_lone_panel_has_none() -> None:
    with style():
        pair, alone = titled("One", "Two"), titled("One")
        finish(pair)
        finish(alone)
    letters = [axes.get_title(loc="left") for axes in pair.axes]
    assert letters == [r"$\mathbf{a}$ One", r"$\mathbf{b}$ Two"]
    assert alone.axes[0].get_title(loc="left") == "One"


def test_two_axes_at_one_place_are_one_panel() -> None:
    with style():
        figure = titled("One", "Two")
        figure.axes[0].twinx().set_title("Right")
        finish(figure)
    assert [axes.get_title() for axes in figure.axes] == ["", "", "Right"]


def test_a_title_is_broken_between_words_and_never_in_a_formula() -> None:
    words = r"A title that is much wider than its panel, with $a + b + c$ in it, and then goes on"
    with style():
        figure = titled(words, "Two")
        finish(figure)
        title: Text = figure.axes[0]._left_title  # type: ignore[attr-defined]
        box = figure.axes[0].get_window_extent()
        assert title.get_window_extent().width <= box.width
    assert title.get_text().count("\n") >= 1
    assert "$a + b + c$" in title.get_text()
    assert title.get_text().replace("\n", " ") == rf"$\mathbf{{a}}$ {words}"
