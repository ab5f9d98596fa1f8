"""Markdown as paragraphs of plain text, without its marks."""

import re

IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
QUOTED = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)
HEADING = re.compile(r"^[ \t]*#+[ \t]*", re.MULTILINE)
ITEM = re.compile(r"^[ \t]*(?:[*+-]|\d+\.)[ \t]+", re.MULTILINE)
RULE = re.compile(r"^[ \t]*(?:[*_-][ \t]*){3,}$", re.MULTILINE)
EMPHASIS = re.compile(r"\*+|(?<!\w)_+|_+(?!\w)")
ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!>-])")
BROKEN_WORD = re.compile(r"(?<=\w)-\n(?=\w)")
LOOSE_MARK = re.compile(r"""(?<=[\w"')\]]) ([,;:?!])""")
BREAK = re.compile(r"\n\s*\n")


def clean_markdown(text: str) -> list[str]:
    """The paragraphs of a text without markup, with single blanks and without empty paragraphs.

    Links keep their text, list items and quotations lose their marks, and words that were broken at a hyphen
    are joined.
    """
    text = IMAGE.sub("", QUOTED.sub("", text))
    text = LINK.sub(r"\1", HEADING.sub("", RULE.sub("", text)))
    text = BROKEN_WORD.sub("-", EMPHASIS.sub("", ITEM.sub("", text)))
    paragraphs = (" ".join(ESCAPE.sub(r"\1", each).split()) for each in BREAK.split(text))
    return [LOOSE_MARK.sub(r"\1", each) for each in paragraphs if each]
