import hashlib
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.data.formats import archives
from scalinglaws.data.formats.archives import Archive
from scalinglaws.data.language.parallel_text import sentence_key
from scalinglaws.data.language.subwords import joined
from scalinglaws.data.modalities.pairs import Pairs
from scalinglaws.data.sources import german_english
from scalinglaws.data.sources.german_english import ding_pairs, help_pairs, load
from scalinglaws.errors import DataError

Deb = Callable[..., bytes]

# What LibreOffice's pages look like: (id, German, English).
BLOCKS = (
    ("hd_id1", "Ausschalten der <a href='x'>Erkennung</a>", "Turning off <span>Recognition</span>"),
    (
        "par_id2",
        "Öffnen Sie das Dokument. Ändern Sie es &amp; speichern.",
        "Open the document. Change it &amp; save.",
    ),
    ("par_id3", "Ein Satz, z.B. dieser. Noch einer.", "One sentence, such as this: nothing more."),
    ("par_id4", "erste Zeile<br>zweite", "first line<br>second"),
    ("par_id5", "SUM(A1; B2)", "SUM(A1; B2)"),
    ("par_id6", "Abbrechen", "Cancel"),
    (
        "par_id7",
        'Drücken Sie <span id="s" class="switchinline"><span hidden="true">Befehl</span></span>',
        'Press <span id="s" class="switchinline"><span hidden="true">Command</span></span>',
    ),
    ("par_id8", "nur auf Deutsch", ""),
)
HELP = [
    ("Ausschalten der Erkennung", "Turning off Recognition"),
    ("Öffnen Sie das Dokument.", "Open the document."),
    ("Ändern Sie es & speichern.", "Change it & save."),
    ("Ein Satz, z.B. dieser. Noch einer.", "One sentence, such as this: nothing more."),
    ("erste Zeile zweite", "first line second"),
]
LINES = """\
# Version :: devel 2023-01-30
der Aachener {m} | der Aachener Dom | Printen [cook.] :: Aachen | the Aachen Cathedral (church) | ginger bread
etw. indexieren; etw. indizieren {vt} | sich anschicken /Abk./, zu gehen :: to index sth. | to be about to go
mit Abblendlicht fahren | auf Licht :: to drive on dipped/dimmed headlights | on light | one too many
die Strecke <Route> entlang | ich/er/sie erschrak :: along the road | I/he/she was frightened
unpaarig (nicht paarig :: not paired (odd
"""
PHRASES = [
    ("der Aachener Dom", "the Aachen Cathedral"),
    ("sich anschicken , zu gehen", "to be about to go"),
    ("die Strecke entlang", "along the road"),
]
MANY = "".join(
    f"Satz Nummer {n} und {n % 7} | Wort {n % 5} :: sentence {n} and {n % 7} | word {n}\n" for n in range(300)
)


def page(blocks: Mapping[str, str]) -> bytes:
    """A page of the help as it is shipped."""
    body = "\n".join(
        f'<h1 id="{place}" dir="auto">{text}</h1>'
        if place.startswith("hd_")
        else f'<p dir="auto">none</p><td><p id="{place}" class="paragraph" dir="auto">\n {text}</p></td>'
        for place, text in blocks.items()
    )
    return f'<!DOCTYPE html><html><body><div id="DisplayArea">{body}</div></body></html>'.encode()


def write(folder: Path, package: str, blob: bytes, version: str = "1") -> Archive:
    (folder / f"{package}_{version}_all.deb").write_bytes(blob)
    return Archive(package, version, hashlib.sha256(blob).hexdigest())


def help_archives(
    folder: Path, deb: Deb, blocks: Any = BLOCKS, version: str = "1"
) -> tuple[Archive, Archive]:
    root = "usr/share/libreoffice/help"
    german = {place: text for place, text, _ in blocks}
    english = {place: text for place, _, text in blocks if text}
    other = {"hd_id1": "eine andere Seite"}
    return (
        write(
            folder,
            "libreoffice-help-de",
            deb(
                {
                    f"{root}/de/text/shared/a.html": page(german),
                    f"{root}/de/text/shared/b.html": page(other),
                    f"{root}/de/media/c.html": page(german),
                }
            ),
            version,
        ),
        write(
            folder,
            "libreoffice-help-en-us",
            deb({f"{root}/en-US/text/shared/a.html": page(english)}),
            version,
        ),
    )


def ding_archive(folder: Path, deb: Deb, lines: str) -> Archive:
    return write(folder, "trans-de-en", deb({"usr/share/trans/de-en": lines.encode()}))


def no_network(*_: object) -> Path:
    raise AssertionError("tried to fetch")


