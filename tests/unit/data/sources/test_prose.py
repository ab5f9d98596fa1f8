"""English prose from small packages in the real formats."""

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scalinglaws.data.formats.archives import Archive
from scalinglaws.data.language.paragraphs import sentences, split_paragraphs
from scalinglaws.data.sources import prose
from scalinglaws.data.sources.prose import load, plain
from scalinglaws.errors import DataError
from unit.made_sword import module


def test_the_same_marks_in_all_works() -> None:
    assert plain("“It’s” -- so . . . he\u00ad said\x97…") == '"It\'s" — so … he said…'


@pytest.fixture
def archives(tmp_path: Path, deb: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small package of each kind. They have one sentence in common."""
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


@pytest.mark.network
@pytest.mark.slow
def test_the_real_archives(downloads: Path) -> None:
    text = load(None, downloads).check()
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
        prose._paragraphs(None, downloads), prose.VALIDATION_SHARE, prose.VALIDATION_CHARACTERS
    )
    secret = set[str]().union(*map(sentences, split.validation))
    assert len(secret) > 3000
    assert all(secret.isdisjoint(sentences(paragraph)) for paragraph in split.training)
