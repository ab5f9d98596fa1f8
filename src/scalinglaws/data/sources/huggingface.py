"""Any labelled image data set of the Hugging Face hub, read by their `datasets` library.

If `location` is given, a folder written by `Dataset.save_to_disk`, nothing is downloaded. Otherwise the data
set `name` is downloaded from the hub into the library's cache.
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from scalinglaws.data.modalities.images import Images, centre_square
from scalinglaws.errors import DataError

MODALITY = "images"

GREY_MODES = ("1", "L", "LA")
DEEP_MODES = ("I", "F")
"""Pillow's modes with more than 8 bits per value, also I;16 and the like. We cannot know which value is
white."""


def load(
    location: Path | None,
    archives: Path,
    *,
    name: str,
    config: str | None = None,
    train: str = "train",
    validation: str = "test",
    image: str = "image",
    label: str = "label",
    size: Annotated[int, Field(ge=8, le=1024)] | None = None,
) -> Images:
    """Load two splits of a data set.

    Args:
        location: a folder of `save_to_disk` with both splits; None to download.
        archives: not used.
        name: the data set on the hub, `owner/name`; with `location`, the name for captions.
        config: its configuration, if it has several.
        train: the split to train on.
        validation: the split to validate on.
        image: the column of the images.
        label: the column of the labels: class labels, integers from 0, or text.
        size: side that images are resized and cropped to, pixels; None if all have the same size.

    Returns:
        Images with one channel if all are grey, and with three otherwise.

    Raises:
        DataError: the library, the data set, a split or a column is missing, an image cannot be decoded, or
            images differ in size and `size` is not set.
    """
    del archives
    splits = _open(location, name, config)
    for option, split in (("train", train), ("validation", validation)):
        if split not in splits:
            raise DataError(f"{name}: {option}: there is no split {split!r}; splits are {', '.join(splits)}")
        for key, column in (("image", image), ("label", label)):
            if column not in splits[split].column_names:
                known = ", ".join(splits[split].column_names)
                raise DataError(
                    f"{name}: {key}: split {split!r} has no column {column!r}; columns are {known}"
                )
    classes = _class_names(splits[train], label)
    train_images = _pixels(splits[train], image, size, f"{name}, split {train!r}")
    validation_images = _pixels(splits[validation], image, size, f"{name}, split {validation!r}")
    channels = max(pixels.shape[2] for pixels in (*train_images, *validation_images))
    return Images(
        train=_stack(train_images, channels, name),
        train_labels=_labels(splits[train], label, classes, f"{name}, split {train!r}"),
        validation=_stack(validation_images, channels, name),
        validation_labels=_labels(splits[validation], label, classes, f"{name}, split {validation!r}"),
        classes=classes,
        title=name if config is None else f"{name} ({config})",
        licence=splits[train].info.license or "see the data set's card",
        provenance=f"Hugging Face data set {name}" + (", the user's own copy" if location else ""),
    )


def _open(location: Path | None, name: str, config: str | None) -> Mapping[str, Any]:
    """The splits by name."""
    try:
        datasets = import_module("datasets")
    except ImportError as error:
        raise DataError(
            "huggingface: the package `datasets` is not installed; install it, or scalinglaws[huggingface]"
        ) from error
    try:
        if location is None:
            opened = datasets.load_dataset(name, config)
        else:
            opened = datasets.load_from_disk(str(location))
    except Exception as error:  # its own errors, or those of requests, pyarrow and Python
        source = "the hub" if location is None else str(location)
        hint = (
            ""
            if location
            else "; a copy made by `save_to_disk` can be named under `locations` in the scale file"
        )
        raise DataError(f"{name}: cannot be loaded from {source} ({error}){hint}") from error
    if not isinstance(opened, Mapping):
        raise DataError(f"{location}: holds one split; save a DatasetDict with both splits")
    return opened


def _class_names(split: Any, label: str) -> tuple[str, ...]:
    """Class names in label order: the data set's own, or else the values in the training split."""
    names = getattr(split.features[label], "names", None)
    if names is not None:
        return tuple(names)
    values = set(split[label][:]) - {None}
    if all(isinstance(value, int) for value in values):
        return tuple(str(value) for value in range(max(values, default=-1) + 1))
    return tuple(sorted(map(str, values)))


def _labels(split: Any, label: str, classes: tuple[str, ...], where: str) -> NDArray[np.int64]:
    position = {name: index for index, name in enumerate(classes)}
    labels = np.empty(len(split), dtype=np.int64)
    for index, value in enumerate(split[label][:]):
        found = position.get(value) if isinstance(value, str) else value
        if not isinstance(found, int) or not 0 <= found < len(classes):
            raise DataError(f"{where}, example {index}: label {value!r} is none of {len(classes)} classes")
        labels[index] = found
    return labels


def _pixels(split: Any, image: str, size: int | None, where: str) -> list[NDArray[np.uint8]]:
    """Each image as (height, width, 1 or 3)."""
    pixels: list[NDArray[np.uint8]] = []
    images = split.select_columns([image])
    for index in range(len(images)):
        try:
            picture = images[index][image]
        except Exception as error:  # from Pillow, pyarrow or the library
            raise DataError(f"{where}, example {index}: cannot be decoded ({error})") from error
        if not hasattr(picture, "convert"):
            found = type(picture).__name__
            raise DataError(f"{where}, example {index}: column {image!r} holds a {found}, not an image")
        if picture.mode.startswith(DEEP_MODES):
            raise DataError(f"{where}, example {index}: has more than 8 bits per value (mode {picture.mode})")
        picture = picture.convert("L" if picture.mode in GREY_MODES else "RGB")
        array = np.asarray(picture if size is None else centre_square(picture, size))
        pixels.append(array.reshape(*array.shape[:2], -1))
        if pixels[-1].shape[:2] != pixels[0].shape[:2]:
            (height, width), (first_height, first_width) = pixels[-1].shape[:2], pixels[0].shape[:2]
            raise DataError(
                f"{where}, example {index}: is {width} x {height} pixels, but the first image is "
                f"{first_width} x {first_height}; set the option `size` to bring all to one size"
            )
    return pixels


def _stack(images: list[NDArray[np.uint8]], channels: int, name: str) -> NDArray[np.uint8]:
    """One array (examples, height, width, channels); a grey image among coloured ones gets three channels."""
    if not images:
        raise DataError(f"{name}: a split is empty")
    stacked = np.empty((len(images), *images[0].shape[:2], channels), dtype=np.uint8)
    for index, pixels in enumerate(images):
        stacked[index] = pixels
    return stacked
