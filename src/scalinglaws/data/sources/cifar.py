"""CIFAR-10 and CIFAR-100 (Krizhevsky 2009): 50,000 + 10,000 natural images, 32 x 32 x 3, balanced classes.

They are not in any package, so you need your own copy: `location` is the folder of the official "python
version" (`cifar-10-batches-py`, `cifar-100-python`) or "binary version" (`cifar-10-batches-bin`,
`cifar-100-binary`). The files in it tell which one it is.

The python version consists of pickles, which can run any code when they are read. We read them with an
unpickler that admits only numpy arrays and built-in containers.
"""

import io
import pickle
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from scalinglaws.data.modalities.images import Images
from scalinglaws.errors import DataError

MODALITY = "images"

EXAMPLES = {"training": 50_000, "validation": 10_000, "classes": "classes", "shape": (3, 32, 32)}
SHAPE = (3, 32, 32)
"""Channels, height, width: the order of the bytes in both versions."""
TRAINING = {10: tuple(f"data_batch_{k}" for k in range(1, 6)), 100: ("train",)}
VALIDATION = {10: ("test_batch",), 100: ("test",)}
LABELS = {10: b"labels", 100: b"fine_labels"}
PICKLED_NAMES = {10: ("batches.meta", b"label_names"), 100: ("meta", b"fine_label_names")}
BINARY_NAMES = {10: "batches.meta.txt", 100: "fine_label_names.txt"}
LABEL_BYTES = {10: 1, 100: 2}
"""Label bytes before the pixels of a binary record. The last one is the class (CIFAR-100: coarse, fine)."""

# What pickled arrays and bytes refer to, in Python 2 and 3, and in old and new numpy.
ADMITTED = {
    ("_codecs", "encode"),
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "_reconstruct"),
}


def load(location: Path | None, archives: Path, *, classes: Literal[10, 100] = 10) -> Images:
    """Load both splits from the official files.

    Args:
        location: the unpacked folder; required.
        archives: not used.
        classes: 10 for CIFAR-10; 100 for CIFAR-100 with its fine labels.

    Raises:
        DataError: no folder is named, a file is missing, truncated or not in the format, or a pickle refers
            to anything but arrays and containers.
    """
    del archives
    if location is None:
        raise DataError(
            f"cifar: CIFAR-{classes} is not fetched; name its unpacked folder as `cifar` under `locations` "
            "in the scale file"
        )
    read, suffix = (_read_pickle, "") if _is_there(location, classes, "") else (_read_binary, ".bin")
    if not _is_there(location, classes, suffix):
        raise DataError(_not_there(location, classes))
    train, train_labels = _join([read(location / f"{name}{suffix}", classes) for name in TRAINING[classes]])
    test, test_labels = _join([read(location / f"{name}{suffix}", classes) for name in VALIDATION[classes]])
    return Images(
        train=train,
        train_labels=train_labels,
        validation=test,
        validation_labels=test_labels,
        classes=_class_names(location, classes, pickled=not suffix),
        title=f"CIFAR-{classes}",
        licence="none stated; cite Krizhevsky 2009",
        provenance="the user's own copy (Krizhevsky 2009)",
    )


class ArrayUnpickler(pickle.Unpickler):
    """An unpickler that admits only arrays, bytes, text, numbers, lists and dicts, and calls nothing else.

    `str` of Python 2 is read as bytes.

    Raises:
        DataError: the pickle refers to any other global; names the file and the global.
    """

    def __init__(self, stream: io.BufferedIOBase, name: str) -> None:
        super().__init__(stream, encoding="bytes")
        self._name = name

    def find_class(self, module: str, name: str) -> Any:
        """The object that the pickle refers to by a global name."""
        if (module, name) not in ADMITTED:
            raise DataError(
                f"{self._name}: the pickle refers to {module}.{name}, which is forbidden; nothing was run"
            )
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)  # its name since numpy 2


def _is_there(location: Path, classes: int, suffix: str) -> bool:
    return any((location / f"{name}{suffix}").is_file() for name in TRAINING[classes] + VALIDATION[classes])


def _not_there(location: Path, classes: int) -> str:
    names = ", ".join(TRAINING[classes] + VALIDATION[classes])
    message = f"{location}: no CIFAR-{classes} here; the folder holds {names}, or the same ending in .bin"
    other = 110 - classes
    if _is_there(location, other, "") or _is_there(location, other, ".bin"):
        message += f". This is CIFAR-{other}: set the option `classes: {other}`"
    return message


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}); CIFAR's folder is not complete"
        ) from error


def _unpickle(path: Path) -> dict[bytes, Any]:
    try:
        content = ArrayUnpickler(io.BytesIO(_content(path)), str(path)).load()
    except DataError:
        raise
    except Exception as error:  # because a damaged pickle can raise anything
        raise DataError(f"{path}: not a pickle, or truncated ({error})") from error
    if not isinstance(content, dict):
        raise DataError(f"{path}: holds a {type(content).__name__}, CIFAR's files hold a dict")
    # If Python 3 wrote the file, the keys are text.
    return {key.encode() if isinstance(key, str) else key: value for key, value in content.items()}


def _item(content: dict[bytes, Any], key: bytes, path: Path) -> Any:
    if key not in content:
        raise DataError(f"{path}: has no {key.decode()!r}")
    return content[key]


def _read_pickle(path: Path, classes: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    content = _unpickle(path)
    pixels, labels = _item(content, b"data", path), _item(content, LABELS[classes], path)
    values = int(np.prod(SHAPE))
    if (
        not isinstance(pixels, np.ndarray)
        or pixels.dtype != np.uint8
        or pixels.shape != (len(labels), values)
    ):
        raise DataError(f"{path}: data must be a uint8 array of {len(labels)} rows of {values} bytes")
    return _channels_last(pixels), np.array(labels, dtype=np.int64)


def _read_binary(path: Path, classes: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    content = _content(path)
    head = LABEL_BYTES[classes]
    record = head + int(np.prod(SHAPE))
    if not content or len(content) % record:
        raise DataError(f"{path}: {len(content)} bytes is not a number of {record}-byte records; truncated?")
    records = np.frombuffer(content, np.uint8).reshape(-1, record)
    return _channels_last(records[:, head:]), records[:, head - 1].astype(np.int64)


def _channels_last(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(examples, 3 * 32 * 32) to (examples, 32, 32, 3)."""
    return pixels.reshape(-1, *SHAPE).transpose(0, 2, 3, 1)


def _join(
    batches: list[tuple[NDArray[np.uint8], NDArray[np.int64]]],
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    images, labels = zip(*batches, strict=True)
    return np.ascontiguousarray(np.concatenate(images)), np.concatenate(labels)


def _class_names(location: Path, classes: int, pickled: bool) -> tuple[str, ...]:
    if pickled:
        file, key = PICKLED_NAMES[classes]
        listed = _item(_unpickle(location / file), key, location / file)
        names = tuple(name.decode() if isinstance(name, bytes) else str(name) for name in listed)
    else:
        file = BINARY_NAMES[classes]
        names = tuple(_content(location / file).decode().split())
    if len(names) != classes:
        raise DataError(f"{location / file}: {len(names)} class names, expected {classes}")
    return names
