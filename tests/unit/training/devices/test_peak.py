"""Peak speeds of devices."""

import time

import pytest
import torch

from scalinglaws.training.devices.peak import PEAKS, measured_peak, nominal_peak


@pytest.mark.parametrize(
    ("name", "float32", "bfloat16"),
    [
        ("NVIDIA H100 80GB HBM3", 66.9, 989.4),
        ("NVIDIA H100 PCIe", 51.2, 756.5),
        ("NVIDIA A100 80GB PCIe", 19.5, 312),
        ("A100-PCIE-40GB", 19.5, 312),
        ("NVIDIA L4", 30.3, 121),
        ("NVIDIA L40S", 91.6, 362),
        ("Tesla T4", 8.1, None),
        ("GeForce RTX 3090", 35.6, 71),
    ],
)
def test_known_gpus(name: str, float32: float, bfloat16: float | None) -> None:
    assert nominal_peak(name, "float32") == pytest.approx(float32 * 1e12)
    assert nominal_peak(name, "bfloat16") == (bfloat16 and pytest.approx(bfloat16 * 1e12))


@pytest.mark.parametrize(
    "name",
    [
        "cpu",
        "NVIDIA H100 80GB HBM3 MIG 1g.10gb",
        "NVIDIA A100-SXM-64GB",  # a version with more cores
        "NVIDIA GeForce RTX 4090 Laptop GPU",
        "NVIDIA L40",
        "",
    ],
)
def test_a_gpu_that_is_not_known_exactly_has_no_peak(name: str) -> None:
    assert nominal_peak(name, "float32") is None
    assert nominal_peak(name, "bfloat16") is None


def test_tensor_cores_are_faster() -> None:
    assert all(peak.bfloat16 is None or 1.9 < peak.bfloat16 / peak.float32 < 35 for peak in PEAKS.values())


def test_a_peak_is_measured_on_the_cpu_and_draws_no_random_numbers() -> None:
    state = torch.get_rng_state()
    start = time.perf_counter()
    rate = measured_peak("cpu", seconds=0.05)
    assert time.perf_counter() - start < 10
    assert 1e8 < rate < 1e14
    assert torch.equal(torch.get_rng_state(), state)
