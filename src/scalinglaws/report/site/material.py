"""The files that a site is made of, by their places in the folder of results."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from scalinglaws.errors import DataError
from scalinglaws.report.site.spec import SiteSpec, StudyEntry
from scalinglaws.report.text import Row
from scalinglaws.tables.csv import read_table
from scalinglaws.tables.schema import CLAIMED, CLAIMS, CURVES, EVIDENCE, FITS, RUNS, SEARCHES, Table

COPIES = "files"
"""The folder of the site that holds copies of these files."""


class Material:
    """The files of a scale, and the tables in them.

    Attributes:
        spec: what the site is about.
        elsewhere: the tables of claims of other scales, in the order of the spec.
    """

    def __init__(
        self, spec: SiteSpec, results: Path, files: Iterable[Path], elsewhere: Sequence[Path]
    ) -> None:
        """Note where the files are.

        Args:
            spec: what the site is about.
            results: the folder of results, `results/<scale>`.
            files: the files in it that the site may show, and the study files.
            elsewhere: the tables of claims of other scales.
        """
        self.spec = spec
        self.elsewhere = list(zip(spec.elsewhere, elsewhere, strict=True))
        self._files = {
            file.relative_to(results).as_posix() if file.is_relative_to(results) else file.as_posix(): file
            for file in files
        }

    def __iter__(self) -> Iterator[tuple[str, Path]]:
        """The place of each file, and its path."""
        return iter(self._files.items())

    def get(self, place: str) -> Path | None:
        """The file at a place; None where there is none."""
        return self._files.get(place)

    def path(self, place: str) -> Path:
        """The file at a place where there is one."""
        return self._files[place]

    def under(self, folder: str) -> list[str]:
        """The places of the files directly in a folder, sorted."""
        return sorted(place for place in self._files if place.rpartition("/")[0] == folder)

    def figure_files(self, study: StudyEntry, figure: str) -> list[str]:
        """The places of all files of a figure, sorted."""
        folder = f"figures/{study.paper}"
        return [place for place in self.under(folder) if Path(place).name.partition(".")[0] == figure]

    def claims(self, study: StudyEntry) -> list[Row]:
        """The rows of a study's table of claims; none where it has no such table.

        Raises:
            DataError: the file is not what it should be.
        """
        return _rows(self._table(f"report/claims/{study.study}.csv", CLAIMS))

    def fits(self, study: StudyEntry) -> list[Row]:
        """The rows of a study's fits."""
        table = FITS if study.metrics else CLAIMED
        return _rows(self._table(f"fits/{study.study}/fits.csv", table.only(*CLAIMED.names)))

    def evidence(self, study: StudyEntry) -> list[Row]:
        """The rows of what a study's learning curves rest on."""
        return _rows(self._table(f"fits/{study.study}/evidence.csv", EVIDENCE)) if study.metrics else []

    def runs(self, study: StudyEntry) -> pd.DataFrame:
        """A study's runs; no rows where it trains none."""
        return self._table(f"tables/{study.study}/runs.csv", RUNS)

    def curves(self, study: StudyEntry) -> pd.DataFrame:
        """The evaluations of a study's runs."""
        return self._table(f"tables/{study.study}/curves.csv", CURVES)

    def searches(self, study: StudyEntry) -> list[Row]:
        """The candidates of a study's searches for learning rates."""
        return _rows(self._table(f"tables/{study.study}/searches.csv", SEARCHES))

    def _table(self, place: str, table: Table) -> pd.DataFrame:
        file = self.get(place)
        return pd.DataFrame(columns=list(table.names)) if file is None else read_table(file, table)


def read_claims(file: Path) -> list[Row]:
    """The rows of a table of claims.

    Raises:
        DataError: the file is not what it should be.
    """
    return _rows(read_table(file, CLAIMS))


def _rows(table: pd.DataFrame) -> list[Row]:
    return [*table.to_dict("records")]


def check_complete(material: Material) -> None:
    """Check that the claims of every study are there, without which verdicts would be missing silently.

    Raises:
        DataError: a study has no table of claims; names it.
    """
    for paper in material.spec.papers:
        for study in paper.studies:
            if material.get(f"report/claims/{study.study}.csv") is None:
                raise DataError(f"report/claims/{study.study}.csv: not among the files given")
