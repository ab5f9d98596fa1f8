"""Stage `figures`: draw one figure of a study from its tables.

python -m scalinglaws.figures --spec JSON --files FILE... --out DIR
"""

import argparse
import json
from importlib import import_module
from pathlib import Path
from typing import Any

from scalinglaws.config.fit import FitSpec
from scalinglaws.config.strict import Strict
from scalinglaws.config.study import Figure
from scalinglaws.figures.save import save
from scalinglaws.figures.style import style
from scalinglaws.figures.tables import StudyTables, read_tables
from scalinglaws.stage import parse_spec, run_stage


class FigureSpec(Strict):
    """A figure and what its caption must say."""

    study: str
    scale: str
    figure: Figure
    fit: FitSpec
    seeds: tuple[int, ...]


def main(arguments: list[str]) -> None:
    """Draw and save one figure."""
    parser = argparse.ArgumentParser(prog="python -m scalinglaws.figures")
    parser.add_argument("--spec", required=True, help="the FigureSpec as JSON")
    parser.add_argument("--files", required=True, nargs="+", type=Path, help="tables and the data's manifest")
    parser.add_argument("--out", required=True, type=Path, help="folder for the figure")
    options = parser.parse_args(arguments)
    spec = parse_spec(FigureSpec, options.spec)
    tables = read_tables(options.files)
    manifest = next(file for file in options.files if file.name == "manifest.json")
    data = json.loads(manifest.read_text(encoding="utf-8"))
    module, _, function = spec.figure.draw.partition(":")
    with style():
        figure = getattr(import_module(f"scalinglaws.figures.{module}"), function)(tables)
        save(figure, caption(spec, tables, data), options.out, spec.figure.name)


def caption(spec: FigureSpec, tables: StudyTables, data: dict[str, Any]) -> str:
    """The study's caption, and what was measured on what: scale, data, models, seeds, region, intervals."""
    runs = tables.runs[tables.runs.phase == "grid"]
    low, high = spec.fit.region
    diverged = int((runs.status == "diverged").sum())
    cut_short = int((runs.stopped == "budget").sum())
    pixels = " x ".join(map(str, data["shape"][:2]))
    sizes = f"{runs.parameters.min():,} to {runs.parameters.max():,} parameters"
    return (
        f"{spec.figure.caption.strip()} Scale {spec.scale}: {data['title']} ({len(data['classes'])} classes, "
        f"{pixels} pixels; licence {data['licence']}), subsets of {runs.examples.min():,} to "
        f"{runs.examples.max():,} images, {data['validation_examples']:,} validation images fixed for all "
        f"runs; {runs.model.nunique()} models of {sizes}; {len(spec.seeds)} seeds a cell, each with its own "
        f"choice of images, median of the minimum along training; {len(runs)} runs, {diverged} diverged, "
        f"{cut_short} ended by the step budget and not by patience. Laws are fitted to {low:g} to {high:g} "
        f"images per class (white background) by least squares on the logarithm. Brackets and the grey band: "
        f"{spec.fit.level:.0%} intervals from {spec.fit.resamples:,} bootstrap resamples of runs and subset "
        f"sizes; coloured bands resample runs alone. Validation noise is shared by all runs, in no interval."
    )


if __name__ == "__main__":
    run_stage(main)
