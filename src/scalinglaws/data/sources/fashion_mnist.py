"""Fashion-MNIST (Xiao et al. 2017): 60,000 + 10,000 grey product photographs, 28 x 28, ten balanced classes.

The default is the Debian package dataset-fashion-mnist. Your own copy is a folder with the four standard
`*-ubyte.gz` files, as torchvision keeps them under `FashionMNIST/raw`.
"""

import gzip
import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scalinglaws.data.formats.archives import Archive, read_members
from scalinglaws.data.modalities.images import Images
from scalinglaws.errors import DataError

MODALITY = "images"

ARCHIVE = Archive(
    package="dataset-fashion-mnist",
    version="0.0~git20200523.55506a9-1",
    sha256="39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0",
)
# What the config needs to know before any data is read.
EXAMPLES = {"training": 60_000, "validation": 10_000, "classes": 10, "shape": (1, 28, 28)}
FILES = {
    "train-images-idx3-ubyte.gz": "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7",
    "train-labels-idx1-ubyte.gz": "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056",
    "t10k-images-idx3-ubyte.gz": "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
    "t10k-labels-idx1-ubyte.gz": "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
}
CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
UBYTE = 0x08


def load(location: Path | None, archives: Path) -> Images:
    """Load both splits.

    Raises:
        DataError: a file is missing, or its SHA-256 is not the pinned one.
    """
    if location is None:
        members = read_members(ARCHIVE, archives, r"ubyte\.gz$", FILES)
        origin = f"Debian package {ARCHIVE.package}"
        files = {Path(name).name: content for name, content in members.items()}
    else:
        origin = "the user's own copy"
        files = {name: _read_own(location / name, pinned) for name, pinned in FILES.items()}
    return Images(
        train=parse_idx(files["train-images-idx3-ubyte.gz"])[..., None],
        train_labels=parse_idx(files["train-labels-idx1-ubyte.gz"]).astype(np.int64),
        validation=parse_idx(files["t10k-images-idx3-ubyte.gz"])[..., None],
        validation_labels=parse_idx(files["t10k-labels-idx1-ubyte.gz"]).astype(np.int64),
        classes=CLASSES,
        title="Fashion-MNIST",
        licence="MIT",
        provenance=f"{origin} (Xiao, Rasul and Vollgraf 2017)",
    )


def parse_idx(content: bytes) -> NDArray[np.uint8]:
    """The array in a gzipped IDX file of unsigned bytes (LeCun's format, big-endian: magic, shape, bytes)."""
    raw = gzip.decompress(content)
    if len(raw) < 4 or raw[:3] != bytes((0, 0, UBYTE)):
        raise ValueError("not an IDX file of unsigned bytes")
    rank = raw[3]
    shape = np.frombuffer(raw, ">i4", count=rank, offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def _read_own(path: Path, pinned: str) -> bytes:
    if not path.is_file():
        raise DataError(f"{path}: no such file. A Fashion-MNIST folder holds {', '.join(FILES)}.")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != pinned:
        raise DataError(f"{path}: SHA-256 is {found}, expected {pinned}. The file is corrupt or truncated.")
    return content
