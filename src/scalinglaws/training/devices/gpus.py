"""The GPUs of this host, as nvidia-smi lists them; torch is not imported for it."""

import csv
import logging
import os
import re
import subprocess
from dataclasses import dataclass

log = logging.getLogger("scalinglaws.training")

SHARE = 0.92
"""Part of a GPU's memory that is given out. Assumed: the rest is for fragments and for what is not ours."""
CONTEXT_MB = 500
"""Memory that a CUDA process takes before its first tensor. Assumed: reports range from 300 to 700."""
UNIFIED_SHARE = 0.5
"""Part of the host's memory that counts as the GPU's where the two share it. Assumed."""
SMI_SECONDS = 60
"""Patience with nvidia-smi: the driver may have to wake up many GPUs first."""


@dataclass(frozen=True)
class Gpu:
    """A GPU, or a part of one (MIG) that looks like one."""

    uuid: str
    """What CUDA_VISIBLE_DEVICES takes: unlike an index, it depends on no order of devices."""
    name: str
    memory_mb: int | None
    """Its memory in MiB; None where nvidia-smi does not tell, and then it has one lease at a time."""
    index: int | None = None
    """Its number in nvidia-smi's order."""

    @property
    def budget_mb(self) -> int:
        """The memory that is given out, in MiB; 1 stands for all of a memory of unknown size."""
        return 1 if self.memory_mb is None else int(SHARE * self.memory_mb)

    def share_for(self, memory_mb: int | None) -> int | None:
        """The part of the budget that a request takes; None if it exceeds the whole memory."""
        if memory_mb is None or self.memory_mb is None:
            return self.budget_mb
        if memory_mb > self.memory_mb:
            return None
        return min(memory_mb + CONTEXT_MB, self.budget_mb)  # nearly all of a GPU is all of it


def list_gpus() -> tuple[Gpu, ...]:
    """The GPUs that nvidia-smi lists, in its order; none where it is missing or fails. Imports no torch."""
    found = []
    table = _smi("--query-gpu=index,uuid,name,memory.total,mig.mode.current", "--format=csv,noheader,nounits")
    split = False
    for row in csv.reader(table.splitlines(), skipinitialspace=True):
        if len(row) != 5 or not row[0].isdecimal() or not row[1].startswith("GPU-"):
            continue  # a message, or a GPU in error
        if row[4].strip() == "Enabled":
            split = True  # CUDA sees its parts only
        else:
            found.append(Gpu(row[1].strip(), row[2].strip(), _memory_mb(row[3].strip()), int(row[0])))
    return (*found, *(_mig_parts(_smi("-L")) if split else ()))


def _smi(*options: str) -> str:
    """What nvidia-smi prints; nothing if it cannot be run."""
    try:
        done = subprocess.run(["nvidia-smi", *options], capture_output=True, text=True, timeout=SMI_SECONDS)
    except FileNotFoundError:
        return ""  # the usual case without a GPU
    except (OSError, subprocess.TimeoutExpired) as error:
        log.warning("no GPU is used, nvidia-smi fails: %s", error)
        return ""
    if done.returncode:
        said = " ".join((done.stdout or done.stderr).split())
        log.warning("no GPU is used, nvidia-smi fails with status %d: %s", done.returncode, said[:200])
        return ""
    return done.stdout


def _memory_mb(told: str) -> int | None:
    if told.isdecimal() and int(told) > 0:
        return int(told)
    if told in ("[N/A]", "[Not Supported]"):  # GB10 and others with one memory for CPU and GPU
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        return int(UNIFIED_SHARE * pages / 2**20)
    return None


def _mig_parts(listing: str) -> list[Gpu]:
    """The parts of GPUs in MIG mode, from `nvidia-smi -L`; profiles (`1g.10gb`, `1c.2g.20gb`) tell sizes."""
    parts = []
    name = ""
    for line in listing.splitlines():
        if whole := re.match(r"GPU \d+: (.+) \(UUID: ", line):
            name = whole[1]
        elif part := re.match(r"\s+MIG (\S+)\s+Device\s+\d+: \(UUID: (MIG-[^)]+)\)", line):
            size = re.match(r"(?:(\d+)c\.)?(\d+)g\.(\d+)gb", part[1])
            # Gigabytes are taken as decimal, which is about what the parts have. Where an instance is divided
            # again (`1c.2g`), its parts share its memory.
            memory = size and int(size[3]) * 1e9 / 2**20 * int(size[1] or size[2]) / int(size[2])
            parts.append(Gpu(part[2], f"{name} MIG {part[1]}", int(memory) if memory else None))
    return parts
