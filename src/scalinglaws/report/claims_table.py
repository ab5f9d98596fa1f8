"""The claims of a paper with their verdicts, as a table for a paper or a web page."""

from collections.abc import Sequence

import pandas as pd

from scalinglaws.plotting.tables.table import Table
from scalinglaws.report.text import HEADINGS, Row, measured_text

CLAIMS_LAYOUT = r"p{0.1\linewidth}p{0.36\linewidth}p{0.13\linewidth}p{0.17\linewidth}p{0.12\linewidth}"
"""Widths of the columns in LaTeX: sentences are broken into lines."""


def claims_table(rows: Sequence[Row]) -> Table:
    """The claims of all studies of a paper: study, claim, published, measured and verdict."""
    cells = [
        (
            row["claim"].rpartition("/")[0].rpartition("/")[2],
            row["statement"],
            row["published"],
            measured_text(row),
            row["verdict"],
        )
        for row in rows
    ]
    return Table("Claims", pd.DataFrame(cells, columns=["Study", *HEADINGS], dtype=object))
