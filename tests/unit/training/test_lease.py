"""Leases of GPUs: shared within their memory, between processes, and given back however a process ends."""

import errno
import fcntl
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.errors import DeviceError
from scalinglaws.training.devices import lease as module
from scalinglaws.training.devices.gpus import CONTEXT_MB, Gpu
from scalinglaws.training.devices.lease import VARIABLE, Lease, default_folder, lease

GPUS = tuple(Gpu(f"GPU-{letter}", "Test", 10_000, number) for number, letter in enumerate("abc"))
BUDGET = GPUS[0].budget_mb
JOB = """
import json, os, subprocess, sys, time
from pathlib import Path
from scalinglaws.training.devices.gpus import Gpu
from scalinglaws.training.devices.lease import lease
folder, memory, seconds, sleeper = json.loads(sys.argv[1])
gpus = [Gpu(f"GPU-{letter}", "Test", 10_000, number) for number, letter in enumerate("abc")]
print("ready", flush=True)
sys.stdin.readline()
with lease(memory, Path(folder), gpus) as mine:
    child = subprocess.Popen(["sleep", "60"]).pid if sleeper else 0
    start = time.monotonic()
    print(os.environ["CUDA_VISIBLE_DEVICES"], mine.gpu.share_for(memory), start, child, flush=True)
    time.sleep(seconds)
    print(time.monotonic())
"""


