"""Prepared data: arrays in one folder, opened as memory maps that all training processes share."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglaws.config.canonical import short_hash
from scalinglaws.data.images import Images
from scalinglaws.data.subsets import balanced_shuffle
from scalinglaws.errors import DataError
from scalinglaws.files import sha256_of, whole_file, write_json

MANIFEST = "manifest.json"
HASHED_UP_TO = 1 << 28  # bytes; larger files are checked by their size alone, hashing them takes too long
ARRAYS = ("train", "train_labels", "validation", "validation_labels")


@dataclass(frozen=True)
class Prepared:
    """A prepared data set: arrays as in `Images`, and its manifest."""

    train: NDArray[np.uint8]
    train_labels: NDArray[np.int64]
    validation: NDArray[np.uint8]
    validation_labels: NDArray[np.int64]
    manifest: dict[str, Any]

    @property
    def classes(self) -> int:
        """Number of classes."""
        return len(self.manifest["classes"])


def write_prepared(images: Images, folder: Path, validation: int | None, seed: int, source: str) -> None:
    """Choose the validation set and write arrays and manifest into a folder.

    Args:
        images: what the source delivered.
        folder: where to write; the manifest is written last.
        validation: number of validation examples (class-balanced), or None for all.
        seed: seed of that choice.
        source: name of the source, for the manifest.

    Raises:
        DataError: more validation examples are asked for than there are.
    """
    available = len(images.validation_labels)
    if validation is not None and validation > available:
        raise DataError(f"{images.title}: {validation} validation examples asked for, there are {available}")
    chosen = balanced_shuffle(images.validation_labels, seed, "validation")[:validation]
    arrays: dict[str, NDArray[Any]] = {
        "train": images.train,
        "train_labels": images.train_labels,
        "validation": images.validation[np.sort(chosen)],
        "validation_labels": images.validation_labels[np.sort(chosen)],
    }
    files = {}
    for name, array in arrays.items():
        with whole_file(folder / f"{name}.npy") as temporary, temporary.open("wb") as stream:
            np.save(stream, array)
        path = folder / f"{name}.npy"
        files[name] = {"bytes": path.stat().st_size, "sha256": sha256_of(path)}
    write_json(
        folder / MANIFEST,
        {
            "source": source,
            "title": images.title,
            "licence": images.licence,
            "provenance": images.provenance,
            "classes": list(images.classes),
            "shape": list(images.train.shape[1:]),
            "training_examples": len(images.train_labels),
            "validation_examples": len(chosen),
            "files": files,
        },
    )


def read_prepared(folder: Path) -> Prepared:
    """Open a prepared data set; the arrays are copy-on-write memory maps (torch wants them writable).

    Raises:
        DataError: a file is missing or is not what the manifest says.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        for name, file in manifest["files"].items():
            _check(folder / f"{name}.npy", file["bytes"], file["sha256"])
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="c") for name in ARRAYS}
    except (AttributeError, EOFError, LookupError, OSError, TypeError, ValueError) as error:
        raise DataError(
            f"{folder}: not a prepared data set ({error}); remove the folder to make it again"
        ) from error
    return Prepared(**arrays, manifest=manifest)


def content_hash(folder: Path) -> str:
    """A hash of what a prepared data set holds, read off its manifest.

    Raises:
        DataError: there is no manifest, or it is damaged.
    """
    path = folder / MANIFEST
    try:
        return short_hash(json.loads(path.read_text(encoding="utf-8"))["files"])
    except (LookupError, OSError, TypeError, ValueError) as error:
        raise DataError(f"{path}: not the manifest of a prepared data set ({error})") from error


def _check(path: Path, size: int, pinned: str) -> None:
    """Raise DataError where a file is not what the manifest says."""
    intact = path.stat().st_size == size
    if intact and size > HASHED_UP_TO:
        return
    found = sha256_of(path)
    if not intact or found != pinned:
        raise DataError(
            f"{path}: SHA-256 is {found}, expected {pinned}. The file is corrupt or truncated; remove the "
            "folder to make it again."
        )
