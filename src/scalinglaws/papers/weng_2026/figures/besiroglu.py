"""Figures of the Chinchilla fit, examined after Besiroglu et al. 2024 (arXiv:2404.10102)."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from matplotlib.transforms import Bbox

from scalinglaws.plotting.panels import new_figure, row_of_panels
from scalinglaws.plotting.style import plain_log
from scalinglaws.tables.analysis import Tables

PRINTED, FULL, REFIT = "Hoffmann et al., as printed", "Hoffmann et al., in full", "Refit"
COLOURS = {
    PRINTED: "C1",
    FULL: "C3",
    REFIT: "C0",
    "Besiroglu et al., as printed": "C2",
    "Refit, sandwich covariance": "C9",
    "Refit, excluded points too": "C7",
}
GREY = "0.45"
SYMBOLS = {"A": "$A$", "B": "$B$", "E": "$E$", "alpha": r"$\alpha$", "beta": r"$\beta$"}
TICKS = {"A": (250, 500, 1000), "B": (300, 3000, 30_000, 300_000)}
MEANINGS = {**SYMBOLS, "a": r"$a = \beta / (\alpha + \beta)$"}


def residuals(tables: Tables) -> Figure:
    """Residuals of the published fit and the refit: how they are distributed, and over N and D."""
    figure, panels = row_of_panels(3, 2.4)
    _histogram(panels[0], tables["histogram"])
    for axes, variable, words in (
        (panels[1], "N", "Parameters N (log scale)"),
        (panels[2], "D", "Tokens D (log scale)"),
    ):
        axes.set_title(f"Over {words.split()[0].lower()}", loc="left")
        axes.axhline(0, color=GREY, linewidth=1, linestyle="--", zorder=1)
        for name in (PRINTED, REFIT):
            part = tables["residuals"][tables["residuals"].fit == name]
            axes.scatter(part[variable], part.residual, s=11, alpha=0.6, color=COLOURS[name], label=name)
        axes.set_xscale("log")
        axes.set_xlabel(words)
        axes.set_ylabel("Loss minus prediction (nats)")
        axes.legend(loc="upper right")
    low, high = panels[1].get_ylim()
    for axes in panels[1:]:
        axes.set_ylim(low, high + 0.18 * (high - low))  # room for the legend
    return figure


def _histogram(axes: Axes, histogram: pd.DataFrame) -> None:
    axes.set_title("Distribution", loc="left")
    axes.axvline(0, color=GREY, linewidth=1, linestyle="--", zorder=1)
    for name, part in histogram.groupby("fit", sort=False):
        edges = np.append(part.left, part.right.iloc[-1])
        counts = np.append(part["count"], part["count"].iloc[-1])
        axes.plot(
            edges, counts, drawstyle="steps-post", color=COLOURS[str(name)], linewidth=1.6, label=str(name)
        )
    axes.set_ylim(0, 1.35 * float(histogram["count"].max()))
    axes.set_xlabel("Loss minus prediction (nats)")
    axes.set_ylabel("Points in a bin")
    axes.legend(loc="upper right")


def parameters(tables: Tables) -> Figure:
    """Constants by source with their intervals, and tests of the published ones."""
    frame = tables["parameters"]
    figure = new_figure(7.2)
    places = figure.add_gridspec(3, 3, height_ratios=(1, 1, 1))
    sources = list(dict.fromkeys(frame.source))
    for k, (name, title) in enumerate(MEANINGS.items()):
        axes = figure.add_subplot(places[k // 3, k % 3])
        axes.set_title(title, loc="left")
        for place, chosen in enumerate(frame[frame.parameter == name].to_dict("records")):
            source, ends = chosen["source"], [chosen["low"], chosen["high"]]
            axes.plot(ends, [place] * 2, color=COLOURS[source], label=f"{source}, interval")
            axes.scatter([chosen["value"]], [place], s=30, color=COLOURS[source], zorder=3, label=source)
        if name in ("A", "B"):
            axes.set_xscale("log")
            ticks = TICKS[name]
            axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
            axes.xaxis.set_minor_locator(NullLocator())
        axes.set_yticks(range(len(sources)), sources if k % 3 == 0 else [])
        axes.set_ylim(len(sources) - 0.4, -0.6)
    _tests(figure.add_subplot(places[2, :]), tables["tests"])
    return figure


def _tests(axes: Axes, tests: pd.DataFrame) -> None:
    """The tests as a table."""
    axes.axis("off")
    axes.set_title("Tests of Hoffmann et al.'s constants in full", loc="left")
    cells = [
        [
            row["test"],
            row["fit"],
            f"{row['points']}",
            f"{row['statistic']:.2f}",
            "" if np.isnan(row["published"]) else f"{row['published']:.2f}",
            f"{row['p']:.1e}",
        ]
        for row in tests.to_dict("records")
    ]
    headings = ["Test", "Against", "Points", r"$\chi^2(5)$", "Published", "p"]
    shown = axes.table(
        cells,
        colLabels=headings,
        colWidths=[0.42, 0.22, 0.08, 0.1, 0.1, 0.08],
        cellLoc="left",
        colLoc="left",
        edges="horizontal",
        bbox=Bbox.unit(),
    )
    shown.auto_set_font_size(False)
    shown.set_fontsize(8.5)
    for cell in shown.get_celld().values():
        cell.set_edgecolor("0.85")
        cell.PAD = 0.02


def policy(tables: Tables) -> Figure:
    """Optimal tokens per parameter at each budget, by the published constants and by the refit."""
    frame = tables["policy"]
    figure = new_figure(4.4)
    axes = figure.subplots()
    axes.set_title("Optimal tokens a parameter", loc="left")
    for name in (FULL, REFIT):
        part = frame[frame.fit == name]
        axes.plot(part.C, part.ratio, color=COLOURS[name], label=name)
        axes.fill_between(
            part.C,
            part.low,
            part.high,
            color=COLOURS[name],
            alpha=0.2,
            linewidth=0,
            label=f"{name}, interval",
        )
    rule = frame[frame.fit == "Rule of thumb"]
    axes.plot(rule.C, rule.ratio, "--", color=GREY, linewidth=1.2, label="20 tokens a parameter")
    trained = frame[frame.fit == "Chinchilla 70B"]
    axes.scatter(trained.C, trained.ratio, s=90, marker="*", color="black", zorder=4, label="Chinchilla 70B")
    axes.set_xscale("log")
    axes.set_xlim(frame.C.min(), frame.C.max())
    plain_log(axes, 1, 1000)
    axes.set_xlabel("Training compute C (FLOPs, log scale)")
    axes.set_ylabel("D / N (log scale)")
    axes.legend(loc="upper left")
    return figure
