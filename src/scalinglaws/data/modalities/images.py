"""Images with labels, the modality of image classification; and the decoding of image files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scalinglaws.data.dataset import Unit
from scalinglaws.errors import DataError

if TYPE_CHECKING:
    from PIL.Image import Image

IMAGE_SUFFIXES = (".jpeg", ".jpg", ".png")
"""Endings of image files, in lower case."""


@dataclass(frozen=True)
class Images:
    """A labelled image data set: a training pool, and the validation images that it ships with.

    Attributes:
        train: uint8 array (examples, height, width, channels); may be a memory map.
        train_labels: int64 array (examples,), values in 0..classes-1.
        validation: like `train`, but of other images.
        validation_labels: like `train_labels`.
        classes: class names, in label order.
        title: the name for captions.
        licence: the terms under which the images may be used.
        provenance: where they come from, one sentence.
    """

    train: NDArray[np.uint8]
    train_labels: NDArray[np.int64]
    validation: NDArray[np.uint8]
    validation_labels: NDArray[np.int64]
    classes: tuple[str, ...]
    title: str
    licence: str
    provenance: str

    def check(self) -> Images:
        """Return self, or raise DataError if shapes, types or labels do not fit together."""
        for split, images, labels in (
            ("training", self.train, self.train_labels),
            ("validation", self.validation, self.validation_labels),
        ):
            problem = _problem(images, labels, len(self.classes))
            if problem:
                raise DataError(f"{self.title}, {split} split: {problem}")
        if self.train.shape[1:] != self.validation.shape[1:]:
            raise DataError(
                f"{self.title}: training images are {self.train.shape[1:]}, "
                f"validation images {self.validation.shape[1:]}"
            )
        return self

    @property
    def unit(self) -> Unit:
        """Images per class."""
        return Unit("images per class", parts=len(self.classes), examples="images")

    @property
    def validation_strata(self) -> NDArray[np.int64]:
        """The class of each validation image."""
        return self.validation_labels

    def with_validation(self, chosen: NDArray[np.int64]) -> Images:
        """A copy with only some of its validation images."""
        validation, labels = self.validation[chosen], self.validation_labels[chosen]
        return replace(self, validation=validation, validation_labels=labels)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Images and labels of both splits. The strata are the training labels."""
        return {
            "strata": self.train_labels,
            "amounts": np.ones_like(self.train_labels),
            "train": self.train,
            "train_labels": self.train_labels,
            "validation": self.validation,
            "validation_labels": self.validation_labels,
        }

    def facts(self) -> dict[str, Any]:
        """The names of the classes and the shape of an image."""
        height, width = self.train.shape[1:3]
        return {
            "description": f"{len(self.classes)} classes, {height} x {width} pixels",
            "classes": list(self.classes),
            "shape": list(self.train.shape[1:]),
        }


def _problem(images: NDArray[Any], labels: NDArray[Any], classes: int) -> str | None:
    if images.ndim != 4 or images.dtype != np.uint8:
        return f"images must be uint8 (examples, height, width, channels), not {images.dtype} {images.shape}"
    if labels.shape != images.shape[:1] or labels.dtype != np.int64:
        return f"{len(images)} images but labels of shape {labels.shape} and type {labels.dtype}"
    if not len(labels):
        return "no images"
    if labels.min() < 0 or labels.max() >= classes:
        return f"labels run from {labels.min()} to {labels.max()}, but there are {classes} classes"
    return None


def decode(file: Path | IO[bytes], name: str) -> Image:
    """An image file decoded by Pillow, in the file's own mode (`L`, `RGB`, `P`, ...).

    Raises:
        DataError: the file is not an image, is truncated or is too large; the error names it.
    """
    import PIL.Image

    try:
        with PIL.Image.open(file) as image:
            return image.copy()  # which decodes it
    # A broken PNG raises SyntaxError, and one too large to be real DecompressionBombError.
    except (OSError, SyntaxError, ValueError, PIL.Image.DecompressionBombError) as error:
        raise DataError(f"{name}: not an image that Pillow can decode ({error})") from error


def centre_square(image: Image, size: int) -> Image:
    """The centre of an image, size x size pixels: the shorter side is resized, with antialiasing."""
    import PIL.Image

    side = min(image.size)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    box = (left, top, left + side, top + side)
    return image.resize((size, size), PIL.Image.Resampling.BILINEAR, box=box)
