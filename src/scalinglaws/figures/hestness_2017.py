"""Figures of Hestness et al. 2017, "Deep Learning Scaling is Predictable, Empirically" (arXiv:1712.00409)."""

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator

from scalinglaws.figures.style import plain_log, powers_of_two
from scalinglaws.figures.tables import StudyTables

METRICS = {
    "cross_entropy": ("Cross-entropy (nats)", "C2"),
    "top1_error": ("Top-1 error", "C0"),
    "top5_error": ("Top-5 error", "C1"),
}
GREY = "0.45"
BELOW: Any = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.14), "ncols": 2}  # hides no point
X_LABEL = "Training data set size, images per class (log scale)"


def image(tables: StudyTables) -> Figure:
    """Fig 4: learning curves (left) and best-fit model size (right) of image classification."""
    figure = Figure(figsize=(10.5, 5.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    _learning_curves(left, tables)
    _model_sizes(right, tables)
    return figure


def _learning_curves(axes: Axes, tables: StudyTables) -> None:
    """Best scores with their intervals, the fitted power laws, and what guessing gives."""
    best = tables.best
    axes.set_title("Learning curves", loc="left")
    classes = round(float((best.examples / best.examples_per_class).iloc[0]))
    chance = {
        "cross_entropy": math.log(classes),
        "top1_error": 1 - 1 / classes,
        "top5_error": 1 - min(5, classes - 1) / classes,
    }
    _shade_region(axes, best)
    for metric, (name, colour) in METRICS.items():
        points = best[best.metric == metric].sort_values("examples_per_class")
        x, y = points.examples_per_class, points.score
        axes.plot(x, y, color=colour, zorder=3, label=name)
        axes.fill_between(
            x, points.low, points.high, color=colour, alpha=0.2, linewidth=0, label=f"{name}, interval"
        )
        inside, outside = points[points.in_region], points[~points.in_region]
        axes.scatter(inside.examples_per_class, inside.score, s=18, color=colour, zorder=4, label="_fitted")
        axes.scatter(
            outside.examples_per_class,
            outside.score,
            s=18,
            facecolors="white",
            edgecolors=colour,
            zorder=4,
            label=f"{name}, not fitted" if len(outside) else "_none",
        )
        band = tables.bands[(tables.bands.law == "learning-curve") & (tables.bands.metric == metric)]
        alpha, _, _ = tables.parameter("learning-curve", "alpha", metric)
        beta, low, high = tables.parameter("learning-curve", "beta_g", metric)
        if len(band) and math.isfinite(beta):
            label = rf"$\varepsilon(m) = {alpha:.2f}\,m^{{{beta:.3f}}}$  [{low:.3f}, {high:.3f}]"
            axes.plot(band.x, band.value, "--", color=colour, linewidth=1.1, zorder=2, label=label)
        guess = [chance[metric]] * 2
        axes.plot([x.min(), x.max()], guess, ":", color=colour, linewidth=0.9, label=f"{name}, best guess")
    powers_of_two(axes, best.examples_per_class.min(), best.examples_per_class.max())
    plain_log(axes, 0.6 * float(best.low.min()), 1.25 * max(float(best.high.max()), chance["cross_entropy"]))
    axes.set_xlabel(X_LABEL)
    axes.set_ylabel("Minimum validation error or loss (log scale)")
    handles, labels = axes.get_legend_handles_labels()
    shown = [(h, t) for h, t in zip(handles, labels, strict=True) if t in _names() or t.startswith("$")]
    shown.append((Line2D([], [], color=GREY, linestyle=":", linewidth=0.9), "Best guess"))
    axes.legend(*zip(*shown, strict=True), **BELOW)


def _model_sizes(axes: Axes, tables: StudyTables) -> None:
    """Best-fit sizes, censored ones hollow, over the models of the grid; the fitted growth."""
    axes.set_title("Best-fit model size", loc="left")
    law = tables.fits[tables.fits.law == "model-size"]
    metric = str(law.metric.iloc[0])
    best = tables.best[tables.best.metric == metric].sort_values("examples_per_class")
    found, censored = best[~best.censored], best[best.censored]
    sizes = np.sort(tables.runs.parameters.unique())
    _shade_region(axes, best)
    for size in sizes:
        axes.axhline(size, color="0.8", linewidth=0.7, zorder=1)
    axes.plot(found.examples_per_class, found["size"], color="C3", zorder=2, label="Best-fit size")
    inside, outside = found[found.in_region], found[~found.in_region]
    axes.scatter(inside.examples_per_class, inside["size"], s=24, color="C3", zorder=4, label="_fitted")
    for points, height, marker, label in (
        (outside, outside["size"], "s", "outside the region"),
        (censored, censored.parameters, "o", "censored (edge of the grid)"),
    ):
        if len(points):
            axes.scatter(
                points.examples_per_class,
                height,
                s=28,
                marker=marker,
                facecolors="white",
                edgecolors="C3",
                zorder=4,
                label=label,
            )
    band = tables.bands[tables.bands.law == "model-size"]
    beta, low, high = tables.parameter("model-size", "beta_p", metric)
    alpha, _, _ = tables.parameter("model-size", "alpha_p", metric)
    if len(band) and math.isfinite(beta):
        label = rf"$s(m) = {alpha:,.0f}\,m^{{{beta:.2f}}}$  [{low:.2f}, {high:.2f}]"
        axes.plot(band.x, band.value, "--", color=GREY, linewidth=1.1, zorder=2, label=label)
        axes.fill_between(
            band.x, band.low, band.high, color=GREY, alpha=0.15, linewidth=0, label="growth, interval"
        )
    powers_of_two(axes, best.examples_per_class.min(), best.examples_per_class.max())
    axes.set_yscale("log")
    axes.set_ylim(sizes[0] / 1.8, sizes[-1] * 1.8)
    axes.yaxis.set_major_locator(FixedLocator([float(size) for size in sizes]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_yticklabels([_thousands(size) for size in sizes])
    axes.set_xlabel(X_LABEL)
    axes.set_ylabel("Parameters of the best model (log scale)")
    handles, labels = axes.get_legend_handles_labels()
    shown = [(h, t) for h, t in zip(handles, labels, strict=True) if t != "growth, interval"]
    axes.legend(*zip(*shown, strict=True), **BELOW)


def _shade_region(axes: Axes, best: pd.DataFrame) -> None:
    """Grey out what lies outside the declared power-law region."""
    inside = best[best.in_region].examples_per_class
    if inside.empty:
        return
    axes.axvspan(best.examples_per_class.min() / 2, inside.min() / 1.15, color="0.94", zorder=0)
    if inside.max() < best.examples_per_class.max():
        axes.axvspan(inside.max() * 1.15, best.examples_per_class.max() * 2, color="0.94", zorder=0)


def _names() -> set[str]:
    return {name for name, _ in METRICS.values()}


def _thousands(size: int) -> str:
    return f"{size / 1000:.3g}k" if size < 1_000_000 else f"{size / 1_000_000:.3g}M"
