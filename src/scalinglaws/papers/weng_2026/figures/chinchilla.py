"""Figs 1 and 3 and Table 2 of Hoffmann et al. 2022, as Weng 2026 shows them, rebuilt from points."""

from collections.abc import Hashable, Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure

from scalinglaws.plotting.layout.labels import beside_point, is_wide
from scalinglaws.plotting.layout.outside_legend import Entry, legends_outside
from scalinglaws.plotting.layout.panels import new_figure
from scalinglaws.plotting.layout.venues import SMALLEST
from scalinglaws.plotting.style import fixed_ticks
from scalinglaws.plotting.tables.table import LINE, Table, hand_over, points_wide
from scalinglaws.tables.analysis import Tables

GREY, LIGHT = "0.45", "0.75"
MEASURED = 0.01  # nats: how precisely the losses are known
HIGHEST = 3.55  # nats: most of the left-out points are higher, and marked at the upper edge
PUBLISHED = {
    "Approach 1, published": (GREY, "-"),
    "Approach 2, published": (GREY, (0, (4, 1.5))),
    "Approach 3, published": (GREY, (0, (1, 1))),
    "Kaplan et al. 2020": (GREY, (0, (5, 1.5, 1, 1.5))),
}
REFIT = {"Approach 3, refit": ("C0", "-"), "Approach 2, refit": ("C1", (0, (4, 1.5)))}
MODELS = {
    "MT-NLG 530B": (1.5e22, 1.2e12),
    "Gopher 280B": (1.5e22, 4.2e11),
    "GPT-3 175B": (1.5e22, 1.8e11),
    "Chinchilla 70B": (6e24, 8e9),
}
"""Where the names of models are: C and N at their right ends."""
SIZES = {1e7: "10M", 1e8: "100M", 1e9: "1B", 1e10: "10B", 1e11: "100B", 1e12: "1T"}
KINDS = {"published": "black", "refit": "C0", "window": GREY}
EXPONENTS = {"a": r"$N_\mathrm{opt} \propto C^a$", "b": r"$D_\mathrm{opt} \propto C^b$"}
SHOWN = {"a": (0.43, 0.58), "b": (0.42, 0.57)}
"""The axes of the exponents. Kaplan's are beyond them, and written at their ends."""
INDENT, NUMBER = 4.0, 28.0  # points: of rows below their headings, and the width of a column of numbers
HEADINGS = {"published": "Published", "refit": "Refitted", "window": "Refitted, other windows"}


def isoflop(tables: Tables) -> Figure:
    """IsoFLOP curves, and the best size and tokens of each budget."""
    if is_wide():
        figure = new_figure(3.3)
        places = figure.add_gridspec(2, 2, width_ratios=(1.25, 1))
        first = figure.add_subplot(places[:, 0])
        second, third = (figure.add_subplot(places[row, 1]) for row in (0, 1))
    else:
        figure = new_figure(5.8)
        first, second, third = figure.subplots(3, 1, height_ratios=(1.6, 1, 1))
    _curves(first, tables)
    _optima(second, tables, "N")
    _optima(third, tables, "D")
    second.set_xticklabels([])
    second.set_xlabel("")
    legends_outside(figure, [*_entries(second), *_entries(first, ("Not at", "Left out"))])
    return figure


def _entries(axes: Axes, beginning: tuple[str, ...] = ("",)) -> list[Entry]:
    """The lines of a legend of a panel whose names begin like this."""
    named = zip(*axes.get_legend_handles_labels(), strict=True)
    return [(handle, str(name)) for handle, name in named if str(name).startswith(beginning)]


def _colours(budgets: "pd.Series[float]") -> dict[float, tuple[float, float, float, float]]:
    """A colour for each budget, from dark to light as it grows."""
    values = sorted(budgets.dropna().unique())
    shades = mpl.colormaps["viridis"](np.linspace(0.0, 0.92, len(values)))
    return {value: tuple(shade) for value, shade in zip(values, shades, strict=True)}


