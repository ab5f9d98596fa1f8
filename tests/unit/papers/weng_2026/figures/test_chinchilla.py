"""What the figures of the Chinchilla study draw."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from scalinglaws.papers.weng_2026.figures import chinchilla
from scalinglaws.plotting.drawn import drawn_data
from scalinglaws.plotting.style import style
from scalinglaws.plotting.tables.table import table_of
from unit.made_points import analysed

A = r"$N_\mathrm{opt} \propto C^a$"


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
    best = drawn[(drawn.panel == "Best tokens") & (drawn.series == "Minimum of a parabola")]
    expected = tables["optima"][tables["optima"].method == "2. Parabola within 0.2 nats"].D
    np.testing.assert_array_equal(best.y, expected)


def test_points_that_are_in_no_fit_are_drawn_apart_from_those_that_are() -> None:
    points, drawn = analysed("chinchilla")["points"], drawn_data(draw("isoflop"))
    curves = drawn[drawn.panel == "Loss at nine budgets"]
    excluded = points[points.excluded]
    assert excluded.budget.notna().any()  # they are on a budget and could be among its points
    (left_out,) = {series for series in curves.series if series.startswith("Left out")}
    np.testing.assert_array_equal(np.sort(curves[curves.series == left_out].y), np.sort(excluded.loss))
    assert not curves[curves.series.str.fullmatch(r"\de\d+")].y.isin(excluded.loss).any()


def test_bars_of_optima_hold_what_is_nearly_as_good() -> None:
    tables, drawn = analysed("chinchilla"), drawn_data(draw("isoflop"))
    bars = drawn[(drawn.panel == "Best parameters") & (drawn.series == "Within 0.01 nats of it")]
    assert ((bars.low <= bars.y) & (bars.y <= bars.high)).all()
    for bar in bars.itertuples():
        curve = tables["curves"][np.isclose(tables["curves"].budget, bar.x)]
        inside = curve[curve.N.between(bar.low, bar.high)]
        assert inside.loss.max() <= curve.loss.min() + 0.01


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
    assert "0.73" in texts
    row = analysed("chinchilla")["exponents"].set_index("approach").loc["3. Parametric, resampled"]
    assert f"{row.a:.3f}" in texts
    table = table_of(figure)
    assert table is not None
    cells = table.texts.set_index("Approach")[A]
    assert cells["2. IsoFLOP profiles"] == "0.49 (0.462, 0.534)"
    assert cells["3. Parametric, resampled"] == f"{row.a:.3f} ({row.a_low:.3f}, {row.a_high:.3f})"
    drawn = drawn_data(figure)
    ends = drawn[(drawn.panel == A) & (drawn.series == "3. Parametric, resampled, interval")].x
    assert ends.tolist() == pytest.approx([row.a_low, row.a_high])


def test_no_texts_of_the_table_overlap() -> None:
    figure = draw("exponents")
    FigureCanvasAgg(figure).draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert not [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]
