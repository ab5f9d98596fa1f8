"""Lines paired with recordings, and levels dealt to training or validation."""

import hashlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]

from scalinglaws.data.formats.archives import Archive
from scalinglaws.data.modalities.speech import Part, Speech
from scalinglaws.data.sources import fillets
from scalinglaws.data.sources.fillets import dialogs, load, spelled
from scalinglaws.errors import DataError

ROOT = "usr/share/games/fillets-ng"
LEVELS = ("share", "cabin1", "cabin2", "reef", "wreck", "ufo", "music", "aztec", "map", "hole", "dump")
Files = dict[str, bytes]
Read = Callable[..., Speech]


def ogg(number: int, seconds: float = 1.0, rate: int = 22050, channels: int = 1) -> bytes:
    samples = 0.1 * np.random.default_rng(number).standard_normal((round(rate * seconds), channels))
    stream = BytesIO()
    soundfile.write(stream, samples.astype(np.float32), rate, format="OGG")
    return stream.getvalue()


def line(name: str, text: str, font: str = "font_small") -> str:
    return f'\ndialogId("{name}", "{font}", "English, with \\"quotes\\"")\ndialogStr("{text}")\n\n'


@pytest.fixture
def files() -> Files:
    """The lines of each level, by path: one that each of the two fish says, and one that was not recorded."""
    found: Files = {}
    for number, level in enumerate(LEVELS):
        own = "".join("bcd"[number // 3**digit % 3] for digit in range(3))
        found[f"script/{level}/dialogs_cs.lua"] = (
            line("m-a", f"Ahoj {own}á!") + line("v-b", f"A{own}e.", "font_big") + line("x-c", "Nic.")
        ).encode()
        found[f"script/{level}/dialogs_nl.lua"] = line("m-a", "Hallo.").encode()
        found[f"script/{level}/dialogs.lua"] = b'dialogLoad("script/")'
        found[f"sound/{level}/cs/m-a.ogg"] = ogg(2 * number, 1.0)
        found[f"sound/{level}/cs/v-b.ogg"] = ogg(2 * number + 1, 0.5, 44100, 2)
    return found


@pytest.fixture
def read(files: Files, tmp_path: Path) -> Read:
    """Write the files to a folder and load it."""

    def run(**options: Any) -> Speech:
        for path, content in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(content)
        return load(tmp_path, tmp_path, **options).check()

    return run


def texts(part: Part, data: Speech) -> list[str]:
    return ["".join(data.alphabet[symbol] for symbol in row) for row in part.symbols]


def test_lines_and_recordings_are_paired(read: Read) -> None:
    data = read()
    both = [*texts(data.train, data), *texts(data.validation, data)]
    frames = [*data.train.frames, *data.validation.frames]
    assert len(both) == 2 * len(LEVELS)
    assert "ahoj cbbá" in both
    assert "adbbe" in both
    assert {len(text): valid for text, valid in zip(both, frames, strict=True)} == {9: 100, 5: 50}
    assert data.alphabet[:3] == ("", " ", "a")
    assert data.facts()["kind"] == "characters"


def test_levels_are_held_out_and_sequels_with_them(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    data = read()
    assert set(data.train.groups).isdisjoint(data.validation.groups)
    assert 3 <= len(data.validation.frames) <= 6  # a tenth of 22, in whole levels of 2 or 4
    assert data.facts()["groups"]["training"] + data.facts()["groups"]["validation"] == 10
    monkeypatch.setattr(fillets, "hash_order", lambda names, purpose: ["cabin", *sorted(names)])
    data = read()
    assert data.validation.groups == ("cabin",) * 4


def test_lines_heard_in_any_level_are_for_training(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fillets, "hash_order", lambda names, purpose: sorted(names, key="share".__ne__))
    assert "share" not in read().validation.groups


def test_no_line_of_validation_is_said_in_training(files: Files, read: Read) -> None:
    before = read()
    held_out, said = before.validation.groups[0], texts(before.validation, before)[0]
    script = files["script/share/dialogs_cs.lua"]
    files["script/share/dialogs_cs.lua"] = script + line("m-d", f"{said.upper()}...").encode()
    files["sound/share/blackjokes/cs/m-d.ogg"] = ogg(99)
    data = read()
    assert data.validation.groups[0] == held_out
    assert said not in texts(data.train, data)
    assert data.facts()["left_out"]["training"]["said in validation too"] == 1


def test_characters_of_the_game_are_the_speakers(read: Read) -> None:
    data = read()
    assert set(data.train.speakers) == {"font_small", "font_big"}
    assert data.facts()["speakers"] == {"training": 2, "validation": 2, "shared": 2}
    assert "characters apart, not actors" in data.facts()["description"]


def test_left_out(files: Files, read: Read) -> None:
    more = (("m-d", "Je 5 hodin.", 1.0), ("m-e", "...", 1.0), ("m-f", "Dlouho", 3.0), ("m-g", "Rychle!", 0.1))
    for name, text, seconds in more:
        files["script/share/dialogs_cs.lua"] += line(name, text).encode()
        files[f"sound/share/cs/{name}.ogg"] = ogg(50, seconds)
    files["sound/share/cs/unknown.ogg"] = ogg(51)
    data = read(seconds=2.0)
    left_out = data.facts()["left_out"]
    assert left_out["training"].pop("without a recording") + left_out["validation"].pop(
        "without a recording"
    ) == len(LEVELS)
    assert left_out["training"] == {
        "with digits or signs": 1,
        "without words": 1,
        "longer than 2 s": 1,
        "too short for their symbols": 1,
    }


def test_dialogs() -> None:
    script = r"""
-- Init
dialogLoad("script/"..codename.."/")
  -- dialogId("gone", "font_big", "Gone") dialogStr("Pryč")
dialogId("alone", "font_big", "Without a text")
dialogId("a", "font_small",
  "Two
lines")
dialogStr(
  "Řekl: \"Ne\"\n -- pak C:\\x.")
dialogId("b", "",  "")
dialogStr("")
"""
    assert list(dialogs(script)) == [("a", "font_small", 'Řekl: "Ne"  -- pak C:\\x.'), ("b", "", "")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Co je to za divnou loď?", "co je to za divnou loď"),
        ("D\u030cas, 't  is - „tak“... ’s!", "ďas 't is tak 's"),
        ("...", ""),
        ("F2", None),
        ("Поехали!", None),
    ],
)
def test_spelled(text: str, said: str | None) -> None:
    assert spelled(text) == said


def test_the_packages_and_the_folder_are_the_same(
    files: Files, read: Read, deb: Callable[..., bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pinned = []
    for name, folder in (("game", "script/"), ("voices", "sound/")):
        inside = {f"{ROOT}/{path}": content for path, content in files.items() if path.startswith(folder)}
        blob = deb(inside, "")
        (tmp_path / f"{name}_1_all.deb").write_bytes(blob)
        pinned.append(Archive(name, "1", hashlib.sha256(blob).hexdigest()))
    monkeypatch.setattr(fillets, "SCRIPTS", pinned[0])
    monkeypatch.setattr(fillets, "SOUNDS", {"cs": pinned[1]})
    packaged, own = load(None, tmp_path).check(), read()
    assert all(packaged.arrays()[name].tobytes() == array.tobytes() for name, array in own.arrays().items())
    assert packaged.provenance == "Debian packages game and voices"


def test_cannot_be_decoded(files: Files, read: Read) -> None:
    files["sound/reef/cs/m-a.ogg"] = b"odd"
    with pytest.raises(DataError, match=r"reef, m-a\.ogg: is missing or not a recording"):
        read()


def test_a_script_that_is_not_text_is_refused(files: Files, read: Read) -> None:
    files["script/reef/dialogs_cs.lua"] = "dialogStr('loď')".encode("cp1250")
    with pytest.raises(DataError, match=r"script/reef/dialogs_cs\.lua: is not UTF-8"):
        read()


def test_another_language_or_folder(read: Read) -> None:
    with pytest.raises(DataError, match=r"no line of script/<level>/dialogs_nl\.lua has a recording"):
        read(language="nl")
