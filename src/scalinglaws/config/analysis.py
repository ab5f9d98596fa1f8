"""The options and the spec of an analysis of public runs, published constants and tables of studies."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from pydantic import Field

from scalinglaws.config import plugins
from scalinglaws.config.canonical import short_hash
from scalinglaws.config.fit import FitSpec
from scalinglaws.config.reading.yaml_file import read_yaml
from scalinglaws.config.strict import Strict
from scalinglaws.config.values import Resamples, Seed
from scalinglaws.files import sha256_of

PUBLIC_RUNS = "public_runs/sets"
"""The folder of the sets of public runs: a table and a description per set."""


def public_run_tables(names: Iterable[str]) -> dict[str, str]:
    """Hashes of the tables of sets of public runs and of the kinds of their columns, by set.

    A spec holds them, so that a stage runs again when a set that it reads has changed.
    """
    return {name: _table_hash(plugins.PACKAGE / PUBLIC_RUNS / f"{name}.csv") for name in names}


def _table_hash(path: Path) -> str:
    kinds = {}
    with suppress(AttributeError):  # whoever reads the set says what is wrong with its description
        columns = read_yaml(path.with_suffix(".yaml")).get("columns", {})
        kinds = {str(name): str(about.get("kind")) for name, about in columns.items()}
    return short_hash({"table": sha256_of(path), "kinds": kinds})


def public_run_descriptions(names: Iterable[str]) -> dict[str, str]:
    """SHA-256 of the descriptions of sets of public runs, by set, for what says where runs are from."""
    return {name: sha256_of(plugins.PACKAGE / PUBLIC_RUNS / f"{name}.yaml") for name in names}


class StudyFacts(Strict):
    """What an analysis knows of a trained study whose tables it reads."""

    study: str
    """The study, for example `hestness-2017/image`."""
    title: str
    """`<domain>: <family>`, or `<domain>: <family>; <more>`."""
    optimiser: str
    """The update rules of its runs, joined by commas."""
    fit: FitSpec
    """How its laws were fitted. The first metric is the main one of the study."""

    @property
    def name(self) -> str:
        """Its name without the paper."""
        return self.study.split("/")[1]

    @property
    def domain(self) -> str:
        """The domain: the title before the colon."""
        return self.title.split(":")[0].strip()

    @property
    def family(self) -> str:
        """Short name of the models for legends: the title after the colon, or all of it if there is none."""
        return self.title.partition(":")[2].split(";")[0].strip() or self.title


class AnalysisOptions(Strict):
    """The block `protocol` of a study whose protocol is an analysis of its paper."""

    name: str
    """`<paper>/<name>`: a file in `src/scalinglaws/papers/<paper>/analyses/`."""
    seed: Seed = 0
    """Seed of everything that is random in the analysis."""


class AnalysisSpec(AnalysisOptions):
    """The spec of the stage `fit` of an analysis: the options, with what depends on study and scale."""

    study: str
    """The study that it belongs to, for example `weng-2026/simulator`."""
    scale: str
    """The scale: smoke, laptop, gpu or paper."""
    resamples: Resamples
    """Number of bootstrap resamples, if it has intervals."""
    public_runs: dict[str, str] = Field(default_factory=dict)
    """The sets of public runs that it reads, each with the hash of its table."""
    studies: tuple[StudyFacts, ...] = ()
    """The trained studies whose tables the analysis reads."""
