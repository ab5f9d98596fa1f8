"""The projections of Hestness, Ardalani & Diamos 2019, as printed and computed again."""

from math import floor, log10

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scalinglaws.plotting.colours import marker
from scalinglaws.plotting.layout.labels import beside_point, is_wide, panel_legend
from scalinglaws.plotting.layout.panels import new_figure
from scalinglaws.plotting.style import fixed_ticks
from scalinglaws.plotting.tables.table import Table, hand_over
from scalinglaws.tables.analysis import Tables

QUANTITIES = {
    "alpha": r"$\alpha$ of the curve",
    "data_ratio": "data, ratio",
    "model_ratio": "parameters, ratio",
    "data_target": "data needed",
    "parameters_target": "parameters needed",
    "tera_step": "Tflop per step",
    "step_seconds": "seconds per step",
    "epoch_days": "days per epoch",
}
SPREAD = 0.15  # distance between the domains of a quantity
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
NEAR = 2
OFF = "off by more than rounding"


def projections(tables: Tables) -> Figure:
    """The ratio of computed to printed for every quantity; both numbers stand where they disagree."""
    figure = new_figure(3.5 if is_wide() else 4.4)
    axes = figure.subplots()
    _ratios(axes, tables)
    hand_over(figure, _numbers(tables))
    return figure


def _ratios(axes: Axes, tables: Tables) -> None:
    """One bar per domain and quantity: the range that rounding of the printed digits allows."""
    axes.set_title("Computed from printed constants", loc="left")
    rows = tables["projections"]
    names = list(QUANTITIES)
    domains = list(tables["domains"].domain)
    shown = []
    for k, domain in enumerate(domains):
        mine = rows[rows.domain == domain]
        title = str(mine.title.iloc[0])
        at = mine.quantity.map(names.index) + SPREAD * (k - (len(domains) - 1) / 2)
        for agrees, label in ((True, title), (False, f"{title}, {OFF}")):
            some = mine[mine.agrees == agrees]
            if some.empty:
                continue
            axes.errorbar(
                some.ratio, at[some.index], xerr=(some.ratio - some.ratio_low, some.ratio_high - some.ratio),
                fmt=marker(k), color=f"C{k}", markerfacecolor=f"C{k}" if agrees else "white", markersize=3.5,
                linewidth=1, label=label,
            )  # fmt: skip
        for index, row in mine[~mine.agrees].iterrows():
            words = rf"{_short(row.printed)} $\rightarrow$ {_short(round(row.value, _decimals(row)))}"
            near = 1 < row.ratio < NEAR  # then the other domains are where the words would be
            beside_point(axes, (0.95 if near else row.ratio_low, at[index]), words, f"C{k}", (-4, 0))
        shown.append(_key(k, f"C{k}", title))
    shown.append(_key(0, "0.3", OFF))
    shown[-1].set_markerfacecolor("white")
    axes.axvline(1, color="0.45", linewidth=0.8, zorder=1, label="_printed")
    axes.set_xscale("log")
    fixed_ticks(axes.xaxis, TICKS, lambda value: f"{value:g}")
    axes.set_xlim(0.08, 30)
    axes.set_yticks(range(len(names)), QUANTITIES.values())
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    for border in range(1, len(names)):
        axes.axhline(border - 0.5, color="0.85", linewidth=0.4, label="_border")
    axes.set_xlabel("Computed / printed")
    if is_wide():
        axes.legend(handles=shown, loc="upper right", frameon=False)
    else:
        panel_legend(axes, shown)


def _key(k: int, colour: str, label: str) -> Line2D:
    return Line2D([], [], marker=marker(k), color=colour, markersize=4, linestyle="none", label=label)


def _numbers(tables: Tables) -> Table:
    """Every number as printed and as computed, the latter to the last printed digit."""
    rows = tables["projections"]
    frame = pd.DataFrame(
        {
            "domain": rows.title,
            "quantity": rows.quantity.map(QUANTITIES),
            "printed": rows.printed,
            "computed": [
                round(value, _decimals(row)) for value, row in zip(rows.value, rows.itertuples(), strict=True)
            ],
        }
    )
    return Table("Printed and computed", frame, {"printed": ",.10g", "computed": ",.10g"})


def _decimals(row: object) -> int:
    """Of the last printed digit: half of it is what rounding leaves open."""
    return -floor(log10(2 * (row.printed_high - row.printed)) + 0.5)  # type: ignore[attr-defined]


def _short(value: float) -> str:
    """Three digits, or all of them from a thousand to a million; above that with M, G or T."""
    for unit, name in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if value >= unit:
            return f"{value / unit:.3g}{name}"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
