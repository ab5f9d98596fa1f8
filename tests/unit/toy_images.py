"""A small prepared data set of images, and its shuffles."""

from pathlib import Path
from typing import Any

import numpy as np

from scalinglaws.data.modalities.images import Images
from scalinglaws.data.store import write_prepared
from scalinglaws.data.subsets import balanced_shuffle

CLASSES = ("a", "b", "c", "d")


def prepare_images(folder: Path) -> Path:
    """Make `data` (40 noisy images of four classes) and `subsets` (shuffles 0 and 1) in a folder."""
    rng = np.random.default_rng(0)

    def split(size: int) -> tuple[Any, Any]:
        labels = np.arange(size) % 4
        images = rng.integers(0, 60, (size, 8, 8, 1), dtype=np.uint8)
        for image, label in zip(images, labels, strict=True):
            image[4 * (label // 2) :][:4, 4 * (label % 2) :][:, :4] += 150  # one bright quarter per class
        return images, labels

    train, validation = split(40), split(20)
    images = Images(*train, *validation, CLASSES, "Toy", "MIT", "made here").check()
    write_prepared(images, folder / "data", "toy")
    (folder / "subsets").mkdir()
    for seed in (0, 1):
        np.save(folder / "subsets" / f"shuffle-{seed}.npy", balanced_shuffle(train[1], seed, "training"))
    return folder
