"""All domains of Hestness et al. 2017: measured exponents beside the published ones, and what they imply.

They draw the tables of `analyses/summary.py`.
"""

import math
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from scalinglaws.claims.verdict import Verdict
from scalinglaws.papers.hestness_2017.constants.hestness_2017 import USUAL
from scalinglaws.papers.hestness_2017.figures._forest import (
    Rows,
    draw_measured,
    draw_published,
    measured_entry,
    prepare,
    published_entry,
    rows_of,
    write_columns,
    write_names,
)
from scalinglaws.plotting.captions.explained import remark
from scalinglaws.plotting.layout.outside_legend import legends_outside
from scalinglaws.plotting.layout.panels import across, new_figure
from scalinglaws.tables.analysis import Tables

Panel = tuple[Axes, Rows, pd.DataFrame]
"""A panel, its lines, and the rows of the table that it shows."""
LEAST_FACTOR, MOST_FACTOR = 1e-3, 1e9
"""An axis of factors ends here; an arrow shows what is beyond."""
NAME = 24  # characters of a line of a family's name
ARROWS = "Arrows: beyond the axis, or without an end."
UNTESTED = "A minus: too few points."
VERDICTS = {
    Verdict.REPRODUCED: "yes",
    Verdict.INCONCLUSIVE: "open",
    Verdict.NOT_REPRODUCED: "no",
    Verdict.NOT_TESTABLE: "-",
}


def summary(tables: Tables) -> Figure:
    """Exponents of learning curves (left) and of the growth of models (right), measured and published."""
    table = _named(tables["summary"].reset_index(drop=True))
    figure, panels = _forest(table, (1.5, 1), stack=["beta_p", "published_beta_p"])
    left, right = panels[0][0], panels[1][0]
    low, high = (end.value for end in USUAL)
    left.axvspan(low, high, color="0.93", zorder=0)
    theory: Any = {"color": "0.4", "linestyle": ":", "linewidth": 1.0, "zorder": 1}
    left.axvline(-0.5, **theory)
    right.axvline(1.0, **theory)
    arrows = False
    for panel, name, title, shown in zip(
        panels,
        ("beta_g", "beta_p"),
        ("Error", "Model size"),
        ((-0.5, 0.0), (0.0, 1.0)),
        strict=True,
    ):
        axes = panel[0]
        axes.set_title(title, loc="left")
        axes.set_xlabel(rf"Exponent $\{name}$")
        _fit_view(axes, table, name, shown)
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        for row, height in _with_heights(panel):
            label = f"{row['heading']}, {row['name']}"
            values = (row[name], row[f"{name}_low"], row[f"{name}_high"])
            arrows |= draw_measured(axes, height, values, f"{label}: measured")
            draw_published(axes, height, row[f"published_{name}"], f"{label}: published")
    write_columns(left, panels[0][1], _columns(table))
    legends_outside(
        figure,
        [
            measured_entry("measured here"),
            published_entry("published, other data"),
            (Patch(facecolor="0.9", linewidth=0), "usual, says the paper"),
            (Line2D([], [], **theory), "theory (a); as fast as data (b)"),
        ],
    )
    untested = [UNTESTED] if (table[["straight", "usual"]] == Verdict.NOT_TESTABLE).any(axis=None) else []
    remark(figure, " ".join([*untested, *([ARROWS] if arrows else [])]))
    return figure


