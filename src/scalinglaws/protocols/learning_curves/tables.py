"""The tables that learning curves are reduced to: scores, best models and fitted laws."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from scalinglaws.config.fit import FitSpec
from scalinglaws.fitting.uncertainty.covariance import interval
from scalinglaws.laws.law import FloatArray
from scalinglaws.protocols.learning_curves.analysis import Analysis, analyse
from scalinglaws.protocols.learning_curves.derived import Derived
from scalinglaws.protocols.learning_curves.fits import MetricFit
from scalinglaws.protocols.learning_curves.run_grid import RunGrid, read_runs
from scalinglaws.tables.csv import frame_of
from scalinglaws.tables.schema import BANDS, BEST, EVIDENCE, FITS, SCORES

Cell = str | int | float | bool
BAND_POINTS = 61
NAN = float("nan")
ENDS = {0: "", 1: "largest", -1: "smallest"}


def tables_of(runs: Path, spec: FitSpec) -> dict[str, pd.DataFrame]:
    """The tables of a study, from its table of runs."""
    grid = read_runs(runs, spec)
    analysis = analyse(grid, spec)
    rows = {
        SCORES: score_rows(grid, analysis),
        BEST: best_rows(grid, analysis),
        FITS: fit_rows(analysis, spec),
        BANDS: band_rows(grid, analysis, spec),
        EVIDENCE: evidence_rows(analysis, spec),
    }
    return {table.name: frame_of(found, table) for table, found in rows.items()}


def score_rows(grid: RunGrid, analysis: Analysis) -> Iterator[tuple[Cell, ...]]:
    """One row per cell that has runs; lowest and highest over the seeds that did not diverge."""
    cells = grid.cells
    for k, metric in enumerate(grid.metrics):
        for s, m in np.argwhere(grid.ran.any(axis=-1)):
            values = grid.values[k, s, m][grid.ran[s, m]]
            kept = values[np.isfinite(values)]
            yield (
                metric, *_subset(grid, s), grid.models[m], int(grid.parameters[m]),
                float(analysis.chosen.scores[k, s, m]),
                float(kept.min()) if len(kept) else NAN, float(kept.max()) if len(kept) else NAN,
                len(values), len(values) - len(kept),
                int(cells.passed[k, s, m]), bool(cells.converged[k, s, m]), float(cells.slope[k, s, m]),
            )  # fmt: skip


def best_rows(grid: RunGrid, analysis: Analysis) -> Iterator[tuple[Cell, ...]]:
    """One row per metric and subset, without a model where no model has a score."""
    chosen, cells = analysis.chosen, grid.cells
    for k, metric in enumerate(grid.metrics):
        for s in range(len(grid.x)):
            best = int(chosen.best[k, s])
            there = best >= 0
            yield (
                metric, *_subset(grid, s),
                grid.models[best] if there else "", int(grid.parameters[best]) if there else NAN,
                float(chosen.size[k, s]), float(chosen.edge[k, s]), *map(float, analysis.sufficient[:, k, s]),
                float(chosen.score[k, s]), *map(float, analysis.score_interval[:, k, s]),
                bool(chosen.censored[k, s]), ENDS[int(chosen.end[k, s])],
                int(cells.passed[k, s, best]) if there else 0, bool(chosen.converged[k, s]),
                bool(chosen.rivalled[k, s]), float(cells.slope[k, s, best]) if there else NAN,
                bool(grid.in_region[s]), bool(analysis.fitted[k, s]), bool(chosen.sized[k, s]),
            )  # fmt: skip


def fit_rows(analysis: Analysis, spec: FitSpec) -> Iterator[tuple[Cell, ...]]:
    """One row per parameter, one for the R squared of each fit, and the derived quantities.

    The law of model size has them for each rule by which a size is found, too.
    """
    for fit in analysis.fits:
        yield from _rows_of(fit, spec)
    growth = analysis.growth
    for rule, fit in growth.rules.items():
        yield from _rows_of(fit, spec, rule)
    for cells in _rows_of(growth.best, spec):
        parameter, warnings = str(cells[2]), "; ".join(growth.warnings)
        ends = growth.ends(parameter, spec.level) if parameter in growth.best.law.names else cells[4:6]
        yield (*cells[:4], *ends, *cells[6:-1], warnings)
    for row in analysis.derived:
        yield _derived_row(row, analysis, spec)


def _rows_of(fit: MetricFit, spec: FitSpec, rule: str = "") -> Iterator[tuple[Cell, ...]]:
    law, diagnostics = f"{fit.law.name}:{rule}".rstrip(":"), _diagnostics(fit)
    entries = [(name, *fit.param(name)) for name in fit.law.names]
    r_squared = np.empty(0) if fit.r_squared is None else fit.r_squared
    entries.append(("r_squared", fit.fit.r_squared if fit.fit else NAN, r_squared))
    for name, value, samples in entries:
        yield (
            law, fit.metric, name, value, *_ends(samples, spec), spec.level,
            fit.points, fit.total, *diagnostics, len(samples), fit.redrawn, "; ".join(fit.warnings),
        )  # fmt: skip


def band_rows(grid: RunGrid, analysis: Analysis, spec: FitSpec) -> Iterator[tuple[Cell, ...]]:
    """Each law over the whole range of x, on a logarithmic grid, with its pointwise interval."""
    x = np.geomspace(grid.x[0], grid.x[-1], BAND_POINTS)
    for fit in (*analysis.fits, analysis.growth.best):
        if fit.fit is None:
            continue
        low = high = np.full(len(x), NAN)
        if fit is analysis.growth.best:
            low, high = analysis.growth.band(x, spec.level)
        elif fit.refits is not None:
            low, high = interval(fit.law.predict(fit.refits.params, x[None]), spec.level)
        for at, value, bottom, top in zip(x, fit.fit.predict(x), low, high, strict=True):
            yield (fit.law.name, fit.metric, float(at), float(value), float(bottom), float(top))


def evidence_rows(analysis: Analysis, spec: FitSpec) -> Iterator[tuple[Cell, ...]]:
    """One row per metric: what the first law of its learning curve rests on."""
    for each in analysis.evidence:
        exponent = next((part.name for part in each.fit.law.parameters if part.exponent), "")
        value, samples = each.fit.param(exponent) if exponent else (NAN, np.empty(0))
        yield (
            each.fit.metric, each.subsets, each.converged, each.fit.points, each.cut,
            *(int((each.end == end).sum()) for end in ENDS), each.decades,
            each.fit.fit.r_squared if each.fit.fit else NAN, each.lack.ratio, each.lack.p_value,
            value, *_ends(samples, spec), each.without_last,
        )  # fmt: skip


def _subset(grid: RunGrid, s: int) -> tuple[Cell, Cell]:
    return _count(grid.examples[s]), _count(grid.data_size[s])


def _count(value: float) -> int | float:
    """A whole number without its decimal point."""
    return int(value) if value == int(value) else float(value)


def _ends(samples: FloatArray, spec: FitSpec) -> tuple[float, float]:
    if not len(samples):
        return NAN, NAN
    low, high = interval(samples, spec.level)
    return float(low), float(high)


def _diagnostics(fit: MetricFit) -> tuple[Cell, ...]:
    best = fit.fit
    if best is None:
        return NAN, NAN, NAN, 0, NAN
    return (best.r_squared, best.objective, best.gradient_norm, best.descents, best.disagreement)


def _derived_row(row: Derived, analysis: Analysis, spec: FitSpec) -> tuple[Cell, ...]:
    return (
        row.law, row.metric, row.parameter, row.value, *(row.ends or _ends(row.samples, spec)),
        NAN if row.ends else spec.level, row.points,
        analysis.chosen.score.shape[-1], NAN, NAN, NAN, 0, NAN, len(row.samples), 0, "; ".join(row.warnings),
    )  # fmt: skip
