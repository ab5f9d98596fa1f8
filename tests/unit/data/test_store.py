"""Prepared data: written once, read by all, refused when damaged."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scalinglaws.config.spec import Validation
from scalinglaws.data.modalities.arrays import ARRAYS as BY_MODALITY
from scalinglaws.data.modalities.images import Images
from scalinglaws.data.store import read_prepared, write_prepared
from scalinglaws.data.subsets import balanced_shuffle, choose_validation
from scalinglaws.errors import DataError
from scalinglaws.stages.shuffle import main

ARRAYS = BY_MODALITY["images"]


@pytest.fixture
def images() -> Images:
    """Images of 4 classes; each validation image is grey, in a shade that no other image has."""
    rng = np.random.default_rng(0)
    shades = np.arange(200, 240, dtype=np.uint8)
    return Images(
        train=rng.integers(0, 200, (60, 6, 5, 1), dtype=np.uint8),
        train_labels=np.arange(60) % 4,
        validation=np.broadcast_to(shades[:, None, None, None], (40, 6, 5, 1)).copy(),
        validation_labels=np.arange(40) // 10,
        classes=("a", "b", "c", "d"),
        title="Toy",
        licence="MIT",
        provenance="made here",
    )


def test_what_is_written_is_read(images: Images, tmp_path: Path) -> None:
    write_prepared(images, tmp_path, "toy")
    prepared = read_prepared(tmp_path)
    for name in ARRAYS:
        np.testing.assert_array_equal(prepared[name], images.arrays()[name])
    assert prepared.manifest["classes"] == ["a", "b", "c", "d"]
    assert (prepared.unit.name, prepared.unit.parts) == ("images per class", 4)
    assert prepared["train"].flags.writeable  # torch wants it so
    manifest = prepared.manifest
    assert (manifest["source"], manifest["title"], manifest["licence"]) == ("toy", "Toy", "MIT")
    assert (manifest["training_examples"], manifest["validation_examples"]) == (60, 40)
    assert manifest["shape"] == [6, 5, 1]
    assert set(manifest["files"]) == set(ARRAYS)


def test_changing_an_opened_array_leaves_the_file(images: Images, tmp_path: Path) -> None:
    write_prepared(images, tmp_path, "toy")
    read_prepared(tmp_path)["train"][:] = 0
    np.testing.assert_array_equal(read_prepared(tmp_path)["train"], images.train)


def test_the_validation_set_is_a_balanced_choice_of_the_shipped_one(images: Images, tmp_path: Path) -> None:
    chosen = {}
    for seed in (0, 1):
        some = choose_validation(images, Validation(examples=12, seed=seed))
        write_prepared(some, tmp_path / str(seed), "toy")
        prepared = read_prepared(tmp_path / str(seed))
        shades = prepared["validation"][:, 0, 0, 0]
        assert len(set(shades)) == 12
        assert shades.min() >= 200  # none was a training image
        assert np.bincount(prepared["validation_labels"]).tolist() == [3, 3, 3, 3]
        np.testing.assert_array_equal(prepared["validation_labels"], (shades - 200) // 10)
        chosen[seed] = tuple(shades)
    assert chosen[0] != chosen[1]


def test_two_writes_are_the_same_bytes(images: Images, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_prepared(images, tmp_path / name, "toy")
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()
    assert {file.name for file in (tmp_path / "one").iterdir()} == {
        "manifest.json",
        *(f"{name}.npy" for name in ARRAYS),
    }


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("manifest.json", None),
        ("manifest.json", b"{"),
        ("manifest.json", b"[]"),
        ("train.npy", None),
        ("train.npy", b"not an array"),
    ],
)
def test_a_damaged_folder_is_named(images: Images, tmp_path: Path, file: str, content: bytes | None) -> None:
    write_prepared(images, tmp_path, "toy")
    if content is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(DataError) as error:
        read_prepared(tmp_path)
    assert str(tmp_path) in str(error.value)
    assert "remove the folder" in str(error.value)


def test_a_truncated_array(images: Images, tmp_path: Path) -> None:
    write_prepared(images, tmp_path, "toy")
    content = (tmp_path / "train.npy").read_bytes()
    (tmp_path / "train.npy").write_bytes(content[:-100])
    with pytest.raises(DataError, match=r"train\.npy.*corrupt or truncated; remove the folder"):
        read_prepared(tmp_path)


def test_a_changed_array(images: Images, tmp_path: Path) -> None:
    write_prepared(images, tmp_path, "toy")
    content = bytearray((tmp_path / "train.npy").read_bytes())
    content[-1] ^= 1
    (tmp_path / "train.npy").write_bytes(content)
    with pytest.raises(DataError, match=r"train\.npy.*corrupt"):
        read_prepared(tmp_path)


def test_the_shuffle_step_orders_the_training_examples(images: Images, tmp_path: Path) -> None:
    write_prepared(replace(images, train_labels=np.arange(60) % 3), tmp_path / "data", "toy")
    out = tmp_path / "subsets" / "shuffle-5.npy"
    main(["--spec", '{"seed": 5}', "--data", str(tmp_path / "data"), "--out", str(out)])
    np.testing.assert_array_equal(np.load(out), balanced_shuffle(np.arange(60) % 3, 5, "training"))
