"""Figs 1, 2, 3 and 5 of Hestness et al. 2017, measured: learning curves, best-fit sizes, models of one size.

They draw the tables of `analyses/domain.py`; nothing is fitted here.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scalinglaws.papers.hestness_2017.figures._ranges import paper_ranges
from scalinglaws.plotting.captions.explained import Mark, drew, remark
from scalinglaws.plotting.layout.outside_legend import Entry, legends_outside
from scalinglaws.plotting.layout.panels import new_figure, row_of_panels
from scalinglaws.plotting.learning_curves import (
    LIGHT,
    NOT_CONVERGED,
    POINT,
    UNFITTED,
    Series,
    all_models,
    all_models_entry,
    best_scores,
    best_sizes,
    data_axis,
    digits_of,
    factor,
    fitted_law,
    growth_band,
    hollow_entry,
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
    thousands,
)
from scalinglaws.tables.analysis import Tables, where
from scalinglaws.tables.study import CURVE, GROWTH
from scalinglaws.tables.value import Value

Entries = tuple[list[Entry], list[Entry]]
"""Lines of the legend: series with their laws, and what marks mean."""
PAIR = ("small", "large")
"""The two models of one size that are drawn in colour."""
NOT_GROWN = "Growth is not fitted: too few sizes inside the grid"


def two_panels(tables: Tables) -> Figure:
    """Figs 2 and 3: learning curves (left) and best-fit model size (right) of all families."""
    figure, (left, right) = row_of_panels(2, panel_height())
    scores = _families(left, tables)
    sizes, absent = _sizes(right, tables)
    _finish(figure, tables, scores, sizes, absent)
    return figure


def fixed_sizes(tables: Tables) -> Figure:
    """Fig 1: models of one size of the first family (left), and the best-fit model at each size (right)."""
    figure, (left, right) = row_of_panels(2, panel_height())
    fixed = _fixed(left, tables)
    _finish(figure, tables, _families(right, tables), fixed)
    return figure


def families_and_fixed_sizes(tables: Tables) -> Figure:
    """Fig 5: learning curves of all families (left), and models of one size of the first of them (right)."""
    figure, (left, right) = row_of_panels(2, panel_height())
    scores = _families(left, tables)
    _finish(figure, tables, scores, _fixed(right, tables))
    return figure


def two_scales(tables: Tables) -> Figure:
    """Learning curves of all families at this scale and at others, in one panel.

    Args:
        tables: those of this scale, and those of each other scale under `<scale>/<name>`.
    """
    this = {name: table for name, table in tables.items() if "/" not in name}
    others: dict[str, dict[str, pd.DataFrame]] = {}
    for name, table in tables.items():
        scale, _, plain = name.rpartition("/")
        if scale:
            others.setdefault(scale, {})[plain] = table
    figure = new_figure(3.0)
    entries = _families(figure.subplots(), this, *others.values())
    _finish(figure, this, entries)
    return figure


def _finish(
    figure: Figure, tables: Tables, first: Entries, second: Entries = ([], []), said: str = ""
) -> None:
    """The legend, and what the caption has to say about the data."""
    legends_outside(figure, [*first[0], *second[0]], in_order([*first[1], *second[1]]))
    best = tables["best"]
    drawn = pd.concat(where(best, study=study["study"], metric=study["metric"]) for study in _studies(tables))
    ranges = paper_ranges([str(name) for name in best.study.unique()])
    remark(figure, " ".join(part for part in (mostly(drawn), said, ranges) if part))


def _families(axes: Axes, *scales: Tables) -> Entries:
    """Best scores of each family by its metric, with the fitted power laws; of several scales in pairs."""
    drawn, models = [], []
    laws: list[Entry] = []
    several = len(scales) > 1
    axes.set_title("Best-fit model at each size", loc="left")
    for s, tables in enumerate(scales):
        studies = _studies(tables)
        for k, study in enumerate(studies):
            name = f"{study['family']}, scale {study['scale']}" if several else str(study["family"])
            # A family has one marker at all scales, and a colour at each.
            series = Series(f"C{k + s * len(studies)}", Series.of(k).marker, k)
            best = where(tables["best"], study=study["study"], metric=study["metric"])
            scores = where(tables["scores"], study=study["study"], metric=study["metric"])
            if not several:
                all_models(axes, scores, "score", f"{name}, ")
                models.append(scores.score)
            best_scores(axes, best, series, name)
            drawn.append(best)
            text = name if several or len(studies) > 1 else "Best model"
            band = where(tables["bands"], study=study["study"], metric=study["metric"], law=CURVE)
            law = _law(tables, study, CURVE, study["metric"])
            if len(band) and "beta_g" in law:
                label = power("", factor(law["alpha"].value), law["beta_g"])
                fitted_law(axes, band, series.colour, f"{name}: {label}")
                if law["beta_g"].known:
                    drew(axes, Mark.EXPONENT)
                text = f"{text}: {label}"
            laws.append(series.entry(text))
    best = pd.concat(drawn)
    every = {"studies": pd.concat([tables["studies"] for tables in scales])}
    _region(axes, every, best)
    data_axis(axes, best.data_size.min(), best.data_size.max())
    score_axis(axes, *_span(best.low, best.high, best.score, *models))
    _label(axes, every)
    marks = [law_entry(), *score_entries(best)]
    return laws, marks if several else [*marks, all_models_entry()]


def _sizes(axes: Axes, tables: Tables) -> tuple[Entries, str]:
    """Best-fit sizes of each family, those in no fit hollow, and the fitted growth.

    Returns:
        The lines of the legend, and for the caption, which families have no fitted growth.
    """
    axes.set_title("Best-fit model size", loc="left")
    drawn, grid, absent = [], [], []
    laws: list[Entry] = []
    for k, study in enumerate(_studies(tables)):
        series, family = Series.of(k), str(study["family"])
        best = where(tables["best"], study=study["study"], metric=study["size_metric"])
        models = where(tables["scores"], study=study["study"], metric=study["size_metric"])
        all_models(axes, models, "parameters", f"{family}, ")
        best_sizes(axes, best, series, family, prefix=f"{family}, ")
        drawn.append(best)
        grid.append(models.parameters)
        band = where(tables["bands"], study=study["study"], law=GROWTH)
        law = _law(tables, study, GROWTH, study["size_metric"])
        if len(band) and "beta_p" in law:
            label = power("", factor(law["alpha_p"].value), law["beta_p"])
            fitted_law(axes, band, series.colour, f"{family}, growth: {label}")
            if law["beta_p"].known:
                drew(axes, Mark.EXPONENT)
            growth_band(axes, band, series.colour, f"{family}: growth, interval over all rules")
            laws.append(series.entry(f"{family}, growth: {label}"))
        else:
            absent.append(family)
    best = pd.concat(drawn)
    _region(axes, tables, best)
    data_axis(axes, best.data_size.min(), best.data_size.max())
    size_axis(axes, np.sort(pd.concat(grid).unique()))
    axes.set_xlabel(_x_label(tables))
    whom = f" ({'; '.join(absent)})" if len(absent) < len(drawn) else ""
    return (laws, size_entries(best)), f"{NOT_GROWN}{whom}." if absent else ""


def _fixed(axes: Axes, tables: Tables) -> Entries:
    """Every model of the first family by itself, two of them in colour with their laws, and the best fits."""
    studies = _studies(tables)
    study = studies[0]
    title = f"{study['family']}, fixed size" if len(studies) > 1 else "Models of fixed size"
    axes.set_title(title, loc="left")
    points = where(tables["fixed_points"], study=study["study"])
    models = where(tables["fixed"], study=study["study"])
    laws: list[Entry] = []
    for model in models.to_dict("records"):
        mine = where(points, model=model["model"])
        name = f"{thousands(model['parameters'])} parameters"
        if model["role"] not in PAIR:
            axes.plot(mine.data_size, mine.score, color=LIGHT, linewidth=0.8, zorder=1.5, label=name)
            continue
        # The colours after those of the families, so that one legend serves both panels.
        series = Series.of(len(studies) + PAIR.index(str(model["role"])))
        axes.plot(mine.data_size, mine.score, color=series.colour, linewidth=1.0, zorder=3, label=name)
        for rows, face, marker in (
            (mine[mine.fitted], series.colour, series.marker),
            (mine[mine.converged & ~mine.fitted], "white", series.marker),
            (mine[~mine.converged], "white", "v"),
        ):
            axes.scatter(
                rows.data_size, rows.score, s=POINT, marker=marker, facecolors=face, edgecolors=series.colour,
                linewidths=0.8, zorder=4, label="_points",
            )  # fmt: skip
        text = name
        line = where(tables["fixed_lines"], study=study["study"], model=model["model"])
        if len(line):
            text = f"{name}: {_with_floor(model)}"
            fitted_law(axes, line, series.colour, text)
            if math.isfinite(model["gamma_low"]) and math.isfinite(model["gamma_high"]):
                drew(axes, Mark.FLOOR)
        laws.append(series.entry(text))
    best = where(tables["best"], study=study["study"], metric=study["metric"]).sort_values("data_size")
    pair = points[points.role.isin(PAIR)]
    marks: list[Entry] = [law_entry()]
    for there, marker, text in (
        (pair.converged & ~pair.fitted, "o", UNFITTED),
        (~pair.converged, "v", NOT_CONVERGED),
    ):
        if there.any():
            marks.append(hollow_entry(marker, text))
    if not models.role.isin(PAIR).all():
        marks.append((Line2D([], [], color=LIGHT, linewidth=0.8), "other sizes"))
    axes.plot(best.data_size, best.score, ":", color="0.2", linewidth=1.4, zorder=3.5, label="Best-fit model")
    marks.append((Line2D([], [], color="0.2", linestyle=":", linewidth=1.4), "best model"))
    _region(axes, tables, best)
    data_axis(axes, best.data_size.min(), best.data_size.max())
    score_axis(axes, *_span(best.score, points.score))
    _label(axes, tables)
    return laws, marks


def _with_floor(model: Mapping[Any, Any]) -> str:
    alpha, beta, gamma = (float(model[name]) for name in ("alpha", "beta_g", "gamma"))
    low, high = float(model["gamma_low"]), float(model["gamma_high"])
    known = math.isfinite(low) and math.isfinite(high)
    span = rf" $[{digits_of(low)},\,{digits_of(high)}]$" if known else ""
    return rf"${factor(alpha)}\,m^{{{digits_of(beta)}}} + {digits_of(gamma)}${span}"


def _studies(tables: Tables) -> list[dict[Any, Any]]:
    return tables["studies"].to_dict("records")


def _law(tables: Tables, study: Mapping[Any, Any], law: str, metric: str) -> dict[str, Value]:
    """Fitted parameters of a law with their intervals; empty where it was not fitted."""
    rows = where(tables["fits"], law=law, metric=f"{study['study']}/{metric}")
    return {
        str(row["parameter"]): Value(float(row["value"]), float(row["low"]), float(row["high"]))
        for row in rows.to_dict("records")
        if math.isfinite(row["value"])
    }


def _region(axes: Axes, tables: Tables, best: pd.DataFrame) -> None:
    """Shade what is outside the region if all families share one; hollow points show it in any case."""
    if len(tables["studies"][["region_low", "region_high"]].drop_duplicates()) == 1:
        shade_region(axes, best)


def _x_label(tables: Tables) -> str:
    return f"Training set, {tables['studies'].unit.iloc[0]}"


def _label(axes: Axes, tables: Tables) -> None:
    titles = list(dict.fromkeys(tables["studies"].metric_title))
    axes.set_xlabel(_x_label(tables))
    axes.set_ylabel(" or ".join(titles))


def _span(*columns: "pd.Series[float]") -> tuple[float, float]:
    """The least and the largest number of some columns."""
    return float(min(column.min() for column in columns)), float(max(column.max() for column in columns))
