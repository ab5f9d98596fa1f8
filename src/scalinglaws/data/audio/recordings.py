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
"""Samples per second of the recordings that features are computed from."""


def length(file: Path | bytes, name: str) -> int:
    """The number of samples that `decoded` returns, from the header of the file.

    Raises:
        DataError: the file is missing or not a recording; the error names it.
    """
    try:
        header: Any = soundfile.info(_opened(file))
    except (OSError, soundfile.SoundFileError) as error:
        raise DataError(f"{name}: is missing or not a recording ({error})") from error
    return _length_at_rate(header.frames, header.samplerate)


def decoded(file: Path | bytes, name: str) -> NDArray[np.float32]:
    """Samples at 16 kHz in -1..1, averaged over the channels, shape (length(file),).

    Raises:
        DataError: the file is missing, damaged or not a recording; the error names it.
    """
    try:
        samples, rate = soundfile.read(_opened(file), dtype="float32", always_2d=True)
    except (OSError, soundfile.SoundFileError) as error:
        raise DataError(f"{name}: cannot be decoded ({error})") from error
    return resampled(samples.mean(axis=1), rate)


def resampled(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """One channel resampled from `rate` to 16 kHz, without aliases of what is above 8 kHz."""
    if rate == RATE:
        return samples
    import librosa

    found: NDArray[np.float32] = librosa.resample(samples, orig_sr=rate, target_sr=RATE)
    return found


def _length_at_rate(samples: int, rate: int) -> int:
    return math.ceil(samples * (RATE / rate))  # computed as in librosa, or it could be off by one


def _opened(file: Path | bytes) -> Any:
    return io.BytesIO(file) if isinstance(file, bytes) else str(file)
