"""The options of the protocol `learning-curves`: laws that are fitted to the best models of each size."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from scalinglaws.config.reading.explain import distinct
from scalinglaws.config.strict import Strict
from scalinglaws.config.values import Positive, Real, Resamples, Seed


def _ascending(region: tuple[float, float]) -> tuple[float, float]:
    if region[0] >= region[1]:
        raise ValueError(f"must be [low, high] with low < high, not {list(region)}")
    return region


Names = Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(distinct)]
Region = Annotated[tuple[Positive, Positive], AfterValidator(_ascending)]
"""An interval of the x axis, both ends included."""


NAME: Literal["learning-curves"] = "learning-curves"
TABLES = ("scores", "best", "fits", "bands", "evidence")
"""Names of the tables that the protocol makes."""


class FitOptions(Strict):
    """The block `protocol` of a study whose protocol is `learning-curves`."""

    name: Literal["learning-curves"] = NAME
    """The protocol."""
    region: Region
    """The power-law region `[low, high]` in x, both ends included. Points outside it are drawn but not
    fitted."""
    x: Literal["data_size", "examples"] = "data_size"
    """The column of the run table that laws call m: the size of the training set in the unit of its data, or
    in examples."""
    metrics: Names
    """Metrics of the task. A learning curve is fitted to each."""
    size_metric: str
    """The metric whose best models give the law of model size. It must be one of `metrics`. The size of the
    best-fit model is found by five rules (`protocols/learning_curves/growth.py`)."""
    laws: Names = ("learning-curve", "learning-curve-with-floor")
    """The laws that are fitted to each learning curve."""
    size_law: str = "model-size"
    """The law that is fitted to the best-fit model sizes."""
    level: Real = Field(default=0.95, gt=0.5, lt=1.0)
    """Confidence level of the intervals."""
    seed: Seed = 0
    """Seed of the bootstrap."""

    @field_validator("size_metric")
    @classmethod
    def _is_fitted(cls, size_metric: str, info: ValidationInfo) -> str:
        metrics = info.data.get("metrics", (size_metric,))  # absent if they are wrong themselves
        if size_metric not in metrics:
            raise ValueError(f"{size_metric!r} is not one of metrics: {', '.join(metrics)}")
        return size_metric


class FitSpec(FitOptions):
    """The spec of the fitting stage: the options, with study and resamples."""

    study: str
    """The study whose runs are fitted, for example `hestness-2017/image`."""
    resamples: Resamples = 2000
    """Number of bootstrap resamples."""
