"""The schema of a study file: one experiment of a paper at every scale."""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from scalinglaws.config.fit import FitOptions, Region
from scalinglaws.config.reading.explain import distinct
from scalinglaws.config.spec import Budget, DataSpec, Optimiser
from scalinglaws.config.strict import Strict
from scalinglaws.config.values import Count, LearningRate, Line, Name, Prose, Seed, StudyName, Title

ScaleName = Literal["smoke", "laptop", "gpu", "paper"]


class LearningRateSearch(Strict):
    """A search that tries every candidate for each architecture.

    The winner has the lowest mean, over the subset sizes, of the log of the metric's minimum along training.
    """

    search: Annotated[tuple[LearningRate, ...], Field(min_length=2), AfterValidator(distinct)]
    """Learning rates to try."""
    at: Annotated[tuple[Count, ...], Field(min_length=1), AfterValidator(distinct)]
    """Training-set sizes, in examples, at which each candidate is tried."""
    seed: Seed = 0
    """Seed of the runs of the search."""
    metric: str = "cross_entropy"
    """The metric whose minimum decides."""


class Architecture(Strict):
    """One model: a family with its options beside it (`{family: resnet, width: 8, depth: 8}`)."""

    model_config = ConfigDict(extra="allow", frozen=True)

    family: str
    """A model family, that is, a file in `src/scalinglaws/models/`. Its options are written beside this
    key."""


class Grid(Strict):
    """The runs of a study at one scale: every combination of a subset, a model and a seed."""

    task: str
    """A task, that is, a file in `src/scalinglaws/tasks/`."""
    data: DataSpec
    """The data set to train on."""
    subsets: Annotated[tuple[Count, ...], Field(min_length=1), AfterValidator(distinct)]
    """Training-set sizes, in examples. For each seed, a smaller subset is contained in every larger one."""
    models: Annotated[tuple[Architecture, ...], Field(min_length=1)]
    """Architectures. For each subset, the best of them gives the learning curve."""
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1), AfterValidator(distinct)]
    """Seeds. Each one sets the shuffle of the data, the initial weights and the order of the examples."""
    learning_rate: LearningRate | LearningRateSearch
    """A number, used by all runs, or a search that chooses one for each architecture."""
    optimiser: Optimiser = Optimiser()
    """How weights are updated."""
    budget: Budget
    """How long a run may last and when it is evaluated."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Precision of matrix products. `bfloat16` is faster for wide models on hardware that supports it."""
    region: Region
    """The power-law region on the x axis, `[low, high]`. Subsets outside it are drawn but not fitted."""


class Figure(Strict):
    """One figure of a study."""

    name: Name
    """File name without its ending."""
    draw: str
    """The drawing function, `<paper>/<file>:<function>` in `src/scalinglaws/papers/<paper>/figures/`."""
    caption: Prose
    """What the figure shows and how the protocol differs from the paper's. Scale, data and seeds are added to
    it automatically."""


class _Described(Strict):
    """The keys that both kinds of study file have."""

    study: StudyName
    """`<paper>/<name>`, the same as the folder and name of the file."""
    title: Title
    """One line for tables and logs. Legends take the part after the colon."""
    source: Line
    """The paper, section and figures that it rebuilds."""
    figures: tuple[Figure, ...]
    """The figures that are drawn from the study's tables."""

    @property
    def paper(self) -> str:
        """Short name of the paper."""
        return self.study.split("/")[0]


class Study(_Described):
    """A study that trains runs: a file under `config/studies/<paper>/`."""

    runs: dict[str, object]
    """The keys of the grid that all scales share."""
    scales: Annotated[dict[ScaleName, dict[str, object]], Field(min_length=1)]
    """For each scale, the keys of the grid that differ. They are merged over `runs`."""
    fit: FitOptions
    """How laws are fitted to the runs."""


class Analysis(_Described):
    """A study that trains nothing: it analyses public runs, published constants or other studies."""

    analysis: str
    """The analysis, `<paper>/<name>`: a file in `src/scalinglaws/papers/<paper>/analyses/`."""
    public_runs: Annotated[tuple[str, ...], AfterValidator(distinct)] = ()
    """The sets of public runs that the analysis reads: files in `src/scalinglaws/public_runs/sets/`."""
    studies: Annotated[tuple[str, ...], AfterValidator(distinct)] = ()
    """The trained studies of the same paper whose tables the analysis reads. The others are compared with the
    first. At a scale that only some of them have, it reads only those; if none has the scale, the analysis is
    left out."""
    seed: Seed = 0
    """Seed of everything that is random in the analysis."""
