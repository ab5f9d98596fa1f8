"""Figures of the Chinchilla fit, examined after Besiroglu et al. 2024 (arXiv:2404.10102)."""

from math import log10

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scalinglaws.plotting.colours import dash, marker
from scalinglaws.plotting.layout.labels import beside_point, is_wide
from scalinglaws.plotting.layout.outside_legend import legends_outside
from scalinglaws.plotting.layout.panels import new_figure
from scalinglaws.plotting.style import fixed_ticks, plain_log
from scalinglaws.plotting.tables.table import LINE, Table, draw_table, hand_over
from scalinglaws.tables.analysis import Tables

PRINTED, FULL, REFIT = "Hoffmann et al., as printed", "Hoffmann et al., in full", "Refit"
COLOURS = {
    REFIT: "C0",
    PRINTED: "C1",
    FULL: "C3",
    "Besiroglu et al., as printed": "C2",
    "Refit, sandwich covariance": "C5",
    "Refit, excluded points too": "C6",
}
NAMES = {
    PRINTED: "Hoffmann, as printed",
    FULL: "Hoffmann, in full",
    "Besiroglu et al., as printed": "Besiroglu, as printed",
    "Refit, sandwich covariance": "Refit, sandwich",
    "Refit, excluded points too": "Refit, all 245 points",
}
"""Short names of sources."""
GREY = "0.45"
P = r"$\log_{10} p$"
ORDER = list(COLOURS)
SYMBOLS = {"A": "$A$", "B": "$B$", "E": "$E$", "alpha": r"$\alpha$", "beta": r"$\beta$"}
MEANINGS = {**SYMBOLS, "a": r"$a = \beta / (\alpha + \beta)$"}
TICKS = {
    "A": (250, 500, 1000),
    "B": (1e3, 1e4, 1e5),
    "E": (1.7, 1.8, 1.9),
    "alpha": (0.3, 0.35, 0.4),
    "beta": (0.3, 0.4, 0.5, 0.6),
    "a": (0.5, 0.6),
}


def residuals(tables: Tables) -> Figure:
    """Residuals of the published fit and the refit: over N and D, and how they are distributed."""
    if is_wide():
        figure = new_figure(2.2)
        panels = figure.subplots(1, 3, sharey=True)
    else:
        figure = new_figure(4.6)
        panels = figure.subplots(3, 1, sharey=True)
    for axes, variable, words in ((panels[0], "N", "Parameters N"), (panels[1], "D", "Tokens D")):
        axes.set_title(f"Over {words.split()[0].lower()}", loc="left")
        for name in (PRINTED, REFIT):
            part = tables["residuals"][tables["residuals"].fit == name]
            axes.scatter(
                part[variable], part.residual, s=7, marker=marker(ORDER.index(name)), alpha=0.6,
                color=COLOURS[name], linewidths=0, label=name,
            )  # fmt: skip
        axes.set_xscale("log")
        axes.set_xlabel(words)
    _histogram(panels[2], tables["histogram"])
    for axes in panels:
        axes.axhline(0, color=GREY, linewidth=0.8, linestyle="--", zorder=1)
    for axes in panels[:1] if is_wide() else panels:
        axes.set_ylabel("Loss $-$ prediction (nats)")
    panels[0].set_ylim(-0.13, 0.21)
    fixed_ticks(panels[0].yaxis, (-0.1, 0, 0.1, 0.2), lambda nats: f"{nats:g}".replace("-", "−"))
    legends_outside(figure, [(_handle(name), name) for name in (PRINTED, FULL, REFIT)])
    return figure


def _handle(name: str) -> Line2D:
    """For a legend: the line of a histogram, with the marker of its points where they are drawn."""
    k = ORDER.index(name)
    shape = "none" if name == FULL else marker(k)
    return Line2D([], [], color=COLOURS[name], linestyle=dash(k), marker=shape, markersize=3.5)


def _histogram(axes: Axes, histogram: pd.DataFrame) -> None:
    axes.set_title("Distribution", loc="left")
    for name, part in histogram.groupby("fit", sort=False):
        edges = np.append(part.left, part.right.iloc[-1])
        counts = np.append(part["count"], part["count"].iloc[-1])
        k = ORDER.index(str(name))
        axes.plot(
            counts, edges, drawstyle="steps-pre", color=COLOURS[str(name)], linestyle=dash(k), label=str(name)
        )
    axes.set_xlim(left=0)
    axes.set_xlabel("Points in a bin")


