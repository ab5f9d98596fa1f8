"""Made-up prepared speech: each symbol is a tone that lasts a few frames, in noise."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglaws.data.dataset import Unit
from scalinglaws.data.store import write_prepared

SYMBOLS = ["", "a", "b", "c"]
FRAMES, BANDS, LONGEST = 50, 6, 6


class Tones:
    """What a source of the form `speech` delivers."""

    title, licence, provenance, unit = "Tones", "MIT", "made here", Unit("hours of audio", 360000, "tones")

    def __init__(self, train: int, validation: int, seed: int = 0) -> None:
        self._rng = np.random.default_rng(seed)
        self.validation_examples = validation
        self._arrays: dict[str, NDArray[Any]] = {"strata": np.zeros(train, dtype=np.int64)}
        for split, size in (("train", train), ("validation", validation)):
            sounds = np.zeros((size, FRAMES, BANDS), dtype=np.float16)
            symbols = np.zeros((size, LONGEST), dtype=np.uint8)
            frames = np.array([self._fill(*pair) for pair in zip(sounds, symbols, strict=True)])
            named = {"sounds": sounds, "frames": frames, "symbols": symbols}
            self._arrays |= {f"{split}_{name}": array for name, array in named.items()}
        self._arrays["amounts"] = self._arrays["train_frames"]

    def _fill(self, sound: NDArray[Any], symbols: NDArray[Any]) -> int:
        """Make an utterance up and return its number of frames."""
        length = self._rng.integers(2, LONGEST + 1)
        symbols[:length] = self._rng.integers(1, len(SYMBOLS), length)
        at = 0
        for symbol in symbols[:length]:
            lasts = self._rng.integers(4, 7)
            sound[at : at + lasts, 2 * symbol - 2 : 2 * symbol] = 2
            at += lasts + 2
        sound[:at] += self._rng.normal(0, 0.2, (at, BANDS))
        return int(at)

    def check(self) -> "Tones":
        return self

    def with_validation(self, examples: int, seed: int) -> "Tones":
        raise NotImplementedError

    def arrays(self) -> dict[str, NDArray[Any]]:
        return self._arrays

    def facts(self) -> dict[str, Any]:
        return {"description": "tones", "symbols": SYMBOLS, "kind": "phones", "frames_per_second": 100}


def prepare_tones(folder: Path, train: int = 20, validation: int = 12) -> None:
    """Write a prepared data set into a folder."""
    write_prepared(Tones(train, validation), folder, None, 0, "tones", form="speech")
