"""Log-mel energies, the features of a recording that speech models read."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglaws.data.audio.recordings import RATE

WINDOW = 400
"""Samples in the (Hann) window of a frame: 25 ms."""
TRANSFORM = 512
"""Samples in the Fourier transform of a frame. No recording may be shorter."""
FLOOR = 1e-8
"""Added to every energy, so that digital silence has a logarithm. About the energy of noise in the last of 16
bits."""


def hop_samples(hop_ms: int) -> int:
    """Samples from one frame to the next."""
    return RATE * hop_ms // 1000


def frames_of(samples: int, hop_ms: int) -> int:
    """Number of frames of a recording: one per whole hop, 0 if it is too short."""
    return samples // hop_samples(hop_ms) if samples >= TRANSFORM else 0


def as_float(samples: NDArray[np.int16] | NDArray[np.float32]) -> NDArray[np.float32]:
    """Samples as numbers in -1..1."""
    if samples.dtype == np.int16:
        return samples.astype(np.float32) / np.float32(1 << 15)
    return samples.astype(np.float32, copy=False)


def log_mel(samples: NDArray[Any], bands: int, hop_ms: int) -> NDArray[np.float32]:
    """The natural logarithm of the energy in mel bands between 0 and 8 kHz.

    Args:
        samples: one channel at 16 kHz, int16, or float32 in -1..1; at least `TRANSFORM` of them.
        bands: number of bands.
        hop_ms: time from one frame to the next, ms.

    Returns:
        Shape (frames_of(samples), bands). Frame t is centred on sample t * hop. The recording is mirrored at
        its ends, so that they do not look like silence.
    """
    import librosa  # here, because importing it takes seconds

    energies = librosa.feature.melspectrogram(
        y=as_float(samples),
        sr=RATE,
        n_fft=TRANSFORM,
        win_length=WINDOW,
        hop_length=hop_samples(hop_ms),
        n_mels=bands,
        pad_mode="reflect",
    )
    found: NDArray[np.float32] = np.log(energies.T[: frames_of(len(samples), hop_ms)] + np.float32(FLOOR))
    return found
