"""Subwords: one vocabulary for both languages, and sentences that come back whole."""

import random
import subprocess
import sys

import pytest

from scalinglaws.data.language.reserved_ids import BEGIN, END, PAD, RESERVED, UNKNOWN
from scalinglaws.data.language.subwords import joined, normalised, train_subwords
from scalinglaws.errors import DataError

SENTENCES = [
    "Der Hund schläft im Garten.",
    "The dog sleeps in the garden.",
    'Sie sagt: "Guten Morgen!" (leise)',
    'She says: "Good morning!" (softly)',
    "Größe und Straße, 12.5 % - so-und-so_x",
    "don't; it's {a} [b] <end> <pad>",
]


def test_a_sentence_comes_back_whole() -> None:
    subwords = train_subwords(SENTENCES, 120)
    for sentence, ids in zip(SENTENCES, subwords.encode(SENTENCES), strict=True):
        assert subwords.decode(ids) == sentence
        assert min(ids) > UNKNOWN  # the letters of "<end>" are letters
        assert max(ids) < len(subwords.names) == 120
    assert subwords.names[:4] == RESERVED


def test_case_and_composed_letters() -> None:
    subwords = train_subwords(SENTENCES, 120)
    composed, decomposed, lower = subwords.encode(["Größe  Hund", " Gro\u0308ße\u00a0Hund\t", "größe hund"])
    assert composed == decomposed != lower
    assert subwords.decode(decomposed) == normalised(" Gro\u0308ße\u00a0Hund\t") == "Größe Hund"


def test_punctuation_is_separate_from_words() -> None:
    subwords = train_subwords(["ab ab, ab. (ab)"] * 50, 40)
    names = [[subwords.names[each] for each in ids] for ids in subwords.encode(["ab, ab (ab)."])]
    assert names == [["▁ab", ",", "▁ab", "▁(", "ab", ")", "."]]


def test_pads_and_ends_are_not_text() -> None:
    names = (*RESERVED, "▁a", "b")
    assert joined([BEGIN, 4, 5, UNKNOWN, 4, END, 5, PAD], names) == "ab� a"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_sentences_does_not_matter(seed: int) -> None:
    text = [f"{a} {b}" for a in SENTENCES for b in SENTENCES]
    first = train_subwords(text, 150).names
    random.Random(seed).shuffle(text)
    assert train_subwords(text, 150).names == first


def test_another_process_finds_the_same() -> None:
    program = (
        "import sys; from scalinglaws.data.language.subwords import train_subwords; "
        "sys.stdout.buffer.write('\\n'.join(train_subwords(sys.argv[1:], 150).names).encode())"
    )
    found = subprocess.run([sys.executable, "-c", program, *SENTENCES], capture_output=True, check=True)
    assert tuple(found.stdout.decode().split("\n")) == train_subwords(SENTENCES, 150).names


def test_stray_characters_are_unknown() -> None:
    subwords = train_subwords(["ab ba"] * 5000 + ["中"], 30)
    assert "中" not in "".join(subwords.names)
    (ids,) = subwords.encode(["ab 中国 a"])
    assert subwords.decode(ids) == "ab � a"  # a run of them is one
    assert ids.count(UNKNOWN) == 1


def test_no_room_for_the_alphabet() -> None:
    assert len(train_subwords(["abc", "cd"], 9).names) == 9  # four reserved, the mark, four letters
    with pytest.raises(DataError, match=r"vocabulary: 8 ids .* 9 is the least"):
        train_subwords(["abc", "cd"], 8)


def test_a_small_text_fills_no_large_vocabulary() -> None:
    assert len(train_subwords(["ab"], 500).names) < 12
