"""The kinds of value of a config: names that are also names of files, and numbers that later stages can use.

All numbers are strict: `true` is not a number, and `"1"` and `1.0` are not whole numbers.
"""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

NAME = "[a-z0-9][a-z0-9-]{0,79}"
"""What figures, studies, papers and scale files may be called, which name folders and files of results."""

Name = Annotated[str, Field(pattern=f"^{NAME}$")]
"""A name of one part."""
StudyName = Annotated[str, Field(pattern=f"^{NAME}/{NAME}$")]
"""`<paper>/<name>`."""
Line = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\n]*[^\n ][^\n]*$")]
"""A text in one line."""
Title = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\n$]*[^\n $][^\n$]*$")]
"""A line that legends show, where a dollar would begin a formula."""
Prose = Annotated[str, Field(min_length=1, max_length=10_000)]
"""A longer text. It is passed to a process, and the length of its arguments is limited."""

Count = Annotated[int, Field(strict=True, gt=0, le=10**12)]
"""How many there are of something, at least one."""
Steps = Annotated[int, Field(strict=True, gt=0, le=10**9)]
"""A number of training steps, at least one."""
Workers = Annotated[int, Field(strict=True, gt=0, le=10**4)]
"""A number of things on one machine, at least one."""
Seed = Annotated[int, Field(strict=True, ge=0, lt=2**63)]
"""Where random numbers start."""
Resamples = Annotated[int, Field(strict=True, ge=20, le=1_000_000)]
"""Number of bootstrap resamples."""
Real = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""A finite number."""
LearningRate = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=1e38)]
"""A learning rate, which float32 has to hold."""
Positive = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=1e30)]
"""A positive number, of which products are still finite."""


def _expanded(path: Path) -> Path:
    if not 0 < len(str(path)) <= 1000 or "\n" in str(path):
        raise ValueError("should be a path of one line and at most 1000 characters")
    try:
        return path.expanduser()
    except RuntimeError:
        raise ValueError(f"there is no home folder {path.parts[0]}") from None


UserPath = Annotated[Path, AfterValidator(_expanded)]
"""A path, in which `~` is the home folder."""
