"""What an analysis is told: it trains nothing, and works on public runs, constants and tables of studies."""

from collections.abc import Iterable

from pydantic import Field

from scalinglaws.config import plugins
from scalinglaws.config.fit import FitSpec
from scalinglaws.config.strict import Strict
from scalinglaws.files import sha256_of

PUBLIC_RUNS = "public_runs/sets"
"""The folder of the sets of public runs: a table and a description per set."""


def public_run_files(names: Iterable[str], ending: str) -> dict[str, str]:
    """SHA-256 of the tables (csv) or descriptions (yaml) of sets of public runs, by set.

    A spec holds them, so that a stage runs again when a set that it reads has changed.
    """
    return {name: sha256_of(plugins.PACKAGE / PUBLIC_RUNS / f"{name}.{ending}") for name in names}


class StudyFacts(Strict):
    """What an analysis is told of a trained study whose tables it reads."""

    study: str
    """The study, e.g. hestness-2017/image."""
    title: str
    """`<domain>: <family>`, or `<domain>: <family>; <more>`."""
    optimiser: str
    """Its update rule."""
    fit: FitSpec
    """How its laws were fitted; the first metric is the one that the study is about."""

    @property
    def name(self) -> str:
        """Its name without the paper."""
        return self.study.split("/")[1]

    @property
    def domain(self) -> str:
        """What it is about: the title before the colon."""
        return self.title.split(":")[0].strip()

    @property
    def family(self) -> str:
        """The models, short, for legends: the title behind the colon; all of it where it has none."""
        return self.title.partition(":")[2].split(";")[0].strip() or self.title


class AnalysisSpec(Strict):
    """The spec of the analyses stage."""

    analysis: str
    """`<paper>/<name>`: a file in `src/scalinglaws/papers/<paper>/analyses/`."""
    study: str
    """The study it is done for, e.g. weng-2026/simulator."""
    scale: str
    """How large: smoke, laptop, gpu or paper."""
    resamples: int = Field(ge=20)
    """Bootstrap resamples, where it has intervals."""
    public_runs: dict[str, str] = Field(default_factory=dict)
    """The sets of public runs that it reads, each with the SHA-256 of its table."""
    studies: tuple[StudyFacts, ...] = ()
    """The trained studies whose tables it reads."""
    seed: int = Field(default=0, ge=0)
    """Seed of all that is random in it."""
