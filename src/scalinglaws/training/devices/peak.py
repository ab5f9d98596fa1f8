"""The peak speed of a device, which model FLOPs utilisation (MFU) is relative to."""

import re
import time
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import torch

Precision = Literal["float32", "bfloat16"]


class Peak(NamedTuple):
    """Nominal peak speeds in TFLOP/s; a multiply-add is two operations."""

    float32: float
    """Of the CUDA cores: float32 products without TF32."""
    bfloat16: float | None
    """Of the tensor cores: dense, accumulated in float32 as torch does. None without hardware for it."""


# Keys are patterns for the whole name after "NVIDIA", "Tesla" and "GeForce". The figures are NVIDIA's, halved
# where they count structured sparsity, at the nominal boost clock: GeForce cards may run faster and exceed
# them, most others stay below. Names that do not match exactly (laptops, parts of a GPU, cut-down versions)
# have other speeds. Sources: NVIDIA's data sheets and white papers, as quoted by public tables; most agree
# with each other and with cores x 2 x clock. These have no second source: the 71 of the RTX 3090 (a public
# measurement reached 76), the 60 of the H100 and H200 NVL (some tables say 67), and both figures of the A10G,
# for which many tables repeat the 125 of the A10. The B200's figures are those of HGX boards; early tables
# say 80 for 75.
PEAKS: dict[str, Peak] = {
    r"V100-SXM2-(16|32)GB": Peak(15.7, None),
    r"V100-PCIE-(16|32)GB": Peak(14.0, None),
    r"V100S-PCIE-32GB": Peak(16.4, None),
    r"T4": Peak(8.1, None),
    r"A100-SXM4-[48]0GB|A100-SXM-[48]0GB|A100-PCIE-40GB|A100 80GB PCIe": Peak(19.5, 312),
    r"A10": Peak(31.2, 125),
    r"A10G": Peak(31.5, 70),
    r"RTX 3090": Peak(35.6, 71),
    r"L4": Peak(30.3, 121),
    r"L40S": Peak(91.6, 362),
    r"RTX 4090": Peak(82.6, 165.2),
    r"H100 PCIe|H100 80GB HBM2e": Peak(51.2, 756.5),
    r"H100 80GB HBM3|H200|GH200 .*": Peak(66.9, 989.4),
    r"H100 NVL|H200 NVL": Peak(60, 835.5),
    r"B200": Peak(75, 2250),
    r"GB200": Peak(80, 2500),
    r"RTX 5090": Peak(104.8, 209.5),
}


def nominal_peak(name: str, precision: Precision) -> float | None:
    """The vendor's dense peak speed of a GPU, in FLOP/s.

    Args:
        name: the GPU as nvidia-smi and torch call it.
        precision: of the products; `float32` means without TF32.

    Returns:
        None if the GPU is not known or has no hardware for this precision.
    """
    short = re.sub(r"^(NVIDIA )?(Tesla |GeForce )?", "", name.strip())
    for pattern, peak in PEAKS.items():
        if re.fullmatch(pattern, short):
            speed = peak.float32 if precision == "float32" else peak.bfloat16
            return None if speed is None else speed * 1e12
    return None


def measured_peak(device: "torch.device | str", seconds: float = 0.2) -> float:
    """The best speed of square float32 matrix products here and now, in FLOP/s.

    It serves for devices without a nominal peak, such as CPUs, and says what this process can reach at best
    with the threads and the precision that torch is set to. Other load on the machine lowers it. It draws no
    numbers from the generators that training uses.

    Args:
        device: where to measure.
        seconds: about how long to measure, after one product of each size that does not count.
    """
    import torch

    device = torch.device(device)
    cuda = device.type == "cuda"
    sizes = (2048, 4096, 8192) if cuda else (256, 512, 1024)
    generator = torch.Generator(device).manual_seed(0)
    best = 0.0
    for size in sizes:
        left, right = torch.rand((2, size, size), generator=generator, device=device).unbind()
        product = torch.mm(left, right)
        end = time.perf_counter() + seconds / len(sizes)
        while True:
            if cuda:
                torch.cuda.synchronize(device)
            start = time.perf_counter()
            torch.mm(left, right, out=product)
            if cuda:
                torch.cuda.synchronize(device)
            stop = time.perf_counter()
            best = max(best, 2 * size**3 / (stop - start))
            if stop >= end:
                break
    return best
