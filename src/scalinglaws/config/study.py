"""The schema of a study file: one experiment of a paper at every scale."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Discriminator, Field, Tag

from scalinglaws.config.analysis import AnalysisOptions
from scalinglaws.config.fit import FitOptions
from scalinglaws.config.reading.explain import distinct
from scalinglaws.config.spec import (
    DataSpec,
    Duration,
    Evaluation,
    ModelSpec,
    Optimiser,
    Procedure,
    RunSpec,
    Schedule,
    Score,
    Stopping,
    Train,
)
from scalinglaws.config.strict import Strict
from scalinglaws.config.values import (
    Count,
    LearningRate,
    Line,
    Name,
    Positive,
    Prose,
    Real,
    Seed,
    StudyName,
    Title,
)

ScaleName = Literal["smoke", "laptop", "gpu", "paper"]
DEVELOPMENT = 1_000_000
"""What is added to seeds at a scale with the key `development`. Seeds of studies are lower."""
StudySeed = Annotated[Seed, Field(lt=DEVELOPMENT)]


class LearningRateSearch(Strict):
    """A search that tries every candidate for each architecture.

    The winner has the lowest mean, over the subset sizes, of the log of the metric's score.
    """

    search: Annotated[tuple[LearningRate, ...], Field(min_length=2), AfterValidator(distinct)]
    """Learning rates to try."""
    at: Annotated[tuple[Count, ...], Field(min_length=1), AfterValidator(distinct)]
    """Training-set sizes, in examples, at which each candidate is tried."""
    seed: StudySeed = 0
    """Seed of the runs of the search. Of every other axis they have the first value."""
    metric: str = "cross_entropy"
    """The metric whose score decides."""
    widenings: Annotated[int, Field(strict=True, ge=0, le=3)] = 3
    """Most candidates that are added: half of the smallest or twice the largest, where that is the best."""


class WidthRule(Strict):
    """The learning rate as a power of the width of the model: `value * (model's width / width) ** power`."""

    value: LearningRate
    """The learning rate of a model of the width `width`."""
    width: Positive
    """That width, in the units of the option `width` of the model."""
    power: Annotated[Real, Field(ge=-4, le=4)]
    """The power, for example -1."""


class LearningRateRule(Strict):
    """A learning rate that is computed for each architecture before anything is trained."""

    rule: WidthRule
    """The learning rate as a power of the width of the model."""


def _kind_of_rate(value: Any) -> str:
    """Of which kind a learning rate is meant to be, so that errors are about this kind."""
    if isinstance(value, LearningRateSearch | LearningRateRule):
        return "a search" if isinstance(value, LearningRateSearch) else "a rule"
    if not isinstance(value, dict):
        return "a number"
    return "a rule" if "rule" in value and "search" not in value else "a search"


class Architecture(Strict):
    """One model: a family with its options beside it (`{family: resnet, width: 8, depth: 8}`)."""

    model_config = ConfigDict(extra="allow", frozen=True)

    family: str
    """A model family, that is, a file in `src/scalinglaws/models/`. Its options are written beside this
    key."""


class Choice(Strict):
    """The training examples of a run."""

    examples: Count
    """Number of training examples. For each seed, a smaller subset is contained in every larger one."""
    seed: StudySeed | None = None
    """Seed of the shuffle that they are the first of; that of the run unless given."""


class RunKeys(Strict):
    """The keys that describe a run. Each but `task` and `data` may be an axis instead, and so may each key in
    a block."""

    task: str
    """A task, that is, a file in `src/scalinglaws/tasks/`."""
    data: DataSpec
    """The data set to train on."""
    model: Architecture
    """The model."""
    subset: Choice
    """The training examples."""
    seed: StudySeed
    """Seed of the initial weights and of the order of the examples, and of the choice of the examples unless
    `subset.seed` is given."""
    learning_rate: Annotated[
        Annotated[LearningRate, Tag("a number")]
        | Annotated[LearningRateSearch, Tag("a search")]
        | Annotated[LearningRateRule, Tag("a rule")],
        Discriminator(_kind_of_rate),
    ]
    """A number, a search that chooses one for each architecture, or a rule."""
    optimiser: Optimiser = Optimiser()
    """How a step changes the weights."""
    schedule: Schedule = Schedule()
    """How the learning rate changes during a run."""
    duration: Duration
    """How long a run lasts, or with `stopping` may last at most."""
    stopping: Stopping | None = None
    """When a run ends because it has passed its minimum. Without this key it lasts its whole duration."""
    evaluation: Evaluation = Evaluation()
    """When a run is evaluated."""
    procedure: Procedure = Train()
    """What is done with the model."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Precision of matrix products. `bfloat16` is faster for wide models on hardware that supports it."""


Values = Annotated[tuple[Any, ...], Field(min_length=1)]
"""The values of an axis."""


class Axes(Strict):
    """What differs between the runs of a study."""

    axes: dict[str, Values] = Field(default_factory=dict)
    """The dotted path of a key of a run -> its values. The runs of the study are all combinations."""
    zipped: tuple[Annotated[dict[str, Values], Field(min_length=1)], ...] = ()
    """Each block is one more axis. Its keys have lists of equal length, which go together value by value."""
    score: Score = "minimum"
    """Which value of a metric counts, in the search, the table of runs and the protocol: the smallest along
    training, or the last one."""


class RunsBlock(Axes, RunKeys):
    """The block `runs`: the keys that all runs share, and axes for those in which they differ."""