def _curves(axes: Axes, tables: Tables) -> None:
    axes.set_title("Loss at nine budgets", loc="left")
    every = tables["points"]
    others = every[every.budget.isna() & ~every.excluded]
    axes.scatter(others.N, others.loss, s=4, marker="x", linewidths=0.5, color=LIGHT, label="Not at a budget")
    excluded, points = every[every.excluded], every[every.budget.notna() & ~every.excluded]
    reason = f"Left out of all fits, up to {excluded.loss.max():.1f} nats"
    axes.scatter(excluded.N, excluded.loss, s=14, marker="^", color="black", label=reason)
    beyond = excluded[excluded.loss > HIGHEST]
    axes.scatter(
        beyond.N, np.full(len(beyond), HIGHEST - 0.03), s=14, marker="^", color="black", label="_edge"
    )
    colours = _colours(points.budget)
    optima = tables["optima"]
    stars = optima[optima.method == optima.method.iloc[0]].set_index("budget")
    for k, (budget, colour) in enumerate(colours.items()):
        part, curve = points[points.budget == budget], tables["curves"].query("budget == @budget")
        name = f"{budget:.0e}".replace("e+", "e")
        # Neighbouring shades are near for a colour-blind eye, so every other budget is hollow and dashed.
        face, style = (colour, "-") if k % 2 == 0 else ("white", (0, (4, 1)))
        axes.scatter(part.N, part.loss, 6, facecolors=[face], edgecolors=[colour], linewidths=0.7, label=name)
        axes.plot(curve.N, curve.loss, linestyle=style, color=colour, linewidth=1, label=f"{name}, parabola")
    best = stars.loc[list(colours)]
    _star(axes, best.N, best.loss, list(colours.values()), "Minimum of a parabola")
    axes.set_xscale("log")
    axes.set_ylim(2.15, HIGHEST)
    axes.set_xlabel("Parameters N")
    axes.set_ylabel("Training loss (nats)")
    bounds = np.arange(len(colours) + 1)
    scale = ScalarMappable(BoundaryNorm(bounds, len(colours)), ListedColormap(list(colours.values())))
    bar = axes.figure.colorbar(scale, ax=axes, aspect=30, pad=0.02)
    bar.ax.invert_yaxis()  # the largest budget has the lowest losses
    bar.ax.minorticks_off()
    bar.set_ticks([k + 0.5 for k in bounds[:-1]], labels=[_power(budget) for budget in colours])
    bar.ax.tick_params(length=0)
    bar.ax.set_xlabel("FLOPs")
    bar.ax.xaxis.set_label_position("top")


def _star(axes: Axes, x: Any, y: Any, colours: list[Any], label: str) -> None:
    axes.scatter(x, y, s=38, marker="*", c=colours, edgecolors="black", linewidths=0.4, zorder=5, label=label)


def _power(value: float) -> str:
    digit, exponent = f"{value:.0e}".split("e")
    return f"${digit} \\times 10^{{{int(exponent)}}}$"


def _near(curve: pd.DataFrame) -> tuple[float, float]:
    """The sizes at which a parabola is above its lowest value by no more than the losses are known."""
    near = curve[curve.loss <= curve.loss.min() + MEASURED]
    return float(near.N.min()), float(near.N.max())


