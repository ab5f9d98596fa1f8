"""Figs 1, 2, 3 and 5 of Hestness et al. 2017, measured: learning curves, best-fit sizes, models of one size.

They draw the tables of `analyses/domain.py`; nothing is fitted here.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from scalinglaws.papers.hestness_2017.figures._ranges import ranges_of_x
from scalinglaws.plotting.learning_curves import (
    CUT,
    Entry,
    best_scores,
    best_sizes,
    even_log,
    factor,
    fitted_law,
    growth_band,
    mostly,
    power,
    score_entries,
    shade_region,
    size_axis,
    size_entries,
    thousands,
)
from scalinglaws.plotting.style import powers_of_two
from scalinglaws.tables.analysis import Tables, where
from scalinglaws.tables.study import CURVE, GROWTH
from scalinglaws.tables.value import Value

BELOW: Any = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.13)}  # hides no point
SIZE_TICKS = 12
"""How many labels fit on an axis of sizes. The sizes of different families are almost equal."""
PAIR = {"small": "C0", "large": "C1"}


def two_panels(tables: Tables) -> Figure:
    """Figs 2 and 3: learning curves (left) and best-fit model size (right) of all families."""
    figure, left, right = _panels(tables, lines=3)
    _families(left, tables)
    _sizes(right, tables)
    return figure


def fixed_sizes(tables: Tables) -> Figure:
    """Fig 1: models of one size of the first family (left), and the best-fit model at each size (right)."""
    figure, left, right = _panels(tables, lines=2)
    _fixed(left, tables)
    _families(right, tables)
    return figure


def families_and_fixed_sizes(tables: Tables) -> Figure:
    """Fig 5: learning curves of all families (left), and models of one size of the first of them (right)."""
    figure, left, right = _panels(tables, lines=3)
    _families(left, tables)
    _fixed(right, tables)
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
    scales = [this, *others.values()]
    figure = Figure(figsize=(7.5, 5.0 + 0.38 * len(this["studies"]) * len(scales)), layout="constrained")
    _families(figure.subplots(), *scales)
    figure.set_label(
        " ".join(_said_of_x(part, scale) for scale, part in zip(("", *others), scales, strict=True))
    )
    return figure


def _panels(tables: Tables, lines: int) -> tuple[Figure, Axes, Axes]:
    height = 5.0 + 0.19 * lines * len(tables["studies"])
    figure = Figure(figsize=(10.5, height), layout="constrained")
    figure.set_label(_said_of_x(tables))
    left, right = figure.subplots(1, 2)
    return figure, left, right


def _said_of_x(tables: Tables, scale: str = "") -> str:
    sizes = {str(name): table.data_size for name, table in tables["best"].groupby("study", sort=False)}
    said = ranges_of_x(sizes, tables["studies"].unit.iloc[0])
    return f"Scale {scale}: {said}" if scale and said else said


def _families(axes: Axes, *scales: Tables) -> None:
    """Best scores of each family by its metric, with the fitted power laws; of several scales in pairs."""
    drawn = []
    entries: list[Entry] = []
    for s, tables in enumerate(scales):
        for k, study in enumerate(_studies(tables)):
            several = len(scales) > 1
            name = f"{study['family']}, scale {study['scale']}" if several else str(study["family"])
            # Dark and light of one hue: the same family at two scales.
            colour = to_hex(colormaps["tab20"](2 * k + s)) if several else f"C{k}"
            best = where(tables["best"], study=study["study"], metric=study["metric"])
            best_scores(axes, best, colour, name)
            drawn.append(best)
            entries.append((Line2D([], [], color=colour, marker="o", markersize=4), name))
            band = where(tables["bands"], study=study["study"], metric=study["metric"], law=CURVE)
            law = _law(tables, study, CURVE, study["metric"])
            if len(band) and "beta_g" in law:
                label = power(r"\varepsilon(m)", factor(law["alpha"].value), law["beta_g"], 3)
                fitted_law(axes, band, colour, f"{name}: {label}")
                entries.append((Line2D([], [], color=colour, linestyle="--", linewidth=1.1), label))
    best = pd.concat(drawn)
    entries += score_entries(best)
    axes.set_title(f"Best-fit model at each size{mostly(best)}", loc="left")
    every = {"studies": pd.concat([tables["studies"] for tables in scales])}
    _region(axes, every, best)
    powers_of_two(axes, best.data_size.min(), best.data_size.max())
    even_log(axes, _least(best.low, best.score), _most(best.high, best.score))
    _label(axes, every)
    axes.legend(*zip(*entries, strict=True), ncols=1, **BELOW)


def _sizes(axes: Axes, tables: Tables) -> None:
    """Best-fit sizes of each family, censored ones hollow, and the fitted growth."""
    axes.set_title("Best-fit model size", loc="left")
    drawn, grid = [], []
    entries: list[Entry] = []
    for k, study in enumerate(_studies(tables)):
        best = where(tables["best"], study=study["study"], metric=study["size_metric"])
        best_sizes(axes, best, f"C{k}", study["family"], prefix=f"{study['family']}, ")
        drawn.append(best)
        grid.append(where(tables["scores"], study=study["study"]).parameters)
        entries.append((Line2D([], [], color=f"C{k}", marker="o", markersize=4), study["family"]))
        band = where(tables["bands"], study=study["study"], law=GROWTH)
        law = _law(tables, study, GROWTH, study["size_metric"])
        if len(band) and "beta_p" in law:
            label = power("s(m)", factor(law["alpha_p"].value), law["beta_p"], 2)
            fitted_law(axes, band, f"C{k}", f"{study['family']}: {label}")
            growth_band(axes, band, f"C{k}", f"{study['family']}: growth, interval over all rules")
        else:
            label = "too few converged sizes inside the grid to fit"
        entries.append((Line2D([], [], color=f"C{k}", linestyle="--", linewidth=1.1), label))
    best = pd.concat(drawn)
    entries += size_entries(best)
    _region(axes, tables, best)
    powers_of_two(axes, best.data_size.min(), best.data_size.max())
    size_axis(axes, _apart(np.sort(pd.concat(grid).unique())))
    axes.set_xlabel(_x_label(tables))
    axes.legend(*zip(*entries, strict=True), ncols=1, **BELOW)


def _apart(sizes: NDArray[Any]) -> NDArray[Any]:
    """Of ascending sizes, those whose labels have room on a logarithmic axis."""
    room = math.log(sizes[-1] / sizes[0]) / SIZE_TICKS
    kept = [sizes[0]]
    for size in sizes[1:]:
        if math.log(size / kept[-1]) >= room:
            kept.append(size)
    return np.array(kept)


def _fixed(axes: Axes, tables: Tables) -> None:
    """Every model of the first family by itself, two of them in colour with their laws, and the best fits."""
    study = _studies(tables)[0]
    axes.set_title(f"{study['family']}: models of one size", loc="left")
    points = where(tables["fixed_points"], study=study["study"])
    entries: list[Entry] = []
    for model in where(tables["fixed"], study=study["study"]).to_dict("records"):
        mine = where(points, model=model["model"])
        name = f"{thousands(model['parameters'])} parameters"
        colour = PAIR.get(str(model["role"]))
        if colour is None:
            axes.plot(mine.data_size, mine.score, color="0.72", linewidth=0.9, zorder=1, label=name)
            continue
        axes.plot(mine.data_size, mine.score, color=colour, zorder=3, label=name)
        for rows, face, marker in (
            (mine[mine.fitted], colour, "o"),
            (mine[mine.converged & ~mine.fitted], "white", "o"),
            (mine[~mine.converged], "white", "v"),
        ):
            axes.scatter(
                rows.data_size, rows.score, s=18, marker=marker, facecolors=face, edgecolors=colour,
                zorder=4, label="_points",
            )  # fmt: skip
        entries.append((Line2D([], [], color=colour, marker="o", markersize=4), name))
        line = where(tables["fixed_lines"], study=study["study"], model=model["model"])
        if len(line):
            label = _with_floor(model)
            fitted_law(axes, line, colour, f"{name}: {label}")
            entries.append((Line2D([], [], color=colour, linestyle="--", linewidth=1.1), label))
    best = where(tables["best"], study=study["study"], metric=study["metric"]).sort_values("data_size")
    pair = points[points.role.isin(list(PAIR))]
    for there, marker, text in (
        (pair.converged & ~pair.fitted, "o", "not fitted (outside the region)"),
        (~pair.converged, "v", CUT.partition(",")[0]),
    ):
        if there.any():
            entries.append((_hollow(marker), text))
    if not tables["fixed"][tables["fixed"].study == study["study"]].role.isin(list(PAIR)).all():
        entries.append((Line2D([], [], color="0.72", linewidth=0.9), "all other sizes of the grid"))
    axes.plot(best.data_size, best.score, ":", color="0.2", linewidth=1.4, zorder=2, label="Best-fit model")
    entries.append((Line2D([], [], color="0.2", linestyle=":", linewidth=1.4), "best-fit model at each size"))
    _region(axes, tables, best)
    powers_of_two(axes, best.data_size.min(), best.data_size.max())
    even_log(axes, _least(best.score, points.score), _most(best.score, points.score))
    _label(axes, tables)
    axes.legend(*zip(*entries, strict=True), ncols=1, **BELOW)


def _with_floor(model: Mapping[Any, Any]) -> str:
    alpha, beta, gamma = (float(model[name]) for name in ("alpha", "beta_g", "gamma"))
    low, high = float(model["gamma_low"]), float(model["gamma_high"])
    span = f"  floor [{low:.3g}, {high:.3g}]" if math.isfinite(low) and math.isfinite(high) else ""
    return rf"$\varepsilon(m) = {factor(alpha)}\,m^{{{beta:.2f}}} + {gamma:.3g}${span}"


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
    return f"Training data set size, {tables['studies'].unit.iloc[0]} (log scale)"


def _label(axes: Axes, tables: Tables) -> None:
    titles = list(dict.fromkeys(tables["studies"].metric_title))
    axes.set_xlabel(_x_label(tables))
    axes.set_ylabel(f"Minimum validation {_lower(' or '.join(titles))} (log scale)")


def _lower(text: str) -> str:
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _hollow(marker: str) -> Line2D:
    return Line2D([], [], color="0.3", marker=marker, markersize=5, markerfacecolor="white", linestyle="none")


def _least(*columns: pd.Series) -> float:
    return float(min(column.min() for column in columns))


def _most(*columns: pd.Series) -> float:
    return float(max(column.max() for column in columns))
