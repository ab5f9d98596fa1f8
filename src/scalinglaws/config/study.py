"""The schema of a study file: one experiment of a paper, at every scale."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt

from scalinglaws.config.fit import FitOptions
from scalinglaws.config.spec import Budget, DataSpec, Optimiser
from scalinglaws.config.strict import Strict

ScaleName = Literal["smoke", "laptop", "gpu", "paper"]


class LearningRateSearch(Strict):
    """Candidates tried for each architecture; the best by the mean log of the metric's minimum is used."""

    model_config = ConfigDict(allow_inf_nan=False)

    search: Annotated[tuple[PositiveFloat, ...], Field(min_length=2)]
    """Candidate learning rates."""
    at: Annotated[tuple[PositiveInt, ...], Field(min_length=1)]
    """Subset sizes (examples) at which each candidate is tried."""
    seed: NonNegativeInt = 0
    """Seed of the search runs."""
    metric: str = "cross_entropy"
    """Metric whose minimum decides."""


class Architecture(Strict):
    """One model: a family and its options, flat (`{family: resnet, width: 8, depth: 8}`)."""

    model_config = ConfigDict(extra="allow", frozen=True)

    family: str
    """Name of a model family: a file in `src/scalinglaws/models/`; its options stand beside it."""


class Grid(Strict):
    """The runs of a study at one scale: every subset x every model x every seed."""

    model_config = ConfigDict(allow_inf_nan=False)

    task: str
    """Name of a task: a file in `src/scalinglaws/tasks/`."""
    data: DataSpec
    subsets: Annotated[tuple[PositiveInt, ...], Field(min_length=1)]
    """Training-set sizes (examples), nested prefixes of one shuffle a seed."""
    models: Annotated[tuple[Architecture, ...], Field(min_length=1)]
    """Architectures, by which the best fit is sought."""
    seeds: Annotated[tuple[NonNegativeInt, ...], Field(min_length=1)]
    """Seeds; each sets the shuffle of the data, the initial weights and the order of examples."""
    learning_rate: PositiveFloat | LearningRateSearch
    """One learning rate for all, or a search for each architecture."""
    optimiser: Optimiser = Optimiser()
    budget: Budget
    precision: Literal["float32", "bfloat16"] = "float32"
    """Precision of products. `bfloat16` is faster for wide models on hardware that has it."""
    region: tuple[PositiveFloat, PositiveFloat]
    """The declared power-law region on the x axis; subsets outside it are drawn, not fitted."""


class Figure(Strict):
    """One figure of the study."""

    name: str
    """File name, without ending."""
    draw: str
    """`<paper>/<file>:<function>`, in `src/scalinglaws/papers/<paper>/figures/`: tables in, a Figure out."""
    caption: str
    """What the paper's figure shows and how the protocol here differs; scale, data and seeds are added."""


class _Described(Strict):
    """What both kinds of study file say."""

    study: Annotated[str, Field(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$")]
    """`<paper>/<name>`, as the file is called."""
    title: str
    """One line for tables and logs."""
    source: str
    """Paper, section and figures."""
    figures: tuple[Figure, ...]
    """The figures drawn from the study's tables."""

    @property
    def paper(self) -> str:
        """The paper's short name."""
        return self.study.split("/")[0]


class Study(_Described):
    """A study file under `config/studies/<paper>/`, of runs that are trained."""

    runs: dict[str, object]
    """The keys of a grid that all scales share."""
    scales: dict[ScaleName, dict[str, object]]
    """The keys of a grid that differ, by scale; merged over `runs`."""
    fit: FitOptions
    """How the laws are fitted."""


class Analysis(_Described):
    """A study file that trains nothing: an analysis of public runs, constants or other studies."""

    analysis: str
    """Name of an analysis: a file in `src/scalinglaws/analyses/`."""
    public_runs: tuple[str, ...] = ()
    """Sets of public runs that it reads: names of files in `src/scalinglaws/public_runs/sets/`."""
    studies: tuple[str, ...] = ()
    """Studies of its paper that are trained and whose tables it reads; the first is what the others are
    compared with. At a scale that only some of them have, it reads those; where none has it, the analysis
    does not exist."""
    seed: NonNegativeInt = 0
    """Seed of all that is random in it."""
