"""Prepared data sets: arrays in a folder, opened as memory maps that all training processes share."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglaws.config.canonical import short_hash
from scalinglaws.data.dataset import DataSet, Unit
from scalinglaws.data.modalities.arrays import ARRAYS
from scalinglaws.errors import DataError
from scalinglaws.files import sha256_of, whole_file, write_json

MANIFEST = "manifest.json"
HASHED_UP_TO = 1 << 28  # bytes; hashing larger files takes too long, so only their size is checked


@dataclass(frozen=True)
class Prepared:
    """A prepared data set: the arrays of its modality, and its manifest."""

    arrays: dict[str, NDArray[Any]]
    manifest: dict[str, Any]

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.arrays[name]

    @property
    def unit(self) -> Unit:
        """The unit that the size of a training set is counted in."""
        return Unit(**self.manifest["unit"])


def write_prepared(data: DataSet, folder: Path, source: str, modality: str = "images") -> list[Path]:
    """Write the arrays and the manifest of a data set to a folder.

    Args:
        data: the data set, with the validation examples that were chosen.
        folder: the folder. The manifest is written last.
        source: the name of the source, for the manifest.
        modality: what the data are made of; see `modalities/arrays.py`.

    Returns:
        The files that were written.
    """
    arrays, files = data.arrays(), {}
    for name in ARRAYS[modality]:
        path = folder / f"{name}.npy"
        with whole_file(path) as temporary, temporary.open("wb") as stream:
            np.save(stream, arrays[name])
        files[name] = {"bytes": path.stat().st_size, "sha256": sha256_of(path)}
    manifest = {
        "source": source,
        "modality": modality,
        "title": data.title,
        "licence": data.licence,
        "provenance": data.provenance,
        "unit": asdict(data.unit),
        "training_examples": len(arrays["strata"]),
        "validation_examples": len(data.validation_strata),
        **data.facts(),
        "files": files,
    }
    write_json(folder / MANIFEST, manifest)
    return [*(folder / f"{name}.npy" for name in files), folder / MANIFEST]


def read_prepared(folder: Path, modality: str | None = None) -> Prepared:
    """Open a prepared data set. The arrays are copy-on-write memory maps, because torch wants them writable.

    Args:
        folder: the folder that it is in.
        modality: the modality that you need; None for any.

    Raises:
        DataError: a file is missing or is not the one in the manifest, or the modality is a different one.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        for name, file in manifest["files"].items():
            _check(folder / f"{name}.npy", file["bytes"], file["sha256"])
        arrays = {
            name: np.load(folder / f"{name}.npy", mmap_mode="c") for name in ARRAYS[manifest["modality"]]
        }
    except (AttributeError, EOFError, LookupError, OSError, TypeError, ValueError) as error:
        raise DataError(
            f"{folder}: not a prepared data set ({error}); remove the folder to make it again"
        ) from error
    if modality not in (None, manifest["modality"]):
        raise DataError(f"{folder}: holds {manifest['modality']}, where {modality} is needed")
    return Prepared(arrays, manifest)


def content_hash(folder: Path) -> str:
    """A hash of the content of a prepared data set, from the hashes in its manifest.

    Raises:
        DataError: the manifest is missing or damaged.
    """
    path = folder / MANIFEST
    try:
        return short_hash(json.loads(path.read_text(encoding="utf-8"))["files"])
    except (LookupError, OSError, TypeError, ValueError) as error:
        raise DataError(f"{path}: not the manifest of a prepared data set ({error})") from error


def _check(path: Path, size: int, pinned: str) -> None:
    """Raise DataError if a file is not the one in the manifest."""
    intact = path.stat().st_size == size
    if intact and size > HASHED_UP_TO:
        return
    found = sha256_of(path)
    if not intact or found != pinned:
        raise DataError(
            f"{path}: SHA-256 is {found}, expected {pinned}. The file is corrupt or truncated; remove the "
            "folder to make it again."
        )
