import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from scalinglaws.data.formats.archives import Archive
from scalinglaws.data.sources import photographs
from scalinglaws.data.sources.photographs import BLOCK, load, usable_blocks
from scalinglaws.errors import DataError

Write = Callable[[Path, NDArray[np.uint8]], None]


def numbered(rows: int, columns: int, mark: int = 0) -> NDArray[np.uint8]:
    """A picture in which every pixel is unique: red and green number the 2 x 2 cell's row and column, blue
    holds the mark and which pixel of the cell it is."""
    y, x = np.mgrid[: rows * BLOCK, : columns * BLOCK]
    return np.stack([y // 4, x // 4, mark * 16 + y % 4 * 4 + x % 4], axis=-1).astype(np.uint8)


def pixels(patches: NDArray[np.uint8]) -> set[tuple[int, ...]]:
    return set(map(tuple, patches.reshape(-1, 3).tolist()))


def blocks_of(patches: NDArray[np.uint8]) -> set[tuple[int, int]]:
    """Blocks that the patches of a `numbered` picture come from."""
    corners = patches[:, 0, 0].astype(int)
    return {(row * 4 // BLOCK, column * 4 // BLOCK) for row, column, _ in corners.tolist()}


@pytest.fixture
def folder(tmp_path: Path, write_image: Write) -> Path:
    """Three photographs of 10, 15 and 12 blocks and a file that is not a photograph."""
    for mark, (name, rows, columns) in enumerate((("a.png", 2, 5), ("b.PNG", 5, 3), ("c.png", 3, 4))):
        write_image(tmp_path / name, numbered(rows, columns, mark))
    (tmp_path / "licence.txt").write_text("mine")
    return tmp_path


@pytest.mark.parametrize("patch", [32, 64])
def test_balanced_and_labelled(folder: Path, patch: int) -> None:
    images = load(folder, folder, size=patch).check()
    in_block = (BLOCK // patch) ** 2
    assert images.title == "patches of 3 photographs"
    assert images.classes == ("a.png", "b.PNG", "c.png")
    assert images.train.shape == (3 * 8 * in_block, patch, patch, 3)
    assert np.bincount(images.train_labels).tolist() == [8 * in_block] * 3
    assert np.bincount(images.validation_labels).tolist() == [2 * in_block] * 3
    for patches, labels in (
        (images.train, images.train_labels),
        (images.validation, images.validation_labels),
    ):
        np.testing.assert_array_equal(patches[:, 0, 0, 2] // 16, labels)


def test_no_pixel_is_in_two_patches(folder: Path) -> None:
    patch = 24  # which leaves a rest
    images = load(folder, folder, size=patch)
    for label in range(3):
        train = images.train[images.train_labels == label]
        validation = images.validation[images.validation_labels == label]
        assert blocks_of(train).isdisjoint(blocks_of(validation))
        assert len(blocks_of(train)) == 8
        found = pixels(train) | pixels(validation)  # every pixel of a photograph is unique
        assert len(found) == (len(train) + len(validation)) * patch**2


def test_patches_are_contiguous_pieces(folder: Path) -> None:
    picture = numbered(2, 5)
    for patch in load(folder, folder).train[:50]:
        row, column, place = patch[0, 0].astype(int).tolist()
        y, x = row * 4 + place % 16 // 4, column * 4 + place % 4
        np.testing.assert_array_equal(patch, picture[y : y + 32, x : x + 32])


def test_blocks_are_in_random_but_fixed_order() -> None:
    picture = numbered(5, 5)
    first, again = usable_blocks(picture, "a", 32), usable_blocks(picture, "a", 32)
    np.testing.assert_array_equal(first, again)
    corners = first[:, 0, 0, 0, :2].astype(int) * 4 // BLOCK
    assert len(first) == 25
    assert corners.tolist() != sorted(corners.tolist())
    assert not np.array_equal(first, usable_blocks(picture, "b", 32))


def test_blocks_with_a_patch_of_one_colour_are_left_out() -> None:
    picture = numbered(3, 3)
    picture[BLOCK + 64 : BLOCK + 96, BLOCK + 32 : BLOCK + 64] = 255  # one patch in the middle block
    picture[0:32, 0:31] = 255  # not quite a patch
    kept = usable_blocks(picture, "a", 32)
    assert len(kept) == 8
    assert (1, 1) not in blocks_of(kept[:, 0])


def test_too_small(folder: Path, write_image: Write) -> None:
    write_image(folder / "small.png", numbered(2, 2))
    with pytest.raises(DataError, match=r"small\.png: 256 x 256 pixels hold 4 blocks"):
        load(folder, folder)


def test_one_photograph_is_refused(tmp_path: Path, write_image: Write) -> None:
    write_image(tmp_path / "a.jpg", numbered(3, 3))
    with pytest.raises(DataError, match="holds 1 photographs"):
        load(tmp_path, tmp_path)


def test_cannot_be_decoded(folder: Path) -> None:
    whole = (folder / "a.png").read_bytes()
    (folder / "a.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"a\.png: not an image"):
        load(folder, folder)


def test_packaged(
    tmp_path: Path, write_image: Write, deb: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = []
    for package, inside, names in (("mate", "mate/nature/", "AB"), ("lomiri", "", "cd")):
        members, pinned = {}, {}
        for mark, name in enumerate(names):
            write_image(tmp_path / f"{name}.jpg", numbered(3, 3, mark))
            members[f"usr/share/backgrounds/{inside}{name}.jpg"] = (tmp_path / f"{name}.jpg").read_bytes()
            pinned[name] = hashlib.sha256((tmp_path / f"{name}.jpg").read_bytes()).hexdigest()
        members["usr/share/backgrounds/mate/abstract/A.jpg"] = b"a drawing"
        blob = deb(members)
        (tmp_path / f"{package}_1_all.deb").write_bytes(blob)
        del pinned[names[1]]  # a picture that is not a photograph
        packages.append((Archive(package, "1", hashlib.sha256(blob).hexdigest()), pinned))
    monkeypatch.setattr(photographs, "PACKAGES", tuple(packages))
    images = load(None, tmp_path).check()
    assert images.classes == ("A", "c")
    assert images.train.shape == (2 * 8 * 16, 32, 32, 3)
    assert "mate" in images.provenance
    assert "GPL" in images.licence


@pytest.mark.network
@pytest.mark.slow
def test_the_real_archives(downloads: Path) -> None:
    images = load(None, downloads).check()
    assert images.title == "patches of 25 photographs"
    assert np.bincount(images.train_labels).tolist() == [1024] * 25
    assert np.bincount(images.validation_labels).tolist() == [256] * 25
    train = {patch.tobytes() for patch in images.train}
    validation = {patch.tobytes() for patch in images.validation}
    assert (len(train), len(validation)) == (25600, 6400)
    assert train.isdisjoint(validation)
