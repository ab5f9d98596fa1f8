"""How notebooks are stored: without what they made, and without a measured number in their text."""

import re

import nbformat
import pytest

from unit.notebooks.running import FOLDER, NOTEBOOKS, read

PAPERS = FOLDER.parent / "config" / "studies"


def test_every_paper_has_a_notebook() -> None:
    assert sorted(path.name for path in PAPERS.iterdir() if path.is_dir()) == NOTEBOOKS


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_it_holds_no_outputs_and_no_trace_of_a_machine(name: str) -> None:
    book = read(name)
    nbformat.validate(book)
    assert (book.nbformat, book.nbformat_minor) == (4, 5)
    assert set(book.metadata) == {"kernelspec", "language_info"}
    assert set(book.metadata.language_info) == {"name"}
    ids = [cell.id for cell in book.cells]
    assert len(set(ids)) == len(ids)
    for cell in book.cells:
        assert set(cell.metadata) <= {"tags"}, cell.id
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None, cell.id
    text = (FOLDER / f"{name}.ipynb").read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.])/(home|Users|root|work|tmp|mnt|opt|private|var)/", text)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_its_text_types_no_measured_number_and_says_how_to_get_tables(name: str) -> None:
    prose = "\n".join(cell.source for cell in read(name).cells if cell.cell_type == "markdown")
    assert f"PAPER={name}" in prose
    assert not re.search(r"\d\.\d|\d %", re.sub(r"\(https?://[^)]*\)|\[arXiv:[\d.]*\]", "", prose))
