"""A set of public run data: what its module declares, and where its files lie."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from scalinglaws.config import plugins
from scalinglaws.config.analysis import PUBLISHED
from scalinglaws.errors import DataError
from scalinglaws.files import sha256_of

MIRROR = "SCALINGLAWS_MIRROR"
"""The environment variable that names a folder with public run data."""


@dataclass(frozen=True)
class PublishedSet:
    """What a file in `data/published/` declares; see there."""

    name: str
    title: str
    licence: str
    source: str
    address: str
    forms: tuple[Mapping[str, str], ...]

    def find(self, folders: Iterable[Path]) -> dict[str, Path] | None:
        """Its files, {name: path}, in the first folder that has one of its forms whole, if any has."""
        for folder in folders:
            for form in self.forms:
                files = {name: folder / name for name in form}
                if all(path.is_file() for path in files.values()):
                    return files
        return None

    def check(self, name: str, path: Path, shown: str = "") -> None:
        """Compare a file with the hash that is pinned under its name; `shown` is what an error calls it.

        Raises:
            DataError: it is another file; says both hashes.
        """
        (pinned,) = {form[name] for form in self.forms if name in form}
        found = sha256_of(path)
        if found != pinned:
            raise DataError(
                f"{shown or path}: SHA-256 is {found}, expected {pinned}: a corrupt file, or another version"
            )


def published_set(name: str) -> PublishedSet:
    """A set by its name, e.g. chinchilla-points; its module is parsed, not imported."""
    keys = ("TITLE", "LICENCE", "SOURCE", "ADDRESS", "FILES")
    return PublishedSet(name, *(plugins.constant(PUBLISHED, name, key) for key in keys))


def folders(location: Path | None, archives: Path) -> tuple[Path, ...]:
    """Where public run data are looked for, in this order.

    Args:
        location: the user's own folder for the set, if the scale file names one.
        archives: the folder that they are fetched into.
    """
    mirror = os.environ.get(MIRROR)
    named = (location, Path(mirror).expanduser() if mirror else None, archives)
    return tuple(folder for folder in named if folder is not None)
