"""Tables of a paper as a notebook finds them."""

from pathlib import Path

import pandas as pd
import pytest

from scalinglaws.errors import DataError
from scalinglaws.tables.csv import write_table
from scalinglaws.tables.paper import find_tables
from scalinglaws.tables.schema import (
    BANDS,
    BEST,
    CLAIMED,
    CLAIMS,
    CURVES,
    EVIDENCE,
    FITS,
    RUNS,
    SCORES,
    Table,
)

CELLS = {"text": "a", "whole": 1, "number": 0.5, "truth": True}


def write(path: Path, table: Table, *rows: dict[str, object]) -> None:
    """Write a table whose rows have made cells where none are given."""
    made = {column.name: CELLS[column.kind] for column in table.columns}
    frame = pd.DataFrame([{**made, **row} for row in rows], columns=list(table.names), dtype=object)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(frame, path, table)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A study `one` with all of its tables, and an analysis `all`."""
    results = tmp_path / "results" / "mine"
    for folder, tables in (("tables", (RUNS, CURVES)), ("fits", (SCORES, BEST, FITS, BANDS, EVIDENCE))):
        for table in tables:
            write(results / folder / "paper" / "one" / f"{table.name}.csv", table, {})
    write(results / "fits" / "paper" / "all" / "fits.csv", CLAIMED, {})
    (results / "fits" / "paper" / "all" / "summary.csv").write_text("study\none\n")
    claims = results / "report" / "claims" / "paper"
    write(claims / "all.csv", CLAIMS)
    write(claims / "one.csv", CLAIMS, {"claim": "paper/one/straight", "verdict": "reproduced"})
    return tmp_path


def test_tables_are_found_from_the_folders_below(project: Path) -> None:
    (project / "notebooks").mkdir()
    for start in (project, project / "notebooks"):
        found = find_tables("paper", "mine", start)
        assert (found.studies, found.analyses) == (("one",), ("all",))
        assert found.study("one").best["size"].tolist() == [0.5]
        assert list(found.analysis("all")["summary"].study) == ["one"]


def test_claims_are_gathered_with_their_study(project: Path) -> None:
    (claim,) = find_tables("paper", "mine", project).claims().to_dict("records")
    assert (claim["study"], claim["name"], claim["verdict"]) == ("one", "straight", "reproduced")


def test_what_is_missing_says_what_to_call(project: Path) -> None:
    with pytest.raises(DataError, match=r"results/other: .*`make replicate SCALE=other PAPER=paper`"):
        find_tables("paper", "other", project)
    found = find_tables("paper", "mine", project)
    for read in (found.study, found.analysis):
        with pytest.raises(DataError, match=r"no tables of two; there are (one|all); call `make replicate"):
            read("two")
    (found.folder / "fits" / "paper" / "one" / "best.csv").unlink()
    with pytest.raises(DataError, match=r"best\.csv"):
        found.study("one")
    (found.folder / "report" / "claims" / "paper" / "one.csv").unlink()
    with pytest.raises(DataError, match=r"no verdicts of paper; call `make replicate"):
        found.claims()
