"""How the runs of a study are reduced to laws and intervals."""

from typing import Annotated, Literal, Self

from pydantic import Field, PositiveFloat, model_validator

from scalinglaws.config.strict import Strict

Names = Annotated[tuple[str, ...], Field(min_length=1)]


class FitOptions(Strict):
    """What a study file says of its fits, the same at all scales."""

    x: Literal["data_size", "examples"] = "data_size"
    """The run table's column that a law sees as m: the size of the training set in the data set's unit, or in
    examples."""
    metrics: Names
    """Metrics of the task; each gets a learning curve."""
    size_metric: str
    """The metric whose best-fit models give the law of model size."""
    tolerance: float = Field(default=0.0, ge=0, lt=1)
    """Share of the best score by which a smaller model may be worse and still count as the best fit of its
    training set; its size is interpolated between models. 0 takes the best score itself, and the vertex of a
    parabola through it and its neighbours."""
    laws: Names = ("learning-curve", "learning-curve-with-floor")
    """Laws fitted to each metric's learning curve."""
    size_law: str = "model-size"
    """The law fitted to the best-fit model sizes."""
    level: float = Field(default=0.95, gt=0.5, lt=1.0)
    """Level of the percentile intervals."""
    seed: int = Field(default=0, ge=0)
    """Seed of the bootstrap."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.size_metric not in self.metrics:
            raise ValueError(
                f"size_metric {self.size_metric!r} is not among metrics: {', '.join(self.metrics)}"
            )
        for key, names in (("metrics", self.metrics), ("laws", self.laws)):
            if len(set(names)) < len(names):
                raise ValueError(f"{key} names one thing twice: {', '.join(names)}")
        return self


class FitSpec(FitOptions):
    """The spec of the fitting stage: the options, and what depends on study and scale."""

    study: str
    """The study whose runs are fitted, e.g. hestness-2017/image."""
    region: tuple[PositiveFloat, PositiveFloat]
    """The declared power-law region [low, high] in x, both ends included; points outside are drawn, not
    fitted."""
    resamples: int = Field(default=2000, ge=20, le=1_000_000)
    """Bootstrap resamples."""

    @model_validator(mode="after")
    def _region_runs_upwards(self) -> Self:
        if self.region[0] >= self.region[1]:
            raise ValueError(f"region must be [low, high] with low < high, not {list(self.region)}")
        return self
