"""Patches of photographs in natural colours. The class of a patch is the photograph that it was cut from.

The default is 32 x 32 x 3 patches of 25 photographs in two Debian packages. The images have the shape of
CIFAR's, but the task is to recognise textures and scenes, and patches of one photograph are correlated, so do
not call it CIFAR. Your own copy is a folder of at least two photographs; each file is one class.

Training and validation patches are cut from different blocks of 128 x 128 pixels, so that they share no
pixel.
"""

import hashlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from scalinglaws.data.formats.archives import Archive, read_members
from scalinglaws.data.modalities.images import IMAGE_SUFFIXES, Images, decode
from scalinglaws.errors import DataError

MODALITY = "images"
PACKAGED = {  # if no small patch has a single colour
    "training": "25 * 64 * (128 // size) ** 2",
    "validation": "25 * 16 * (128 // size) ** 2",
}

EXAMPLES = {"classes": 25, "shape": (3, 32, 32)}  # the number of examples depends on the size of the patches
BLOCK = 128
"""Side of a block, pixels. Whole blocks go to training or to validation."""
VALIDATION_ONE_IN = 5

# The photographs: name of the .jpg file and SHA-256. We looked at every JPEG file of both packages and left
# out mate's drawings and patterns (folders `abstract` and `desktop`) and two pictures of lomiri that show no
# scene: `analogpattern_by_Peter_Nerlich`, a filtered texture in false colours, and
# `umang_by_Abhishek_Mudgal`, a computed gradient.
MATE = {
    "Aqua": "5c30118205982da441bf7e6a1ada636a8a0be879408140b3148280c665ed6bce",
    "Blinds": "f7aac0dcc2e06d0491643e84df3da1d9db7c4610f58806a880d56e074799f600",
    "Dune": "8a67c2cb0be8c46b70c237311a4fa4d2b4ac7d39568135384787801fa5cc9a91",
    "FreshFlower": "972b0a0c4e5e3fa93f4f244fc84bc64b121a5eac3aaa5856f1308c1f38a02f8e",
    "Garden": "d3095ee09d425ef23d27155412136cf14fc3c9af76ca58b452f55e23da324e78",
    "GreenMeadow": "8fa0de0aa4089f7319c9fb7a6d006d4cab6023e8c8853731557cff53567b4832",
    "LadyBird": "e35a9a4126ef969c90b29c038058c5a575a20eadd84106a37bf1fa9931e7b61d",
    "RainDrops": "3e4ea9671c28c90a86cf67b3db9daf18c4741587c596333a7529ca589aaa0c16",
    "Storm": "77ca53077831d3237f73393a91fc879158abc046d852941c26e90de336356957",
    "TwoWings": "665e5abf8a5399070a91a9a8e455fe071e5b61697ff78fdeda4e9843ef545aeb",
    "Wood": "19c78500ac00a622e19907ab9cc7d06d46fe08c4a6142759a84195696150ec07",
    "YellowFlower": "254da96256acb7add685679775a04d1e4a5bc8cd13e5a5a3d61351ce198a5306",
}
LOMIRI = {
    "Bridge_by_Sander_Klootwijk": "bd86b081f9975e2b83527f71e49b9271a8ab40885428395969d9f7d834d7f050",
    "Dragonfly_by_Bolly": "af5af17841009732def24b09bb1e669a1b09d2b4bdeee7812c371101c30d2bb3",
    "Picture_0B_by_freespace": "c8c0ab18e48d9e0419fe42881112137f3afafc27dfddc29ec3a6d54c56d225ad",
    "Picture_1A_by_freespace": "89e86af38d04daaef975665dc2127e9fa76f0fd68f4eea105a2d0ae3390b010b",
    "Wine_by_Jakkub_Mede": "d2e96e6d4da40dd804b3d0ce295e94de04a2d7d9b6785d42cd9d92ba58bced74",
    "aitzgorri_by_Aitzol_Berasategi": "66268e7b48f8854d36a28765fac6e23ec1aee251daa6da1f64715f201020ad36",
    "free_by_Peter_Nerlich": "85a5453c2fed514c75973016f3d862aca62eb7ca087618822469274ac1092373",
    "friends_by_Aitzol_Berasategi": "cc40e313c74e421edffe3403def413c16878ce14661cce7ec5915baeab35538d",
    "greentock_by_Peter_Nerlich": "e7b20e2db9dcd6e2b278ca55873c2110b35d89cd38b04d0b18728726888e6889",
    "life_by_Aitzol_Berasategi": "4c119350ead80201fe256850c3d316309ddfb4bdf10b235ce982dcde0c667c05",
    "picosdeeuropa_by_Aitzol_Berasategi": "414d0072b2f6f2c555deafeaef6e45c4fed6fa9ad26eba6560ca8803959cf97a",
    "seeding_by_Clements_Engelhardt": "a5634d1ab5e41a3568e92d4a894a500c92b891f9ff734e50bd224d6e185a605f",
    "sunset_by_Aitzol_Berasategi": "474dab6a4b9f94dc76c29dfe30e9f5db4af0fd2e33fe5d695f8152b371efca18",
}
PACKAGES = (
    (
        Archive(
            package="mate-backgrounds",
            version="1.26.0-1",
            sha256="7bf4c2209f34b4f61ba6d24c8b58c28b361e82e4b943aae6d42c030169af9e04",
        ),
        MATE,
    ),
    (
        Archive(
            package="lomiri-wallpapers-16.04",
            version="20.04.0-2",
            sha256="a99ff6a3bfe451e4cc0682ecb3cc82e71740626d59e4845ae34a0a0e45421eab",
        ),
        LOMIRI,
    ),
)


