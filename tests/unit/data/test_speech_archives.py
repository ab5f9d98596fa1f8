"""What is known of recordings before they are read, against the real archives."""

from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config.spec import DataSpec
from scalinglaws.data.modalities.speech import Speech, Utterance
from scalinglaws.data.sources import festvox_ru, fillets
from scalinglaws.tasks.core.shapes import shapes_of


class CapturedError(Exception):
    """Stands for the features, which take long."""


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "options"),
    [
        (festvox_ru, {"seconds": 2.5}),
        (fillets, {"seconds": 6.0, "language": "cs"}),
        (fillets, {"seconds": 6.0, "language": "nl"}),
    ],
)
def test_symbols_of_the_real_archives(
    source: Any, options: dict[str, Any], downloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[list[Utterance]] = []

    def capture(corpus: object, *parts: list[Utterance], **_: Any) -> Speech:
        given.extend(parts)
        raise CapturedError

    monkeypatch.setattr(source, "speech", capture)
    with pytest.raises(CapturedError):
        source.load(None, downloads, **options)
    short = [[one for one in part if one.samples <= 16_000 * options["seconds"]] for part in given]
    symbols = {symbol for one in short[0] for symbol in one.symbols}
    longest = max(len(one.symbols) for part in short for one in part)
    name = source.__name__.rpartition(".")[2].replace("_", "-")
    shapes = shapes_of(DataSpec(source=name, options=options), "speech-attention")
    assert shapes is not None
    assert shapes.outputs == len(symbols) + 2
    assert shapes.inputs[1] == (longest + 1,)
