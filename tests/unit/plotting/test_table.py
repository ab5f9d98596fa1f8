"""Tables of figures: what is written, and that Markdown and LaTeX say the same."""

import re
from pathlib import Path

import pandas as pd

from scalinglaws.plotting.tables.files import table_latex, table_markdown, write_table_files
from scalinglaws.plotting.tables.table import Table

FRAME = pd.DataFrame(
    {
        "Name & size": ["a_b | c", r"$N \propto C^a$ at 5 %"],
        "$p$": [1.5e-9, -0.25],
        "Count": [1_234_567, None],
    }
)
TABLE = Table("Made", FRAME, {"$p$": ".1e"})


def test_a_formula_stays_and_other_characters_are_escaped() -> None:
    latex = table_latex(TABLE).splitlines()
    assert latex[0] == r"\begin{tabular}{lrr}"
    assert latex[2] == r"Name \& size & $p$ & Count \\"
    assert latex[4] == r"a\_b \textbar{} c & 1.5e-09 & 1,234,567 \\"
    assert latex[5] == r"$N \propto C^a$ at 5 \% & $-2.5e-01$ &  \\"
    assert [line for line in latex if "rule" in line] == [r"\toprule", r"\midrule", r"\bottomrule"]


def test_markdown_has_a_column_for_each_and_aligns_numbers_right() -> None:
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table_markdown(TABLE).splitlines()]
    assert {len(row) for row in rows} == {3}
    assert [cell.strip() for cell in rows[1]] == [":---", "---:", "---:"]
    assert rows[2][0].strip() == r"a\_b \| c"
    assert rows[3][2].strip() == ""


def test_a_long_table_has_the_layout_that_is_asked_for() -> None:
    assert table_latex(TABLE, "p{3cm}rr").startswith(r"\begin{longtable}{p{3cm}rr}")


def test_both_files_are_written_beside_the_figure(tmp_path: Path) -> None:
    files = write_table_files(TABLE, tmp_path, "fig")
    assert [file.name for file in files] == ["fig.table.md", "fig.table.tex"]
    assert all(file.read_text().endswith("\n") for file in files)
