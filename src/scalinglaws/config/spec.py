"""The spec of one training run. Its hash is the run's id."""

from functools import cached_property
from typing import Any, Literal

from pydantic import Field, PositiveFloat, PositiveInt

from scalinglaws.config.canonical import short_hash
from scalinglaws.config.strict import Strict

Seed = int


class Validation(Strict):
    """The validation set: a balanced choice from the validation examples of the data set, made once."""

    examples: PositiveInt | None = None
    """Number of validation examples. Without this key, all of them are used."""
    seed: int = 0
    """Seed of the choice."""


class DataSpec(Strict):
    """A prepared data set: its source and its validation set."""

    source: str
    """A data source, that is, a file in `src/scalinglaws/data/sources/`."""
    options: dict[str, bool | int | float | str | None] = Field(default_factory=dict)
    """Options of the source, which are listed below."""
    validation: Validation = Validation()
    """The validation set. It is chosen once and shares no example with any subset."""

    @property
    def name(self) -> str:
        """Folder name of the prepared data: the source and a hash of its options and validation set."""
        return f"{self.source}-{short_hash(identity(self), 8)}"


class Subset(Strict):
    """The training examples of a run: the first `examples` of the shuffle that belongs to the seed."""

    examples: PositiveInt
    """Number of training examples."""
    seed: Seed
    """Seed of the shuffle."""


class ModelSpec(Strict):
    """One architecture."""

    family: str
    """A model family, that is, a file in `src/scalinglaws/models/`."""
    options: dict[str, bool | int | float | str] = Field(default_factory=dict)
    """Options of the family (the keyword parameters of its `build`)."""

    @property
    def name(self) -> str:
        """Readable name, for example `resnet-depth14-width8`."""
        return "-".join([self.family, *(f"{key}{value}" for key, value in sorted(self.options.items()))])


class Optimiser(Strict):
    """SGD or Adam at a constant learning rate, without weight decay."""

    name: Literal["sgd", "adam"] = "sgd"
    """The update rule."""
    momentum: float = Field(default=0.9, ge=0, lt=1)
    """Nesterov momentum of `sgd`, or the first decay rate of `adam`."""
    batch: PositiveInt = 64
    """Examples per step. A subset that is smaller than this is used as one batch."""
    warmup: int = Field(default=20, ge=0)
    """Number of steps over which the learning rate rises linearly from zero."""
    averaging: float = Field(default=0.1, ge=0, lt=1)
    """Width of the running average of the weights that is evaluated, as a share of the steps so far
    (polynomial-decay averaging, Shamir & Zhang 2013). 0 evaluates the weights themselves. The average takes
    the place of a learning-rate decay, which would fix the length of a run in advance."""


class Budget(Strict):
    """How long a run may last and when it is evaluated.

    Evaluations are spaced geometrically. Runs on large and small subsets are then sampled equally well around
    their minimum, and the cost of evaluating stays bounded.
    """

    steps: PositiveInt
    """Largest number of steps of a run."""
    patience: PositiveInt = 5
    """Number of evaluations in a row without a new minimum of any metric after which a run stops."""
    first_evaluation: PositiveInt = 4
    """The step of the first evaluation."""
    evaluation_ratio: float = Field(default=1.4, gt=1)
    """Ratio between the steps of two successive evaluations."""
    evaluation_share: float = Field(default=0.6, gt=0, lt=1)
    """Largest share of a run's FLOPs that its evaluations may take. If they would take more, they are spaced
    wider. (In small models a step takes longer than its FLOPs suggest, so that the share of the time is
    smaller.)"""


class RunSpec(Strict):
    """One training run: everything that its result depends on, and nothing else."""

    task: str
    """A task, that is, a file in `src/scalinglaws/tasks/`."""
    data: DataSpec
    subset: Subset
    model: ModelSpec
    learning_rate: PositiveFloat | Literal["searched"]
    """A number, or `searched`: the winner of the study's search for this architecture. The candidates are not
    part of the run, so that adding one that loses retrains nothing."""
    optimiser: Optimiser = Optimiser()
    budget: Budget
    seed: Seed
    """Seed of the initial weights and of the order of the examples."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Precision of matrix products (autocast). Weights and their updates are float32."""

    @cached_property
    def id(self) -> str:
        """Hash of the spec without its defaults, so that a new option with a default renames no run."""
        return short_hash(identity(self))


def identity(spec: Strict) -> dict[str, Any]:
    """The spec as plain data, without its defaults."""
    return spec.model_dump(mode="json", exclude_defaults=True)
