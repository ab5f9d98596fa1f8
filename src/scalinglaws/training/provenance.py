"""Where and when a run was made, for its record."""

import platform
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from scalinglaws.training.record import Provenance


class Stopwatch:
    """Notes when a run begins; gives its provenance at the end."""

    def __init__(self) -> None:
        self.started = datetime.now(UTC)
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    @property
    def wall_seconds(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._wall

    def provenance(self, device: str) -> Provenance:
        """Times, device, versions and commit of the run that ends now."""
        return Provenance(
            started=self.started.isoformat(timespec="seconds"),
            wall_seconds=round(self.wall_seconds, 3),
            cpu_seconds=round(time.process_time() - self._cpu, 3),
            device=device,
            platform=platform.platform(),
            versions={
                "python": platform.python_version(),
                **{package: version(package) for package in ("numpy", "torch")},
            },
            commit=commit(Path(".git")),
        )


def commit(folder: Path) -> str | None:
    """The commit that a git folder has checked out, read without git; None where there is none."""
    try:
        head = (folder / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head
        return (folder / head.removeprefix("ref: ")).read_text(encoding="utf-8").strip()
    except OSError:
        return None
