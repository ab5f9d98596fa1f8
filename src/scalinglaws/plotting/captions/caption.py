"""Captions of figures: the text of the study file, what is drawn, and what it was made from at this scale."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from pydantic import Field

from scalinglaws.config.fit import FitSpec
from scalinglaws.config.scale import Look
from scalinglaws.config.strict import Strict
from scalinglaws.config.study import MOST_WORDS, Figure
from scalinglaws.errors import ConfigError
from scalinglaws.plotting.learning_curves import thousands
from scalinglaws.tables.study import StudyTables

MOST_TITLES = 2
"""Of more data sets, a caption gives the number."""
Manifest = Mapping[str, Any]
"""What the data stage wrote about a data set."""


class FigureSpec(Strict):
    """A figure and what its caption must say.

    Of runs it has `protocol` and `seeds`. Of an analysis it has its `resamples`, its `public_runs` (each set
    with the SHA-256 of its description), and the `studies` that it reads, with their `seeds` and the `levels`
    of their intervals.
    """

    study: str
    scale: str
    figure: Figure
    look: Look = Look()
    protocol: FitSpec | None = None
    seeds: tuple[int, ...] = ()
    resamples: int | None = None
    levels: tuple[float, ...] = ()
    studies: tuple[str, ...] = ()
    public_runs: dict[str, str] = Field(default_factory=dict)


def of_runs(spec: FigureSpec, fit: FitSpec, tables: StudyTables, explained: str) -> str:
    """The caption of a figure of one study's runs.

    `explained` is what the figure says of its marks.
    """
    grid = tables.runs[tables.runs.phase == "grid"]
    sizes = f"{thousands(grid.parameters.min())} to {thousands(grid.parameters.max())} parameters"
    data = (
        f"Scale {spec.scale}, {tables.manifest['title']}: {_counted(grid)}, {len(spec.seeds)} seeds, "
        f"{grid.model.nunique()} models of {sizes}."
    )
    return _caption(spec, explained, data, fit.resamples, (fit.level,))


def of_analysis(
    spec: FigureSpec, data: Iterable[Manifest], trained: Sequence[pd.DataFrame], explained: str
) -> str:
    """The caption of a figure of public runs, published constants or trained studies.

    `trained` are the tables of runs of the studies, `explained` is what the figure says of its marks.
    """
    titles = list(dict.fromkeys(str(each["title"]) for each in data))
    sets = "; ".join(titles) if len(titles) <= MOST_TITLES else f"{len(titles)} data sets"
    if spec.studies:
        runs = pd.concat([table[table.phase == "grid"] for table in trained], ignore_index=True)
        line = f"Scale {spec.scale}, {sets}: {_counted(runs)}, {len(spec.seeds)} seeds."
    else:
        line = f"Scale {spec.scale}, {sets}." if sets else f"Scale {spec.scale}."
    return _caption(spec, explained, line, spec.resamples, spec.levels)


def _caption(
    spec: FigureSpec, explained: str, data: str, resamples: int | None, levels: tuple[float, ...]
) -> str:
    """All parts of a caption, with the numbers in their places.

    Raises:
        ConfigError: the text asks for a number that the figure does not have, or the caption is too long.
    """
    where = f"{spec.study}: figures.caption of {spec.figure.name}"
    text = f"{spec.figure.caption.strip()} {explained}".strip()
    numbers = {
        "{resamples}": f"{resamples:,}" if resamples is not None else "",
        "{level}": " or ".join(f"{level * 100:g} %" for level in sorted(set(levels))),
    }
    for place, number in numbers.items():
        if place in text and not number:
            raise ConfigError(f"{where}: {place} is not known, because the protocol has no bootstrap")
        text = text.replace(place, number)
    text = f"{text} {data}"
    if len(text.split()) > MOST_WORDS:
        raise ConfigError(
            f"{where}: {len(text.split())} words with those about marks and data; at most {MOST_WORDS}"
        )
    return text


def _counted(runs: pd.DataFrame) -> str:
    """How many runs there are, and how they ended."""
    ends = {
        "diverged": int((runs.status == "diverged").sum()),
        "cut short": int((runs.stopped == "duration").sum()),
    }
    bad = ", ".join(f"{count:,} {how}" for how, count in ends.items() if count)
    return f"n = {len(runs):,} runs" + (f" ({bad})" if bad else "")
