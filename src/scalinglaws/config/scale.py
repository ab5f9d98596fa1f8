"""The schema of a scale file: where and how large the studies are run."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from scalinglaws.config.fit import Names
from scalinglaws.config.reading.explain import distinct
from scalinglaws.config.strict import Strict
from scalinglaws.config.study import ScaleName
from scalinglaws.config.values import Line, Real, Resamples, UserPath, Workers
from scalinglaws.errors import ConfigError

VenueName = Literal["neutral", "neurips", "icml", "iclr", "nature", "ieee", "beamer"]
Format = Literal["pdf", "png", "svg", "pgf"]


def check_programs(formats: Iterable[Format]) -> None:
    """Check that figures can be written in these formats on this machine.

    Raises:
        ConfigError: `pgf` is among them, and there is no pdflatex, with which matplotlib measures its texts.
    """
    if "pgf" in formats and shutil.which("pdflatex") is None:
        raise ConfigError(
            "look.formats: pgf needs pdflatex, which is not installed; install TeX or leave pgf out"
        )


class Look(Strict):
    """The size and format of all figures of a scale. A change redraws figures and does nothing else."""

    venue: VenueName = "neutral"
    """Whose page the figures are drawn for: it sets width and font. `neutral` is 5.5 inches wide."""
    columns: Annotated[int, Field(strict=True, ge=1, le=2)] = 2
    """Columns of the page that a figure takes; this matters where a venue's page has two."""
    width: Annotated[Real, Field(ge=2.5, le=20)] | None = None
    """A width of your own, in inches, instead of the venue's."""
    formats: Annotated[tuple[Format, ...], Field(min_length=1), AfterValidator(distinct)] = ("pdf", "png")
    """The formats of the picture. A CSV of what is drawn, the caption and a JSON of what it was made of come
    along."""


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
    """Your own style of figures: a matplotlib style file (.mplstyle), which is applied over ours; the width
    is that of `look`. `figures.mplstyle` in the project's folder unless given, where there is one."""
    look: Look = Look()
    """How figures are drawn."""
    machine: Machine
    """The machine, as far as estimates and the division into jobs need it."""
