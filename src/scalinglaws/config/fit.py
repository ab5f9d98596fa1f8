"""The options of a study's fits."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from scalinglaws.config.strict import Strict
from scalinglaws.config.values import Positive, Real, Resamples, Seed

Names = Annotated[tuple[str, ...], Field(min_length=1)]


class FitOptions(Strict):
    """The block `fit` of a study file, which is the same at all scales."""

    x: Literal["data_size", "examples"] = "data_size"
    """The column of the run table that laws call m: the size of the training set in the unit of its data, or
    in examples."""
    metrics: Names
    """Metrics of the task. A learning curve is fitted to each."""
    size_metric: str
    """The metric whose best models give the law of model size. It must be one of `metrics`."""
    tolerance: Real = Field(default=0.0, ge=0, lt=1)
    """How much worse than the best score a smaller model may be and still count as the best-fit size, as a
    share of that score; the size is interpolated between models. With 0, the size is the vertex of a parabola
    through the best model and its two neighbours."""
    laws: Names = ("learning-curve", "learning-curve-with-floor")
    """The laws that are fitted to each learning curve."""
    size_law: str = "model-size"
    """The law that is fitted to the best-fit model sizes."""
    level: Real = Field(default=0.95, gt=0.5, lt=1.0)
    """Confidence level of the intervals."""
    seed: Seed = 0
    """Seed of the bootstrap."""


class FitSpec(FitOptions):
    """The spec of the fitting stage: the options, with what depends on study and scale."""

    study: str
    """The study whose runs are fitted, for example `hestness-2017/image`."""
    region: tuple[Positive, Positive]
    """The power-law region `[low, high]` in x, both ends included. Points outside it are drawn but not
    fitted."""
    resamples: Resamples = 2000
    """Number of bootstrap resamples."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.size_metric not in self.metrics:
            raise ValueError(f"size_metric is {self.size_metric!r}, which is not one of metrics")
        for key, names in (("metrics", self.metrics), ("laws", self.laws)):
            if len(set(names)) < len(names):
                raise ValueError(f"{key} has an entry twice: {', '.join(names)}")
        if self.region[0] >= self.region[1]:
            raise ValueError(f"region must be [low, high] with low < high, not {list(self.region)}")
        return self
