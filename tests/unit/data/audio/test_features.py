from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from scalinglaws.data.audio.features import TRANSFORM, frames_of, log_mel
from scalinglaws.data.audio.recordings import RATE

BANDS = 40


def tone(hertz: float, seconds: float = 0.5, loudness: float = 0.5) -> NDArray[np.float32]:
    return (loudness * np.sin(2 * np.pi * hertz * np.arange(round(RATE * seconds)) / RATE)).astype(np.float32)


def centres(bands: int) -> NDArray[np.float64]:
    """Middles of mel bands from 0 to 8 kHz, Hz, by Slaney's formula: linear to 1 kHz, then logarithmic."""
    step = np.log(6.4) / 27
    top = 15 + np.log(8) / step
    mels = np.linspace(0, top, bands + 2)[1:-1]
    return np.where(mels < 15, mels * 200 / 3, 1000 * np.exp((mels - 15) * step))


@pytest.mark.parametrize("hertz", [250.0, 3100.0])
@pytest.mark.parametrize("hop_ms", [10, 16])
def test_a_tone_has_its_energy_in_the_band_around_it(hertz: float, hop_ms: int) -> None:
    energies = log_mel(tone(hertz), BANDS, hop_ms)
    band = int(np.abs(centres(BANDS) - hertz).argmin())
    middle = energies[3:-3]
    assert (np.abs(middle.argmax(axis=1) - band) <= 1).all()
    far = np.abs(np.arange(BANDS) - band) > 4
    assert middle[:, far].max() < middle.max() - 4


@pytest.mark.parametrize("hop_ms", [10, 16])
def test_a_tone_that_starts_halfway(hop_ms: int) -> None:
    sound = np.concatenate([np.zeros(8000, np.float32), tone(1000)])
    loudest = log_mel(sound, BANDS, hop_ms).max(axis=1)
    middles = np.arange(len(loudest)) * hop_ms / 1000  # of the frames, seconds
    assert (loudest[middles < 0.485] < -18).all()  # digital silence
    assert (loudest[(middles > 0.525) & (middles < 0.98)] > -1).all()
    assert np.isfinite(loudest).all()


@pytest.mark.parametrize(
    ("samples", "hop_ms", "frames"),
    [(16000, 10, 100), (16159, 10, 100), (16160, 10, 101), (16000, 12, 83), (16000, 16, 62), (16000, 20, 50)],
)
def test_a_frame_for_each_whole_hop(samples: int, hop_ms: int, frames: int) -> None:
    assert frames_of(samples, hop_ms) == frames
    assert log_mel(np.ones(samples, np.float32), 20, hop_ms).shape == (frames, 20)


def test_too_short_for_a_frame() -> None:
    assert frames_of(TRANSFORM - 1, 10) == 0
    assert frames_of(TRANSFORM, 10) == len(log_mel(tone(500)[:TRANSFORM], BANDS, 10)) == 3


def test_whole_numbers_and_floats_are_the_same_sound() -> None:
    whole: NDArray[Any] = (tone(700) * 32767).astype(np.int16)
    np.testing.assert_array_equal(
        log_mel(whole, BANDS, 10), log_mel(whole.astype(np.float32) / 32768, BANDS, 10)
    )


def test_ten_times_louder_is_a_hundred_times_the_energy() -> None:
    quiet, loud = (log_mel(tone(1000, loudness=level), BANDS, 10)[5:-5].max() for level in (0.05, 0.5))
    assert loud - quiet == pytest.approx(np.log(100), abs=1e-3)
