"""The data files that a statement reads from the package: their content counts like its code.

- A path by literals, such as `Path(__file__).parent / "words.txt"`, means that file; a folder means all files
  in it.
- A module may say it instead: `DATA_FILES = ("words.txt", "sets/*.csv")`, patterns relative to its folder.
  This holds for all paths that it makes from `__file__`. It is empty where the spec of a stage has hashes of
  the files.
- Any other use of `__file__`, or of `importlib.resources`, means all data files of the package.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from scalinglaws.files import sha256_of
from scalinglaws.fingerprint import imports
from scalinglaws.fingerprint.modules import read

CODE = (".py", ".pyc", ".pyi")
_hash = cache(sha256_of)


def files_read(module: str, place: int) -> Iterator[tuple[str, str]]:
    """The files that a statement reads: the path of each, relative to what is named, and a hash."""
    whole = read(module)
    says, folder = whole.statements[place], whole.path.parent
    for pattern in says.patterns:
        yield from _hashed(folder.glob(pattern), folder)
    package = imports.ROOT / imports.PACKAGE
    if says.reads_any or any(package.is_relative_to(path) for path in says.files):
        yield from _hashed(package.rglob("*"), package)
    else:
        for path in sorted(says.files):
            yield from _hashed([path] if path.is_file() else path.rglob("*"), path)


def _hashed(paths: Iterable[Path], base: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(paths):
        if path.is_file() and path.suffix not in CODE and "__pycache__" not in path.parts:
            yield str(path.relative_to(base)), _hash(path)
