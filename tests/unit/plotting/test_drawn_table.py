"""A table in a figure: its columns do not overlap at any width, and a narrow page leaves some out."""

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from scalinglaws.config.scale import Look
from scalinglaws.plotting.drawn import drawn_data
from scalinglaws.plotting.layout.panels import new_figure
from scalinglaws.plotting.style import style
from scalinglaws.plotting.tables.table import Table, draw_table, hand_over

FRAME = pd.DataFrame(
    {
        "Operation": ["Attention: project", "Feed-forward"],
        "Formula": [r"$2n_\mathrm{layer}\,n_\mathrm{ctx}\,d_\mathrm{attn}$", r"$4\,d_\mathrm{model}$"],
        "By formula": [113_246_208, 3_072],
        "Counted": [113_246_208, None],
        "Why": ["biases, causal half", None],
    }
)
LOOKS = [Look(), Look(venue="icml", columns=1), Look(venue="nature", columns=1), Look(venue="beamer")]


def drawn(look: Look) -> Figure:
    table = Table("Made", FRAME)
    with style(look=look):
        figure = new_figure(1)
        draw_table(figure.subplots(), table, {name: name for name in table.columns}, spare=("Why", "Counted"))
        hand_over(figure, table)
        FigureCanvasAgg(figure).draw()
    return figure


@pytest.mark.parametrize("look", LOOKS)
def test_no_texts_overlap_or_leave_the_page(look: Look) -> None:
    figure = drawn(look)
    boxes = [text.get_window_extent() for text in figure.axes[0].texts if text.get_text()]
    assert len(boxes) >= 9
    assert not [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]
    assert max(box.x1 for box in boxes) <= figure.bbox.x1


def test_a_narrow_page_leaves_out_what_may_be_spared_and_no_more() -> None:
    wide, narrow = (
        {text.get_text() for text in drawn(Look(width=width)).axes[0].texts} for width in (5.5, 3.5)
    )
    assert wide - narrow == {"Why", "biases, causal half"}


def test_the_csv_has_all_its_numbers_at_every_width() -> None:
    rows = drawn_data(drawn(Look(venue="icml", columns=1)))
    assert set(rows.panel) == {"Made"}
    counted = rows[rows.series == "Counted"]
    assert counted.y.dropna().tolist() == [113_246_208]
    assert rows[rows.series == "By formula"].y.tolist() == [113_246_208, 3_072]
