"""Captions as LaTeX and Markdown, and their length in all studies."""

import re
from pathlib import Path

import pytest

from scalinglaws.config.plan import plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.papers.hestness_2017.figures._ranges import paper_ranges
from scalinglaws.papers.hestness_2017.figures.domains import NOT_GROWN
from scalinglaws.plotting.captions import caption
from scalinglaws.plotting.captions.caption import FigureSpec
from scalinglaws.plotting.captions.explained import Mark
from scalinglaws.plotting.captions.files import latex, markdown, write_caption
from scalinglaws.public_runs.description import manifest

ODD = r"50 % of $5 & #1_a^b {x} <y> ~z|q \foo [1] *`"
MARKED = ("domains", "learning-curves")
"""The modules of figures that say which marks they drew."""
MOSTLY, ABSENT = "Most best models are the largest.", f"{NOT_GROWN} (LSTM, 2 layers; LSTM, 4 layers)."
LONG = "German to English: LibreOffice help and Ding dictionary"
COUNTS = (
    f"{LONG}: n = 1,234 runs (12 diverged, 34 cut short), 12 seeds, 12 models of 1.23k to 12.3M parameters."
)


def unescaped(text: str) -> str:
    """The characters that LaTeX prints. Anything that is special and not escaped fails."""
    names = {"textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textless": "<",
             "textgreater": ">", "textbar": "|"}  # fmt: skip
    token = re.compile(r"\\(text[a-z]+)\{\}|\\([&%$#_{}])|([^\\&%$#_{}~^<>|])")
    found, end = [], 0
    while end < len(text):
        match = token.match(text, end)
        assert match, f"not escaped: {text[end : end + 20]!r}"
        found.append(names[match[1]] if match[1] else match[2] or match[3])
        end = match.end()
    return "".join(found)


def test_latex_prints_the_same_characters() -> None:
    assert unescaped(latex(ODD)) == ODD


def test_markdown_escapes_what_would_be_markup() -> None:
    assert markdown("a_b* [c] <d>, 5 %") == r"a\_b\* \[c\] \<d\>, 5 %"


def test_the_latex_file_is_a_caption_with_a_label(tmp_path: Path) -> None:
    assert write_caption("100 % of x.", tmp_path, "fig-1")[1].read_text() == (
        "\\caption{100 \\% of x.}\n\\label{fig:fig-1}\n"
    )


@pytest.mark.parametrize("scale", ["smoke", "laptop", "gpu", "paper"])
def test_captions_of_all_studies_are_short_with_all_marks_and_long_titles(scale: str, tmp_path: Path) -> None:
    work = plan(load_config(scale))
    seen = 0
    for study in work.studies:
        for figure in study.study.figures:
            spec = FigureSpec.model_validate(study.figure_spec(figure, scale, 4000))
            studies = [name.split("/")[1] for name in spec.studies or (study.name,)]
            marks = figure.draw.partition(":")[0].split("/")[1] in MARKED
            remarks = (MOSTLY, ABSENT if figure.draw.endswith(":two_panels") else "", paper_ranges(studies))
            explained = " ".join([*worst(figure.draw), *remarks]) if marks else ""
            data = [manifest(name) for name in study.study.reads.public_runs]
            if spec.protocol or spec.studies:
                text = caption._caption(
                    spec, explained, f"Scale {scale}, {COUNTS}", 4000, spec.levels or (0.95,)
                )
            else:
                text = caption.of_analysis(spec, data, [], explained)
            assert len(text.split()) <= 120
            assert text.isascii()  # any LaTeX compiles it
            content = write_caption(text, tmp_path, figure.name)[1].read_text()
            inner = content.removeprefix("\\caption{").removesuffix(f"}}\n\\label{{fig:{figure.name}}}\n")
            assert unescaped(inner) == text
            seen += 1
    assert seen > 20


def worst(draw: str) -> list[Mark]:
    """All marks that a drawing function can draw."""
    function = draw.partition(":")[2]
    growth = {Mark.GROWTH_BAND}
    without = {
        "learning_curves": {Mark.FLOOR}, "two_panels": {Mark.FLOOR}, "two_scales": {Mark.FLOOR, *growth},
        "fixed_sizes": growth, "families_and_fixed_sizes": growth,
    }[function] | {Mark.HOLLOW, Mark.NOT_CONVERGED}  # fmt: skip  # the legend explains these two
    return [mark for mark in Mark if mark not in without]
