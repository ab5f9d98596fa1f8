"""The files that a user names: what may be read, and what may be written, checked before any work."""

import os
from collections.abc import Mapping
from pathlib import Path

from scalinglaws.errors import DataError, ScalingLawsError
from scalinglaws.files import read_file

COMPRESSED = {
    b"\x1f\x8b": "compressed by gzip",
    b"BZh": "compressed by bzip2",
    b"\xfd7zXZ\x00": "compressed by xz",
    b"\x28\xb5\x2f\xfd": "compressed by zstd",
    b"PK\x03\x04": "a zip archive or a spreadsheet such as .xlsx",
}
LONGEST_NAME = 255 - 10  # bytes; the temporary file beside it has a longer name


def content_of(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        DataError: it cannot be read, is not a regular file (a pipe may never end), or is compressed.
    """
    try:
        content = read_file(path)
    except OSError as fault:
        raise DataError(f"{path}: cannot be read: {fault.strerror}") from None
    for magic, what in COMPRESSED.items():
        if content.startswith(magic):
            raise DataError(f"{path}: is {what}; unpack it, or save the table as CSV")
    return content


def check_outputs(outputs: Mapping[str, Path | None], table: Path | None = None) -> None:
    """Refuse what could not be written, or would be written over the table.

    Args:
        outputs: the file to write by its option.
        table: the file that is read, if there is one.

    Raises:
        ScalingLawsError: names the option and the file.
    """
    seen: dict[Path, str] = {}
    for option, path in outputs.items():
        if path is None:
            continue
        try:
            fault = _fault(path, table)
        except (OSError, ValueError) as error:
            fault = f"cannot be written: {getattr(error, 'strerror', error)}"
        if not fault and path.resolve() in seen:
            fault = f"is the file of {seen[path.resolve()]} too; name another file"
        if fault:
            raise ScalingLawsError(f"{option}: {path} {fault}")
        seen[path.resolve()] = option


def _fault(path: Path, table: Path | None) -> str:
    """What forbids to write a file, or nothing."""
    if table is not None and _same(path, table):
        return "is the table itself; name another file"
    if path.is_dir():
        return "cannot be written: it is a folder"
    if path.exists() and not path.is_file():
        return "cannot be written: it is not a regular file"
    if len(os.fsencode(path.name)) > LONGEST_NAME:
        return f"cannot be written: its name is longer than {LONGEST_NAME} bytes"
    folder = path.absolute().parent
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir():
        return f"cannot be written: {folder} is not a folder"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"cannot be written: {folder} is not writable"
    return ""


def _same(path: Path, table: Path) -> bool:
    return path.resolve() == table.resolve() or (path.exists() and table.exists() and path.samefile(table))
