"""The spec of one training run. Its hash is the run's id."""

from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from scalinglaws.config.canonical import short_hash
from scalinglaws.config.strict import Strict
from scalinglaws.config.values import Count, LearningRate, Positive, Real, Seed, Steps

Decay = Annotated[Real, Field(ge=0, lt=1)]
"""Decay rate of a running average."""


class Validation(Strict):
    """The validation set: a balanced choice from the validation examples of the data set, made once."""

    examples: Count | None = None
    """Number of validation examples. Without this key, all of the part are used."""
    seed: Seed = 0
    """Seed of the choice."""
    part: Literal["published", "development"] = "published"
    """Which part of the pool they are from. No example is in both: choices are made on the development part
    and published results are measured on the other one (docs/protocol.md)."""

    def most(self, pool: int) -> int:
        """How many examples its part has, of so many in the pool: a third of them is for development."""
        return pool // 3 if self.part == "development" else pool - pool // 3


class DataSpec(Strict):
    """A prepared data set: its source and its validation set."""

    source: str
    """A data source, that is, a file in `src/scalinglaws/data/sources/`."""
    options: dict[str, bool | int | Real | str | None] = Field(default_factory=dict)
    """Options of the source, which are listed below."""
    validation: Validation = Validation()
    """The validation set. It is chosen once and shares no example with any subset."""

    @property
    def name(self) -> str:
        """Folder name of the prepared data: the source and a hash of its options and validation set."""
        return f"{self.source}-{short_hash(identity(self), 8)}"


class Subset(Strict):
    """The training examples of a run: the first `examples` of the shuffle that belongs to the seed."""

    examples: Count
    """Number of training examples."""
    seed: Seed
    """Seed of the shuffle."""


class ModelSpec(Strict):
    """One architecture."""

    family: str
    """A model family, that is, a file in `src/scalinglaws/models/`."""
    options: dict[str, bool | int | Real | str] = Field(default_factory=dict)
    """Options of the family (the keyword parameters of its `build`)."""

    @property
    def name(self) -> str:
        """Readable name, for example `resnet-depth14-width8`."""
        return "-".join([self.family, *(f"{key}{value}" for key, value in sorted(self.options.items()))])


class Duration(Strict):
    """How long something lasts: exactly one of these keys.

    What follows from it, such as the steps of a number of FLOPs, is computed when the model and the data are
    known.
    """

    steps: Steps | None = None
    """Optimiser steps."""
    epochs: Positive | None = None
    """Passes over the training set of the run."""
    examples: Positive | None = None
    """Training examples, repetitions counted."""
    tokens: Positive | None = None
    """Data in the unit of the data set (tokens, characters, hours ...), repetitions counted."""
    flops: Positive | None = None
    """FLOPs of training, forward and backward."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(value is not None for _, value in self) != 1:
            raise ValueError(f"needs exactly one of {', '.join(type(self).model_fields)}")
        return self


class Moment(Duration):
    """A moment in a run: a duration since its beginning, or a share of the run."""

    share: Annotated[Real, Field(ge=0, le=1)] | None = None
    """Share of the duration of the run."""


class Optimiser(Strict):
    """How a step changes the weights."""

    name: Literal["sgd", "adam", "adamw"] = "sgd"
    """The update rule. `adamw` has decoupled weight decay (Loshchilov & Hutter 2019); `sgd` and `adam` add
    the decay to the gradient."""
    batch: Count = 64
    """Examples per step. A subset that is smaller than this is used as one batch."""
    momentum: Annotated[Real, Field(ge=0, lt=1)] | None = None
    """Momentum of `sgd`; 0.9 unless given."""
    nesterov: bool | None = None
    """Whether the momentum of `sgd` is Nesterov's; true unless given."""
    betas: tuple[Decay, Decay] | None = None
    """Decay rates of the two running averages of `adam` and `adamw`; [0.9, 0.999] unless given."""
    epsilon: Positive | None = None
    """Added to the denominator of `adam` and `adamw`; 1e-8 unless given."""
    weight_decay: Real = Field(default=0.0, ge=0, le=1e6)
    """Weight decay of all parameters."""
    clip: Positive | None = None
    """Largest norm of the gradient of all parameters; a larger gradient is scaled down to it."""
    averaging: Real = Field(default=0.0, ge=0, lt=1)
    """Width of the running average of the weights that is evaluated, as a share of the steps so far
    (polynomial-decay averaging, Shamir & Zhang 2013). 0 evaluates the last weights."""

    @model_validator(mode="after")
    def _has_its_own_keys(self) -> Self:
        others = ("betas", "epsilon") if self.name == "sgd" else ("momentum", "nesterov")
        for key in others:
            if getattr(self, key) is not None:
                raise ValueError(f"{self.name} has no {key}")
        return self


