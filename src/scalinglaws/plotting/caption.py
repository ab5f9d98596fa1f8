"""Captions of figures: the text of the study file, and what the figure was made from at this scale."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from pydantic import Field

from scalinglaws.config.fit import FitSpec
from scalinglaws.config.strict import Strict
from scalinglaws.config.study import Figure
from scalinglaws.data.dataset import Unit
from scalinglaws.tables.study import StudyTables

Manifest = Mapping[str, Any]
"""What the data stage wrote about a data set."""


class FigureSpec(Strict):
    """A figure and what its caption must say: `fit` and `seeds` of runs; of an analysis, its `resamples`,
    its `public_runs` (each set with the SHA-256 of its description), and the `studies` that it reads, with
    their `seeds`."""

    study: str
    scale: str
    figure: Figure
    protocol: FitSpec | None = None
    seeds: tuple[int, ...] = ()
    resamples: int | None = None
    studies: tuple[str, ...] = ()
    public_runs: dict[str, str] = Field(default_factory=dict)


def of_runs(spec: FigureSpec, fit: FitSpec, tables: StudyTables) -> str:
    """What was measured on what: scale, data, models, seeds, region, intervals."""
    runs = tables.runs[tables.runs.phase == "grid"]
    low, high = fit.region
    left_out = (
        "Diverged runs are in no median, and where more than half of a cell diverged it has none. "
        if (runs.status == "diverged").any()
        else ""
    )
    data = tables.manifest
    unit = Unit(**data["unit"])
    sizes = f"{runs.parameters.min():,} to {runs.parameters.max():,} parameters"
    return (
        f"{spec.figure.caption.strip()} Scale {spec.scale}: {data['title']} ({data['description']}; licence "
        f"{data['licence']}), subsets of {runs.examples.min():,} to {runs.examples.max():,} {unit.examples}, "
        f"{data['validation_examples']:,} for validation, fixed for all runs; {runs.model.nunique()} models "
        f"of {sizes}; {len(spec.seeds)} seeds a cell, each with its own choice of examples, median of the "
        f"minimum along training; {_counted(runs)}. {left_out}Laws are fitted to {low:g} to {high:g} "
        f"{unit.name} (white background) by least squares on the logarithm, and to points that have "
        f"converged: two thirds of the seeds passed their minimum, and no model that was cut could be "
        f"better, trained ten times as long at its last slope. Brackets and the grey band: {fit.level:.0%} "
        f"intervals from {fit.resamples:,} bootstrap resamples of runs and subset sizes, that of growth over "
        f"five rules for the size; coloured bands resample runs alone. Validation noise is shared by all "
        f"runs, in no interval."
    )


def of_analysis(spec: FigureSpec, data: Iterable[Manifest], trained: Sequence[pd.DataFrame] = ()) -> str:
    """Which public runs or trained studies were analysed, and how many resamples the intervals rest on.

    `trained` are the tables of runs of the studies.
    """
    sets = list(dict.fromkeys(_named(each) for each in data))
    parts = [f"{spec.figure.caption.strip()} Scale {spec.scale}."]
    if spec.studies:
        runs = pd.concat([table[table.phase == "grid"] for table in trained], ignore_index=True)
        seeds = f"{len(spec.seeds)} seeds a cell, each with its own choice of examples; {_counted(runs)}"
        parts.append(f"Studies {', '.join(spec.studies)}, trained on {'; '.join(sets)}; {seeds}.")
    elif sets:
        parts.append(f"Run data: {'; '.join(sets)}.")
    else:
        parts.append("Computed from published constants, without run data.")
    if spec.resamples is not None:
        parts.append(f"Intervals, where shown, from {spec.resamples:,} bootstrap resamples.")
    return " ".join(parts)


def _counted(runs: pd.DataFrame) -> str:
    """How many runs there are, and how they ended."""
    diverged = int((runs.status == "diverged").sum())
    cut_short = int((runs.stopped == "duration").sum())
    return (
        f"{len(runs):,} runs, {diverged} diverged, {cut_short:,} ended by their duration and not by patience"
    )


def _named(data: Manifest) -> str:
    """A data set by its title, with how much of it validates where a stage of training data wrote it."""
    held_out = ""
    if "unit" in data:
        held_out = f"{data['validation_examples']:,} {Unit(**data['unit']).examples} for validation; "
    return f"{data['title']} ({held_out}{data['provenance']}; licence: {data['licence']})"
