"""The paper's range of x, as a sentence for the caption of a figure that measures it again."""

from collections.abc import Iterable

from scalinglaws.papers.hestness_2017.constants.hestness_2017 import RANGES


def paper_ranges(studies: Iterable[str]) -> str:
    """The paper's range of x; empty for studies that the paper has nothing like.

    Args:
        studies: their names, without the paper's.
    """
    said: dict[str, str] = {}
    for study in studies:
        paper = RANGES.get(study) or RANGES.get(study.split("-")[0])
        if paper is not None:
            words = f"{_number(paper.low.value)} to {_number(paper.high.value)} {paper.unit}"
            said.setdefault(words, study)
    several = len(said) > 1
    ranges = [f"{words} ({study})" if several else words for words, study in said.items()]
    return f"x in the paper: {'; '.join(ranges)}." if said else ""


def _number(value: float) -> str:
    """Three digits: 0.0136, 17.2, 1,720, 130 million."""
    if value >= 1e6:
        return f"{value / 1e6:.3g} million"
    return f"{float(f'{value:.3g}'):,.0f}" if value >= 100 else f"{value:.3g}"
