"""Debian archives and JPEG files made for a test, in the real formats."""

import io
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import zstandard
from numpy.typing import NDArray
from PIL import Image


def ar_member(name: str, body: bytes) -> bytes:
    """One member of an ar file: header of 60 bytes, content, padding to an even length."""
    header = f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(body):<10}".encode() + b"`\n"
    return header + body + b"\n" * (len(body) % 2)


def make_deb(files: Mapping[str, bytes], compression: str = "xz", extra: bytes = b"") -> bytes:
    """A .deb with the given files, as dpkg writes it; `extra` makes another build of the same content."""
    packed = io.BytesIO()
    mode = "" if compression == "zst" else compression
    with tarfile.open(fileobj=packed, mode=f"w:{mode}") as tar:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(f"./{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    body = packed.getvalue()
    if compression == "zst":
        body = zstandard.ZstdCompressor().compress(body)
    control = ar_member("control.tar.xz", b"odd" + extra)
    data = f"data.tar.{compression}" if compression else "data.tar"
    return b"!<arch>\n" + ar_member("debian-binary", b"2.0\n") + control + ar_member(data, body)


@pytest.fixture
def deb() -> Callable[..., bytes]:
    """`make_deb`: the bytes of a Debian archive with the given files."""
    return make_deb


@pytest.fixture(scope="session")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of real archives, shared by the tests that download them."""
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture
def write_image() -> Callable[[Path, NDArray[np.uint8]], None]:
    """Write an array as an image file, in the format of the file's ending."""

    def write(path: Path, pixels: NDArray[np.uint8]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path, quality=95)

    return write