def _optima(axes: Axes, tables: Tables, variable: str) -> None:
    """The optima of approach 2, the line through them, and its value at Gopher's budget."""
    axes.set_title({"N": "Best parameters", "D": "Best tokens"}[variable], loc="left")
    optima, lines = tables["optima"], tables["lines"]
    parabola, akima = (optima[optima.method == name] for name in optima.method.unique())
    for series, colour, style, label in (
        ("Approach 2, published", GREY, (0, (1, 1)), "Published"),
        ("Approach 2, refit", "C1", (0, (4, 1.5)), "Fit to parabolas"),
    ):
        line = lines[lines.series == series]
        axes.plot(line.C, line[variable], linestyle=style, color=colour, label=label)
    sizes = np.array([_near(tables["curves"].query("budget == @budget")) for budget in parabola.budget])
    ends = sizes if variable == "N" else parabola.budget.to_numpy()[:, None] / (6 * sizes[:, ::-1])
    best = parabola[variable].to_numpy()
    axes.errorbar(
        parabola.budget, best, np.abs(ends.T - best), fmt=" ", ecolor="black", elinewidth=0.8, capsize=1.5,
        zorder=4, label=f"Within {MEASURED} nats of it",
    )  # fmt: skip
    colours = _colours(parabola.budget)
    _star(axes, parabola.budget, best, [colours[b] for b in parabola.budget], "Minimum of a parabola")
    axes.scatter(
        akima.budget, akima[variable], s=12, marker="s", facecolors="none", edgecolors=GREY, linewidths=0.7,
        zorder=3, label="Akima's minimum",
    )  # fmt: skip
    gopher = float(tables["models"].query("name == 'Gopher 280B'").C.iloc[0])
    line = lines[(lines.series == "Approach 2, refit") & (gopher == lines.C)]
    there = float(line[variable].iloc[0])
    axes.scatter([gopher], [there], s=22, marker="D", color="C2", zorder=4, label="At the budget of Gopher")
    words = f"{there / 1e9:.0f}B" if variable == "N" else f"{there / 1e12:.2f}T"
    beside_point(axes, (gopher, there), words, "C2", (-4, 2))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(1e18, 1e25)
    axes.set_ylim(there / 1e3, 8 * there)
    fixed_ticks(axes.xaxis, (1e18, 1e20, 1e22, 1e24))
    axes.set_xlabel("Training compute C (FLOPs)")
    axes.set_ylabel({"N": "Parameters N", "D": "Tokens D"}[variable])


def frontier(tables: Tables) -> Figure:
    """The best size over compute by each approach, published and refitted, and trained models."""
    figure = new_figure(2.9)
    axes = figure.subplots()
    axes.set_title("Compute-optimal model size", loc="left")
    lines, optima = tables["lines"], tables["optima"]
    for name, (colour, style) in PUBLISHED.items():
        line = lines[lines.series == name]
        axes.plot(line.C, line.N, linestyle=style, color=colour, linewidth=1.1, label=name)
    for name, (colour, style) in REFIT.items():
        line = lines[lines.series == name]
        axes.plot(line.C, line.N, linestyle=style, color=colour, linewidth=1.4, label=name, zorder=3)
        if line.N_low.notna().all():
            axes.fill_between(
                line.C, line.N_low, line.N_high, color=colour, alpha=0.2, linewidth=0,
                label=f"{name}, interval",
            )  # fmt: skip
    best = optima[optima.method == optima.method.iloc[0]]
    axes.scatter(best.budget, best.N, s=10, color="C1", zorder=4, label="Approach 2, optima")
    for model in tables["models"].to_dict("records"):
        name = str(model["name"])
        place = (float(model["C"]), float(model["N"]))
        axes.scatter(
            *place, s=50, marker="*", color="C2", edgecolors="black", linewidths=0.4, zorder=5, label=name
        )
        axes.annotate(
            name, place, MODELS[name], ha="right", va="center", fontsize=SMALLEST,
            arrowprops={"arrowstyle": "-", "linewidth": 0.5, "color": GREY, "shrinkB": 4, "relpos": (1, 0.5)},
        )  # fmt: skip
    kaplan = lines[(lines.series == "Kaplan et al. 2020") & lines.N.between(5e9, 5e10)].iloc[0]
    beside_point(axes, (kaplan.C, kaplan.N), "Kaplan et al. 2020", GREY, (-6, 1))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(1e17, 1e25)
    axes.set_ylim(1e7, 2e12)
    fixed_ticks(axes.xaxis, [10.0**k for k in range(17, 26, 2)])
    fixed_ticks(axes.yaxis, SIZES, SIZES.__getitem__)
    axes.set_xlabel("Training compute C (FLOPs)")
    axes.set_ylabel("Parameters N")
    published, refitted = (
        [entry for entry in _entries(axes, ("Approach",)) if (entry[1] in PUBLISHED) == printed]
        for printed in (True, False)
    )
    legends_outside(figure, published, refitted)
    return figure


