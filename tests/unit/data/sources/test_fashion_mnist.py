import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from scalinglaws.data.formats.archives import Archive
from scalinglaws.data.sources import fashion_mnist
from scalinglaws.errors import DataError

FOLDER = "usr/share/datasets/fashion-mnist"


def idx(values: NDArray[np.uint8]) -> bytes:
    """A gzipped IDX file."""
    head = bytes((0, 0, 8, values.ndim)) + np.array(values.shape, ">i4").tobytes()
    return gzip.compress(head + values.tobytes(), mtime=0)


def arrays() -> dict[str, NDArray[np.uint8]]:
    generator = np.random.default_rng(0)
    return {
        "train-images-idx3-ubyte.gz": generator.integers(0, 256, (20, 28, 28), dtype=np.uint8),
        "train-labels-idx1-ubyte.gz": np.arange(20, dtype=np.uint8) % 10,
        "t10k-images-idx3-ubyte.gz": generator.integers(0, 256, (10, 28, 28), dtype=np.uint8),
        "t10k-labels-idx1-ubyte.gz": np.arange(10, dtype=np.uint8)[::-1].copy(),
    }


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Four small files, taken for the published ones."""
    files = {name: idx(values) for name, values in arrays().items()}
    pinned = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    monkeypatch.setattr(fashion_mnist, "FILES", pinned)
    return files


def check(location: Path | None, archives: Path) -> None:
    """Load, and compare every value."""
    images = fashion_mnist.load(location, archives).check()
    expected = arrays()
    np.testing.assert_array_equal(images.train[..., 0], expected["train-images-idx3-ubyte.gz"])
    np.testing.assert_array_equal(images.train_labels, expected["train-labels-idx1-ubyte.gz"])
    np.testing.assert_array_equal(images.validation[..., 0], expected["t10k-images-idx3-ubyte.gz"])
    np.testing.assert_array_equal(images.validation_labels, expected["t10k-labels-idx1-ubyte.gz"])
    assert images.train.shape == (20, 28, 28, 1)
    assert len(images.classes) == 10
    assert ("own" in images.provenance) == (location is not None)


def test_packaged(
    tmp_path: Path, files: dict[str, bytes], deb: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    blob = deb({f"{FOLDER}/{name}": content for name, content in files.items()})
    (tmp_path / "dataset-fashion-mnist_1_all.deb").write_bytes(blob)
    archive = Archive("dataset-fashion-mnist", "1", hashlib.sha256(blob).hexdigest())
    monkeypatch.setattr(fashion_mnist, "ARCHIVE", archive)
    check(None, tmp_path)


def test_own_folder(tmp_path: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    check(tmp_path, tmp_path / "none")


def test_own_file_corrupt(tmp_path: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    path = tmp_path / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-1])
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(DataError, match=f"t10k-images.*{found}.*{fashion_mnist.FILES[path.name]}"):
        fashion_mnist.load(tmp_path, tmp_path)


def test_own_file_missing(tmp_path: Path, files: dict[str, bytes]) -> None:
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte\.gz: no such file"):
        fashion_mnist.load(tmp_path, tmp_path)


@pytest.mark.parametrize("head", [b"", b"\0\0\x0d\1\0\0\0\0", b"\1\0\x08\1\0\0\0\0"])
def test_not_unsigned_bytes(head: bytes) -> None:
    with pytest.raises(ValueError, match="not an IDX file"):
        fashion_mnist.parse_idx(gzip.compress(head))


@pytest.mark.network
def test_the_real_archive(downloads: Path) -> None:
    images = fashion_mnist.load(None, downloads).check()
    assert images.train.shape == (fashion_mnist.EXAMPLES["training"], 28, 28, 1)
    assert images.validation.shape == (fashion_mnist.EXAMPLES["validation"], 28, 28, 1)
    assert np.bincount(images.train_labels).tolist() == [6000] * 10
    assert np.bincount(images.validation_labels).tolist() == [1000] * 10
    train = {image.tobytes() for image in images.train}
    assert len(train) == 60000
    assert train.isdisjoint(image.tobytes() for image in images.validation)
