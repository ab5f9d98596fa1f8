"""A few steps of a tiny model of each family, and the digest of what comes out.

    python tests/unit/canary.py

writes `canary.json` anew, with the digests of this processor beside those of others. Do that when a change of
the results is meant.
"""

import hashlib
import json
import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import torch
from torch import Tensor, nn

from scalinglaws.config.spec import Optimiser
from scalinglaws.models import deepspeech, listener, lstm, mlp, resnet, rhn, seq2seq, transformer
from scalinglaws.tasks.core.task import Inputs, Predict
from scalinglaws.training.devices.device import device_of
from scalinglaws.training.ensemble.ensemble import Ensemble, Row, Shared

FILE = Path(__file__).with_name("canary.json")
EXAMPLES, BATCH, STEPS, SEEDS = 48, 16, 6, (0, 1, 2)
IMAGE, SOUND, SENTENCE, SYMBOLS = (1, 12, 12), (24, 20), (9,), 14


def tokens(*shape: int) -> Tensor:
    """Random numbers of symbols, never that of padding."""
    return torch.randint(1, SYMBOLS, (EXAMPLES, *shape), generator=torch.Generator().manual_seed(1))


def numbers(*shape: int) -> Tensor:
    """Random numbers."""
    return torch.randn(EXAMPLES, *shape, generator=torch.Generator().manual_seed(2))


FAMILIES: dict[str, tuple[Callable[[], nn.Module], Callable[[], tuple[Tensor, ...]]]] = {
    "mlp": (lambda: mlp.build(IMAGE, SYMBOLS, width=8), lambda: (numbers(*IMAGE),)),
    "resnet": (lambda: resnet.build(IMAGE, SYMBOLS, width=4), lambda: (numbers(*IMAGE),)),
    "lstm": (lambda: lstm.build(SENTENCE, SYMBOLS, width=14), lambda: (tokens(*SENTENCE),)),
    "rhn": (lambda: rhn.build(SENTENCE, SYMBOLS, width=13, depth=3), lambda: (tokens(*SENTENCE),)),
    "transformer": (
        lambda: transformer.build(SENTENCE, SYMBOLS, width=12, depth=2, heads=3),
        lambda: (tokens(*SENTENCE),),
    ),
    "seq2seq": (
        lambda: seq2seq.build((SENTENCE, SENTENCE), SYMBOLS, width=12),
        lambda: (tokens(*SENTENCE), tokens(*SENTENCE)),
    ),
    "deepspeech": (lambda: deepspeech.build(SOUND, SYMBOLS, width=12), lambda: (numbers(*SOUND),)),
    "listener": (
        lambda: listener.build((SOUND, SENTENCE), SYMBOLS, width=12),
        lambda: (numbers(*SOUND), tokens(*SENTENCE)),
    ),
}
CONVOLUTIONS = ("resnet", "deepspeech", "transformer")
"""Families that use oneDNN, whose code depends on whether the processor has AVX-512."""


@dataclass(frozen=True)
class Made:
    """Made-up examples, each to be recognised by its number."""

    arrays: tuple[Tensor, ...]
    outputs: int = SYMBOLS

    def batch(self, indices: Tensor) -> tuple[Inputs, Tensor]:
        """The chosen examples, and classes."""
        chosen = tuple(array[indices] for array in self.arrays)
        return chosen[0] if len(chosen) == 1 else chosen, indices % SYMBOLS

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean cross-entropy of all outputs of an example and its class."""
        logarithms = outputs.log_softmax(-1).view(*targets.shape, -1, SYMBOLS)
        chosen = targets[:, :, None, None].expand(*logarithms.shape[:3], 1)
        return -logarithms.gather(-1, chosen).flatten(1).mean(1)

    def evaluate(self, predict: Predict) -> dict[str, Tensor]:
        """Nothing."""
        del predict
        return {}


def digest(family: str, in_ensemble: bool) -> str:
    """A hash of the outputs that trained models of a family give; the only place that trains."""
    device = device_of("cpu")
    build, inputs = FAMILIES[family]
    seeds = SEEDS if in_ensemble else SEEDS[:1]
    optimiser = Optimiser(name="adam", batch=BATCH, averaging=0.1)
    rows = [Row(seed, 0.01) for seed in seeds]
    ensemble, task = Ensemble(build, rows, Shared(optimiser, "float32", in_ensemble), device), Made(inputs())
    for step in range(1, STEPS + 1):
        batches = torch.arange(BATCH).expand(len(seeds), -1) + step * 5
        ensemble.advance(task, batches % EXAMPLES, torch.tensor(ensemble.controls(1.0, step)))  # type: ignore[arg-type]
    outputs = ensemble.predict(task.batch(torch.arange(EXAMPLES))[0])
    return hashlib.sha256(outputs.contiguous().numpy().tobytes()).hexdigest()[:16]


def kind_of_processor(family: str) -> str:
    """What the bits of a family depend on: the vendor (MKL), and, with convolutions, AVX-512 (oneDNN)."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    facts = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    flags = facts.get("flags", "").split()
    widest = (
        "avx512"
        if "avx512f" in flags and family in CONVOLUTIONS
        else "avx2"
        if "avx2" in flags
        else "no avx2"
    )
    return f"{facts.get('vendor_id', platform.machine())} {widest}"


def all_digests() -> dict[str, str]:
    """Digests by family and way of training."""
    return {
        f"{family} {way}": digest(family, way == "in an ensemble")
        for family in FAMILIES
        for way in ("alone", "in an ensemble")
    }


def main() -> None:
    """Record the digests of this processor."""
    known = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}
    torch_version = version("torch").partition("+")[0]
    kept = known.get("digests", {}) if known.get("torch") == torch_version else {}
    for name, found in all_digests().items():
        kept.setdefault(name, {})[kind_of_processor(name.split()[0])] = found
    FILE.write_text(json.dumps({"torch": torch_version, "digests": kept}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