def exponents(tables: Tables) -> Figure:
    """Table 2: a and b by approach, published and refitted, as intervals; as numbers where there is room."""
    frame = tables["exponents"]
    rows = [row for kind in HEADINGS for row in _with_heading(frame, kind)]
    figure, room = new_figure(LINE * len(rows) + 0.6), is_wide()
    numbers = INDENT + 4 + max(points_wide(figure, approach) for approach in frame.approach)
    beginning = numbers + NUMBER * len(EXPONENTS) * room
    between = 16  # points, of panels and at the sides
    panel = (72 * figure.get_figwidth() - beginning - between) / 2
    text, *panels = figure.subplots(1, 3, sharey=True, width_ratios=(beginning, panel, panel))
    text.set_ylim(len(rows) - 0.3, -0.7)
    text.axis("off")
    for axes, (name, words) in zip(panels, EXPONENTS.items(), strict=True):
        axes.set_title(words, loc="left")
        for place, row in enumerate(rows):
            if "kind" in row:
                _interval(axes, row, name, place)
        axes.axvline(0.5, color=GREY, linestyle=":", linewidth=1, zorder=1)
        axes.set_xlim(*SHOWN[name])
        fixed_ticks(axes.xaxis, (0.45, 0.5, 0.55), lambda value: f"{value:g}")
        axes.tick_params(axis="y", length=0, labelleft=False)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel(f"${name}$")
    for place, row in enumerate(rows):
        heading = "kind" not in row
        _write(text, row["heading"] if heading else row["approach"], 0 if heading else INDENT, place, heading)
        for k, name in enumerate(EXPONENTS if room else ()):
            number = f"${name}$" if place == 0 else "" if heading else _value(row, name)
            _write(text, number, numbers + k * NUMBER, place, False)
    hand_over(figure, _exponent_table(frame))
    return figure


def _write(axes: Axes, words: str, x: float, place: int, bold: bool) -> None:
    axes.annotate(
        words, (0, place), (x, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
        va="center", fontsize=SMALLEST, fontweight="bold" if bold else "normal", annotation_clip=False,
    ).set_in_layout(False)  # fmt: skip


def _interval(axes: Axes, row: Mapping[Hashable, Any], name: str, place: int) -> None:
    colour, label, value = KINDS[row["kind"]], row["approach"], row[name]
    ends = [row[f"{name}_low"], row[f"{name}_high"]]
    axes.plot(ends, [place] * 2, color=colour, linewidth=1.4, label=f"{label}, interval")
    axes.scatter([value], [place], s=12, color=colour, zorder=3, label=label)
    low, high = SHOWN[name]
    if not low < value < high:
        beyond = value > high
        words, at = (f"{value:g} →", high) if beyond else (f"← {value:g}", low)
        beside_point(axes, (at, place), words, colour, (-2 if beyond else 2, 0))


def _exponent_table(frame: pd.DataFrame) -> Table:
    rows = frame.to_dict("records")
    return Table(
        "Table 2",
        pd.DataFrame(
            {
                "": [HEADINGS[row["kind"]] for row in rows],
                "Approach": frame.approach,
                **{EXPONENTS[name]: [_cell(row, name) for row in rows] for name in EXPONENTS},
            }
        ),
    )


def _with_heading(frame: pd.DataFrame, kind: str) -> list[dict[Hashable, Any]]:
    return [{"heading": HEADINGS[kind]}, *frame[frame.kind == kind].to_dict("records")]


def _value(row: Mapping[Hashable, Any], name: str) -> str:
    return f"{row[name]:.{2 if row['kind'] == 'published' else 3}f}"


def _cell(row: Mapping[Hashable, Any], name: str) -> str:
    low, high = (row[f"{name}_{end}"] for end in ("low", "high"))
    return _value(row, name) + ("" if np.isnan(low) else f" ({low:.3f}, {high:.3f})")
