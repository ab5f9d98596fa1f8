"""The paper's range of x, as a sentence for the caption of a figure that measures it again."""

from collections.abc import Iterable

from scalinglaws.papers.hestness_2017.constants.hestness_2017 import RANGES


def paper_ranges(studies: Iterable[str]) -> str:
    """The paper's range of x; empty for studies that the paper has nothing like.

    Args:
        studies: their names, without the paper's.
    """
    said = []
    for study in studies:
        paper = RANGES.get(study) or RANGES.get(study.split("-")[0])
        if paper is not None:
            said.append(f"{_number(paper.low.value)} to {_number(paper.high.value)} {paper.unit}")
    return f"x in the paper: {'; '.join(dict.fromkeys(said))}." if said else ""


def _number(value: float) -> str:
    """Three digits: 0.0136, 17.2, 1,720, 130 million."""
    if value >= 1e6:
        return f"{value / 1e6:.3g} million"
    return f"{float(f'{value:.3g}'):,.0f}" if value >= 100 else f"{value:.3g}"
