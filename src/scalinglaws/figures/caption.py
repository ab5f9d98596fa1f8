"""The text under a figure: the study's own, and what it was made from at this scale."""

from collections.abc import Iterable, Mapping
from typing import Any

from scalinglaws.config.fit import FitSpec
from scalinglaws.config.strict import Strict
from scalinglaws.config.study import Figure
from scalinglaws.figures.tables import StudyTables

Manifest = Mapping[str, Any]
"""What a stage of data wrote about a data set."""


class FigureSpec(Strict):
    """A figure and what its caption must say: `fit` and `seeds` of runs, `resamples` of an analysis."""

    study: str
    scale: str
    figure: Figure
    fit: FitSpec | None = None
    seeds: tuple[int, ...] = ()
    resamples: int | None = None


def of_runs(spec: FigureSpec, fit: FitSpec, tables: StudyTables, data: Manifest) -> str:
    """What was measured on what: scale, data, models, seeds, region, intervals."""
    runs = tables.runs[tables.runs.phase == "grid"]
    low, high = fit.region
    diverged = int((runs.status == "diverged").sum())
    cut_short = int((runs.stopped == "budget").sum())
    left_out = (
        "Diverged runs are in no median, and where more than half of a cell diverged it has none. "
        if diverged
        else ""
    )
    pixels = " x ".join(map(str, data["shape"][:2]))
    sizes = f"{runs.parameters.min():,} to {runs.parameters.max():,} parameters"
    return (
        f"{spec.figure.caption.strip()} Scale {spec.scale}: {data['title']} ({len(data['classes'])} classes, "
        f"{pixels} pixels; licence {data['licence']}), subsets of {runs.examples.min():,} to "
        f"{runs.examples.max():,} images, {data['validation_examples']:,} validation images fixed for all "
        f"runs; {runs.model.nunique()} models of {sizes}; {len(spec.seeds)} seeds a cell, each with its own "
        f"choice of images, median of the minimum along training; {len(runs)} runs, {diverged} diverged, "
        f"{cut_short} ended by the step budget and not by patience. {left_out}Laws are fitted to {low:g} to "
        f"{high:g} images per class (white background) by least squares on the logarithm. Brackets and the "
        f"grey band: {fit.level:.0%} intervals from {fit.resamples:,} bootstrap resamples of runs and subset "
        f"sizes; coloured bands resample runs alone. Validation noise is shared by all runs, in no interval."
    )


def of_analysis(spec: FigureSpec, published: Iterable[Manifest]) -> str:
    """Which public run data were analysed, and how many resamples its intervals come from."""
    sets = [f"{data['title']} ({data['provenance']}; licence: {data['licence']})" for data in published]
    parts = [
        f"{spec.figure.caption.strip()} Scale {spec.scale}.",
        f"Run data: {'; '.join(sets)}." if sets else "Computed from published constants, without run data.",
    ]
    if spec.resamples is not None:
        parts.append(f"Intervals, where shown, from {spec.resamples:,} bootstrap resamples.")
    return " ".join(parts)
