"""Figures of Hestness et al. 2017, "Deep Learning Scaling is Predictable, Empirically" (arXiv:1712.00409)."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scalinglaws.papers.hestness_2017.figures._ranges import paper_ranges
from scalinglaws.plotting.captions.explained import Mark, drew, remark
from scalinglaws.plotting.layout.outside_legend import Entry, legends_outside
from scalinglaws.plotting.layout.panels import row_of_panels
from scalinglaws.plotting.learning_curves import (
    GREY,
    Series,
    all_models,
    all_models_entry,
    best_scores,
    best_sizes,
    data_axis,
    factor,
    fitted_law,
    growth_band,
    in_order,
    law_entry,
    mostly,
    panel_height,
    power,
    score_axis,
    score_entries,
    shade_region,
    size_axis,
    size_entries,
)
from scalinglaws.tables.study import CURVE, GROWTH, StudyTables
from scalinglaws.tasks.core.metrics import chance_level, metric_title

BAND = "interval of the growth over all rules"
GUESS = "best guess"


def learning_curves(tables: StudyTables) -> Figure:
    """Fig 4: learning curves by every metric (left) and best-fit model size (right) of one study."""
    figure, (left, right) = row_of_panels(2, panel_height())
    study = str(tables.runs.study.iloc[0]).split("/")[-1]
    remark(figure, f"{mostly(tables.best)} {paper_ranges([study])}".strip())
    laws, marks = _learning_curves(left, tables)
    more_laws, more_marks = _model_sizes(right, tables)
    legends_outside(figure, [*laws, *more_laws], in_order([*marks, *more_marks]))
    return figure


def _learning_curves(axes: Axes, tables: StudyTables) -> tuple[list[Entry], list[Entry]]:
    """Best scores with their intervals, the fitted power laws, and what guessing gives."""
    best = tables.best
    axes.set_title("Learning curves", loc="left")
    chance = _best_guess(tables.manifest)
    shade_region(axes, best)
    laws: list[Entry] = []
    marks = [*score_entries(best), all_models_entry()]
    for k, metric in enumerate(best.metric.unique()):
        name, series = metric_title(tables.manifest, metric), Series.of(k)
        points = best[best.metric == metric].sort_values("data_size")
        x = points.data_size
        all_models(axes, tables.scores[tables.scores.metric == metric], "score", f"{name}, ")
        best_scores(axes, points, series, name)
        band = tables.bands[(tables.bands.law == CURVE) & (tables.bands.metric == metric)]
        alpha, beta = (tables.value(CURVE, metric, name) for name in ("alpha", "beta_g"))
        if len(band) and math.isfinite(beta.value):
            label = f"{name}: " + power("", factor(alpha.value), beta)
            fitted_law(axes, band, series.colour, label)
            if beta.known:
                drew(axes, Mark.EXPONENT)
            laws.append(series.entry(label))
            marks.append(law_entry())
        else:
            laws.append(series.entry(name))
        if metric in chance:
            guess = [chance[metric]] * 2
            axes.plot(
                [x.min(), x.max()], guess, ":", color=series.colour, linewidth=0.9, label=f"{name}, {GUESS}"
            )
    data_axis(axes, best.data_size.min(), best.data_size.max())
    drawn = np.array([*best.low, *best.high, *tables.scores.score, *chance.values()])
    drawn = drawn[np.isfinite(drawn) & (drawn > 0)]
    score_axis(axes, float(drawn.min()), float(drawn.max()))
    axes.set_xlabel(_x_label(tables))
    axes.set_ylabel("Validation error or loss")
    if chance:
        marks.append((Line2D([], [], color=GREY, linestyle=":", linewidth=0.9), GUESS))
    return laws, marks


def _model_sizes(axes: Axes, tables: StudyTables) -> tuple[list[Entry], list[Entry]]:
    """Best-fit sizes, those in no fit hollow, over the models of the grid; the fitted growth."""
    axes.set_title("Best-fit model size", loc="left")
    law = tables.fits[tables.fits.law == GROWTH]
    metric = str(law.metric.iloc[0])
    best = tables.best[tables.best.metric == metric].sort_values("data_size")
    shade_region(axes, best)
    # The colour of the curve of the metric that chooses the size.
    series = Series.of(list(tables.best.metric.unique()).index(metric))
    all_models(axes, tables.scores[tables.scores.metric == metric], "parameters")
    best_sizes(axes, best, series, "Best-fit size")
    laws: list[Entry] = []
    band = tables.bands[tables.bands.law == GROWTH]
    alpha, beta = (tables.value(GROWTH, metric, name) for name in ("alpha_p", "beta_p"))
    if len(band) and math.isfinite(beta.value):
        label = "Growth: " + power("", factor(alpha.value), beta)
        fitted_law(axes, band, GREY, label)
        if beta.known:
            drew(axes, Mark.EXPONENT)
        growth_band(axes, band, GREY, BAND)
        laws.append(law_entry(label))
    data_axis(axes, best.data_size.min(), best.data_size.max())
    size_axis(axes, np.sort(tables.runs.parameters.unique()))
    axes.set_xlabel(_x_label(tables))
    return laws, size_entries(best)


def _best_guess(manifest: Mapping[str, Any]) -> dict[str, float]:
    """What guessing among equally likely classes gives, by metric; nothing where there are no classes."""
    if "classes" not in manifest:
        return {}
    metrics = ("cross_entropy", "top1_error", "top5_error")
    return {metric: chance_level(metric, len(manifest["classes"])) for metric in metrics}


def _x_label(tables: StudyTables) -> str:
    return f"Training set, {tables.manifest['unit']['name']}"
