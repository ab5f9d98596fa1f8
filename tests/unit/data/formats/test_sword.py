"""Modules of the SWORD project, whole and damaged."""

import struct
from collections.abc import Callable
from typing import Any

import pytest

from scalinglaws.data.formats.sword import clean_osis, read_module
from scalinglaws.errors import DataError
from unit.made_sword import module


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