def load(location: Path | None, archives: Path, *, size: Annotated[int, Field(ge=8, le=128)] = 32) -> Images:
    """Cut the photographs into patches, the same number from each.

    Args:
        location: a folder of photographs; None for the packaged ones.
        archives: the folder of package archives.
        size: side of a patch, pixels.

    Raises:
        DataError: an archive cannot be downloaded, there are fewer than two photographs, or one is too small
            or cannot be decoded.
    """
    files = _packaged(archives) if location is None else _own(location)
    names, photographs = [], []
    fewest: int | None = None
    for name, content in files:
        # Blocks come in random order, so the first ones are a fair choice. Each photograph is cut down to the
        # fewest blocks seen so far, because all of them together would not fit into memory.
        photographs.append(usable_blocks(decode_rgb(content, name), name, size)[:fewest].copy())
        names.append(name)
        fewest = len(photographs[-1])
    # (class, block, patch in block, height, width, 3)
    blocks = np.stack([photograph[:fewest] for photograph in photographs])
    held_out = blocks.shape[1] // VALIDATION_ONE_IN
    validation, validation_labels = _labelled(blocks[:, :held_out])
    train, train_labels = _labelled(blocks[:, held_out:])
    packages = ", ".join(archive.package for archive, _ in PACKAGES)
    return Images(
        train=train,
        train_labels=train_labels,
        validation=validation,
        validation_labels=validation_labels,
        classes=tuple(names),
        title=f"patches of {len(names)} photographs",
        licence="that of the photographs" if location else "by photograph: GPL-2+, CC-BY(-SA)-4.0 or CC0-1.0",
        provenance="the user's own photographs" if location else f"Debian packages {packages}",
    )


def usable_blocks(photograph: NDArray[np.uint8], name: str, patch: int) -> NDArray[np.uint8]:
    """The blocks of a photograph in random order, each cut into patches.

    The order comes from a hash of the photograph's name and not from a random generator, whose stream may
    change. Blocks that have a patch of a single colour are left out: clipped highlights and shadows look the
    same in several photographs and in both splits, so they would be duplicates with labels by chance.

    Args:
        photograph: shape (height, width, 3).
        name: its name.
        patch: side of a patch, pixels. What remains at the right and bottom of a block is dropped.

    Returns:
        Shape (blocks, patches per block, patch, patch, 3).

    Raises:
        DataError: there are too few blocks for both splits.
    """
    rows, columns = photograph.shape[0] // BLOCK, photograph.shape[1] // BLOCK
    places = [(row, column) for row in range(rows) for column in range(columns)]
    places.sort(key=lambda place: hashlib.sha256(f"{name} {place[0]} {place[1]}".encode()).digest())
    across = BLOCK // patch
    kept = []
    for row, column in places:
        block = photograph[row * BLOCK :, column * BLOCK :][: across * patch, : across * patch]
        patches = block.reshape(across, patch, across, patch, 3).swapaxes(1, 2).reshape(-1, patch, patch, 3)
        if not (patches == patches[:, :1, :1]).all(axis=(1, 2, 3)).any():
            kept.append(patches)
    if len(kept) < VALIDATION_ONE_IN:
        raise DataError(
            f"{name}: {photograph.shape[1]} x {photograph.shape[0]} pixels hold {len(kept)} blocks of "
            f"{BLOCK} x {BLOCK} pixels without a patch of one colour; at least {VALIDATION_ONE_IN} are needed"
        )
    return np.stack(kept)


def decode_rgb(content: Path | bytes, name: str) -> NDArray[np.uint8]:
    """An image file as an array of shape (height, width, 3)."""
    return np.asarray(decode(content if isinstance(content, Path) else BytesIO(content), name).convert("RGB"))


def _labelled(blocks: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Patches (examples, height, width, 3) and classes, from (class, block, in block, height, width, 3)."""
    classes, per_class = len(blocks), blocks.shape[1] * blocks.shape[2]
    return blocks.reshape(-1, *blocks.shape[3:]), np.repeat(np.arange(classes, dtype=np.int64), per_class)


def _packaged(archives: Path) -> Iterator[tuple[str, bytes]]:
    for archive, photographs in PACKAGES:
        pinned = {f"{name}.jpg": sha256 for name, sha256 in photographs.items()}
        found = read_members(archive, archives, r"/backgrounds/(mate/nature/)?[^/]+\.jpg$", pinned)
        content = {Path(member).stem: body for member, body in found.items()}
        yield from ((name, content[name]) for name in photographs)


def _own(location: Path) -> list[tuple[str, Path]]:
    files = sorted(path for path in location.glob("*") if path.suffix.lower() in IMAGE_SUFFIXES)
    if len(files) < 2:
        raise DataError(
            f"{location}: holds {len(files)} photographs ({', '.join(IMAGE_SUFFIXES)}), at least 2 are "
            "needed; each file is one class"
        )
    return [(path.name, path) for path in files]
