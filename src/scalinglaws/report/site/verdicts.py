"""Counts of verdicts: of papers and studies, at this scale and at the others that there are."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from scalinglaws.claims.verdict import Verdict
from scalinglaws.report.site.material import Material, read_claims
from scalinglaws.report.text import Row

SIGNS = {
    Verdict.REPRODUCED: "✓",
    Verdict.RECOMPUTED: "=",
    Verdict.INCONCLUSIVE: "?",
    Verdict.NOT_REPRODUCED: "✗",
    Verdict.NOT_TESTABLE: "–",
}
"""What stands for a verdict besides its colour, in the order in which verdicts are counted."""
USUAL = ("smoke", "laptop", "gpu", "paper")
"""The shipped scales, in the order of their columns; others follow them."""
ALL_PUBLISHED, SOME_PUBLISHED = "published", "in part published"


@dataclass(frozen=True)
class Mark:
    """A verdict as it is shown.

    Attributes:
        verdict: in words.
        sign: one character that stands for it.
        kind: the name of its CSS class.
        count: how many claims have it.
    """

    verdict: str
    sign: str
    kind: str
    count: int = 1


def mark(verdict: str, count: int = 1) -> Mark:
    """How a verdict is shown; one that this version does not know gets no sign of its own."""
    sign = {str(each): sign for each, sign in SIGNS.items()}.get(verdict, "·")
    return Mark(verdict, sign, verdict.replace(" ", "-"), count)


def counted(rows: Iterable[Row]) -> list[Mark]:
    """How many claims have each verdict, from reproduced to not testable; verdicts of none are left out."""
    found = Counter(str(row["verdict"]) for row in rows)
    order = [*map(str, SIGNS), *sorted(found.keys() - set(map(str, SIGNS)))]
    return [mark(verdict, found[verdict]) for verdict in order if found[verdict]]


@dataclass(frozen=True)
class Cell:
    """The verdicts about a study, or about all of a paper, at one scale.

    Attributes:
        marks: the counts; empty where no claim is judged.
        published: that they are published ones, because there are no results of that scale here, in words: of
            all studies, or of some of them; empty where none are.
    """

    marks: list[Mark] = field(default_factory=list)
    published: str = ""


class Verdicts:
    """The claims about every study at all scales that are there.

    Attributes:
        scales: the scales, this one among them.
    """

    def __init__(self, material: Material) -> None:
        """Read all tables of claims.

        Raises:
            DataError: one of them is not what it should be.
        """
        here = material.spec.scale
        self._rows: dict[tuple[str, str], list[Row]] = {}
        self._published: set[tuple[str, str]] = set()
        for paper in material.spec.papers:
            for study in paper.studies:
                self._rows[here, study.study] = material.claims(study)
        for about, file in material.elsewhere:
            self._rows[about.scale, about.study] = read_claims(file)
            if about.published:
                self._published.add((about.scale, about.study))
        names = {scale for scale, _ in self._rows}
        self.scales = [*(each for each in USUAL if each in names), *sorted(names - set(USUAL))]

    def rows(self, scale: str, studies: Sequence[str]) -> list[Row]:
        """The claims about some studies at a scale, in the order of the studies."""
        return [row for study in studies for row in self._rows.get((scale, study), [])]

    def cells(self, studies: Sequence[str]) -> list[Cell]:
        """The verdicts about some studies together, at each scale."""
        return [
            Cell(counted(self.rows(scale, studies)), self._how_published(scale, studies))
            for scale in self.scales
        ]

    def _how_published(self, scale: str, studies: Sequence[str]) -> str:
        there = [(scale, study) for study in studies if self._rows.get((scale, study))]
        published = [each for each in there if each in self._published]
        if not published:
            return ""
        return ALL_PUBLISHED if len(published) == len(there) else SOME_PUBLISHED

    def at_scales(self, claim: str, study: str) -> list[tuple[str, Mark | None]]:
        """The verdict about one claim at each scale; None where it was not judged."""
        found = []
        for scale in self.scales:
            rows = [row for row in self._rows.get((scale, study), []) if row["claim"] == claim]
            found.append((scale, mark(str(rows[0]["verdict"])) if rows else None))
        return found
