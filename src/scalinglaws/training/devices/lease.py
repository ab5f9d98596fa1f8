"""Local training processes share the GPUs of a host by file locks: each leases a part of one.

A lease is a file with a lock on it, `<folder>/<uuid of the GPU>/<MB>-<process>-<random>.lease`. What counts
is the lock, which the system drops however its process ends; a file without one is left over from the dead
and is removed by whoever looks next. All that a file says is in its name, so that none can be half written.
Looking and taking is one step under one more lock, `<folder>/ledger`; it spans all GPUs, as the choice is
made among all.
"""

import fcntl
import logging
import os
import random
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scalinglaws.errors import DeviceError
from scalinglaws.training.devices.gpus import Gpu, list_gpus

log = logging.getLogger("scalinglaws.training")

VARIABLE = "CUDA_VISIBLE_DEVICES"
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""Seconds between two looks while all GPUs are busy; each pause is twice the last."""


@dataclass(frozen=True)
class Lease:
    """What a process may use."""

    gpu: Gpu | None
    """None if nothing was leased: no GPU is here, or the environment had named one."""
    visible: str | None
    """CUDA_VISIBLE_DEVICES as long as the lease lasts; None if it is not set."""
    waited: float = 0.0
    """Seconds until a GPU was free."""


@contextmanager
def lease(
    memory_mb: int | None,
    folder: Path | None = None,
    gpus: Sequence[Gpu] | None = None,
    wait_seconds: float | None = None,
) -> Iterator[Lease]:
    """Lease a part of a GPU and set CUDA_VISIBLE_DEVICES to it; both end with the block.

    To be entered before CUDA starts in this process, best before torch is imported. A CUDA_VISIBLE_DEVICES
    that is already set, by a scheduler or the user, is kept as it is, an empty one too. Only if it names
    several GPUs, one of them is leased: else all processes would meet on the first.

    Args:
        memory_mb: memory that the process will need at most, in MiB, without its CUDA context; None for a
            whole GPU.
        folder: where leases are kept, the same for all who share; by default `default_folder()`.
        gpus: the GPUs to choose from; by default `list_gpus()`.
        wait_seconds: how long to wait if all are busy; by default until one is free.

    Raises:
        DeviceError: no GPU is large enough, none became free in time, or `folder` takes no files or locks.
    """
    visible = os.environ.get(VARIABLE)
    fixed = visible is not None and "," not in visible
    known = () if fixed else list_gpus() if gpus is None else gpus
    named = {gpu: gpu.uuid for gpu in known} if visible is None else _named(visible, known)
    if not named:
        yield Lease(None, visible)
        return
    shares = {gpu: share for gpu in named if (share := gpu.share_for(memory_mb)) is not None}
    if not shares:
        sizes = ", ".join(f"{gpu.name} with {gpu.memory_mb} MB" for gpu in named)
        raise DeviceError(f"no GPU has the {memory_mb} MB of memory that are asked for; here: {sizes}")
    start = time.monotonic()
    folder = folder or default_folder()
    try:
        _prepare(folder)
        gpu, path, handle = _wait(folder, shares, wait_seconds)
    except OSError as error:
        raise DeviceError(f"{folder}: cannot keep GPU leases there: {error}") from None
    os.environ[VARIABLE] = named[gpu]
    try:
        yield Lease(gpu, named[gpu], time.monotonic() - start)
    finally:
        if visible is None:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = visible
        path.unlink(missing_ok=True)
        fcntl.flock(handle, fcntl.LOCK_UN)  # after closing alone, a forked child would still hold it
        os.close(handle)


def default_folder() -> Path:
    """The folder of leases, common to all workflows of this user on this host.

    Neither TMPDIR, which may differ from setup to setup, nor XDG_RUNTIME_DIR, which is not set everywhere and
    goes away when the user logs out while setups still run.
    """
    base = Path("/tmp")
    return (base if base.is_dir() else Path(tempfile.gettempdir())) / f"scalinglaws-gpus-{os.getuid()}"


def _named(visible: str, known: Sequence[Gpu]) -> dict[Gpu, str]:
    """The GPUs that a CUDA_VISIBLE_DEVICES names, and by which name; none if one of them is not clear.

    Numbers are taken in nvidia-smi's order. CUDA's may differ where GPUs of several kinds are mixed; the name
    is kept as it is, so that this can only make us count memory for the wrong one.
    """
    named = {}
    for name in (part.strip() for part in visible.split(",")):
        fitting = [gpu for gpu in known if name == str(gpu.index) or (name and gpu.uuid.startswith(name))]
        if len(fitting) != 1:
            return {}
        named[fitting[0]] = name
    return named


def _prepare(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():  # in /tmp, anyone may have been first
        raise DeviceError(f"{folder}: cannot keep GPU leases there: it belongs to another user")


def _wait(folder: Path, shares: Mapping[Gpu, int], seconds: float | None) -> tuple[Gpu, Path, int]:
    """Take a share of a GPU, as soon as one is free; the GPU, the file of the lease and its open handle."""
    start = time.monotonic()
    pause = 0.0
    while True:
        with _ledger(folder):
            held = {gpu: _held(folder / _file_name(gpu), gpu.budget_mb) for gpu in shares}
            free = {gpu: gpu.budget_mb - sum(held[gpu]) for gpu in shares}
            fitting = [gpu for gpu, share in shares.items() if share <= free[gpu]]
            if fitting:
                gpu = min(fitting, key=lambda gpu: (-free[gpu], len(held[gpu])))
                return (gpu, *_take(folder / _file_name(gpu), shares[gpu]))
        use = "; ".join(
            f"{gpu.name} has {len(held[gpu])} leases"
            + (f", {free[gpu]} MB free ({share} wanted)" if gpu.memory_mb is not None else "")
            for gpu, share in shares.items()
        )
        if seconds is not None and time.monotonic() - start >= seconds:
            raise DeviceError(f"no GPU became free within {seconds:g} s: {use} ({folder})")
        if not pause:
            log.info("waiting for a GPU: %s (%s)", use, folder)
        pause = min(2 * pause, LONGEST_PAUSE) or FIRST_PAUSE
        time.sleep(pause * random.SystemRandom().uniform(0.75, 1.25))  # not all waiting processes at once


def _file_name(gpu: Gpu) -> str:
    return gpu.uuid.replace("/", "_")  # older drivers: MIG-GPU-.../1/0


@contextmanager
def _ledger(folder: Path) -> Iterator[None]:
    """Nobody else looks at or takes leases meanwhile."""
    path = folder / "ledger"
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle, path)
            if os.fstat(handle).st_nlink:  # else it was removed in the meantime, by a cleaner of old files
                try:
                    yield
                finally:
                    fcntl.flock(handle, fcntl.LOCK_UN)
                return
        finally:
            os.close(handle)


def _lock(handle: int, path: Path, wait: bool = True) -> bool:
    """Lock an open file, by default after waiting for it; whether this was done."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise DeviceError(
            f"{path}: the file system takes no locks ({error.strerror}), which GPU leases need; "
            f"set {VARIABLE} for each process instead"
        ) from None
    return True


def _held(folder: Path, budget_mb: int) -> list[int]:
    """The memory of each lease of a GPU; what the dead have left is removed."""
    held = []
    for path in folder.glob("*.lease"):
        try:
            handle = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            continue  # just given back
        try:
            if _lock(handle, path, wait=False):
                path.unlink(missing_ok=True)
            else:
                memory = path.name.partition("-")[0]
                held.append(int(memory) if memory.isdecimal() else budget_mb)
        finally:
            os.close(handle)
    return held


def _take(folder: Path, share_mb: int) -> tuple[Path, int]:
    folder.mkdir(mode=0o700, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{share_mb}-{os.getpid()}-", suffix=".lease", dir=folder)
    _lock(handle, Path(name))
    return Path(name), handle
