"""The schema of a scale file: where and how large the studies are run."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from scalinglaws.config.fit import Names
from scalinglaws.config.strict import Strict
from scalinglaws.config.study import ScaleName
from scalinglaws.config.values import Line, Real, Resamples, UserPath, Workers


class Machine(Strict):
    """The machine that a scale is meant for; its assumed speed serves for estimates before the first run."""

    flops_per_second: Annotated[Real, Field(ge=1, le=1e30)]
    """Sustained floating-point operations per second of one worker."""
    seconds_per_step: Annotated[Real, Field(gt=0, le=1e6)]
    """Least time that a training step of one worker takes, to launch its operators and kernels."""
    workers: Workers
    """Jobs trained at the same time. On GPUs, at most one per GPU: each job has one to itself."""
    ensemble_size: Workers = 64
    """Most runs that a job trains at once, as an ensemble."""


class Scale(Strict):
    """A scale file, `config/<scale>.yaml`."""

    scale: ScaleName
    """The section under `scales` that is used from each study file. Results go to
    `results/<name of this file>/`."""
    description: Line
    """What this scale is for, in one line."""
    development: bool = False
    """Whether the runs are for choices of the protocol. Their seeds are 1,000,000 higher and their validation
    examples others than those of published runs, which no choice may see."""
    studies: Literal["all"] | Names = "all"
    """Names of the studies to run; `all` runs every study that has this scale."""
    device: Literal["auto", "cpu", "cuda"] = "cpu"
    """Where training runs. `auto` takes a GPU if there is one."""
    archives: UserPath = Path("results/archives")
    """Folder of package archives (.deb); missing ones are fetched into it."""
    locations: dict[str, UserPath] = Field(default_factory=dict)
    """Your own copies of data sources: name of the source -> folder."""
    resamples: Resamples = 2000
    """Number of bootstrap resamples per fit."""
    style: UserPath | None = None
    """Your own style of figures: a matplotlib style file (.mplstyle), which is applied over ours."""
    machine: Machine
    """The machine, as far as estimates and the division into jobs need it."""
