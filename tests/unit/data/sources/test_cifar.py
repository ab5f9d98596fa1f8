import io
import pickle
import warnings
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from scalinglaws.data.sources.cifar import load
from scalinglaws.errors import DataError

BATCH = 4
BATCHES = {10: [f"data_batch_{k}" for k in range(1, 6)] + ["test_batch"], 100: ["train", "test"]}
FOLDERS = [(10, "python 3"), (10, "python 2"), (10, "binary"), (100, "python 2"), (100, "binary")]


def pixels(classes: int, batch: int) -> NDArray[np.uint8]:
    """Random rows of 3072 bytes, all red values first, then green, then blue."""
    return np.random.default_rng([classes, batch]).integers(0, 256, (BATCH, 3072), dtype=np.uint8)


def labels(classes: int, batch: int) -> list[int]:
    return np.random.default_rng([classes, batch, 1]).integers(0, classes, BATCH).tolist()


class Python2Pickler(pickle._Pickler):
    """Writes `str` and `bytes` as Python 2 wrote its `str`, as the official files have it."""

    dispatch: ClassVar[dict[Any, Any]] = dict(pickle._Pickler.dispatch)

    def save_python2_str(self, value: str | bytes) -> None:
        raw = value.encode("latin1") if isinstance(value, str) else value
        self.write(pickle.BINSTRING + len(raw).to_bytes(4, "little") + raw)
        self.memoize(value)

    dispatch[str] = dispatch[bytes] = save_python2_str


def dump(content: Any, version: str) -> bytes:
    if version == "python 3":
        return pickle.dumps(content, protocol=2)
    stream = io.BytesIO()
    Python2Pickler(stream, protocol=2).dump(content)
    dumped = stream.getvalue().replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")
    # The flags of dtype(code, align, copy) were integers, not booleans.
    booleans = pickle.NEWFALSE + pickle.NEWTRUE + pickle.TUPLE3
    return dumped.replace(booleans, pickle.BININT1 + b"\0" + pickle.BININT1 + b"\1" + pickle.TUPLE3)


