"""Figures in a two-column document: they are as wide as its columns, so that nothing scales them."""

import shutil
import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.config.scale import Look
from scalinglaws.papers.hestness_2017.figures.learning_curves import learning_curves
from scalinglaws.papers.weng_2026.analyses import pearce as analysis
from scalinglaws.papers.weng_2026.figures.pearce import local_exponent
from scalinglaws.plotting.save import save
from scalinglaws.plotting.style import style
from scalinglaws.tables.inputs import Inputs
from unit.made_tables import draw_tables

COLUMN, PAGE = 3.25, 6.75  # inches, of ICML
CAPTION = "n = 30 runs, 95 % intervals & more: a_b^c ~ #1 {x} $5, <2>."
DOCUMENT = rf"""
\documentclass[twocolumn]{{article}}
\usepackage[textwidth={PAGE}in, textheight=9in, columnsep={PAGE - 2 * COLUMN}in]{{geometry}}
\usepackage{{graphicx}}
\begin{{document}}
\begin{{figure*}}\includegraphics{{both.pdf}}\input{{both.caption.tex}}\end{{figure*}}
\begin{{figure}}\includegraphics{{left.pdf}}\input{{left.caption.tex}}\end{{figure}}
\begin{{figure}}\includegraphics{{right.pdf}}\input{{right.caption.tex}}\end{{figure}}
Figures~\ref{{fig:left}}, \ref{{fig:right}} and~\ref{{fig:both}}.
\end{{document}}
"""
TEX = {"pdflatex": ["-interaction=nonstopmode", "-halt-on-error"], "tectonic": ["--keep-logs"]}
"""The programs that compile a document, with their options."""


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two figures for a column and one for the page."""
    folder = tmp_path_factory.mktemp("document")
    spec = AnalysisSpec(name="pearce", study="weng-2026/pearce", scale="smoke", resamples=20)
    tables = analysis.analyse(Inputs(), spec)
    for name, columns, draw in (
        ("left", 1, lambda: learning_curves(draw_tables())),
        ("right", 1, lambda: local_exponent(tables)),
        ("both", 2, lambda: learning_curves(draw_tables())),
    ):
        with style(look=Look(venue="icml", columns=columns)):
            save(draw(), CAPTION, folder, name, ("pdf",))
    return folder


@pytest.mark.parametrize(("name", "width"), [("left", COLUMN), ("right", COLUMN), ("both", PAGE)])
def test_the_page_of_a_figure_is_as_wide_as_its_column(placed: Path, name: str, width: float) -> None:
    page = PdfReader(placed / f"{name}.pdf").pages[0]
    assert float(page.mediabox.width) / 72 == pytest.approx(width, abs=0.01)


@pytest.mark.skipif(not any(map(shutil.which, TEX)), reason="no TeX is installed")
def test_a_document_with_them_compiles_and_nothing_is_too_wide(placed: Path) -> None:
    program = next(filter(shutil.which, TEX))
    (placed / "paper.tex").write_text(DOCUMENT)
    for _ in range(2):  # for the references
        done = subprocess.run(
            [program, *TEX[program], "paper.tex"], cwd=placed, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:]
    log = (placed / "paper.log").read_text(errors="replace")
    assert "Overfull" not in log
    assert "undefined" not in log
    text = " ".join(page.extract_text() for page in PdfReader(placed / "paper.pdf").pages)
    assert " ".join(text.split()).count("intervals & more") == 3
