"""Whether a prepared data set is large enough for the subsets that are made of it."""

import json
from pathlib import Path

from scalinglaws.errors import DataError


def check_size(manifest: Path, largest: int, study: str) -> None:
    """Check that a prepared data set is large enough for the largest subset of it.

    Raises:
        DataError: it is not.
    """
    try:
        made = json.loads(manifest.read_text(encoding="utf-8"))
        title, examples = made["title"], int(made["training_examples"])
    except (LookupError, OSError, TypeError, ValueError):
        return  # whatever opens the data says what is wrong with them
    if largest > examples:
        problem = f"a subset of {largest:,} examples is asked for, and {title} has {examples:,} for training"
        raise DataError(f"{study}: {problem}")
