"""Kaplan's Table 1 as a figure: every number of the table is in it."""

import pandas as pd
import pytest

from scalinglaws.papers.weng_2026.figures import kaplan
from scalinglaws.plotting.drawn import drawn_data

COLUMNS = ["part", "parameters", "parameters_counted", "biases_counted", "flops", "flops_counted", "note"]
PARTS = pd.DataFrame(
    [
        ("embed", 1001, 1001, 0, 40, 0.0, "lookup, no product"),
        ("qkv", 1002, 1002, 7, 2004, 2004.0, "biases"),
        ("mask", 0, 0, 0, 50, 100.0, "causal half"),
        ("project", 1003, 1003, 8, 2006, 2006.0, "biases"),
        ("feed_forward", 1004, 1004, 9, 2008, 2008.0, "biases"),
        ("de_embed", 0, 0, 0, 3000, 3000.0, None),
        ("norm", 0, 0, 11, 0, 0.0, "gains and biases"),
        ("total", 3009, 3009, 35, 6068, 6118.0, "biases, causal half"),
    ],
    columns=COLUMNS,
)
SIZES = pd.DataFrame(
    {
        "N": [768.0, 1e9],
        "forward_over_kaplan": [40.0, 1.1],
        "training_over_6N": [500.0, 1.2],
        "training_over_6N_total": [1.0, 1.1],
    }
)


def test_every_number_is_shown() -> None:
    figure = kaplan.table_1({"parts": PARTS, "sizes": SIZES})
    words = [text.get_text() for axes in figure.axes for text in axes.texts]
    for number in ("1,001", "1,002", "1,003", "1,004", "3,009", "6,068", "6,118", "3,000", "11", "35"):
        assert number in words
    assert words.count("2.000") == 1  # the mask row: counted over formula
    assert "lookup, no product" in words
    assert "None" not in words
    assert "nan" not in words


def test_ratios_are_drawn_over_size() -> None:
    drawn = drawn_data(kaplan.table_1({"parts": PARTS, "sizes": SIZES}))
    assert set(drawn.panel) == {"What the formulas leave out", "Table 1"}
    line = drawn[drawn.series == "Training FLOPs / 6 N, embeddings left out"]
    assert line.y.tolist() == pytest.approx([500.0, 1.2])
