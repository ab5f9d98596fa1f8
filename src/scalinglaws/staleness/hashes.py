"""Hashes of the content of files and folders, and a cache of them so that what looks the same is not read
again.
"""

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from scalinglaws.config.canonical import short_hash
from scalinglaws.files import sha256_of, write_text

NOT_IN_TABLES = ("digest", "job")
"""Keys of a run record that no table depends on. Of its provenance, tables hold the versions only."""
RACY_SECONDS = 2.0
"""A file that is younger may change again without a change of its times, so it is not remembered."""


class Hashes:
    """Hashes of files and folders.

    With a cache, a file is read again only if its size, its times or its inode changed. The time of the last
    change of the inode (ctime) is among them: a tool that sets a file's time back changes it.
    """

    def __init__(self, cache: Path | None = None) -> None:
        """Start with what a cache holds; without one, every file is read."""
        self._cache = cache
        self._known: dict[str, list[Any]] = _read(cache) if cache else {}
        self._this_time: dict[str, str] = {}

    def __call__(self, path: Path) -> str:
        """Hash of a file's content or, of a folder, of all files below it with their names.

        Raises:
            OSError: it cannot be read.
        """
        name = str(path)
        if name not in self._this_time:
            looks = _looks(path)
            seen = self._known.get(name)
            if not (path.is_file() or path.is_dir()):
                raise OSError(f"{path}: neither a file nor a folder")  # a pipe, say, which would never end
            if seen is None or seen[0] != looks:
                seen = [looks, folder_hash(path) if path.is_dir() else file_hash(path)]
                self._known[name] = seen
            self._this_time[name] = seen[1]
        return self._this_time[name]

    def of(self, paths: Iterable[Path]) -> dict[str, str]:
        """The hash of each path."""
        return {str(path): self(path) for path in paths}

    def save(self) -> None:
        """Write the cache; a folder that cannot be written costs time at the next call and nothing else."""
        if self._cache is None or not self._cache.parent.is_dir():
            return
        before = int((time.time() - RACY_SECONDS) * 1e9)
        # Another process may have added to the file since it was read.
        old = {name: seen for name, seen in _read(self._cache).items() if name not in self._this_time}
        known = {name: seen for name, seen in self._known.items() if seen[0][1] < before}
        with suppress(OSError):
            write_text(self._cache, json.dumps({**old, **known}, separators=(",", ":")))


def file_hash(path: Path) -> str:
    """Hash of a file's content; for a run record, without when, where and in which job it was trained."""
    if path.suffix == ".json":
        with suppress(ValueError, RecursionError):  # damaged, so it is hashed as it is
            plain = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(plain, dict) and {"run", "provenance"} <= plain.keys() and _is_intact(plain):
                return _record_hash(plain)
    return sha256_of(path)


def _is_intact(record: Mapping[str, Any]) -> bool:
    """Whether a run record has its digest; one that was edited anywhere has another hash as a file."""
    content = {key: value for key, value in record.items() if key != "digest"}
    return record.get("digest") == short_hash(content)


def _record_hash(plain: Mapping[str, Any]) -> str:
    provenance = plain["provenance"]
    versions = provenance.get("versions") if isinstance(provenance, dict) else None
    kept = {key: value for key, value in plain.items() if key not in NOT_IN_TABLES}
    return short_hash({**kept, "provenance": versions})


def folder_hash(folder: Path) -> str:
    """Hash of all files below a folder: their paths in it, and their content."""
    return short_hash({str(file.relative_to(folder)): sha256_of(file) for file in _files(folder)})


def _looks(path: Path) -> list[Any]:
    """What tells without reading whether a file or folder is the same: [text, time of its last change]."""
    if not path.is_dir():
        stat = path.stat()
        changed = max(stat.st_mtime_ns, stat.st_ctime_ns)
        return [f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}", changed]
    seen = {str(file.relative_to(path)): _looks(file) for file in _files(path)}
    return [short_hash(seen), max((changed for _, changed in seen.values()), default=0)]


def _files(folder: Path) -> Iterator[Path]:
    """All files below a folder, sorted; links to folders are followed, each folder once."""
    entered: set[Path] = set()
    found = []
    for where, folders, files in os.walk(folder, followlinks=True):
        entered.add(Path(where).resolve())
        folders[:] = [each for each in folders if Path(where, each).resolve() not in entered]
        found += [Path(where, file) for file in files]
    return iter(sorted(file for file in found if file.is_file()))


def _read(cache: Path) -> dict[str, list[Any]]:
    """What a cache holds; nothing if it is missing or cannot be understood."""
    try:
        plain = json.loads(cache.read_text(encoding="utf-8"))
        return {
            name: [[str(text), int(changed)], str(found)] for name, ((text, changed), found) in plain.items()
        }
    except (AttributeError, OSError, OverflowError, RecursionError, TypeError, ValueError):
        return {}