@pytest.fixture
def folder(tmp_path: Path, deb: Deb, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The three packages with a few pairs in them, and the pins of these."""
    german, english = help_archives(tmp_path, deb)
    monkeypatch.setattr(archives, "fetch", no_network)
    monkeypatch.setattr(german_english, "GERMAN_HELP", german)
    monkeypatch.setattr(german_english, "ENGLISH_HELP", english)
    monkeypatch.setattr(german_english, "DING", ding_archive(tmp_path, deb, LINES + MANY))
    text = "".join(f"{source}\t{target}\n" for source, target in HELP)
    monkeypatch.setattr(german_english, "HELP_PAIRS", len(HELP))
    monkeypatch.setattr(german_english, "HELP_HASH", hashlib.sha256(text.encode()).hexdigest())
    monkeypatch.setattr(german_english, "VALIDATION", 60)
    return tmp_path


def sentences(pairs: Pairs, split: str, side: str) -> list[str]:
    array = pairs.arrays()[f"{split}_{side}"]
    return [joined(row, pairs.subwords) for row in array.tolist()]


def test_help_is_aligned_by_page_and_id(folder: Path) -> None:
    assert [pair[:2] for pair in help_pairs(folder)] == HELP


def test_ding_items(folder: Path) -> None:
    assert [pair[:2] for pair in ding_pairs(folder)[: len(PHRASES)]] == PHRASES
    assert ding_pairs(folder)[len(PHRASES)][:2] == ("Satz Nummer 0 und 0", "sentence 0 and 0")


def test_load(folder: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pairs = load(None, folder, vocabulary=200, longest=30).check()
    total = len(HELP) + len(PHRASES) + 600
    assert len(pairs.validation_strata) == 60
    assert len(pairs.train_sources) < total - 60  # "Wort 3" is the source of sixty targets
    assert "Ding" in pairs.description
    assert "LibreOffice help" in pairs.description
    assert "the text of version 1" in pairs.provenance
    assert pairs.licence == "MPL-2.0 (LibreOffice help), GPL-2+ (Ding)"
    found = {
        pair
        for split in ("train", "validation")
        for pair in zip(sentences(pairs, split, "sources"), sentences(pairs, split, "targets"), strict=True)
    }
    assert found >= {pair for pair in HELP + PHRASES if pair[0].isascii() and "," not in pair[0]}


def test_validation_is_unseen(folder: Path) -> None:
    pairs = load(None, folder, vocabulary=200, longest=30)
    for side in ("sources", "targets"):
        training = {sentence_key(each) for each in sentences(pairs, "train", side)}
        validation = {sentence_key(each) for each in sentences(pairs, "validation", side)}
        assert training
        assert validation
        assert training.isdisjoint(validation)


def test_an_own_folder_is_read_and_left_alone(folder: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    own = load(folder, nowhere, vocabulary=200)
    assert own.description == load(None, folder, vocabulary=200).description
    (folder / "trans-de-en_1_all.deb").unlink()
    with pytest.raises(DataError, match=r"holds no trans-de-en_\*\.deb"):
        load(folder, nowhere)
    assert not nowhere.exists()


def test_help_of_another_build_with_the_same_text(folder: Path, deb: Deb) -> None:
    path = folder / "libreoffice-help-en-us_1_all.deb"
    path.write_bytes(
        deb(
            {
                "usr/share/libreoffice/help/en-US/text/shared/a.html": page(
                    {place: text for place, _, text in BLOCKS if text}
                )
            },
            "zst",
            extra=b"rebuilt",
        )
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "the text of version 1" in load(None, folder, vocabulary=200).provenance


def test_help_of_another_version_is_accepted_with_a_warning(
    folder: Path, deb: Deb, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = (*BLOCKS[:-1], ("par_id9", "ein neuer Satz", "a new sentence"))
    help_archives(folder, deb, changed)
    monkeypatch.setattr(german_english, "TOLERANCE", 0.2)
    with pytest.warns(UserWarning, match="another text than that of version 1: 6 sentence pairs, not 5"):
        pairs = load(None, folder, vocabulary=200)
    assert "another text" in pairs.provenance


def test_help_of_another_size_is_refused(folder: Path, deb: Deb) -> None:
    help_archives(folder, deb, BLOCKS[:2])
    with pytest.raises(DataError, match="libreoffice-help-en-us: 3 sentence pairs; 5 "):
        load(None, folder)


def test_damaged_archives(folder: Path) -> None:
    for name in ("libreoffice-help-de_1_all.deb", "trans-de-en_1_all.deb"):
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(DataError, match=f"{name}: SHA-256"):
            load(None, folder)
        (folder / name).write_bytes(whole)


def test_another_dictionary_is_refused(folder: Path, deb: Deb) -> None:
    ding_archive(folder, deb, MANY)
    with pytest.raises(DataError, match="trans-de-en_1_all"):
        load(None, folder)


@pytest.mark.network
@pytest.mark.slow
def test_the_real_archives(downloads: Path) -> None:
    pairs = load(None, downloads).check()
    assert len(pairs.subwords) == 2000
    assert 65_000 < len(pairs.train_sources) < 80_000
    assert 3_000 < len(pairs.validation_strata) < 4_200
    for side in ("sources", "targets"):
        training = {sentence_key(each) for each in sentences(pairs, "train", side)}
        assert training.isdisjoint(sentence_key(each) for each in sentences(pairs, "validation", side))
    assert "the Aachen Cathedral" in {
        *sentences(pairs, "train", "targets"),
        *sentences(pairs, "validation", "targets"),
    }
