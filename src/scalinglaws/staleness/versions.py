"""Versions of Python and of the packages that compute."""

import json
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from scalinglaws.training.records.provenance import without_patch

PACKAGES = ("matplotlib", "numpy", "pandas", "scipy", "snakemake", "torch")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that compute."""
    here = {"python": platform.python_version(), **{package: version(package) for package in PACKAGES}}
    return without_patch(here)


def training_versions_in(records: Iterable[Path]) -> dict[str, str]:
    """The versions that trained some runs, by package; `2.4.5 and 2.4.6` where they differ.

    Raises:
        OSError, ValueError, LookupError: a file is not a run record.
    """
    found: dict[str, set[str]] = {}
    for path in records:
        versions = json.loads(path.read_text(encoding="utf-8"))["provenance"]["versions"]
        for package, number in without_patch(versions).items():
            found.setdefault(package, set()).add(number)
    return {package: " and ".join(sorted(numbers)) for package, numbers in sorted(found.items())}