def parameters(tables: Tables) -> Figure:
    """Constants by source with their intervals, and tests of the published ones."""
    frame, tests = tables["parameters"], _tests(tables["tests"])
    across = 3 if is_wide() else 2
    heights = ((6 // across) * 1.35, LINE * (len(tests.frame) + 1.6))
    figure = new_figure(sum(heights))
    above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=heights).ravel()
    cells = above.subplots(6 // across, across, sharey=True)
    sources = list(dict.fromkeys(frame.source))
    for axes, (name, title) in zip(cells.ravel(), MEANINGS.items(), strict=True):
        axes.set_title(title, loc="left")
        for place, chosen in enumerate(frame[frame.parameter == name].to_dict("records")):
            source, ends = chosen["source"], [chosen["low"], chosen["high"]]
            colour, shape = COLOURS[source], marker(ORDER.index(source))
            axes.plot(ends, [place] * 2, color=colour, label=f"{source}, interval")
            axes.scatter([chosen["value"]], [place], s=14, marker=shape, color=colour, zorder=3, label=source)
        if name in ("A", "B"):
            axes.set_xscale("log")
        words = (lambda value: f"$10^{{{log10(value):.0f}}}$") if name == "B" else "{:,.4g}".format
        fixed_ticks(axes.xaxis, TICKS[name], words)
    cells[0, 0].set_yticks(range(len(sources)), [NAMES.get(source, source) for source in sources])
    cells[0, 0].set_ylim(len(sources) - 0.4, -0.6)
    heads = {column: column for column in tests.columns}
    draw_table(below.subplots(), tests, heads, spare=("Published",))
    hand_over(figure, tests)
    return figure


def _tests(tests: pd.DataFrame) -> Table:
    """The tests of Hoffmann et al.'s constants in full."""
    frame = pd.DataFrame(
        {
            "Test": tests.test.str.replace(", bootstrap covariance,", ",").str.replace(", Huber", ""),
            "Against": tests["fit"].str.replace(" et al., in full", ""),
            "Points": tests.points,
            r"$\chi^2(5)$": tests.statistic,
            "Published": tests.published,
            P: np.log10(tests.p.replace(0, np.nan)),
        }
    )
    decimals = {r"$\chi^2(5)$": ".2f", "Published": ".2f", P: ".1f"}
    return Table("Tests of Hoffmann et al.'s constants in full", frame, decimals)


def policy(tables: Tables) -> Figure:
    """Optimal tokens per parameter at each budget, by the published constants and by the refit."""
    frame = tables["policy"]
    figure = new_figure(2.6)
    axes = figure.subplots()
    axes.set_title("Optimal tokens per parameter", loc="left")
    labelled = {FULL: (5e21, "Hoffmann et al., in full", (-4, 4)), REFIT: (3e25, "Refit", (0, -3))}
    for name, (at, words, shift) in labelled.items():
        part, colour = frame[frame.fit == name], COLOURS[name]
        axes.plot(part.C, part.ratio, color=colour, label=name)
        axes.fill_between(
            part.C, part.low, part.high, color=colour, alpha=0.2, linewidth=0, label=f"{name}, interval"
        )
        near = part.iloc[(part.C - at).abs().argmin()]
        beside_point(axes, (near.C, near.ratio), words, colour, shift)
    rule = frame[frame.fit == "Rule of thumb"]
    axes.plot(rule.C, rule.ratio, "--", color=GREY, linewidth=1, label="20 tokens a parameter")
    beside_point(axes, (rule.C.min(), 20), "20 tokens per parameter", GREY, (3, -2))
    trained = frame[frame.fit == "Chinchilla 70B"]
    axes.scatter(trained.C, trained.ratio, s=50, marker="*", color="black", zorder=4, label="Chinchilla 70B")
    beside_point(axes, (float(trained.C.iloc[0]), 20), "Chinchilla 70B", "black", (0, 5))
    axes.set_xscale("log")
    axes.set_xlim(frame.C.min(), frame.C.max())
    plain_log(axes, 4, 250)
    fixed_ticks(axes.xaxis, [10.0**k for k in range(18, 29, 2)])
    axes.set_xlabel("Training compute C (FLOPs)")
    axes.set_ylabel("D / N")
    return figure
