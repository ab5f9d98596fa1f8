"""What a protocol works on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from scalinglaws.tables.study import TrainedStudy


@dataclass(frozen=True)
class Inputs:
    """What a protocol works on.

    Attributes:
        runs: the table of the study's own runs; None where nothing is trained.
        public_runs: runs that others measured, by the name of their set.
        studies: the tables of other studies, by `<paper>/<name>`, in the order of the study file.
    """

    runs: Path | None = None
    public_runs: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    studies: Mapping[str, TrainedStudy] = field(default_factory=dict)
