"""A small package whose fingerprints are taken, and how to edit it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import pytest

from scalinglaws import fingerprint
from scalinglaws.fingerprint import data_files, imports, modules, reach


def forget() -> None:
    """Forget what was read of files, as a new process would."""
    for module in (fingerprint, data_files, imports, modules, reach):
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


@contextmanager
def fingerprints_of(folder: Path, package: str) -> Iterator[None]:
    """Take fingerprints of a package in another folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(imports, "ROOT", folder)
        patch.setattr(imports, "PACKAGE", package)
        forget()
        yield
    forget()


class Toy:
    """A package `toy` in a folder."""

    def __init__(self, folder: Path, files: dict[str, str]) -> None:
        self.folder = folder
        for name, text in files.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        """Write a file, its path within the package."""
        path = self.folder / "toy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
        forget()

    def remove(self, name: str) -> None:
        """Delete a file."""
        (self.folder / "toy" / name).unlink()
        forget()
