"""Figures of Hestness et al. 2017, "Deep Learning Scaling is Predictable, Empirically" (arXiv:1712.00409)."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scalinglaws.papers.hestness_2017.figures._ranges import ranges_of_x
from scalinglaws.plotting.learning_curves import (
    GREY,
    best_scores,
    best_sizes,
    factor,
    fitted_law,
    growth_band,
    mostly,
    power,
    score_entries,
    shade_region,
    size_axis,
    size_entries,
)
from scalinglaws.plotting.style import plain_log, powers_of_two
from scalinglaws.tables.study import CURVE, GROWTH, StudyTables
from scalinglaws.tasks.core.metrics import chance_level, metric_title

BAND = "growth, interval over all rules"
BELOW: Any = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.14)}  # hides no point


def learning_curves(tables: StudyTables) -> Figure:
    """Fig 4: learning curves by every metric (left) and best-fit model size (right) of one study."""
    figure = Figure(figsize=(10.5, 6.4), layout="constrained")
    study = str(tables.runs.study.iloc[0]).split("/")[-1]
    figure.set_label(ranges_of_x({study: tables.best.data_size}, tables.manifest["unit"]["name"]))
    left, right = figure.subplots(1, 2)
    _learning_curves(left, tables)
    _model_sizes(right, tables)
    return figure


def _learning_curves(axes: Axes, tables: StudyTables) -> None:
    """Best scores with their intervals, the fitted power laws, and what guessing gives."""
    best = tables.best
    axes.set_title(f"Learning curves{mostly(best)}", loc="left")
    chance = _best_guess(tables.manifest)
    names = {metric: metric_title(tables.manifest, metric) for metric in best.metric.unique()}
    shade_region(axes, best)
    for k, (metric, name) in enumerate(names.items()):
        colour = f"C{k}"
        points = best[best.metric == metric].sort_values("data_size")
        x = points.data_size
        best_scores(axes, points, colour, name)
        band = tables.bands[(tables.bands.law == CURVE) & (tables.bands.metric == metric)]
        alpha, beta = (tables.value(CURVE, metric, name) for name in ("alpha", "beta_g"))
        if len(band) and math.isfinite(beta.value):
            label = power(r"\varepsilon(m)", factor(alpha.value), beta, 3)
            fitted_law(axes, band, colour, label)
        if metric in chance:
            guess = [chance[metric]] * 2
            axes.plot(
                [x.min(), x.max()], guess, ":", color=colour, linewidth=0.9, label=f"{name}, best guess"
            )
    powers_of_two(axes, best.data_size.min(), best.data_size.max())
    plain_log(axes, 0.6 * float(best.low.min()), 1.25 * max(float(best.high.max()), *chance.values(), 0.0))
    axes.set_xlabel(_x_label(tables))
    axes.set_ylabel("Minimum validation error or loss (log scale)")
    handles, labels = axes.get_legend_handles_labels()
    kept = set(names.values())
    shown = [(h, t) for h, t in zip(handles, labels, strict=True) if t in kept or t.startswith("$")]
    shown += score_entries(best)
    if chance:
        shown.append((Line2D([], [], color=GREY, linestyle=":", linewidth=0.9), "Best guess"))
    axes.legend(*zip(*shown, strict=True), **BELOW)


def _model_sizes(axes: Axes, tables: StudyTables) -> None:
    """Best-fit sizes, censored ones hollow, over the models of the grid; the fitted growth."""
    axes.set_title("Best-fit model size", loc="left")
    law = tables.fits[tables.fits.law == GROWTH]
    metric = str(law.metric.iloc[0])
    best = tables.best[tables.best.metric == metric].sort_values("data_size")
    sizes = np.sort(tables.runs.parameters.unique())
    shade_region(axes, best)
    for size in sizes:
        axes.axhline(size, color="0.8", linewidth=0.7, zorder=1)
    best_sizes(axes, best, "C3", "Best-fit size")
    band = tables.bands[tables.bands.law == GROWTH]
    alpha, beta = (tables.value(GROWTH, metric, name) for name in ("alpha_p", "beta_p"))
    if len(band) and math.isfinite(beta.value):
        label = power("s(m)", f"{alpha.value:,.0f}", beta, 2)
        fitted_law(axes, band, GREY, label)
        growth_band(axes, band, GREY, BAND)
    powers_of_two(axes, best.data_size.min(), best.data_size.max())
    size_axis(axes, sizes)
    axes.set_xlabel(_x_label(tables))
    handles, labels = axes.get_legend_handles_labels()
    shown = [
        (h, t) for h, t in zip(handles, labels, strict=True) if t in ("Best-fit size", BAND) or t[0] == "$"
    ]
    shown += size_entries(best)
    axes.legend(*zip(*shown, strict=True), **BELOW)


def _best_guess(manifest: Mapping[str, Any]) -> dict[str, float]:
    """What guessing among equally likely classes gives, by metric; nothing where there are no classes."""
    if "classes" not in manifest:
        return {}
    metrics = ("cross_entropy", "top1_error", "top5_error")
    return {metric: chance_level(metric, len(manifest["classes"])) for metric in metrics}


def _x_label(tables: StudyTables) -> str:
    return f"Training data set size, {tables.manifest['unit']['name']} (log scale)"
