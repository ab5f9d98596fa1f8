"""What a site is about: its papers, their studies, and the verdicts at other scales."""

from pydantic import Field

from scalinglaws.config.strict import Strict

EXPLORER = "explorer.html"
"""The interactive page, from the folder of the site."""


class StudyEntry(Strict):
    """A study: what its file says that a reader wants to know."""

    study: str
    title: str
    source: str
    methods: str = ""
    """How the protocol differs from the paper's, as Markdown."""
    protocol: str
    reads: tuple[str, ...] = ()
    """The studies whose tables it reads."""
    trained: bool = False
    """Whether it trains runs."""
    metrics: tuple[str, ...] = ()
    """The metrics to which laws of the learning curve are fitted; the main one is the first."""
    figures: tuple[str, ...] = ()
    """The names of its figures."""
    claims: str
    """The hash of its claims, which the pages read from the package."""

    @property
    def name(self) -> str:
        """Its name without the paper."""
        return self.study.partition("/")[2]

    @property
    def paper(self) -> str:
        """The paper that it is of."""
        return self.study.partition("/")[0]

    @property
    def page(self) -> str:
        """Its page, from the folder of the site."""
        return f"studies/{self.study}.html"


class Work(Strict):
    """A publication."""

    title: str
    arxiv: str = ""
    """Its number there; empty where it has none."""


class PaperEntry(Strict):
    """A paper and its studies."""

    paper: str
    works: tuple[Work, ...] = ()
    """The publications that its claims are from."""
    studies: tuple[StudyEntry, ...]

    @property
    def page(self) -> str:
        """Its page, from the folder of the site."""
        return f"papers/{self.paper}.html"


class Elsewhere(Strict):
    """A table of claims of another scale."""

    scale: str
    study: str
    published: bool
    """Whether it is the published table, because the study has no results of that scale here."""


class SiteSpec(Strict):
    """Spec of the stage `site`."""

    scale: str
    papers: tuple[PaperEntry, ...] = Field(min_length=1)
    elsewhere: tuple[Elsewhere, ...] = ()
    """The tables of claims at other scales, in the order in which the stage gets them."""

    @property
    def pages(self) -> tuple[str, ...]:
        """All pages, from the folder of the site; the first is the start page."""
        studies = (study.page for paper in self.papers for study in paper.studies)
        return ("index.html", "claims.html", EXPLORER, *(paper.page for paper in self.papers), *studies)