def implications(tables: Tables) -> Figure:
    """How many times more data (left) and parameters (right) the follow-up's desired errors take."""
    table = tables["implications"].reset_index(drop=True)
    goals = [f"{row.domain}\n{row.sota:g} to {row.desired:g} {row.error_unit}" for row in table.itertuples()]
    names = ["\n".join(textwrap.wrap(str(family), NAME)) for family in table.family]
    table = table.assign(heading=goals, name=names)
    figure, panels = _forest(table, (1, 1))
    arrows = False
    for panel, name, title in zip(panels, ("data_ratio", "model_ratio"), ("Data", "Parameters"), strict=True):
        axes = panel[0]
        axes.set_title(title, loc="left")
        axes.set_xlabel("Times more")
        axes.set_xscale("log")
        finite = _finite(table, name, f"{name}_low", f"{name}_high", f"printed_{name}")
        finite = finite[(finite > LEAST_FACTOR) & (finite < MOST_FACTOR)]
        low, high = finite.min(initial=1.0), finite.max(initial=10.0)
        margin = (high / low) ** 0.06  # for markers
        axes.set_xlim(low / margin, high * margin)
        axes.xaxis.set_major_locator(LogLocator(numticks=6 if across(2) == 2 else 4))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: rf"$10^{{{math.log10(value):.0f}}}$"))
        axes.axvline(1.0, color="0.4", linewidth=0.6, zorder=1)
        for row, height in _with_heights(panel):
            label = f"{row['domain']}, {row['family']}"
            values = (row[name], row[f"{name}_low"], row[f"{name}_high"])
            arrows |= draw_measured(axes, height, values, f"{label}: measured")
            sound = bool(row[f"printed_{name}_agrees"])
            text = f"{label}: printed{'' if sound else ', at odds'}"
            draw_published(axes, height, row[f"printed_{name}"], text, hollow=not sound)
    legends_outside(
        figure,
        [
            measured_entry("with exponents measured here"),
            published_entry("printed"),
            published_entry("printed, at odds with its exponents", hollow=True),
        ],
    )
    remark(figure, ARROWS if arrows else "")
    return figure


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """The table with a short name for each row, and a heading that says what its rows share."""
    table = table.assign(heading="", name="")
    for domain, rows in table.groupby("domain", sort=False):
        metrics = rows.metric_title.map(_metric)
        heading: Any
        name: Any
        if metrics.nunique() == 1:
            heading, name = f"{domain}, {metrics.iloc[0]}", rows.family
        else:
            several = rows.family.nunique() > 1
            heading, name = (f"{domain}, " + rows.family if several else domain), metrics
        table.loc[rows.index, "heading"] = heading
        table.loc[rows.index, "name"] = name
    return table


def _metric(title: str) -> str:
    """The title of a metric without its unit, in lower case unless it begins with an abbreviation."""
    words = title.partition(",")[0]
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


def _forest(
    table: pd.DataFrame, widths: tuple[float, float], stack: Sequence[str] = ()
) -> tuple[Figure, list[Panel]]:
    """Two panels with their rows: side by side with one column of names, or below each other.

    Args:
        table: with the columns `heading` and `name`.
        widths: of the panels side by side.
        stack: if given, the panels are below each other on a narrow page, where the second has only the rows
            with a number in one of these columns.
    """
    rows = rows_of(list(table.heading), list(table.name))
    if not stack or across(2) == 2:
        figure = new_figure(rows.inches)
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=widths)
        panels = [(left, rows, table), (right, rows, table)]
    else:
        kept = table[np.isfinite(table[list(stack)].to_numpy(float)).any(axis=1)]
        below = rows_of(list(kept.heading), list(kept.name))
        figure = new_figure(rows.inches + below.inches)
        left, right = figure.subplots(2, 1, height_ratios=(rows.lines, max(below.lines, 1.0)))
        panels = [(left, rows, table), (right, below, kept)]
        write_names(right, below)
    write_names(left, rows)
    for axes, its, _ in panels:
        prepare(axes, its)
    return figure, panels


def _with_heights(panel: Panel) -> Iterator[tuple[dict[Any, Any], float]]:
    """The rows of a panel's table with their heights."""
    _, rows, table = panel
    yield from zip(table.to_dict("records"), rows.heights.tolist(), strict=True)


def _columns(table: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """What the exponents of the learning curves rest on."""
    counts = zip(table.interior, table.points, strict=True)
    return [
        ("inside", [f"{inside:.0f}/{points:.0f}" if inside == inside else "-" for inside, points in counts]),
        ("$R^2$", [f"{value:.4f}" if value == value else "-" for value in table.r_squared]),
        ("straight", [VERDICTS[Verdict(verdict)] for verdict in table.straight]),
        ("usual", [VERDICTS[Verdict(verdict)] for verdict in table.usual]),
    ]


def _fit_view(axes: Axes, table: pd.DataFrame, name: str, shown: tuple[float, float]) -> None:
    """All values and what theory says; intervals much longer than that are cut off."""
    values = np.append(_finite(table, name, f"published_{name}"), shown)
    reach = float(np.ptp(values))
    ends = _finite(table, f"{name}_low", f"{name}_high")
    low = max(float(min(values.min(), ends.min(initial=math.inf))), float(values.min()) - reach / 2)
    high = min(float(max(values.max(), ends.max(initial=-math.inf))), float(values.max()) + reach / 2)
    axes.set_xlim(low - 0.04 * reach, high + 0.04 * reach)


def _finite(table: pd.DataFrame, *columns: str) -> np.ndarray:
    """All numbers of some columns that are finite, in one row."""
    values = table[list(columns)].to_numpy(float).ravel()
    return np.asarray(values[np.isfinite(values)])