def write(folder: Path, classes: int, version: str) -> None:
    """A small data set in the official format."""
    names = [f"class {k}" for k in range(classes)]
    for batch, name in enumerate(BATCHES[classes]):
        rows, fine = pixels(classes, batch), labels(classes, batch)
        if version == "binary":
            head = [[k] if classes == 10 else [k // 5, k] for k in fine]
            (folder / f"{name}.bin").write_bytes(np.hstack([np.array(head, dtype=np.uint8), rows]).tobytes())
            continue
        key = {"labels": fine} if classes == 10 else {"fine_labels": fine, "coarse_labels": [0] * BATCH}
        (folder / name).write_bytes(dump({"data": rows, **key, "filenames": ["x.png"] * BATCH}, version))
    if version == "binary":
        file = "batches.meta.txt" if classes == 10 else "fine_label_names.txt"
        (folder / file).write_text("\n".join(name.replace(" ", "_") for name in names) + "\n\n")
    else:
        file, key_name = ("batches.meta", "label_names") if classes == 10 else ("meta", "fine_label_names")
        (folder / file).write_bytes(dump({key_name: names}, version))


@pytest.mark.parametrize(("classes", "version"), FOLDERS)
def test_every_version(tmp_path: Path, classes: int, version: str) -> None:
    write(tmp_path, classes, version)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        images = load(tmp_path, tmp_path, classes=classes).check()  # type: ignore[arg-type]
    *training, test = range(len(BATCHES[classes]))
    expected = np.concatenate([pixels(classes, batch) for batch in training])
    for channel in range(3):
        plane = expected[:, channel * 1024 : (channel + 1) * 1024].reshape(-1, 32, 32)
        np.testing.assert_array_equal(images.train[..., channel], plane)
    assert images.train_labels.tolist() == [label for batch in training for label in labels(classes, batch)]
    np.testing.assert_array_equal(images.validation[0, 31, 31], pixels(classes, test)[0, [1023, 2047, 3071]])
    assert images.validation_labels.tolist() == labels(classes, test)
    assert len(images.classes) == classes
    assert images.classes[3].replace("_", " ") == "class 3"
    assert images.title == f"CIFAR-{classes}"


class Malicious:
    """Touches a file when unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.target,)


@pytest.mark.parametrize("file", ["data_batch_3", "batches.meta"])
def test_malicious_pickle_is_not_run(tmp_path: Path, file: str) -> None:
    write(tmp_path, 10, "python 2")
    target = tmp_path / "ran"
    poisoned = pickle.dumps({"data": Malicious(target)}, protocol=2)
    pickle.loads(poisoned)
    assert target.exists()  # it works
    target.unlink()
    (tmp_path / file).write_bytes(poisoned)
    with pytest.raises(DataError, match=rf"{file}: the pickle refers to \S+, which is forbidden"):
        load(tmp_path, tmp_path)
    assert not target.exists()


@pytest.mark.parametrize(
    "reference",
    [
        "builtins eval",
        "numpy.core.multiarray x",
    ],
)
def test_forbidden_globals(tmp_path: Path, reference: str) -> None:
    write(tmp_path, 10, "python 3")
    module, name = reference.split()
    (tmp_path / "test_batch").write_bytes(b"\x80\x02c" + f"{module}\n{name}\n.".encode())
    with pytest.raises(DataError) as error:
        load(tmp_path, tmp_path)
    assert f"{tmp_path / 'test_batch'}: the pickle refers to {module}.{name}" in str(error.value)


@pytest.mark.parametrize("version", ["python 2", "binary"])
@pytest.mark.parametrize("kept", [0, 200])
def test_truncated(tmp_path: Path, version: str, kept: int) -> None:
    write(tmp_path, 10, version)
    path = tmp_path / ("data_batch_4" + (".bin" if version == "binary" else ""))
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DataError, match=rf"{path.name}: .*truncated"):
        load(tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ([1], "holds a list"),
        ({"labels": [0]}, "has no 'data'"),
        ({"data": np.zeros((1, 3072), np.uint8)}, "has no 'labels'"),
        ({"data": np.zeros((2, 3072), np.uint8), "labels": [0]}, "1 rows of 3072"),
        ({"data": [0], "labels": [0]}, "uint8"),
    ],
)
def test_other_content(tmp_path: Path, content: Any, problem: str) -> None:
    write(tmp_path, 10, "python 3")
    (tmp_path / "data_batch_1").write_bytes(dump(content, "python 2"))
    with pytest.raises(DataError, match=f"data_batch_1: .*{problem}"):
        load(tmp_path, tmp_path)


@pytest.mark.parametrize("file", ["test_batch", "batches.meta"])
def test_file_missing(tmp_path: Path, file: str) -> None:
    write(tmp_path, 10, "python 2")
    (tmp_path / file).unlink()
    with pytest.raises(DataError, match=f"{file}: cannot be read"):
        load(tmp_path, tmp_path)


def test_the_other_cifar(tmp_path: Path) -> None:
    write(tmp_path, 100, "binary")
    with pytest.raises(DataError, match=r"set the option `classes: 100`"):
        load(tmp_path, tmp_path, classes=10)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no CIFAR-100 here; the folder holds train, test") as error:
        load(tmp_path, tmp_path, classes=100)
    assert "set the option" not in str(error.value)


def test_no_location(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"`cifar` under `locations` in the scale file"):
        load(None, tmp_path)


def test_too_few_class_names(tmp_path: Path) -> None:
    write(tmp_path, 10, "binary")
    (tmp_path / "batches.meta.txt").write_text("cat\ndog\n")
    with pytest.raises(DataError, match=r"batches\.meta\.txt: 2 class names, expected 10"):
        load(tmp_path, tmp_path)
