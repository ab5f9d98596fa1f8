"""A note that nothing was to be done, and of the state in which Snakemake said so.

To find that nothing is to be done, Snakemake takes seconds, most of them to start and to read its own notes.
A later call in the same state gets the same answer from the note; in any other state Snakemake is asked.

Why the note cannot wrongly say that nothing is to be done:

- The answer is Snakemake's; this module only recognises the state in which it was given. The state is taken
  before Snakemake is asked and again after its answer, and the answer noted only if both are the same.
- Snakemake decides by the Snakefile, its rules and profile, the config, the package (which the Snakefile
  imports and takes fingerprints of), the versions of Python and of all that is installed, its arguments, and
  some environment variables. The state holds the bytes of all those files and the values of the rest.
- It decides by which files of the workflow exist, by their times and in part their content, and by its own
  notes of how they were made. All of them lie in `results/<scale>/` (a test holds that) and `.snakemake/`.
  The state holds path, inode, mode, size, and the times of modification and of change of every file there.
  One that is edited, deleted, added, replaced or touched has others, also where its time of modification
  was set back: the time of change cannot be set. Two changes within one tick of the file system's clock may
  look alike; but from the first look at the state to the note, Snakemake has started and ended, and a tick
  is shorter than that.
- Public run data that appear or go away decide what is left out of the plan. Nothing is noted where Snakemake
  left anything out; where it did not, the tables made of those data are in the state.
- Where something cannot be read or is not understood, such as a profile that the environment names, there is
  no state, and Snakemake is asked.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import scalinglaws
from scalinglaws.files import write_json

NOTE = Path("logs") / "up-to-date.json"
READ = ("Snakefile", "workflow", "profiles", "config")
"""What is read in the project's folder, beside the package."""
VARIABLES = ("HOME", "LANG", "LC_", "PYTHON", "SCALINGLAWS_", "XDG_")
"""Beginnings of the names of environment variables that can change what is planned or how files are read."""
UNKNOWN_VARIABLES = "SNAKEMAKE_"
"""Snakemake's own can name a profile anywhere."""
INSTALLED = (".dist-info", ".egg-info", ".pth")
OWN_LOGS = ("log", "iocache")
"""What Snakemake writes at each call and decides nothing by (`iocache` only with `--trust-io-cache`)."""


def results_folder(scale: str) -> Path:
    """Where a scale's results lie, found without reading its config."""
    return Path("results") / (Path(scale).stem if scale.endswith((".yaml", ".yml")) else scale)


def state(call: Sequence[str], scale: str, results: Path) -> str | None:
    """A hash of all that Snakemake's answer to a call depends on, or None where that cannot be told.

    Args:
        call: Snakemake's command line.
        scale: as the user gave it: a name, or the path of a scale file.
        results: the folder of the scale's results.
    """
    digest = hashlib.sha256()
    try:
        for part in _parts(call, scale, results):
            digest.update(f"{part!r}\n".encode())
    except (OSError, LookupError):
        return None
    return digest.hexdigest()


def note(results: Path, found: str, said: str) -> None:
    """Note that in a state nothing is to be done, and what the user is told then."""
    write_json(results / NOTE, {"state": found, "said": said})


def is_noted(results: Path) -> bool:
    """Whether there is any note."""
    return (results / NOTE).is_file()


def noted(results: Path, found: str | None) -> str | None:
    """What is to be said in a state in which nothing is to be done; None where Snakemake has to be asked."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        plain = json.loads((results / NOTE).read_text(encoding="utf-8"))
        if found is not None and plain["state"] == found:
            return str(plain["said"])
    return None


def _parts(call: Sequence[str], scale: str, results: Path) -> Iterator[object]:
    yield list(call), str(Path.cwd()), sys.version, sys.prefix
    for name in sorted(os.environ):
        if name.startswith(UNKNOWN_VARIABLES):
            raise LookupError(name)
        if name.startswith(VARIABLES):
            yield name, os.environ[name]
    for folder in sys.path:
        yield from _installed(Path(folder))
    # Snakemake's Python looks for modules here first: a `yaml.py` would count.
    yield sorted(entry.name for entry in os.scandir() if entry.name.endswith(".py") or entry.is_dir())
    package = str(Path(scalinglaws.__file__).parent)
    for path in (package, *READ, *([scale] if Path(scale).is_file() else [])):
        for file, _ in _files(path, skipped=("__pycache__",)):
            yield file, hashlib.sha256(Path(file).read_bytes()).hexdigest()
    for path, logs in ((str(results), ("logs",)), (".snakemake", OWN_LOGS)):
        for file, found in _files(path, skipped=[f"{path}/{name}" for name in logs]):
            yield file, found


def _installed(folder: Path) -> Iterator[object]:
    """What is installed in a folder of Python's path: an upgrade renames or rewrites one of these."""
    if folder.is_dir():
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            if entry.name.endswith(INSTALLED):
                yield entry.name, entry.stat().st_mtime_ns


def _files(path: str, skipped: Sequence[str]) -> Iterator[tuple[str, object]]:
    """The file itself, or every file below a folder in a fixed order, with its looks; links are followed.

    Args:
        path: the file or folder.
        skipped: what is left out, by name or by path.

    Raises:
        OSError: there is no such file or folder, or it cannot be read.
    """
    if not Path(path).is_dir():
        yield path, _looks(Path(path).stat())
        return
    for entry in sorted(os.scandir(path), key=lambda entry: entry.name):
        if entry.name in skipped or entry.path in skipped:
            continue
        if entry.is_dir():
            yield from _files(entry.path, skipped)
        else:
            link = entry.stat(follow_symlinks=False)
            yield entry.path, _looks(link) + (_looks(entry.stat()) if entry.is_symlink() else ())


def _looks(stat: os.stat_result) -> tuple[int, ...]:
    return stat.st_ino, stat.st_mode, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
