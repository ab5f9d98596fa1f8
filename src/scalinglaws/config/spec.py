"""What one training run is: a typed spec, whose hash is the run's id."""

from functools import cached_property
from typing import Any, Literal

from pydantic import Field, PositiveFloat, PositiveInt

from scalinglaws.config.canonical import short_hash
from scalinglaws.config.strict import Strict

Seed = int


class Validation(Strict):
    """The validation set: a class-balanced choice among the images the data set ships for it, made once."""

    examples: PositiveInt | None = None
    """How many validation examples to use; all of them if left out."""
    seed: int = 0
    """Seed of the choice."""


class DataSpec(Strict):
    """A prepared data set: where it comes from and its fixed validation set."""

    source: str
    """Name of a data source: a file in `src/scalinglaws/data/sources/`."""
    options: dict[str, bool | int | float | str | None] = Field(default_factory=dict)
    """Options of that source (its keyword parameters)."""
    validation: Validation = Validation()
    """The validation set, fixed once and disjoint from every subset."""

    @property
    def name(self) -> str:
        """Folder name of the prepared data: the source, and a hash that tells apart other preparations."""
        return f"{self.source}-{short_hash(identity(self), 8)}"


class Subset(Strict):
    """The training examples: the first `examples` of the data set's shuffle with this seed."""

    examples: PositiveInt
    """Number of training examples, D."""
    seed: Seed
    """Seed of the shuffle that the subset is a prefix of."""


class ModelSpec(Strict):
    """One architecture."""

    family: str
    """Name of a model family: a file in `src/scalinglaws/models/`."""
    options: dict[str, bool | int | float | str] = Field(default_factory=dict)
    """Options of that family (its keyword parameters)."""

    @property
    def name(self) -> str:
        """Readable name, `resnet-depth14-width8`."""
        return "-".join([self.family, *(f"{key}{value}" for key, value in sorted(self.options.items()))])


class Optimiser(Strict):
    """Stochastic gradient descent at a constant learning rate. No weight decay: regularisation is off."""

    name: Literal["sgd", "adam"] = "sgd"
    """Update rule."""
    momentum: float = Field(default=0.9, ge=0, lt=1)
    """Momentum of sgd (Nesterov); the first decay rate of adam."""
    batch: PositiveInt = 64
    """Examples a step; a smaller subset is one batch."""
    warmup: int = Field(default=20, ge=0)
    """Steps over which the learning rate rises linearly."""
    averaging: float = Field(default=0.1, ge=0, lt=1)
    """Width of the running average of weights that is evaluated, as a share of the steps so far
    (polynomial-decay averaging, Shamir & Zhang 2013); 0 evaluates the weights themselves. It stands in for
    a learning-rate decay, without tying the run to a horizon."""


class Budget(Strict):
    """How long a run lasts. Evaluations are spaced geometrically, so that every subset size sees its minimum
    at the same resolution and evaluation stays a bounded share of the work."""

    steps: PositiveInt
    """Most steps a run may take."""
    patience: PositiveInt = 5
    """Stop after this many evaluations in a row without a new minimum of any metric."""
    first_evaluation: PositiveInt = 4
    """Step of the first evaluation."""
    evaluation_ratio: float = Field(default=1.4, gt=1)
    """Ratio of the steps of successive evaluations."""
    evaluation_share: float = Field(default=0.6, gt=0, lt=1)
    """Most of a run's operations that its evaluations may take; they are spaced wider where they would take
    more. (A step of a small model takes longer than its operations: the share of the time is smaller.)"""


class RunSpec(Strict):
    """One training: everything that its result depends on, and nothing else."""

    task: str
    """Name of a task: a file in `src/scalinglaws/tasks/`."""
    data: DataSpec
    subset: Subset
    model: ModelSpec
    learning_rate: PositiveFloat | Literal["searched"]
    """A number, or `searched`: the outcome of the study's search for this architecture. The list that was
    searched is no part of the run: another candidate that loses must not retrain it."""
    optimiser: Optimiser = Optimiser()
    budget: Budget
    seed: Seed
    """Seed of initial weights and of the order of examples."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Precision of products (autocast); weights and their updates are float32."""

    @cached_property
    def id(self) -> str:
        """Hash of the spec with defaults left out, so that a new option with a default renames no run."""
        return short_hash(identity(self))


def identity(spec: Strict) -> dict[str, Any]:
    """The spec as plain data, defaults left out."""
    return spec.model_dump(mode="json", exclude_defaults=True)
