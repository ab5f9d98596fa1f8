"""Compressed recordings (FLAC, OGG, ...) decoded to one channel at 16 kHz."""

import io
import math
from pathlib import Path
from typing import Any

import numpy as np
import soundfile  # type: ignore[import-untyped]
from numpy.typing import NDArray

from scalinglaws.errors import DataError

RATE = 16_000
"""Samples a second of every recording that features are taken from."""


def length(file: Path | bytes, name: str) -> int:
    """Samples that `decoded` delivers, read off the header.

    Raises:
        DataError: the file is missing or no recording; names it.
    """
    try:
        header: Any = soundfile.info(_opened(file))
    except (OSError, soundfile.SoundFileError) as error:
        raise DataError(f"{name}: is missing or not a recording ({error})") from error
    return _length_at_rate(header.frames, header.samplerate)


def decoded(file: Path | bytes, name: str) -> NDArray[np.float32]:
    """Samples at 16 kHz in -1..1, the mean of the channels, shape (length(file),).

    Raises:
        DataError: the file is missing, damaged or no recording; names it.
    """
    try:
        samples, rate = soundfile.read(_opened(file), dtype="float32", always_2d=True)
    except (OSError, soundfile.SoundFileError) as error:
        raise DataError(f"{name}: cannot be decoded ({error})") from error
    return resampled(samples.mean(axis=1), rate)


def resampled(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Samples of one channel brought from `rate` to 16 kHz; nothing above 8 kHz is folded back."""
    if rate == RATE:
        return samples
    import librosa

    found: NDArray[np.float32] = librosa.resample(samples, orig_sr=rate, target_sr=RATE)
    return found


def _length_at_rate(samples: int, rate: int) -> int:
    return math.ceil(samples * (RATE / rate))  # computed as librosa does, or it may differ by one


def _opened(file: Path | bytes) -> Any:
    return io.BytesIO(file) if isinstance(file, bytes) else str(file)
