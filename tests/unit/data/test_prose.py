"""The SWORD format, markdown, and the source that joins them."""

import gzip
import hashlib
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from scalinglaws.config import plugins
from scalinglaws.data.formats.archives import Archive
from scalinglaws.data.formats.markdown import clean_markdown
from scalinglaws.data.formats.sword import clean_osis, read_module
from scalinglaws.data.language.paragraphs import sentences, split_paragraphs
from scalinglaws.data.sources import prose
from scalinglaws.data.sources.prose import load, plain
from scalinglaws.errors import DataError


def module(blocks: list[str], at: str = "usr/share/sword/modules/m/ot") -> dict[str, bytes]:
    """A testament in the SWORD format."""
    packed, index = b"", b""
    for block in blocks:
        body = zlib.compress(block.encode())
        index += struct.pack("<III", len(packed), len(body), len(block.encode()))
        packed += body
    return {f"{at}.bzs": index, f"{at}.bzz": packed, f"{at}.bzv": b"\0" * 20}


def test_blocks_of_a_module_in_order() -> None:
    old = module(["one <div sID='1' type='x-p'/> two", "<chapter n='2'/>three"])
    new = module(["", "four &amp; five"], "usr/share/sword/modules/m/nt")
    assert read_module(old | new) == ["four & five", "one", "two", "three"]


def test_osis_without_its_tags() -> None:
    text = (
        '<title type="x-s">HEADING</title> <div sID="1" type="x-p"/> <hi type="bold">Verse 1.</hi> In\n'
        'the <w lemma="strong:G1">beginning</w><note>1:1 a <b>note</b></note> , was light'
        '<div type="x-milestone" sID="pv1"/>. More <reference>Ps 1:2</reference>?<div eID="1" type="x-p"/>'
        '<lg sID="2"/><l level="1" sID="3"/>“Behold,<l eID="3"/><l level="2" sID="4"/>a line.”<l eID="4"/>'
        '<lg eID="2"/><row><cell>An outline.</cell><cell>(1-4)</cell></row><div sID="9" type="x-p"/>'
    )
    assert clean_osis(text) == [
        "Verse 1. In the beginning, was light. More Ps 1:2?",
        "“Behold, a line.”",
        "An outline. (1-4)",
    ]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda files: files.pop("usr/share/sword/modules/m/ot.bzs"), r"its index .*ot\.bzs is missing"),
        (
            lambda files: files.update({"usr/share/sword/modules/m/ot.bzs": b"12345"}),
            "not a text of the SWORD",
        ),
        (lambda files: files.update({"usr/share/sword/modules/m/ot.bzz": b"no"}), r"ot\.bzz: .*damaged"),
        (lambda files: files.clear(), "no text of the SWORD format"),
    ],
)
def test_damaged_modules(damage: Callable[[dict[str, bytes]], Any], message: str) -> None:
    files = module(["some text"])
    damage(files)
    with pytest.raises(DataError, match=message):
        read_module(files)


def test_a_block_of_another_length_is_damage() -> None:
    files = module(["some text"])
    index = files["usr/share/sword/modules/m/ot.bzs"]
    files["usr/share/sword/modules/m/ot.bzs"] = index[:8] + struct.pack("<I", 7)
    with pytest.raises(DataError, match="a block holds 9 bytes, the index says 7"):
        read_module(files)


def test_markdown_without_its_marks() -> None:
    text = (
        '# A.1 What is _anarchism_?\n\nIt **is** a theory, _"no more"_ , says [Malatesta](secA1.md "x")'
        " in a_b \nand [1912], of a self-\ngoverned life -- 7\\. end.\n\n> > quoted _here_\n> and here\n\n"
        "  * one\n  * two\n\n***\n\n![picture](a.png)\n"
    )
    assert clean_markdown(text) == [
        "A.1 What is anarchism?",
        'It is a theory, "no more", says Malatesta in a_b and [1912], of a self-governed life -- 7. end.',
        "quoted here and here",
        "one two",
    ]


