"""The schema of a scale file: where and how large, for all studies alike."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PositiveFloat, PositiveInt

from scalinglaws.config.strict import Strict
from scalinglaws.config.study import ScaleName

UserPath = Annotated[Path, AfterValidator(Path.expanduser)]


class Machine(Strict):
    """The machine a scale is meant for; its assumed speed is that of estimates before the first run."""

    flops_per_second: PositiveFloat
    """Sustained floating-point operations a second, one worker."""
    seconds_per_step: PositiveFloat
    """Least time of one training step (operator and kernel launches), one worker."""
    workers: PositiveInt
    """Jobs trained at the same time."""
    ensemble_size: PositiveInt = 64
    """Most runs that a job trains side by side."""
    gpu_memory_mb: PositiveInt | None = None
    """Most memory of a GPU that a job may take: jobs share a GPU as far as theirs fit. All of one if left
    out. It counts for jobs on this machine; on a cluster the scheduler gives out GPUs."""


class Scale(Strict):
    """A scale file, `config/<scale>.yaml`."""

    scale: ScaleName
    """Which section of each study file applies. Results go to `results/<name of the scale file>/`."""
    description: str
    """For whom this scale is, one line."""
    studies: Literal["all"] | Annotated[tuple[str, ...], Field(min_length=1)] = "all"
    """Names of the studies to run, or all that have this scale."""
    device: Literal["auto", "cpu", "cuda"] = "cpu"
    """Where training runs; `auto` takes a GPU where there is one."""
    archives: UserPath = Path("results/archives")
    """Folder of package archives (.deb); missing ones are fetched into it."""
    locations: dict[str, UserPath] = Field(default_factory=dict)
    """Your own copies of data sources: name of the source -> folder."""
    resamples: Annotated[int, Field(ge=20)] = 2000
    """Bootstrap resamples of each fit."""
    machine: Machine
    """Assumed speed, for estimates before the first run."""
