"""Fetch public run data from their pinned address."""

import shutil
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

from scalinglaws.errors import DataError
from scalinglaws.files import whole_file
from scalinglaws.public_runs.published_set import PublishedSet


def fetch(data: PublishedSet, folder: Path, timeout: float = 20.0, attempts: int = 2) -> dict[str, Path]:
    """Fetch the upstream files of a set, {name: path}; a file appears in the folder if it is the pinned one.

    Raises:
        DataError: a file cannot be had, or is another one.
    """
    files = {name: folder / name for name in data.forms[0]}
    for name, path in files.items():
        address = data.address + name
        with whole_file(path) as temporary:
            _download(address, temporary, timeout, attempts)
            data.check(name, temporary, shown=address)
    return files


def _download(address: str, path: Path, timeout: float, attempts: int) -> None:
    for attempt in range(1, attempts + 1):
        try:
            with urlopen(address, timeout=timeout) as answer, path.open("wb") as stream:
                shutil.copyfileobj(answer, stream)
            return
        except (OSError, HTTPException) as error:
            if attempt == attempts:
                raise DataError(f"{address}: cannot be fetched ({error})") from error
