"""The files of a table: Markdown, and LaTeX for the package booktabs."""

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from scalinglaws.files import write_text
from scalinglaws.plotting.captions.files import latex, markdown
from scalinglaws.plotting.tables.table import Table

FORMULA = re.compile(r"(\$[^$]+\$)")
ENDINGS = ("table.md", "table.tex")


def table_latex(table: Table, long: str = "") -> str:
    """A table with the rules of booktabs, to be read by `\\input`.

    Args:
        table: the table.
        long: the layout of columns of a `longtable`; a `tabular` unless given.
    """
    texts, right = _mapped(table, latex), table.numbers
    layout = long or "".join("r" if column in right else "l" for column in table.columns)
    text: str = texts.to_latex(index=False, escape=False, column_format=layout, longtable=bool(long))
    return text


def table_markdown(table: Table) -> str:
    """A table of GitHub's Markdown; formulas stay between dollars."""
    texts = _mapped(table, markdown)
    rules = ["---:" if column in table.numbers else ":---" for column in table.columns]
    rows = [list(texts.columns), rules, *texts.to_numpy().tolist()]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def write_table_files(table: Table, folder: Path, name: str) -> list[Path]:
    """Write `<name>.table.md` and `<name>.table.tex`, and return their paths."""
    files = [folder / f"{name}.{ending}" for ending in ENDINGS]
    for file, text in zip(files, (table_markdown(table), table_latex(table)), strict=True):
        write_text(file, text)
    return files


def _mapped(table: Table, escape: Callable[[str], str]) -> pd.DataFrame:
    """The cells and headings, escaped outside of formulas."""

    def escaped(words: str) -> str:
        parts = FORMULA.split(words)
        return "".join(part if FORMULA.fullmatch(part) else escape(part) for part in parts)

    texts = table.texts.map(escaped)
    return texts.rename(columns={column: escaped(column) for column in table.columns})
