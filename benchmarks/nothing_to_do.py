"""Time a call with nothing to do: the shipped laptop scale, and a sweep of 5,000 runs.

    python benchmarks/nothing_to_do.py [--calls N]

Both projects are made in a temporary folder, without training: their outputs are empty files which Snakemake
is told to be up to date. The first call asks Snakemake; later ones find its answer noted. Times are CPU
seconds of all processes of a call, the least of several: on a busy machine they are those of an idle one but
for its caches. With PYTHONDONTWRITEBYTECODE set, Python compiles what has no bytecode at each start.
"""

import argparse
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from workflow.project import Project
from workflow.sweep import pretend, sweep

ROW = "{:<28}{:>8}{:>16}{:>12}{:>10}{:>8}"


def main() -> None:
    """Time and print."""
    options = _options()
    print(ROW.format("CPU s", "files", "Snakemake asked", "first call", "later", "limit"))
    cases = (
        ("laptop, all papers", "laptop", laptop, 3.0),
        ("sweep of 5,000 runs", "smoke", sweep, 8.0),
    )
    for name, scale, make, limit in cases:
        with tempfile.TemporaryDirectory() as folder:
            print(row(name, scale, make, limit, Path(folder) / "project", options.calls), flush=True)


def row(
    name: str, scale: str, make: Callable[[Path], Project], limit: float, folder: Path, calls: int
) -> str:
    """Make a project and time calls in it."""
    project = make(folder)
    files = sum(path.is_file() for path in (folder / "results").rglob("*"))
    dry_run = ("snakemake", "--dry-run", "--cores", "2", "--config", f"scale={scale}")
    asked = min(seconds(project, dry_run) for _ in range(calls))
    replicate = ("scalinglaws.cli.main", "replicate", "--scale", scale)
    first, *later = (seconds(project, replicate) for _ in range(1 + calls))
    return ROW.format(name, files, f"{asked:.2f}", f"{first:.2f}", f"{min(later):.2f}", f"{limit:g}")


def laptop(folder: Path) -> Project:
    """The shipped config, with all its outputs there."""
    project = Project.bare(folder, tiny=False)
    pretend(project, "laptop")
    return project


def seconds(project: Project, command: tuple[str, ...]) -> float:
    """CPU seconds of a call that finds nothing to do."""
    before = sum(_used())
    done = project.call(*command)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing to be done" in done.stdout + done.stderr, done.stdout + done.stderr
    return sum(_used()) - before


def _used() -> Iterator[float]:
    """CPU time of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    yield from (used.ru_utime, used.ru_stime)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time a call with nothing to do.")
    parser.add_argument("--calls", type=int, default=3, help="calls of each kind (default: 3)")
    return parser.parse_args()


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