@dataclass(frozen=True)
class Grid:
    """The runs of a study at one scale, all checked.

    Attributes:
        runs: the runs, in the order of the axes as they are written.
        score: which value of a metric counts.
        axes: the keys of axes that have a column of their own in the table of runs, sorted. Where the
            values of an axis are blocks, the keys in these have one each.
        search: the search for learning rates; None where they are numbers.
        search_runs: the runs of its first candidates.
    """

    runs: tuple[RunSpec, ...]
    score: Score = "minimum"
    axes: tuple[str, ...] = ()
    search: LearningRateSearch | None = None
    search_runs: tuple[RunSpec, ...] = ()

    @property
    def task(self) -> str:
        """The task of all runs."""
        return self.runs[0].task

    @property
    def data(self) -> DataSpec:
        """The data set of all runs."""
        return self.runs[0].data

    @property
    def models(self) -> tuple[ModelSpec, ...]:
        """The architectures, in the order in which they are written."""
        return tuple({run.model.name: run.model for run in self.runs}.values())

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the runs, sorted."""
        return tuple(sorted({run.seed for run in self.runs}))

    @property
    def optimisers(self) -> tuple[str, ...]:
        """The update rules of the runs, sorted."""
        return tuple(sorted({run.optimiser.name for run in self.runs}))


MOST_WORDS = 120
"""How long the caption of a figure may be, with the sentences that are added to it."""


def _short(text: str) -> str:
    if len(text.split()) > MOST_WORDS:
        raise ValueError(f"has {len(text.split())} words; at most {MOST_WORDS}")
    return text


Caption = Annotated[Prose, AfterValidator(_short)]
"""The text of a caption, without markup."""


class Figure(Strict):
    """One figure of a study."""

    name: Name
    """File name without its ending."""
    draw: str
    """The drawing function, `<paper>/<file>:<function>` in `src/scalinglaws/papers/<paper>/figures/`."""
    caption: Caption
    """What the figure shows, as plain text of at most 120 words. Sentences about the marks that are drawn,
    the scale, the data and the number of runs are added to it and count. `{resamples}` and `{level}` are
    filled in. How the protocol differs from the paper's belongs in `methods`."""
    beside: Annotated[tuple[ScaleName, ...], AfterValidator(distinct)] = ()
    """Other scales that the figure shows beside its own, from their published tables in `records/<scale>/`.
    It is drawn where there are such tables."""
    table: bool = False
    """Whether it shows a table, which is then also written as Markdown (`<name>.table.md`) and as LaTeX
    (`<name>.table.tex`, a `tabular` with the rules of booktabs)."""

    def endings(self, formats: Iterable[str]) -> tuple[str, ...]:
        """The endings of its files, given the formats of the picture."""
        table = ("table.md", "table.tex") if self.table else ()
        return (*formats, "csv", "caption.md", "caption.tex", "json", *table)


class ScaleBlock(Strict):
    """What differs at one scale."""

    runs: dict[str, Any] = Field(default_factory=dict)
    """Keys that are merged over `runs`."""
    protocol: dict[str, Any] = Field(default_factory=dict)
    """Keys that are merged over `protocol`."""


class Reads(Strict):
    """What a study reads besides its own runs."""

    public_runs: Annotated[tuple[str, ...], AfterValidator(distinct)] = ()
    """Sets of public runs: files in `src/scalinglaws/public_runs/sets/`."""
    studies: Annotated[tuple[str, ...], AfterValidator(distinct)] = ()
    """Studies of the same paper with the protocol `learning-curves`, whose tables it reads. The others are
    compared with the first. At a scale that only some of them have, it reads only those; if none has the
    scale, the study is left out."""


class ProtocolBlock(Strict):
    """How the runs become tables: a protocol and its options."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str
    """A protocol of the library, or an analysis of a paper, `<paper>/<name>`: a file in
    `src/scalinglaws/papers/<paper>/analyses/`. Its options are written beside this key."""


class Study(Strict):
    """A study: a file under `config/studies/<paper>/`."""

    study: StudyName
    """`<paper>/<name>`, the same as the folder and name of the file."""
    title: Title
    """One line for tables and logs. Legends take the part after the colon."""
    source: Line
    """The paper, section and figures that it rebuilds."""
    methods: Prose = ""
    """How the protocol differs from the paper's, and what else a reader of the report has to know, as
    Markdown."""
    runs: dict[str, Any] | None = None
    """The runs that are trained: the keys that all scales share. Absent where nothing is trained."""
    scales: dict[ScaleName, ScaleBlock] = Field(default_factory=dict)
    """For each scale, what differs. A study without runs needs no scales, and then it is in all of them."""
    protocol: ProtocolBlock
    """How the runs become tables. A scale may say more."""
    reads: Reads = Reads()
    """What it reads besides its own runs."""
    figures: tuple[Figure, ...]
    """The figures that are drawn from the study's tables."""

    @property
    def paper(self) -> str:
        """Short name of the paper."""
        return self.study.split("/")[0]

    def has(self, scale: ScaleName) -> bool:
        """Whether the study has a scale, as far as its own file says."""
        return scale in self.scales if self.scales else self.runs is None


@dataclass(frozen=True)
class ScaledStudy:
    """A study at one scale, checked.

    Attributes:
        study: the study.
        protocol: its protocol's options at this scale.
        grid: its runs at this scale; None where nothing is trained.
    """

    study: Study
    protocol: FitOptions | AnalysisOptions
    grid: Grid | None = None