class Schedule(Strict):
    """How the learning rate changes during a run."""

    decay: Literal["constant", "linear", "cosine", "multistep"] = "constant"
    """`constant`; `linear` or `cosine` decay from the end of the warm-up to the end of the run; or
    `multistep`, which multiplies the learning rate by `factor` at each of the moments `at`."""
    warmup: Moment = Moment(steps=20)
    """How long the learning rate rises linearly from zero at the beginning."""
    to: Annotated[Real, Field(ge=0, le=1)] | None = None
    """Share of the learning rate that is left at the end of a `linear` or `cosine` decay; 0 unless given."""
    at: tuple[Moment, ...] = ()
    """Moments of `multistep`."""
    factor: Annotated[Real, Field(gt=0, lt=1)] | None = None
    """Factor of `multistep`; 0.1 unless given."""

    @model_validator(mode="after")
    def _has_its_own_keys(self) -> Self:
        if self.decay not in ("linear", "cosine") and self.to is not None:
            raise ValueError(f"{self.decay} has no 'to'")
        if self.decay == "multistep" and not self.at:
            raise ValueError("multistep needs the moments 'at'")
        if self.decay != "multistep" and (self.at or self.factor is not None):
            raise ValueError(f"{self.decay} has neither 'at' nor 'factor'")
        return self


class Stopping(Strict):
    """When a run has passed its minimum and ends before its longest duration."""

    patience: Steps
    """Number of evaluations in a row without a new minimum of any of the metrics after which a run ends.
    Those during the warm-up do not count."""
    after: Annotated[int, Field(strict=True, ge=0, le=10**9)] = 0
    """Evaluations up to this step do not count either. Some models stay at what they guess without learning,
    or get worse, for their first hundreds of steps, and patience alone would end them there."""
    metrics: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """The metrics that are waited for, those that the study is about; all of the task unless given."""
    tolerance: Real = Field(default=0.0, ge=0, lt=1)
    """Share by which a minimum must be lower than the last one that counted, to count as new."""


class Evaluation(Strict):
    """When a run is evaluated.

    Evaluations are spaced geometrically. Runs on large and small subsets are then sampled equally well around
    their minimum, and the cost of evaluating stays bounded. The last step is always evaluated.
    """

    first: Steps = 4
    """The step of the first evaluation."""
    ratio: Real = Field(default=1.4, gt=1, le=1000)
    """Ratio between the steps of two successive evaluations."""
    share: Real = Field(default=0.5, gt=0, lt=1)
    """Largest share of a run's FLOPs that its evaluations may take. If they would take more, they are spaced
    wider."""


class Train(Strict):
    """Train the model once."""

    name: Literal["train"] = "train"


class Imp(Strict):
    """Iterative magnitude pruning with rewinding (Frankle et al. 2020): global and unstructured.

    Each level trains from the rewinding point to the end of the duration, then removes the smallest of the
    weights that are left, and resets the others to what they were at the rewinding point.
    """

    name: Literal["imp"]
    rewind: Moment
    """The moment that every level starts from."""
    fraction: Real = Field(default=0.2, gt=0, lt=1)
    """Share of the remaining weights that is removed after each level."""
    levels: Annotated[int, Field(strict=True, ge=0, le=200)]
    """Number of prunings. A run has one more result, that of the network before any pruning."""


Procedure = Annotated[Train | Imp, Field(discriminator="name")]


Score = Literal["minimum", "final"]
"""Which value of a validation metric counts: the smallest along training, or the last one."""


class RunSpec(Strict):
    """One training run: everything that its result depends on, and nothing else."""

    task: str
    """A task, that is, a file in `src/scalinglaws/tasks/`."""
    data: DataSpec
    subset: Subset
    model: ModelSpec
    learning_rate: LearningRate | Literal["searched"]
    """A number, or `searched`: the winner of the study's search for this architecture. The candidates are not
    part of the run, so that adding one that loses retrains nothing."""
    optimiser: Optimiser = Optimiser()
    schedule: Schedule = Schedule()
    duration: Duration
    """How long the run lasts, or with `stopping` may last at most."""
    stopping: Stopping | None = None
    """When the run ends because it has passed its minimum. Without this key it lasts its whole duration."""
    evaluation: Evaluation = Evaluation()
    procedure: Procedure = Train()
    """What is done with the model."""
    seed: Seed
    """Seed of the initial weights and of the order of the examples."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Precision of matrix products (autocast). Weights and their updates are float32."""

    @model_validator(mode="after")
    def _levels_last_alike(self) -> Self:
        if isinstance(self.procedure, Imp) and self.stopping is not None:
            raise ValueError("imp has no 'stopping': each of its levels lasts to the end of the duration")
        return self

    @cached_property
    def id(self) -> str:
        """Hash of the spec without its defaults, so that a new option with a default renames no run."""
        return short_hash(identity(self))

    def __copy__(self) -> Self:
        """A copy without the cached id, because `model_copy` changes copies."""
        copy = super().__copy__()
        copy.__dict__.pop("id", None)
        return copy


def identity(spec: Strict) -> dict[str, Any]:
    """The spec as plain data, without its defaults."""
    return spec.model_dump(mode="json", exclude_defaults=True)
