"""Debian archives with data in them: downloaded by apt, read without dpkg, checked by SHA-256.

This works without root, because apt gets its own folders for package lists and cache. On a machine without
apt, put the archives into the folder that the scale file names under `archives`.
"""

import hashlib
import io
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scalinglaws.errors import DataError
from scalinglaws.files import sha256_of

AR_MAGIC = b"!<arch>\n"
AR_HEADER = 60


@dataclass(frozen=True)
class Archive:
    """A Debian package with data in it: its name, the pinned version and the SHA-256 of that build."""

    package: str
    version: str
    sha256: str


def read_members(
    archive: Archive,
    folder: Path,
    pattern: str,
    contents: Mapping[str, str] | None = None,
    any_build: bool = False,
) -> dict[str, bytes]:
    """The files in an archive whose path matches a regular expression, {path: content}.

    The archive is taken from `folder`, or downloaded into it if it is missing. Its SHA-256 must be the pinned
    one, with two exceptions. If `contents` ({file name: SHA-256}) is given, another build of the package is
    accepted if it has all of these files. With `any_build` every build is accepted, and the caller has to
    check the content.

    Raises:
        DataError: the archive cannot be downloaded or is corrupt; the error names the file and both hashes.
            Nothing is overwritten.
    """
    path = find(archive, folder) or fetch(archive, folder)
    found = sha256_of(path)
    mismatch = DataError(
        f"{path}: SHA-256 is {found}, expected {archive.sha256} ({archive.package} {archive.version}). "
        "The file is corrupt, truncated or another version; remove it to fetch it again."
    )
    try:
        members = _untar(path.read_bytes(), pattern)
    except (ValueError, OSError, EOFError, tarfile.TarError) as error:
        raise mismatch from error
    if found != archive.sha256 and not any_build:
        hashes = {Path(name).name: hashlib.sha256(body).hexdigest() for name, body in members.items()}
        if not contents or any(hashes.get(name) != pinned for name, pinned in contents.items()):
            raise mismatch
    return members


def find(archive: Archive, folder: Path) -> Path | None:
    """The file of an archive in a folder: the pinned version, or else any version, or else None."""
    pinned = folder / f"{archive.package}_{archive.version.replace(':', '%3a')}_all.deb"
    if pinned.exists():
        return pinned
    return next(iter(sorted(folder.glob(f"{archive.package}_*.deb"))), None)


def fetch(archive: Archive, folder: Path) -> Path:
    """Download a package into a folder with `apt-get download`; the file appears there when it is complete.

    Raises:
        DataError: there is no apt on this machine, or it cannot download the package.
    """
    remedy = (
        f"Put {archive.package}_{archive.version}_all.deb (SHA-256 {archive.sha256}) into {folder}, name "
        "another folder of archives as `archives` in the scale file, or name the data's own folder under "
        "`locations`."
    )
    if shutil.which("apt-get") is None:
        raise DataError(f"{archive.package}: there is no apt-get on this machine. {remedy}")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".apt-") as scratch:
        (Path(scratch) / "lists" / "partial").mkdir(parents=True)
        (Path(scratch) / "cache" / "archives" / "partial").mkdir(parents=True)
        private = [
            "apt-get",
            f"-oDir::State::Lists={Path(scratch).resolve()}/lists",
            f"-oDir::Cache={Path(scratch).resolve()}/cache",
            "-oAPT::Sandbox::User=",
            "-oAcquire::Retries=3",
            "-oAcquire::Languages=none",
        ]
        update = _apt([*private, "update"], scratch)
        # The pinned version first. If the release has only another build, its content is checked.
        for target in (f"{archive.package}={archive.version}", archive.package):
            download = _apt([*private, "download", target], scratch)
            delivered = sorted(Path(scratch).glob("*.deb"))
            if delivered:
                destination = folder / delivered[0].name
                return delivered[0].replace(destination)
        said = (download or update).strip()[-300:]
        raise DataError(f"{archive.package}: apt-get could not deliver it ({said}). {remedy}")


def _apt(command: list[str], folder: str) -> str:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return result.stderr


def _untar(blob: bytes, pattern: str) -> dict[str, bytes]:
    """Read the data member of a .deb in one pass; random access would start over each time."""
    if not blob.startswith(AR_MAGIC):
        raise ValueError("not a Debian archive")
    offset = len(AR_MAGIC)
    while offset + AR_HEADER <= len(blob):
        header = blob[offset : offset + AR_HEADER]
        name, size = header[:16].decode().strip().rstrip("/"), int(header[48:58])
        body = blob[offset + AR_HEADER : offset + AR_HEADER + size]
        if len(body) != size:
            raise ValueError(f"truncated in {name}")
        if name.startswith("data.tar"):
            return _read_tar(_decompress(name, body), pattern)
        offset += AR_HEADER + size + size % 2
    raise ValueError("no data member")


def _decompress(name: str, body: bytes) -> bytes:
    if not name.endswith(".zst"):
        return body  # tarfile knows gzip, bzip2 and xz
    import zstandard

    try:
        return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(body)).read()
    except zstandard.ZstdError as error:  # not a subclass of OSError or ValueError
        raise ValueError(f"corrupt {name}") from error


def _read_tar(body: bytes, pattern: str) -> dict[str, bytes]:
    wanted = re.compile(pattern)
    members: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(body), mode="r|*") as tar:
        for member in tar:
            if member.isfile() and wanted.search(member.name):
                stream = tar.extractfile(member)
                assert stream is not None
                members[member.name.removeprefix("./")] = stream.read()
    return members
