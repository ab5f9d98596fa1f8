"""ImageNet (Russakovsky et al. 2015), or any folder in its layout: one folder of JPEG or PNG files per class.

It may not be redistributed, so you need your own copy: `location` is a folder with

    train/<class>/*.JPEG        the class is the WordNet id, such as n01440764
    val/<class>/*.JPEG          the same classes

The shorter side of each image is resized to `size` and the centre is cropped: size x size x 3.
"""

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from scalinglaws.data.modalities.images import IMAGE_SUFFIXES, Images, centre_square, decode
from scalinglaws.errors import DataError

MODALITY = "images"

EXAMPLES = {"training": 1_281_167, "validation": 50_000, "classes": 1000, "shape": (3, 64, 64)}
CLASSES = 1000
LAYOUT = "the layout is train/<class>/*.JPEG and val/<class>/*.JPEG, with the same classes in both"
FILES_PER_PROCESS = 500
"""With fewer files per process, starting a process takes longer than it saves."""
CHUNK = 64


def load(location: Path | None, archives: Path, *, size: Annotated[int, Field(ge=8, le=1024)] = 64) -> Images:
    """Decode both splits, in several processes, in sorted order.

    The arrays have to fit into memory: 1.28 million images of 64 x 64 x 3 take 16 GB.

    Args:
        location: the folder; required.
        archives: not used.
        size: side of the images, pixels.

    Raises:
        DataError: no folder is named, it is not in the layout, a class is missing or empty, or an image
            cannot be decoded; the error names the file or folder.
    """
    del archives
    if location is None:
        raise DataError(
            "imagenet: ImageNet is not fetched; name its folder as `imagenet` under `locations` in the scale "
            f"file ({LAYOUT})"
        )
    classes = _classes(location / "train")
    validated = _classes(location / "val")
    for split, missing in (("val", set(classes) - set(validated)), ("train", set(validated) - set(classes))):
        if missing:
            raise DataError(
                f"{location / split}: class {min(missing)} is missing ({len(missing)} in all); {LAYOUT}"
            )
    train, train_labels = _read_split(location / "train", classes, size)
    validation, validation_labels = _read_split(location / "val", classes, size)
    complete = len(classes) == CLASSES
    return Images(
        train=train,
        train_labels=train_labels,
        validation=validation,
        validation_labels=validation_labels,
        classes=classes,
        title=f"ImageNet, {size} x {size}"
        if complete
        else f"{len(classes)} folders of images, {size} x {size}",
        licence="ImageNet's terms of access: non-commercial research" if complete else "that of the images",
        provenance="the user's own folder in ImageNet's layout",
    )


def decode_square(path: Path, size: int) -> NDArray[np.uint8]:
    """One image file as (size, size, 3). It is at the top of the module so that spawned processes find it."""
    return np.asarray(centre_square(decode(path, str(path)).convert("RGB"), size))


def _classes(split: Path) -> tuple[str, ...]:
    if not split.is_dir():
        raise DataError(f"{split}: no such folder; {LAYOUT}")
    classes = tuple(sorted(folder.name for folder in split.iterdir() if folder.is_dir()))
    if not classes:
        flat = sum(1 for _ in _images(split))
        found = f"{flat} images are directly in it" if flat else "it is empty"
        raise DataError(f"{split}: has no folder for each class, {found}; {LAYOUT}")
    return classes


def _images(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES)


def _read_split(
    split: Path, classes: tuple[str, ...], size: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    paths: list[Path] = []
    labels: list[int] = []
    for label, name in enumerate(classes):
        members = sorted(_images(split / name))
        if not members:
            raise DataError(f"{split / name}: holds no image ({', '.join(IMAGE_SUFFIXES)}, in any case)")
        paths += members
        labels += [label] * len(members)
    images = np.empty((len(paths), size, size, 3), dtype=np.uint8)
    for index, image in enumerate(_decoded(paths, size)):
        images[index] = image
    return images, np.array(labels, dtype=np.int64)


def _decoded(paths: list[Path], size: int) -> Iterator[NDArray[np.uint8]]:
    """The images in the order of the paths, whichever process finishes first."""
    processes = min(os.cpu_count() or 1, len(paths) // FILES_PER_PROCESS)
    read = partial(decode_square, size=size)
    if processes < 2:
        yield from map(read, paths)
        return
    # Spawned, because a fork of a process that runs threads (torch, BLAS) can hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        try:
            yield from pool.map(read, paths, chunksize=CHUNK)
        finally:  # do not wait for the rest after an image that cannot be decoded
            pool.shutdown(wait=False, cancel_futures=True)
