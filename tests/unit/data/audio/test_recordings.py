from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]

from scalinglaws.data.audio.recordings import RATE, decoded, length
from scalinglaws.errors import DataError


def ogg(rate: int, channels: int, seconds: float = 0.7) -> bytes:
    """A tone of 440 Hz, in the first channel alone."""
    samples = np.zeros((round(rate * seconds), channels), np.float32)
    samples[:, 0] = 0.5 * np.sin(2 * np.pi * 440 * np.arange(len(samples)) / rate)
    stream = BytesIO()
    soundfile.write(stream, samples, rate, format="OGG")
    return stream.getvalue()


@pytest.mark.parametrize(("rate", "channels"), [(22050, 2), (44100, 1), (16000, 1)])
def test_any_rate_and_channels_become_one_channel_at_16_khz(rate: int, channels: int) -> None:
    samples = decoded(ogg(rate, channels), "a.ogg")
    assert samples.dtype == np.float32
    assert samples.shape == (length(ogg(rate, channels), "a.ogg"),)
    assert len(samples) == pytest.approx(0.7 * RATE, abs=2)
    spectrum = np.abs(np.fft.rfft(samples))
    assert spectrum.argmax() * RATE / len(samples) == pytest.approx(440, abs=3)
    assert np.abs(samples[1000:-1000]).max() == pytest.approx(0.5 / channels, abs=0.05)


@pytest.mark.parametrize("seconds", [0.33333, 0.777])
def test_the_header_tells_the_length(seconds: float) -> None:
    for rate in (22050, 44100, 11025):
        file = ogg(rate, 1, seconds)
        assert len(decoded(file, "a")) == length(file, "a")


@pytest.mark.parametrize("read", [length, decoded])
def test_no_recording(tmp_path: Path, read: object) -> None:
    assert callable(read)
    (tmp_path / "b.flac").write_bytes(b"not a sound")
    for file, name in ((b"odd", "a.ogg"), (tmp_path / "b.flac", "b.flac"), (tmp_path / "c.flac", "c.flac")):
        with pytest.raises(DataError, match=rf"^{name}: "):
            read(file, name)