def test_the_same_marks_in_all_works() -> None:
    assert plain("“It’s” -- so . . . he\u00ad said\x97…") == '"It\'s" — so … he said…'


@pytest.fixture
def archives(tmp_path: Path, deb: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two packages of the real kinds, small; the one shares a sentence with the other."""
    verse = [f"And verse number {k} of the book says this and no more than that." for k in range(300)]
    packed = deb(module(["<div type='x-p'/>".join(verse)]))
    pages = [
        f"As _verse_ [number](x.md) {k} tells us here, it is written so; see page {k}." for k in range(300)
    ]
    pages[1] = (
        'Quoted: he wrote this long ago. "And Verse number 8 of the book, says this and no more than that."'
    )
    page = "\n\n".join([*pages, "‹ the page before this one, and the next after it ›", "short"])
    folder = "usr/share/doc/anarchism/markdown"
    marked = deb({f"{folder}/a.md.gz": gzip.compress(page.encode()), f"{folder}/x.html": b"<p>no</p>"})
    known = []
    for name, blob in (("sword-made", packed), ("anarchism", marked)):
        (tmp_path / f"{name}_1_all.deb").write_bytes(blob)
        known.append(Archive(name, "1", hashlib.sha256(blob).hexdigest()))
    monkeypatch.setattr(prose, "MODULES", ((known[0], {}),))
    monkeypatch.setattr(prose, "FAQ", known[1])
    monkeypatch.setattr(prose, "VALIDATION_CHARACTERS", 1500)
    return tmp_path


def test_from_packages_to_windows(archives: Path) -> None:
    text = load(None, archives, vocabulary=50, window=16).check()
    counts = text.facts()["paragraphs"]
    assert counts["training"] + counts["validation"] + counts["left_out_shared_sentence"] == 600
    assert counts["validation"] >= 20
    assert text.train.shape[1] == text.validation.shape[1] == 17
    assert text.vocabulary == 52
    assert "anarchism" in text.provenance
    assert "GPL-2" in text.licence
    characters = load(None, archives, tokens="characters", vocabulary=30).check()
    assert characters.vocabulary == 30
    assert characters.unit.name == "characters"


def test_two_loads_are_the_same(archives: Path) -> None:
    first, again = load(None, archives), load(archives, archives / "elsewhere")
    np.testing.assert_array_equal(first.train, again.train)
    np.testing.assert_array_equal(first.validation, again.validation)
    assert first.facts() == again.facts()


def test_own_copy_that_is_not_complete(archives: Path) -> None:
    (archives / "anarchism_1_all.deb").unlink()
    with pytest.raises(DataError, match=r"anarchism_1_all\.deb: no such file; the folder of `prose` holds"):
        load(archives, archives)


@pytest.mark.parametrize("options", [{"window": 3}, {"vocabulary": 2}, {"tokens": "syllables"}])
def test_options_are_checked_with_the_config(options: dict[str, Any]) -> None:
    assert plugins.complete("data/sources", "prose", "load", {"window": 16}) == {"window": 16}
    with pytest.raises(ValidationError):
        plugins.complete("data/sources", "prose", "load", options)


@pytest.mark.network
@pytest.mark.slow
def test_the_real_archives(tmp_path: Path) -> None:
    text = load(None, tmp_path).check()
    assert text.facts()["paragraphs"] == {
        "training": 51962,
        "validation": 1079,
        "left_out_repeated": 564,
        "left_out_shared_sentence": 906,
    }
    assert (text.train.shape, text.validation.shape) == ((198399, 33), (4309, 33))
    assert text.facts()["outside_vocabulary"] == pytest.approx(0.130905, abs=1e-6)
    # The same check, read off the text that was delivered.
    split = split_paragraphs(
        prose._paragraphs(None, tmp_path), prose.VALIDATION_SHARE, prose.VALIDATION_CHARACTERS
    )
    secret = set[str]().union(*map(sentences, split.validation))
    assert len(secret) > 3000
    assert all(secret.isdisjoint(sentences(paragraph)) for paragraph in split.training)
