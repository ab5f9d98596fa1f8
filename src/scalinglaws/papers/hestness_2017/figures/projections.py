"""The projections of Hestness, Ardalani & Diamos 2019, as printed and computed again."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox

from scalinglaws.plotting.panels import new_figure
from scalinglaws.plotting.style import fixed_ticks
from scalinglaws.tables.analysis import Tables

QUANTITIES = {
    "alpha": "alpha",
    "data_ratio": "data,\ntimes more",
    "model_ratio": "parameters,\ntimes more",
    "data_target": "data\nneeded",
    "parameters_target": "parameters\nneeded",
    "tera_step": "Tflop\na step",
    "step_seconds": "seconds\na step",
    "epoch_days": "days\nan epoch",
}
SPREAD = 0.13  # horizontal distance between the domains of a quantity
TICKS = (0.5, 0.7, 1, 1.4, 2, 5, 10)
OFF = "#b2182b"


def projections(tables: Tables) -> Figure:
    """The ratio of computed to printed for every quantity, and both numbers in a table."""
    figure = new_figure(7.4)
    above, below = figure.subplots(2, 1, height_ratios=(3.0, 1.7))
    _ratios(above, tables)
    _numbers(below, tables)
    return figure


def _ratios(axes: Axes, tables: Tables) -> None:
    """One bar per domain and quantity: the range that rounding of the printed digits allows."""
    axes.set_title("Computed from the printed constants, over the printed value", loc="left")
    rows = tables["projections"]
    names = list(QUANTITIES)
    domains = list(tables["domains"].domain)
    for k, domain in enumerate(domains):
        mine = rows[rows.domain == domain]
        title = str(mine.title.iloc[0])
        at = mine.quantity.map(names.index) + SPREAD * (k - (len(domains) - 1) / 2)
        for agrees, label in ((True, title), (False, f"{title}, off by more than rounding")):
            some = mine[mine.agrees == agrees]
            if some.empty:
                continue
            axes.errorbar(
                at[some.index], some.ratio, (some.ratio - some.ratio_low, some.ratio_high - some.ratio),
                fmt="o", color=f"C{k}", markerfacecolor=f"C{k}" if agrees else "white", markersize=5,
                linewidth=1.2, capsize=2, label=label,
            )  # fmt: skip
    axes.axhline(1, color="0.3", linewidth=0.9, zorder=1, label="_printed")
    axes.set_yscale("log")
    fixed_ticks(axes.yaxis, TICKS, lambda value: f"{value:g}")
    axes.set_ylim(0.34, 16)
    axes.set_xticks(range(len(names)), QUANTITIES.values())
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.grid(False, axis="x")
    axes.set_ylabel("Computed / printed (log scale)")
    handles, labels = axes.get_legend_handles_labels()
    # One entry explains hollow points; the names of their series have a comma.
    shown: list[tuple[Any, str]] = [(h, t) for h, t in zip(handles, labels, strict=True) if "," not in t]
    hollow = Line2D([], [], marker="o", color="0.3", markerfacecolor="white", markersize=5, linestyle="none")
    shown.append((hollow, "off by more than rounding"))
    axes.legend(*zip(*shown, strict=True), loc="upper left", ncols=2)


def _numbers(axes: Axes, tables: Tables) -> None:
    """Printed | computed, in colour where they disagree."""
    axes.set_title("Printed | computed (red: off by more than rounding)", loc="left")
    axes.set_axis_off()
    rows = tables["projections"]
    texts, colours = [], []
    for domain in tables["domains"].to_dict("records"):
        mine = rows[rows.domain == domain["domain"]].set_index("quantity")
        line, shades = [f"{domain['sota']:g} to {domain['desired']:g}"], ["black"]
        for name in QUANTITIES:
            found = name in mine.index
            line.append(_pair(mine.loc[name]) if found else "-")
            shades.append(OFF if found and not mine.loc[name, "agrees"] else "black" if found else "0.5")
        texts.append(line)
        colours.append(shades)
    table = axes.table(
        texts,
        rowLabels=[str(title) for title in tables["domains"].title],
        colLabels=["error", *QUANTITIES.values()],
        bbox=Bbox.from_bounds(0.0, 0.0, 1.0, 1.0),
        cellLoc="center",
    )
    table.auto_set_font_size(False)
    table.set_fontsize(7.5)
    for (row, column), cell in table.get_celld().items():
        cell.set_edgecolor("0.8")
        if row > 0 and column >= 0:
            cell.get_text().set_color(colours[row - 1][column])


def _pair(row: Any) -> str:
    return f"{_number(float(row['printed']))} | {_number(float(row['value']))}"


def _number(value: float) -> str:
    """Three digits, or all of them from a thousand to a million; above that with M, G or T."""
    for unit, name in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if value >= unit:
            return f"{value / unit:.3g}{name}"
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}"
