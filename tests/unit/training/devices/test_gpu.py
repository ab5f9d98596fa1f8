"""Locks on GPUs, with a script of our own in the place of nvidia-smi."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from scalinglaws.errors import DeviceError, RecordError
from scalinglaws.training.devices import gpu as module
from scalinglaws.training.devices.gpu import VISIBLE, list_gpus, one_gpu

PROCESS = """
import os, sys, time
from pathlib import Path
from scalinglaws.training.devices import gpu
gpu.LOCKS, gpu.PAUSE_SECONDS = Path(sys.argv[1]), 0.01
print("ready", flush=True)
sys.stdin.readline()
with gpu.one_gpu() as name:
    assert os.environ["CUDA_VISIBLE_DEVICES"] == name
    print(name, time.monotonic(), flush=True)
    time.sleep(float(sys.argv[2]))
    print(time.monotonic())
"""
TWO = "GPU 0: NVIDIA L4 (UUID: GPU-aa)\nGPU 1: NVIDIA L4 (UUID: GPU-bb)\n"
Install = Callable[[str], None]


@pytest.fixture(autouse=True)
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where locks are kept; no variable is set."""
    monkeypatch.delenv(VISIBLE, raising=False)
    monkeypatch.setattr(module, "LOCKS", tmp_path / "locks")
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)
    return tmp_path / "locks"


@pytest.fixture
def smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts an nvidia-smi that prints a list on the path."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def install(listing: str) -> None:
        (tmp_path / "listing").write_text(listing)
        (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\ncat {tmp_path}/listing\n")
        (tmp_path / "nvidia-smi").chmod(0o755)

    return install


def start(locks: Path, seconds: float) -> subprocess.Popen[str]:
    """A process that waits for a line before it asks for a GPU."""
    command = [sys.executable, "-c", PROCESS, str(locks), str(seconds)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def release(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    print(file=process.stdin, flush=True)


def test_no_two_processes_have_one_gpu_at_once(smi: Install, locks: Path) -> None:
    smi(TWO)
    processes = [start(locks, 0.1) for _ in range(6)]
    for process in processes:
        release(process)
    told = [process.communicate(timeout=60)[0].split() for process in processes]
    assert {name for name, _, _ in told} == {"GPU-aa", "GPU-bb"}
    times = sorted((name, float(begin), float(end)) for name, begin, end in told)
    assert all(one[0] != next[0] or one[2] <= next[1] for one, next in pairwise(times))


def test_what_a_killed_process_held_is_free_at_once(smi: Install, locks: Path) -> None:
    smi("GPU 0: NVIDIA L4 (UUID: GPU-aa)\n")
    holder, waiting = start(locks, 60), start(locks, 0)
    assert holder.stdout is not None and waiting.stdout is not None
    release(holder)
    assert holder.stdout.readline().startswith("GPU-aa ")
    release(waiting)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert waiting.communicate(timeout=60)[0].startswith("GPU-aa ")
    holder.communicate()


def test_waiting_is_logged_once(
    smi: Install, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    smi("GPU 0: NVIDIA L4 (UUID: GPU-aa)\n")
    other, pauses = one_gpu(), list[float]()
    other.__enter__()
    monkeypatch.delenv(VISIBLE)

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            other.__exit__(None, None, None)

    monkeypatch.setattr(module, "time", SimpleNamespace(sleep=sleep))
    with one_gpu() as name:
        assert name == "GPU-aa"
    (line,) = caplog.messages
    assert line.startswith("waiting for a GPU: other processes train on all 1 (")


@pytest.mark.parametrize(("named", "got"), [("1", "1"), ("GPU-bb", "GPU-bb"), ("1,0", "1"), (None, "GPU-aa")])
def test_one_of_the_gpus_that_the_environment_names_is_locked(
    smi: Install, locks: Path, monkeypatch: pytest.MonkeyPatch, named: str | None, got: str
) -> None:
    smi(TWO)
    if named is not None:
        monkeypatch.setenv(VISIBLE, named)
    with pytest.raises(ValueError, match="training"), one_gpu() as name:
        assert name == os.environ[VISIBLE] == got
        assert [path.name for path in locks.iterdir()] == ["GPU-aa" if named is None else "GPU-bb"]
        raise ValueError("training")
    assert os.environ.get(VISIBLE) == named


def test_a_number_and_a_uuid_of_one_gpu_share_a_lock(smi: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    smi(TWO)
    monkeypatch.setenv(VISIBLE, "0")
    with one_gpu():
        monkeypatch.setenv(VISIBLE, "GPU-aa,GPU-bb")
        with one_gpu() as name:
            assert name == "GPU-bb"


@pytest.mark.parametrize("named", ["", "7", "-1", "0,9", "MIG-x", None])
def test_what_nvidia_smi_does_not_list_is_left_as_it_is(
    smi: Install, locks: Path, monkeypatch: pytest.MonkeyPatch, named: str | None
) -> None:
    smi(TWO if named is not None else "No devices were found\n")
    if named is not None:
        monkeypatch.setenv(VISIBLE, named)
    with one_gpu() as name:
        assert name == os.environ.get(VISIBLE) == named
    assert not locks.exists()


def test_parts_of_a_gpu_take_its_place(smi: Install) -> None:
    smi(
        "GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-aa)\n"
        "  MIG 3g.20gb     Device  0: (UUID: MIG-a1)\n"
        "  MIG 1c.2g.10gb  Device  1: (UUID: MIG-GPU-a2/1/0)\n"
        "GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-bb)\n"
        "Unable to determine the device handle for gpu 0000:41:00.0: Unknown Error\n"
    )
    assert list_gpus() == ("MIG-a1", "MIG-GPU-a2/1/0", "GPU-bb")


def test_an_nvidia_smi_that_hangs_lists_nothing_and_says_why(
    smi: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    smi("")
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(module, "SMI_SECONDS", 0.2)
    assert list_gpus() == ()
    assert "timed out" in caplog.messages[-1]


def test_a_folder_that_cannot_be_used_is_an_error(
    smi: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    smi(TWO)
    (tmp_path / "file").touch()
    monkeypatch.setattr(module, "LOCKS", tmp_path / "file")
    with pytest.raises(DeviceError, match=r"file: cannot keep locks of GPUs there"):
        one_gpu().__enter__()


def test_a_gpu_that_is_asked_for_and_absent_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from scalinglaws.training.devices import device

    monkeypatch.setattr(device.torch.cuda, "is_available", lambda: False)
    with pytest.raises(RecordError, match="device cuda is asked for, but torch sees no GPU here"):
        device.device_of("cuda")
    assert device.device_of("auto").type == "cpu"


def test_nothing_heavy_is_imported_for_a_lock() -> None:
    program = "import sys, scalinglaws.training.devices.gpu; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"torch", "numpy", "pydantic", "yaml"} & set(done.stdout.split())
