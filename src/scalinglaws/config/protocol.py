"""The protocols, by which the runs of a study become tables: the library's, and the analyses of papers."""

from dataclasses import dataclass

from scalinglaws.config import fit, plugins
from scalinglaws.config.analysis import AnalysisOptions, AnalysisSpec
from scalinglaws.config.fit import FitOptions, FitSpec
from scalinglaws.config.modules import PROTOCOLS, module_name


@dataclass(frozen=True)
class Protocol:
    """What the config knows of a protocol.

    Attributes:
        module: the module that applies it.
        options: the schema of the block `protocol`.
        spec: the schema of the spec of the stage that applies it.
        tables: names of the tables that it makes.
        runs: whether it works on the study's own runs.
        studies: whether it reads the tables of other studies.
        public_runs: whether it may read public runs.
        resampled: whether its tables have intervals from a bootstrap.
    """

    module: str
    options: type[FitOptions] | type[AnalysisOptions]
    spec: type[FitSpec] | type[AnalysisSpec]
    tables: tuple[str, ...]
    runs: bool
    studies: bool
    public_runs: bool
    resampled: bool


LIBRARY = {
    fit.NAME: Protocol(
        module_name(PROTOCOLS, fit.NAME),
        FitOptions,
        FitSpec,
        fit.TABLES,
        runs=True,
        studies=False,
        public_runs=False,
        resampled=True,
    )
}


def names() -> tuple[str, ...]:
    """Names of all protocols."""
    return (*LIBRARY, *plugins.of_papers(plugins.ANALYSES))


def protocol_of(name: str) -> Protocol:
    """The protocol of a name.

    Raises:
        ConfigError: the file of the analysis lacks something or cannot be parsed.
    """
    if name in LIBRARY:
        return LIBRARY[name]
    plugin = plugins.of_paper(plugins.ANALYSES, name)
    plugins.has_function(*plugin, "analyse")
    return Protocol(
        module_name(*plugin),
        AnalysisOptions,
        AnalysisSpec,
        plugins.required(*plugin, "TABLES", tuple),
        runs=bool(plugins.constant(*plugin, "RUNS")),
        studies=bool(plugins.constant(*plugin, "STUDIES")),
        public_runs=True,
        resampled=bool(plugins.constant(*plugin, "RESAMPLED")),
    )
