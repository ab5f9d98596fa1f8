"""A paper's tables at one scale, as a notebook reads them.

results = find_tables("hestness-2017", "laptop")
results.study("words-lstm2").best
results.analysis("summary")["summary"]
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from scalinglaws.errors import DataError
from scalinglaws.tables.analysis import read_analysis
from scalinglaws.tables.csv import read_table
from scalinglaws.tables.schema import CLAIMS
from scalinglaws.tables.study import StudyTables, read_study


@dataclass(frozen=True)
class PaperTables:
    """What was made of a paper at one scale.

    Attributes:
        paper: its name, e.g. hestness-2017.
        scale: the scale file's name, e.g. laptop.
        folder: `results/<scale>`.
    """

    paper: str
    scale: str
    folder: Path

    @property
    def studies(self) -> tuple[str, ...]:
        """Trained studies whose tables are there, without the paper's name, sorted."""
        return tuple(sorted(set(self._names("tables")) & set(self._names("fits"))))

    @property
    def analyses(self) -> tuple[str, ...]:
        """Analyses whose tables are there, without the paper's name, sorted."""
        return tuple(sorted(set(self._names("fits")) - set(self._names("tables"))))

    def study(self, name: str) -> StudyTables:
        """The tables of a trained study.

        Raises:
            DataError: there is no such study, or one of its tables is missing.
        """
        self._check(name, self.studies)
        return read_study([*self._files("tables", name), *self._files("fits", name)])

    def analysis(self, name: str) -> dict[str, pd.DataFrame]:
        """The tables of an analysis, by their names.

        Raises:
            DataError: there is no such analysis.
        """
        self._check(name, self.analyses)
        return read_analysis(self._files("fits", name))

    def claims(self) -> pd.DataFrame:
        """All claims with their verdicts; the columns `study` and `name` are the parts of a claim's id.

        Raises:
            DataError: no claim was judged yet.
        """
        files = sorted((self.folder / "report" / "claims" / self.paper).glob("*.csv"))
        tables = [table for table in (read_table(file, CLAIMS) for file in files) if len(table)]
        if not tables:
            raise DataError(f"{self.folder}: no verdicts of {self.paper}; {self.advice}")
        claims = pd.concat(tables, ignore_index=True)
        parts = claims.claim.str.split("/", expand=True)
        return claims.assign(study=parts[1], name=parts[2])

    @property
    def advice(self) -> str:
        """What to call to make the tables."""
        return advice(self.paper, self.scale)

    def _names(self, part: str) -> list[str]:
        folder = self.folder / part / self.paper
        return [path.name for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []

    def _files(self, part: str, name: str) -> list[Path]:
        return sorted((self.folder / part / self.paper / name).glob("*.csv"))

    def _check(self, name: str, names: tuple[str, ...]) -> None:
        if name not in names:
            there = ", ".join(names) or "none"
            raise DataError(f"{self.folder}: no tables of {name}; there are {there}; {self.advice}")


def advice(paper: str, scale: str) -> str:
    """What to call when the tables are missing."""
    make = f"make replicate SCALE={scale} PAPER={paper}"
    return f"call `{make}`, or `{make} FROM=records` to rebuild them from published runs, without training"


def find_tables(paper: str, scale: str, start: Path | None = None) -> PaperTables:
    """Look for `results/<scale>` in a folder (the working directory) and in those above it.

    Raises:
        DataError: no such folder holds fits of the paper; says what to call to make them.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        results = folder / "results" / scale
        if any((results / "fits" / paper).glob("*/fits.csv")):
            return PaperTables(paper=paper, scale=scale, folder=results)
    raise DataError(f"results/{scale}: no tables of {paper} in {start} or above; {advice(paper, scale)}")
