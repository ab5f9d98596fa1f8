import gzip
from pathlib import Path

import pytest

from scalinglaws.data.language.subwords import joined
from scalinglaws.data.modalities.pairs import Pairs
from scalinglaws.data.sources.wmt16 import load
from scalinglaws.errors import DataError

TEXTS = {
    "europarl-v7.de-en": (
        ["Guten Morgen.", "Ich danke Ihnen.", ""],
        ["Good morning.", "Thank you.", "Nothing"],
    ),
    "commoncrawl.de-en": (["ein Wort\u2028mehr", "eine Zeile"], ["one more\u2028word", "one line"]),
    "newstest2013": (["eine Zeile Wort", "ein anderer Ton."], ["one word line", "Good morning!"]),
    "newstest2014": (["Ein Test"], ["a test"]),
}


def write(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(f"{line}\n" for line in lines).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four texts as WMT'16 unpacks, one of them compressed, two in folders of their own."""
    root = tmp_path / "wmt16"
    places = ("training/", "", "dev/", "dev/")
    for (name, sides), place in zip(TEXTS.items(), places, strict=True):
        ending = ".gz" if name.startswith("commoncrawl") else ""
        for language, lines in zip(("de", "en"), sides, strict=True):
            write(root / f"{place}{name}.{language}{ending}", lines)
    write(root / "dev/newstest2013-src.de.sgm", ["<doc>"])
    return root


def sentences(pairs: Pairs, split: str) -> list[tuple[str, str]]:
    arrays = pairs.arrays()
    return [
        (joined(source, pairs.subwords), joined(target, pairs.subwords))
        for source, target in zip(
            arrays[f"{split}_sources"].tolist(), arrays[f"{split}_targets"].tolist(), strict=True
        )
    ]


def test_training_and_validation(folder: Path) -> None:
    pairs = load(folder, folder, vocabulary=80, longest=20).check()
    assert sentences(pairs, "train") == [
        ("ein Wort mehr", "one more word"),
        ("eine Zeile", "one line"),
        ("Ich danke Ihnen.", "Thank you."),  # "Good morning" is in validation; a pair has an empty side
    ]
    assert [source for source, _ in sentences(pairs, "validation")] == ["eine Zeile Wort", "ein anderer Ton."]
    assert "commoncrawl.de-en 2, europarl-v7.de-en 1" in pairs.description
    assert "validation on newstest2013" in pairs.provenance
    assert pairs.title == "WMT'16 German to English"


def test_another_test_set(folder: Path) -> None:
    pairs = load(folder, folder, vocabulary=80, longest=30, validation="newstest2014")
    assert len(pairs.validation_strata) == 1
    assert ("eine Zeile Wort", "one word line") not in sentences(pairs, "train")


def test_windows_line_ends(folder: Path) -> None:
    expected = sentences(load(folder, folder, vocabulary=80, longest=20), "train")
    for path in (folder / "training").iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert sentences(load(folder, folder, vocabulary=80, longest=20), "train") == expected


def test_no_location(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="name the folder of its text as `wmt16` under `locations`"):
        load(None, tmp_path)


def test_sides_of_different_length(folder: Path) -> None:
    write(folder / "training/europarl-v7.de-en.en", ["Good morning."])
    with pytest.raises(DataError, match=r"europarl-v7\.de-en\.de: 3 lines, but .*\.en has 1"):
        load(folder, folder)


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_side_is_missing(folder: Path, language: str) -> None:
    (folder / f"training/europarl-v7.de-en.{language}").unlink()
    with pytest.raises(DataError, match=rf"there is no europarl-v7\.de-en\.{language} to go with it"):
        load(folder, folder)


def test_the_same_text_twice(folder: Path) -> None:
    write(folder / "europarl-v7.de-en.de.gz", ["a"])
    with pytest.raises(DataError, match="the same text is also in"):
        load(folder, folder)


def test_no_such_validation(folder: Path) -> None:
    with pytest.raises(DataError, match=r"there is no newstest2012\.de; names are commoncrawl\.de-en, "):
        load(folder, folder, validation="newstest2012")


def test_nothing_to_train_on(tmp_path: Path) -> None:
    for language in ("de", "en"):
        write(tmp_path / f"newstest2013.{language}", ["a b"])
    with pytest.raises(DataError, match="no text to train on beside newstest2013"):
        load(tmp_path, tmp_path)


def test_no_text_at_all(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no text"):
        load(tmp_path, tmp_path)
    with pytest.raises(DataError, match="no such folder"):
        load(tmp_path / "wmt", tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("training/europarl-v7.de-en.de", b"\xff\xfe odd\n"),
        ("commoncrawl.de-en.en.gz", b"not gzip"),
        ("commoncrawl.de-en.en.gz", gzip.compress(b"a line\n" * 50, mtime=0)[:-9]),
    ],
)
def test_not_text(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=f"{Path(name).name}: cannot be read as text"):
        load(folder, folder)