@pytest.fixture(autouse=True)
def free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Takes leases that last until the test ends, as other processes would; the GPU of each."""
    with ExitStack() as ensemble:

        def take(memory_mb: int | None, gpus: tuple[Gpu, ...] = GPUS) -> str:
            got = ensemble.enter_context(lease(memory_mb, tmp_path, gpus, wait_seconds=0))
            monkeypatch.delenv(VARIABLE)
            assert got.gpu is not None
            return got.gpu.uuid

        yield take


def start_job(
    folder: Path, memory_mb: int | None, seconds: float, sleeper: bool = False
) -> subprocess.Popen[str]:
    """A process that waits for a line before it asks for its lease."""
    spec = json.dumps([str(folder), memory_mb, seconds, sleeper])
    return subprocess.Popen(
        [sys.executable, "-c", JOB, spec], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def run_jobs(folder: Path, sizes: list[int | None]) -> list[tuple[str, int, float, float]]:
    """Runs a job for each size, all at once; GPU, memory, start and end of each."""
    jobs = [start_job(folder, size, 0.3) for size in sizes]
    for job in jobs:
        assert job.stdout is not None
        assert job.stdout.readline() == "ready\n"
    for job in jobs:
        assert job.stdin is not None
        print(file=job.stdin, flush=True)
    outputs = [job.communicate(timeout=120)[0].split() for job in jobs]
    assert [job.returncode for job in jobs] == [0] * len(jobs)
    return [(gpu, int(share), float(start), float(end)) for gpu, share, start, _, end in outputs]


def test_jobs_share_gpus_within_their_memory(tmp_path: Path) -> None:
    done = run_jobs(tmp_path, [1500, 2500, 4000, 6000] * 3)
    assert {gpu for gpu, *_ in done} == {gpu.uuid for gpu in GPUS}
    together = 0
    for gpu, _, start, _ in done:  # use is highest when one starts
        running = [share for other, share, a, b in done if other == gpu and a <= start < b]
        assert sum(running) <= BUDGET
        together = max(together, len(running))
    assert together > 1
    assert not list(tmp_path.rglob("*.lease"))


def test_whole_gpus_are_never_shared(tmp_path: Path) -> None:
    done = sorted(run_jobs(tmp_path, [None] * 12))
    assert {gpu for gpu, *_ in done} == {gpu.uuid for gpu in GPUS}
    for (gpu, share, _, end), (next_gpu, _, start, _) in pairwise(done):
        assert share == BUDGET
        assert gpu != next_gpu or end <= start


def test_what_a_killed_process_held_is_free_at_once(tmp_path: Path) -> None:
    job = start_job(tmp_path, None, 60, sleeper=True)
    assert job.stdin is not None
    assert job.stdout is not None
    print(file=job.stdin, flush=True)
    assert job.stdout.readline() == "ready\n"
    child = int(job.stdout.readline().split()[3])  # a process that it started, and that outlives it
    try:
        one = GPUS[:1]
        with pytest.raises(DeviceError, match="no GPU became free within 0 s: Test has 1 leases, 0 MB free"):
            lease(1, tmp_path, one, wait_seconds=0).__enter__()
        job.send_signal(signal.SIGKILL)
        job.wait()
        (left,) = tmp_path.rglob("*.lease")
        with lease(None, tmp_path, one, wait_seconds=0) as got:
            assert got.gpu == GPUS[0]
            assert not left.exists()
    finally:
        os.kill(child, signal.SIGKILL)
        job.kill()
        job.communicate()


def test_the_freest_gpu_is_taken(take: Callable[..., str]) -> None:
    assert [take(4000), take(2000), take(3000)] == ["GPU-a", "GPU-b", "GPU-c"]
    assert [take(1000), take(1000), take(500)] == ["GPU-b", "GPU-c", "GPU-b"]


def test_among_equally_free_gpus_the_one_with_fewer_leases_is_taken(take: Callable[..., str]) -> None:
    two = GPUS[:2]
    assert [take(2000, GPUS[:1]), take(1500, GPUS[:1])] == ["GPU-a", "GPU-a"]
    assert take(3500 + CONTEXT_MB, two) == "GPU-b"
    assert take(100, two) == "GPU-b"
    assert take(100, two) == "GPU-a"


def test_nearly_a_whole_gpu_is_a_whole_one(take: Callable[..., str]) -> None:
    assert take(10_000) == "GPU-a"
    assert take(9000) == "GPU-b"
    assert take(1) == "GPU-c"
    with pytest.raises(DeviceError, match="became free"):
        take(None)


def test_a_request_that_no_gpu_can_hold_is_an_error(take: Callable[..., str]) -> None:
    with pytest.raises(
        DeviceError, match="the 10001 MB of memory that are asked for; here: Test with 10000 MB"
    ):
        take(10_001)
    assert take(10_001, (*GPUS, Gpu("GPU-big", "Big", 20_000))) == "GPU-big"


def test_a_gpu_of_unknown_memory_has_one_lease_at_a_time(take: Callable[..., str]) -> None:
    unknown = (Gpu("MIG-GPU-d/1/0", "Unknown", None),)
    assert take(50_000, unknown) == "MIG-GPU-d/1/0"
    with pytest.raises(DeviceError, match=r"Unknown has 1 leases \("):
        take(1, unknown)


def test_waiting_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    pauses: list[float] = []
    with ExitStack() as other:
        other.enter_context(lease(None, tmp_path, GPUS[:1]))
        monkeypatch.delenv(VARIABLE)

        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 8:
                other.close()

        monkeypatch.setattr(module.time, "sleep", sleep)
        with lease(2000, tmp_path, GPUS[:1]) as got:
            assert got.gpu == GPUS[0]
    (line,) = caplog.messages
    assert line == f"waiting for a GPU: Test has 1 leases, 0 MB free (2500 wanted) ({tmp_path})"
    assert len(pauses) == 8
    assert 0.05 < pauses[0] < 0.15
    assert 1.4 < pauses[-1] < 2.6


@pytest.mark.parametrize("value", ["", "0", "3", "GPU-a", "MIG-x", "-1", "0,9", "0,", "GPU,GPU-b"])
def test_a_variable_that_is_set_is_kept(value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, value)
    with lease(None, tmp_path / "leases", GPUS) as got:
        assert got == Lease(None, value)
        assert os.environ[VARIABLE] == value
    assert os.environ[VARIABLE] == value
    assert not (tmp_path / "leases").exists()


def test_no_gpu_is_looked_for_when_the_variable_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "0")
    monkeypatch.setattr(module, "list_gpus", lambda: pytest.fail("nvidia-smi was asked"))
    with lease(None) as got:
        assert got.gpu is None


def test_among_several_gpus_that_are_named_one_is_leased(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "2, GPU-b")
    with lease(None, tmp_path, GPUS) as got:
        assert (got.gpu, got.visible, os.environ[VARIABLE]) == (GPUS[2], "2", "2")
        monkeypatch.setenv(VARIABLE, "2,GPU-b")
        with lease(None, tmp_path, GPUS) as second:
            assert (second.gpu, os.environ[VARIABLE]) == (GPUS[1], "GPU-b")
        with pytest.raises(DeviceError, match="became free"), ExitStack() as ensemble:
            ensemble.enter_context(lease(None, tmp_path, GPUS, wait_seconds=0))
            monkeypatch.setenv(VARIABLE, "2,GPU-b")
            ensemble.enter_context(lease(None, tmp_path, GPUS, wait_seconds=0))
    assert os.environ[VARIABLE] == "2, GPU-b"


def test_the_variable_is_restored_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="training"), lease(100, tmp_path, GPUS):
        assert os.environ[VARIABLE] == "GPU-a"
        raise ValueError("training")
    assert VARIABLE not in os.environ
    assert not list(tmp_path.rglob("*.lease"))


def test_without_gpus_nothing_is_leased(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with lease(100, tmp_path / "leases") as got:
        assert got == Lease(None, None)
        assert VARIABLE not in os.environ
    assert not (tmp_path / "leases").exists()


def test_broken_files_are_survived(tmp_path: Path, take: Callable[..., str]) -> None:
    place = tmp_path / "GPU-a"
    place.mkdir()
    (tmp_path / "ledger").write_bytes(b"\0garbage")
    for name in ("x.lease", "99999999-1-dead.lease", ".lease"):
        (place / name).write_text("{")
    assert take(None, GPUS[:1]) == "GPU-a"
    (left,) = place.glob("*.lease")
    assert left.name.startswith(f"{BUDGET}-{os.getpid()}-")


def test_a_lease_that_cannot_be_read_counts_as_a_whole_gpu(tmp_path: Path, take: Callable[..., str]) -> None:
    (tmp_path / "GPU-a").mkdir()
    with (tmp_path / "GPU-a" / "odd.lease").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        assert take(9000, GPUS[:2]) == "GPU-b"
        with pytest.raises(DeviceError, match="became free"):
            take(1, GPUS[:1])
    assert take(1, GPUS[:1]) == "GPU-a"


def test_a_ledger_that_is_removed_while_we_wait_for_it_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, take: Callable[..., str]
) -> None:
    ledger = tmp_path / "ledger"
    locked: list[Path] = []
    lock = module._lock

    def removed_before(handle: int, path: Path, wait: bool = True) -> bool:
        if not locked:
            ledger.unlink()
        locked.append(path)
        return lock(handle, path, wait)

    monkeypatch.setattr(module, "_lock", removed_before)
    assert take(1) == "GPU-a"
    assert locked[:2] == [ledger, ledger]
    assert ledger.exists()


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL])
def test_a_file_system_without_locks_is_an_error(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(*_: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(module.fcntl, "flock", flock)
    with pytest.raises(DeviceError, match=f"takes no locks .*set {VARIABLE}"):
        lease(1, tmp_path, GPUS).__enter__()
    assert not list(tmp_path.rglob("*.lease"))


def test_a_folder_that_cannot_be_used_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(DeviceError, match=r"file.*: cannot keep GPU leases there"):
            lease(1, folder, GPUS).__enter__()
    (tmp_path / "theirs").mkdir()
    monkeypatch.setattr(module.os, "getuid", lambda: 12345)
    with pytest.raises(DeviceError, match=r"theirs: .* belongs to another user"):
        lease(1, tmp_path / "theirs", GPUS).__enter__()


def test_the_folder_is_private_and_the_same_for_every_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = default_folder()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert default_folder() == before
    monkeypatch.setattr(module, "default_folder", lambda: tmp_path / "leases")
    with lease(1, gpus=GPUS):
        assert (tmp_path / "leases").stat().st_mode & 0o777 == 0o700


def test_leasing_imports_nothing_heavy() -> None:
    program = "import sys, scalinglaws.training.devices.lease; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert not {"torch", "numpy", "pydantic", "yaml"} & set(loaded.split())
