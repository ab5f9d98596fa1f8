"""Tables of a paper as a notebook finds them."""

from pathlib import Path

import pandas as pd
import pytest

from scalinglaws.errors import DataError
from scalinglaws.tables.find import find_tables, unfinished
from scalinglaws.tables.study import StudyTables

EMPTY = pd.DataFrame()


def write(path: Path, text: str = "a,b\n1,2\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A study `one` with all of its tables, and an analysis `all`."""
    results = tmp_path / "results" / "mine"
    for name in ("runs", "curves"):
        write(results / "tables" / "paper" / "one" / f"{name}.csv")
    for name in ("scores", "best", "fits", "bands"):
        write(results / "fits" / "paper" / "one" / f"{name}.csv")
    write(results / "fits" / "paper" / "all" / "fits.csv")
    write(results / "fits" / "paper" / "all" / "summary.csv", "study\none\n")
    header = "claim,verdict\n"
    write(results / "report" / "claims" / "paper" / "all.csv", header)
    write(results / "report" / "claims" / "paper" / "one.csv", f"{header}paper/one/straight,reproduced\n")
    return tmp_path


def test_tables_are_found_from_the_folders_below(project: Path) -> None:
    (project / "notebooks").mkdir()
    for start in (project, project / "notebooks"):
        found = find_tables("paper", "mine", start)
        assert (found.studies, found.analyses) == (("one",), ("all",))
        assert found.study("one").best.to_dict("list") == {"a": [1], "b": [2]}
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
    (found.folder / "tables" / "paper" / "one" / "curves.csv").unlink()
    with pytest.raises(DataError, match=r"curves\.csv"):
        found.study("one")
    (found.folder / "report" / "claims" / "paper" / "one.csv").unlink()
    with pytest.raises(DataError, match=r"no verdicts of paper; call `make replicate"):
        found.claims()


def test_runs_whose_last_validation_is_the_lowest_are_unfinished() -> None:
    runs = pd.DataFrame(
        {
            "run": ["falls", "rises", "patient", "diverged", "larger", "searched"],
            "phase": ["grid"] * 5 + ["search"],
            "status": ["completed"] * 3 + ["diverged"] + ["completed"] * 2,
            "stopped": ["budget", "budget", "patience", "diverged", "budget", "budget"],
            "examples": [8, 8, 8, 8, 16, 16],
        }
    )
    ends = {"falls": 1.0, "rises": 2.5, "patient": 1.0, "diverged": 1.0, "larger": 1.5, "searched": 1.0}
    curves = pd.DataFrame(
        [row for name, end in ends.items() for row in ((name, 20, end), (name, 10, 2.0))],
        columns=["run", "step", "error"],
    )
    counted = unfinished(StudyTables(runs, curves, EMPTY, EMPTY, EMPTY, EMPTY), "error")
    assert counted.to_dict("list") == {
        "examples": [8, 16],
        "runs": [3, 1],
        "unfinished": [1, 1],
        "share": [pytest.approx(1 / 3), 1.0],
    }
