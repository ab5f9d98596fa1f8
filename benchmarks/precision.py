"""Time a training step of transformers in bfloat16 and float32, by width: `python benchmarks/precision.py`.

It shows what `precision: bfloat16` in a study is worth on this machine, with one worker. Wide models gain if
the hardware has bfloat16 products, narrow models lose to the conversions. Times are the shortest of several,
in CPU seconds.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported

import time
from collections.abc import Callable
from functools import partial
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from scalinglaws.config.spec import Optimiser
from scalinglaws.models.transformer import build
from scalinglaws.tasks.core.task import Predict
from scalinglaws.training.ensemble.ensemble import Ensemble, Row, Shared

VOCABULARY, CONTEXT, BATCH = 512, 64, 16
CPU = torch.device("cpu")


class Tokens:
    """Next-token prediction on random tokens."""

    inputs, outputs, examples, validation, dtype = (CONTEXT,), VOCABULARY, 1000, 0, torch.int64
    tokens = torch.randint(VOCABULARY, (examples, CONTEXT), generator=torch.Generator().manual_seed(0))

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens, and the same tokens as targets, because only time matters here."""
        return self.tokens[indices], self.tokens[indices]

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean cross-entropy of the batch of each run."""
        each = functional.cross_entropy(outputs.flatten(0, 2).float(), targets.flatten(), reduction="none")
        return each.view(targets.shape).mean((1, 2))

    def evaluate(self, predict: Predict) -> dict[str, Tensor]:
        """Nothing."""
        del predict
        return {}


def step(width: int, precision: Literal["float32", "bfloat16"]) -> Callable[[], object]:
    """A training step of a transformer of two blocks."""
    model = partial(build, (CONTEXT,), VOCABULARY, width=width, depth=2, heads=4)
    shared = Shared(Optimiser(name="adam"), precision, in_ensemble=False)
    ensemble = Ensemble(model, [Row(0, 1e-3)], shared, CPU)
    indices, controls = torch.arange(BATCH)[None], torch.tensor(ensemble.controls(1.0, 5))
    return lambda: ensemble.advance(Tokens(), indices, controls)


def least(call: Callable[[], object], seconds: float = 3.0) -> float:
    """Shortest CPU seconds of a call, after a first call that does not count."""
    call()
    best, end = float("inf"), time.process_time() + seconds
    while time.process_time() < end:
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return best


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(f"transformers of two blocks, {BATCH} x {CONTEXT} tokens per step; milliseconds")
    for width in (32, 64, 128, 256, 512):
        full, half = least(step(width, "float32")), least(step(width, "bfloat16"))
        print(
            f"width {width:4}: float32 {1e3 * full:8.1f}  bfloat16 {1e3 * half:8.1f}  gain {full / half:.2f}"
        )
