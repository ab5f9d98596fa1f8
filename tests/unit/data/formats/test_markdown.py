"""Markdown without its marks."""

from scalinglaws.data.formats.markdown import clean_markdown


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
