"""One GPU per training process: a file lock keeps other processes of this user on this host away from it."""

import logging
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from filelock import FileLock, Timeout

from scalinglaws.errors import DeviceError

log = logging.getLogger("scalinglaws.training")

VISIBLE = "CUDA_VISIBLE_DEVICES"
LOCKS = Path("/tmp") / f"scalinglaws-gpus-{os.getuid()}"  # not TMPDIR: it may differ from process to process
SMI_SECONDS = 60  # the driver may have to wake up many GPUs before nvidia-smi answers
PAUSE_SECONDS = 1.0


@contextmanager
def one_gpu() -> Iterator[str | None]:
    """Wait for a GPU that no other process trains on and make it the only one that CUDA sees.

    Enter it before CUDA starts in this process. It chooses among the GPUs that CUDA_VISIBLE_DEVICES names, or
    among all if that is not set. The system drops the lock when the process ends, however it ends.

    Yields:
        The value of CUDA_VISIBLE_DEVICES meanwhile; None if it is not set and nvidia-smi lists no GPU. If it
        names something that nvidia-smi does not list, it is left as it is and nothing is locked.

    Raises:
        DeviceError: the lock files cannot be written.
    """
    before = os.environ.get(VISIBLE)
    found = list_gpus()
    # Numbers count in the order of nvidia-smi. CUDA may count otherwise where GPUs differ, but all processes
    # that use numbers then lock the same file for the same GPU.
    known = {uuid: uuid for uuid in found} | {str(number): uuid for number, uuid in enumerate(found)}
    names = list(found) if before is None else [name.strip() for name in before.split(",")]
    if not names or any(name not in known for name in names):
        yield before
        return
    try:
        LOCKS.mkdir(mode=0o700, exist_ok=True)
        name, lock = _first_free({name: FileLock(LOCKS / known[name].replace("/", "_")) for name in names})
    except OSError as error:
        raise DeviceError(f"{LOCKS}: cannot keep locks of GPUs there: {error}") from None
    os.environ[VISIBLE] = name
    try:
        yield name
    finally:
        os.environ.pop(VISIBLE, None)
        os.environ.update({} if before is None else {VISIBLE: before})
        lock.release()


def _first_free(locks: dict[str, FileLock]) -> tuple[str, FileLock]:
    said = False
    while True:
        for name, lock in locks.items():
            try:
                lock.acquire(blocking=False)
            except Timeout:
                continue
            return name, lock
        if not said:
            log.info("waiting for a GPU: other processes train on all %d (%s)", len(locks), LOCKS)
            said = True
        time.sleep(PAUSE_SECONDS)


def list_gpus() -> tuple[str, ...]:
    """UUIDs of the GPUs in the order of nvidia-smi; of a GPU that is split (MIG), those of its parts.

    It does not import torch, which would look at CUDA_VISIBLE_DEVICES too early.
    """
    try:
        done = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=SMI_SECONDS)
    except FileNotFoundError:
        return ()  # the usual case without a GPU
    except (OSError, subprocess.TimeoutExpired) as error:
        log.warning("nvidia-smi fails, so no GPU is locked: %s", error)
        return ()
    uuids: list[str] = re.findall(r"\(UUID: ([^)]+)\)", done.stdout)
    split = {uuid for uuid, after in pairwise(uuids) if after.startswith("MIG-")}
    return tuple(uuid for uuid in uuids if uuid.startswith("MIG-") or uuid not in split)
