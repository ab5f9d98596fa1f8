"""Made-up speech: each symbol is a tone that lasts a few frames, in noise."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from scalinglaws.config.spec import Optimiser
from scalinglaws.data.modalities.speech import Corpus, Part, Speech
from scalinglaws.data.store import write_prepared
from scalinglaws.training.ensemble.ensemble import Ensemble, Row, Shared

SYMBOLS = ["", "a", "b", "c"]
FRAMES, BANDS, LONGEST = 50, 6, 6
CORPUS = Corpus("Tones", "MIT", "made here", "tones", kind="phones", utterances="tones", groups="splits")


def prepare_tones(folder: Path, train: int = 20, validation: int = 12) -> None:
    """Write a prepared data set of so many utterances into a folder."""
    rng = np.random.default_rng(0)
    parts = [_part(rng, split, size) for split, size in (("training", train), ("validation", validation))]
    none: dict[str, dict[str, int]] = {"training": {}, "validation": {}}
    data = Speech(CORPUS, parts[0], parts[1], tuple(SYMBOLS), hop_ms=10, left_out=none).check()
    write_prepared(data, folder, "tones", modality="speech")


def scores_after_training(task: Any, build: Callable[[], torch.nn.Module]) -> dict[str, Any]:
    """Metrics of two runs of a hundred steps, the second at a learning rate at which it learns nothing."""
    alike = Shared(Optimiser(name="adam", averaging=0.1), "float32", True)
    ensemble = Ensemble(build, [Row(0, 0.02), Row(1, 1e-9)], alike, torch.device("cpu"))
    generator = torch.Generator().manual_seed(0)
    for step in range(1, 101):
        indices = torch.randint(task.examples, (2, 10), generator=generator)
        ensemble.advance(task, indices, torch.tensor(ensemble.controls(min(1.0, step / 11), step)))
    return task.evaluate(ensemble.predict)


def _part(rng: np.random.Generator, split: str, size: int) -> Part:
    sounds = np.zeros((size, FRAMES, BANDS), dtype=np.float16)
    symbols = np.zeros((size, LONGEST), dtype=np.uint8)
    frames = [_fill(rng, *pair) for pair in zip(sounds, symbols, strict=True)]
    return Part(sounds, np.array(frames), symbols, speakers=(split,) * size, groups=(split,) * size)


def _fill(rng: np.random.Generator, sound: NDArray[np.float16], symbols: NDArray[np.uint8]) -> int:
    """Make an utterance up and return its number of frames."""
    length = rng.integers(2, LONGEST + 1)
    symbols[:length] = rng.integers(1, len(SYMBOLS), length)
    at = 0
    for symbol in symbols[:length]:
        lasts = rng.integers(4, 7)
        sound[at : at + lasts, 2 * symbol - 2 : 2 * symbol] = 2
        at += lasts + 2
    sound[:at] += rng.normal(0, 0.2, (at, BANDS))
    return int(at)
