"""The files of a caption: Markdown, and LaTeX to be read by `\\input` inside a figure environment."""

import re
from pathlib import Path

from scalinglaws.files import whole_file

LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
        "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
        **{character: f"\\{character}" for character in "&%$#_{}"},
    }
)  # fmt: skip
MARKDOWN = re.compile(r"([\\`*_\[\]<>|$~])")


def latex(text: str) -> str:
    """Plain text as LaTeX that prints the same characters."""
    return text.translate(LATEX)


def markdown(text: str) -> str:
    """Plain text as Markdown that shows the same characters."""
    return MARKDOWN.sub(r"\\\1", text)


def write_caption(text: str, folder: Path, name: str) -> list[Path]:
    """Write `<name>.caption.md` and `<name>.caption.tex`, and return their paths."""
    contents = {
        "md": f"{markdown(text)}\n",
        "tex": f"\\caption{{{latex(text)}}}\n\\label{{fig:{name}}}\n",
    }
    files = []
    for ending, content in contents.items():
        files.append(folder / f"{name}.caption.{ending}")
        with whole_file(files[-1]) as temporary:
            temporary.write_text(content, encoding="utf-8", newline="\n")
    return files
