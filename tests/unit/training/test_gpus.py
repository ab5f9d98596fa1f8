"""The GPUs of this host, read from nvidia-smi: a script of our own in its place."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scalinglaws.training.devices import gpus as module
from scalinglaws.training.devices.gpus import Gpu, list_gpus
from scalinglaws.training.devices.lease import VARIABLE, lease


@pytest.fixture(autouse=True)
def free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts an nvidia-smi on the path."""

    def install(table: str, status: int = 0, listing: str = "", seconds: float = 0) -> None:
        path = tmp_path / "nvidia-smi"
        (tmp_path / "table").write_text(table)
        (tmp_path / "listing").write_text(listing)
        path.write_text(
            f'#!/bin/sh\nexec 2>&1\ncase "$1" in -L) cat {tmp_path}/listing;;\n'
            "--query-gpu=index,uuid,name,memory.total,mig.mode.current)\n"
            f'[ "$2" = --format=csv,noheader,nounits ] || exit 9; [ {seconds} = 0 ] || exec sleep {seconds}\n'
            f"cat {tmp_path}/table;; *) exit 8;; esac\nexit {status}\n"
        )
        path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    return install


def test_gpus_are_read_from_nvidia_smi(smi: Callable[..., None]) -> None:
    smi(
        "0, GPU-e86cb44c-6756, NVIDIA H100 80GB HBM3, 81559, Disabled\n"
        "1, GPU-0d1b7a7e-91d2, NVIDIA GeForce RTX 4090, 24564, [N/A]\n"
        "2, [GPU is lost], [Unknown Error], [Unknown Error], [Unknown Error]\n"
        "Unable to determine the device handle for GPU0000:41:00.0: Unknown Error\n"
        "4, GPU-77aa, Tesla T4, [Insufficient Permissions], Disabled\n"
    )
    assert list_gpus() == (
        Gpu("GPU-e86cb44c-6756", "NVIDIA H100 80GB HBM3", 81559, 0),
        Gpu("GPU-0d1b7a7e-91d2", "NVIDIA GeForce RTX 4090", 24564, 1),
        Gpu("GPU-77aa", "Tesla T4", None, 4),
    )


def test_a_gpu_that_shares_the_memory_of_the_host_counts_half_of_it(smi: Callable[..., None]) -> None:
    smi("0, GPU-2dee1e25, NVIDIA GB10, [N/A], [N/A]\n")
    (gpu,) = list_gpus()
    host = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**20
    assert gpu.memory_mb == pytest.approx(host / 2, rel=0.01)


def test_parts_of_a_gpu_take_its_place(smi: Callable[..., None]) -> None:
    smi(
        "0, GPU-aa, NVIDIA A100-SXM4-40GB, [Insufficient Permissions], Enabled\n"
        "1, GPU-bb, NVIDIA A100-SXM4-40GB, 40960, Disabled\n"
        "2, GPU-cc, NVIDIA A100-SXM4-40GB, 40960, Enabled\n",
        listing="GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-aa)\n"
        "  MIG 3g.20gb     Device  0: (UUID: MIG-a1)\n"
        "  MIG 1c.2g.10gb  Device  1: (UUID: MIG-a2)\n"
        "  MIG odd         Device  2: (UUID: MIG-a3)\n"
        "GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-bb)\n"
        "GPU 2: NVIDIA A100-SXM4-40GB (UUID: GPU-cc)\n"
        "  MIG 1g.5gb+me   Device  0: (UUID: MIG-c1)\n",
    )
    whole, *parts = list_gpus()
    assert whole == Gpu("GPU-bb", "NVIDIA A100-SXM4-40GB", 40960, 1)
    assert [(part.uuid, part.name.split()[-1], part.memory_mb) for part in parts] == [
        ("MIG-a1", "3g.20gb", 19073),
        ("MIG-a2", "1c.2g.10gb", 4768),
        ("MIG-a3", "odd", None),
        ("MIG-c1", "1g.5gb+me", 4768),
    ]


def test_an_nvidia_smi_that_fails_lists_nothing_and_says_why(
    smi: Callable[..., None], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    smi("NVIDIA-SMI has failed because it couldn't communicate\nwith the NVIDIA driver.\n", status=9)
    assert list_gpus() == ()
    assert "status 9: NVIDIA-SMI has failed because it couldn't communicate with" in caplog.messages[-1]
    monkeypatch.setattr(module, "SMI_SECONDS", 0.2)
    smi("", seconds=60)
    start = time.monotonic()
    assert list_gpus() == ()
    assert "timed out" in caplog.messages[-1]
    assert time.monotonic() - start < 10
    caplog.clear()
    smi("No devices were found\n")
    assert list_gpus() == ()
    assert caplog.messages == []


def test_the_gpus_of_nvidia_smi_are_leased(smi: Callable[..., None], tmp_path: Path) -> None:
    smi("0, GPU-aa, NVIDIA L4, 23034, [N/A]\n")
    with lease(4000, tmp_path / "leases") as got:
        assert got.gpu == Gpu("GPU-aa", "NVIDIA L4", 23034, 0)
        assert os.environ[VARIABLE] == "GPU-aa"
        assert [path.name.split("-")[0] for path in tmp_path.rglob("*.lease")] == ["4500"]
