"""Where, when and how fast a run was trained, for its record."""

import platform
import resource
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from scalinglaws.counting.size import ModelSize
from scalinglaws.training.records.record import Provenance

if TYPE_CHECKING:  # imports torch, which a caller that only asks for the processor does not need
    from scalinglaws.training.loop import Member


class Place:
    """Where a training process runs, and how fast it could be at best.

    Attributes:
        device: `cpu`, or the name of the GPU.
        peak: the FLOP/s that the device reaches at best; see `scalinglaws.training.devices.peak`.
    """

    def __init__(self, device: str, peak: float) -> None:
        self.device, self.peak = device, peak
        self.started = datetime.now(UTC).isoformat(timespec="seconds")

    def provenance(self, member: "Member", size: ModelSize) -> Provenance:
        """The provenance of a run that ends now."""
        seconds = member.seconds
        training = max(seconds.wall - seconds.evaluation, 1e-9)
        speed = size.flops_per_example * member.examples_trained / training
        return Provenance(
            started=self.started,
            cpu_seconds=round(seconds.cpu, 4),
            busy_seconds=round(seconds.wall, 4),
            evaluation_share=round(seconds.evaluation / max(seconds.wall, 1e-9), 4),
            ensemble=seconds.ensemble,
            flops_per_second=float(f"{speed:.4g}"),
            peak_flops_per_second=float(f"{self.peak:.4g}"),
            peak_memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            device=self.device,
            processor=processor(),
            platform=platform.platform(),
            versions=training_versions(),
            commit=commit(Path(".git")),
        )


def training_versions() -> dict[str, str]:
    """Versions of Python and of the packages that a run's result may depend on."""
    packages = {package: version(package) for package in ("numpy", "torch")}
    return {"python": platform.python_version(), **packages}


def without_patch(versions: Mapping[str, str]) -> dict[str, str]:
    """The same versions, of Python only 3.x: its patches do not change what numpy and torch compute."""
    return {**versions, "python": ".".join(versions.get("python", "").split(".")[:2])}


@cache
def processor() -> str:
    """The CPU's name, as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def commit(folder: Path) -> str | None:
    """The commit that a git folder has checked out, read without git; None where there is none."""
    try:
        head = (folder / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head
        return (folder / head.removeprefix("ref: ")).read_text(encoding="utf-8").strip()
    except OSError:
        return None
