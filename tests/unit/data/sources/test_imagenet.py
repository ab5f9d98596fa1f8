import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from scalinglaws.data.sources import imagenet
from scalinglaws.data.sources.imagenet import load
from scalinglaws.errors import DataError

CLASSES = ("n01440764", "n01443537", "n02084071")
TRAINING = ("b.JPEG", "a.jpg", "c.png")
Write = Callable[[Path, NDArray[np.uint8]], None]


def value(label: int, number: int) -> int:
    """Grey value of an image: which one it is."""
    return 20 + 60 * label + 20 * number


def plain(label: int, number: int, height: int, width: int) -> NDArray[np.uint8]:
    return np.full((height, width, 3), value(label, number), dtype=np.uint8)


@pytest.fixture
def folder(tmp_path: Path, write_image: Write) -> Path:
    """Three classes of three training images and one validation image, of several sizes."""
    for label, name in enumerate(CLASSES):
        for number, file in enumerate(sorted(TRAINING)):
            write_image(tmp_path / "train" / name / file, plain(label, number, 30 + number, 50 - 10 * number))
        write_image(tmp_path / "val" / name / "z.JPEG", plain(label, 0, 16, 16))
    (tmp_path / "train" / CLASSES[0] / "notes.txt").write_text("not an image")
    (tmp_path / "train" / "list.txt").write_text("not a class")
    return tmp_path


def test_labels_and_order(folder: Path) -> None:
    images = load(folder, folder, size=16).check()
    assert images.classes == CLASSES
    assert images.train.shape == (9, 16, 16, 3)
    assert images.train_labels.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    expected = [value(label, number) for label in range(3) for number in range(3)]
    np.testing.assert_allclose(images.train.mean(axis=(1, 2, 3)), expected, atol=2)
    np.testing.assert_allclose(
        images.validation.mean(axis=(1, 2, 3)), [value(k, 0) for k in range(3)], atol=2
    )
    assert images.validation_labels.tolist() == [0, 1, 2]
    assert "ImageNet," not in images.title  # 3 classes are not ImageNet
    assert "3 folders" in images.title


@pytest.mark.parametrize("upright", [False, True])
def test_shorter_side_resized_and_centre_cropped(folder: Path, write_image: Write, upright: bool) -> None:
    picture = np.zeros((40, 80, 3), dtype=np.uint8)
    picture[:, 20:60, 0] = 200  # the centre square, half of it also blue
    picture[:20, 20:60, 2] = 200
    path = folder / "train" / CLASSES[0] / "0.png"
    write_image(path, np.ascontiguousarray(picture.swapaxes(0, 1)) if upright else picture)
    square = load(folder, folder, size=20).train[0]
    square = square.swapaxes(0, 1) if upright else square
    assert (square[:, 1:-1, 0] == 200).all()
    assert (square[..., 0] > 150).all()  # at the edges, antialiasing takes in a little of what is cropped
    assert (square[:9, 1:-1, 2] == 200).all()
    assert (square[11:, :, 2] == 0).all()


def test_grey_and_transparent_images_become_rgb(folder: Path, write_image: Write) -> None:
    write_image(folder / "train" / CLASSES[0] / "0.png", np.full((20, 20), 77, dtype=np.uint8))
    write_image(folder / "train" / CLASSES[0] / "1.png", np.full((20, 20, 4), 88, dtype=np.uint8))
    images = load(folder, folder, size=16)
    assert (images.train[0] == 77).all()
    assert (images.train[1] == 88).all()


def test_processes_give_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = load(folder, folder, size=16)
    monkeypatch.setattr(imagenet, "FILES_PER_PROCESS", 2)
    monkeypatch.setattr(imagenet, "CHUNK", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    started: list[int] = []
    pool = imagenet.ProcessPoolExecutor

    def counted(processes: int, **options: object) -> object:
        started.append(processes)
        return pool(processes, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(imagenet, "ProcessPoolExecutor", counted)
    together = load(folder, folder, size=16)
    assert started == [2]  # for training; three validation images are too few
    np.testing.assert_array_equal(together.train, alone.train)
    broken = folder / "train" / CLASSES[1] / "b.JPEG"
    broken.write_bytes(b"not an image")
    with pytest.raises(DataError, match=f"{CLASSES[1]}/b.JPEG: not an image"):
        load(folder, folder, size=16)


def test_undecodable_image(folder: Path) -> None:
    path = folder / "val" / CLASSES[2] / "z.JPEG"
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(DataError, match=f"{CLASSES[2]}/z.JPEG: not an image"):
        load(folder, folder)


@pytest.mark.parametrize("split", ["train", "val"])
def test_class_missing(folder: Path, split: str) -> None:
    shutil.rmtree(folder / split / CLASSES[1])
    with pytest.raises(DataError, match=rf"{split}: class {CLASSES[1]} is missing \(1 in all\)"):
        load(folder, folder)


def test_class_without_images(folder: Path) -> None:
    (folder / "val" / CLASSES[0] / "z.JPEG").unlink()
    with pytest.raises(DataError, match=f"val/{CLASSES[0]}: holds no image"):
        load(folder, folder)


def test_flat_validation_folder(folder: Path) -> None:
    for name in CLASSES:
        (folder / "val" / name / "z.JPEG").rename(folder / "val" / f"{name}.JPEG")
        (folder / "val" / name).rmdir()
    with pytest.raises(
        DataError, match=r"val: .*3 images are directly in it; the layout is .*val/<class>/\*\.JPEG"
    ):
        load(folder, folder)


def test_empty_folders(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"train: no such folder; the layout is"):
        load(tmp_path, tmp_path)
    (tmp_path / "train").mkdir()
    with pytest.raises(DataError, match=r"train: has no folder for each class, it is empty; the layout is"):
        load(tmp_path, tmp_path)


def test_no_location(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"`imagenet` under `locations` in the scale file"):
        load(None, tmp_path)
