"""What an analysis is told: it trains nothing, and works on public run data and published constants."""

from pydantic import Field

from scalinglaws.config.strict import Strict

ANALYSES, PUBLISHED = "analyses", "data/published"
"""Where their plugins lie: an analysis and a set of public run data are one file each."""


class AnalysisSpec(Strict):
    """The spec of the analyses stage."""

    analysis: str
    """Name of the module, a file in `src/scalinglaws/analyses/`."""
    study: str
    """The study it is done for, e.g. weng-2026/simulator."""
    scale: str
    """How large: smoke, laptop, gpu or paper."""
    resamples: int = Field(ge=20)
    """Bootstrap resamples, where it has intervals."""
    seed: int = Field(default=0, ge=0)
    """Seed of all that is random in it."""
