"""What the figures of the Chinchilla study draw."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from scalinglaws.papers.weng_2026.figures import chinchilla
from scalinglaws.plotting.save import drawn_data
from scalinglaws.plotting.style import style
from unit.made_points import analysed


def draw(name: str) -> Figure:
    with style():
        figure: Figure = getattr(chinchilla, name)(analysed("chinchilla"))
    return figure


def test_isoflop_panels_and_points() -> None:
    tables, drawn = analysed("chinchilla"), drawn_data(draw("isoflop"))
    assert set(drawn.panel) == {"Loss at nine budgets", "Best parameters", "Best tokens"}
    points = tables["points"]
    one = points[(points.budget == 1e20) & ~points.excluded]
    shown = drawn[drawn.series == "1e20"]
    np.testing.assert_array_equal(np.sort(shown.y), np.sort(one.loss))
    best = drawn[(drawn.panel == "Best tokens") & (drawn.series == "Parabola")]
    expected = tables["optima"][tables["optima"].method == "2. Parabola within 0.2 nats"].D
    np.testing.assert_array_equal(best.y, expected)


def test_excluded_points_are_not_drawn() -> None:
    tables = analysed("chinchilla")
    excluded = tables["points"][tables["points"].excluded]
    assert excluded.budget.notna().any()  # they are on a budget and would be seen
    assert not drawn_data(draw("isoflop")).y.isin(excluded.loss).any()


def test_frontier_has_every_line_of_the_paper() -> None:
    drawn = drawn_data(draw("frontier")).set_index("series")
    lines = analysed("chinchilla")["lines"]
    for name in lines.series.unique():
        np.testing.assert_array_equal(drawn.loc[[name]].y, lines[lines.series == name].N)
    assert float(drawn.y["GPT-3 175B"]) == 1.75e11
    assert float(drawn.x["Gopher 280B"]) == 5.76e23
    band = drawn.loc[["Approach 3, refit, interval"]]
    assert (band.low < band.high).all()


def test_exponents_show_numbers_and_intervals() -> None:
    figure = draw("exponents")
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert "0.49  (0.462, 0.534)" in texts
    assert "0.73" in texts
    row = analysed("chinchilla")["exponents"].set_index("approach").loc["3. Parametric, resampled"]
    assert f"{row.a:.3f}  ({row.a_low:.3f}, {row.a_high:.3f})" in texts
    drawn = drawn_data(figure)
    ends = drawn[(drawn.panel == "Exponent a") & (drawn.series == "3. Parametric, resampled, interval")].x
    assert ends.tolist() == pytest.approx([row.a_low, row.a_high])


def test_no_texts_of_the_table_overlap() -> None:
    figure = draw("exponents")
    FigureCanvasAgg(figure).draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert not [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]
