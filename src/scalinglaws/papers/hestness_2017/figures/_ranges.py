"""The range of x of a figure beside the paper's, as a sentence for its caption."""

from collections.abc import Mapping

import pandas as pd

from scalinglaws.papers.hestness_2017.constants.hestness_2017 import RANGES


def ranges_of_x(sizes: "Mapping[str, pd.Series[float]]", unit: str) -> str:
    """The paper's range of x and ours; empty for studies that the paper has nothing like.

    Args:
        sizes: sizes of the training sets, by the name of the study.
        unit: what they are counted in.
    """
    said: dict[str, list[str]] = {}
    for study, x in sizes.items():
        paper = RANGES.get(study) or RANGES.get(study.split("-")[0])
        if paper is not None:
            theirs = f"{_number(paper.low.value)} to {_number(paper.high.value)} {paper.unit}"
            said.setdefault(theirs, []).append(f"{_number(x.min())} to {_number(x.max())}")
    parts = (
        f"{theirs} in the paper, {' and '.join(dict.fromkeys(ours))} {unit} here"
        for theirs, ours in said.items()
    )
    return f"Range of x: {'; '.join(parts)}." if said else ""


def _number(value: float) -> str:
    """Three digits: 0.0136, 17.2, 1,720, 130 million."""
    if value >= 1e6:
        return f"{value / 1e6:.3g} million"
    return f"{float(f'{value:.3g}'):,.0f}" if value >= 100 else f"{value:.3g}"
