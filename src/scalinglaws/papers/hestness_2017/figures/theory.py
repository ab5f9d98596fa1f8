"""Fig 6 of Hestness et al. 2017, and theory: the counting model and Amari's four types of learning curves."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D

from scalinglaws.plotting.learning_curves import CUT, factor, power
from scalinglaws.plotting.style import plain_log, powers_of_two
from scalinglaws.tables.analysis import Tables, where
from scalinglaws.tables.value import Value

LEGEND: Any = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.13)}  # below the panel

GUESS, FLOOR, CURVE, THEORY, ABOVE = "C2", "C3", "navy", "0.25", "C1"
UNFITTED = "Excess, not fitted"
SHADES = {"small data": "C2", "power law": "C0", "irreducible error": "C3"}
SKETCH_REGIONS = (0.28, 0.74)  # where the sketch of the paper has its vertical lines, shares of the width
SKETCH_LEVELS = (0.80, 0.12)  # and its dashed ones, shares of the height

LOSSES = {
    "l1": "L1 distance",
    "absolute-kl": "KL of absolute values (nats)",
    "kl": "KL (nats)",
    "squared-l2": "Squared L2 distance",
}
COINS = {"fair-coin": "Counting model: a fair coin", "biased-coin": "Counting model: a coin with p = 0.9"}
AMARI = {
    "amari-1": ("threshold", r"{c:.2f}/D"),
    "amari-2": ("threshold in a gap", r"{c:.2f}/D^2"),
    "amari-3": ("L1, fair coin", r"{c:.2f}/\sqrt{{D}}"),
    "amari-4": ("log loss, p = 0.9", r"{c:.2f}/D + {E:.3f}"),
}


def regions(tables: Tables) -> Figure:
    """Fig 6: the paper's sketch, the regions of a computed curve, and networks between two known levels."""
    figure = Figure(figsize=(15.75, 5.8), layout="constrained")
    grid = figure.add_gridspec(2, 3, height_ratios=(5, 3))
    _sketch(figure.add_subplot(grid[:, 0]))
    _measured(figure.add_subplot(grid[:, 1]), tables)
    upper = figure.add_subplot(grid[0, 2])
    _networks(upper, tables)
    _above_floor(figure.add_subplot(grid[1, 2], sharex=upper), upper, tables)
    return figure


def theory(tables: Tables) -> Figure:
    """The counting model by loss, Amari's four types, and the counting classifier by Zipf's exponent."""
    figure = Figure(figsize=(10.5, 11.4), layout=ConstrainedLayoutEngine(h_pad=0.12))
    panels = figure.subplots(2, 2)
    for axes, coin in zip(panels[0], COINS, strict=True):
        _coin(axes, tables, coin)
    _amari(panels[1, 0], tables)
    _zipf(panels[1, 1], tables)
    return figure


def _sketch(axes: Axes) -> None:
    """The paper's sketch, redrawn. It has no numbers, and is left out of the figure's CSV."""
    axes.set_title("Fig 6: the paper's sketch", loc="left")
    (first, last), (top, bottom) = SKETCH_REGIONS, SKETCH_LEVELS
    x = np.linspace(0, 1, 201)
    bend = 0.035  # a line between the two levels, with rounded bends
    ramp = bend * (np.logaddexp(0, (x - first) / bend) - np.logaddexp(0, (x - last) / bend)) / (last - first)
    axes.plot(x, top - (top - bottom) * ramp, color=CURVE, linewidth=2.4, label="_sketch")
    for level, colour in ((top, GUESS), (bottom, FLOOR)):
        axes.plot([0, 1], [level, level], "--", color=colour, linewidth=1.4, zorder=1, label="_sketch")
    for border in SKETCH_REGIONS:
        axes.plot([border, border], [0, 1], color="0.6", linewidth=1.2, zorder=1, label="_sketch")
    axes.text(0.98, top + 0.015, "Best Guess Error", color=GUESS, ha="right", va="bottom")
    axes.text(0.02, bottom - 0.015, "Irreducible Error", color=FLOOR, ha="left", va="top")
    for left, right, text in (
        (0, first, "Small Data\nRegion"),
        (first, last, "Power-law\nRegion"),
        (last, 1, "Irreducible\nError\nRegion"),
    ):
        axes.text((left + right) / 2, 0.985, text, ha="center", va="top")
    axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
    axes.grid(visible=False)
    axes.set_xlabel("Training Data Set Size (Log-scale)")
    axes.set_ylabel("Generalization Error (Log-scale)")


def _measured(axes: Axes, tables: Tables) -> None:
    """The counting classifier's error, with the regions that the rule finds shaded."""
    found = tables["regions"]
    series = str(found.series.iloc[0])
    curve = where(tables["curves"], group="classifier", setting=series, series="error")
    guess, floor = float(found.guess.iloc[0]), float(found.floor.iloc[0])
    exponent = _value(tables, "counting-classifier:theory", series, "beta_g")
    axes.set_title("Computed: a classifier that counts labels", loc="left")
    low, high = floor / 1.6, guess * 2.4
    for row in found.to_dict("records"):
        _shade(axes, row, high)
    axes.plot(curve.x, curve.y, color=CURVE, linewidth=2.4, zorder=4, label="Expected error, exact")
    label = rf"Theory: ${floor:g} + c\,m^{{{exponent:.3f}}}$"
    seen = curve[(curve.law < 2 * guess)]
    axes.plot(seen.x, seen.law, ":", color=THEORY, linewidth=1.6, zorder=3, label=label)
    _levels(axes, curve, guess, floor)
    commonest = float(found.commonest.iloc[0])
    axes.axvline(
        1 / commonest, color="0.45", linewidth=1, zorder=1, linestyle="-.", label="_commonest",
    )  # fmt: skip
    axes.text(1.15 / commonest, low * 1.08, r"$m = 1/p_{max}$", color="0.3", ha="left", va="bottom")
    axes.set(xscale="log", xlim=(curve.x.min(), curve.x.max()))
    plain_log(axes, low, high)
    axes.legend(**LEGEND, ncols=2)
    axes.set_xlabel("Training data set size, examples (log scale)")
    axes.set_ylabel("Error: share of labels answered wrongly (log scale)")


def _networks(axes: Axes, tables: Tables) -> None:
    """Trained networks between the two known levels, with the regions that the rule gives shaded."""
    points = tables["known_entropy"].sort_values("x")
    guess, floor = float(points.guess.iloc[0]), float(points.floor.iloc[0])
    axes.set_title("Trained: networks on a source of known entropy", loc="left")
    every = pd.concat([points.y, points.low, points.high, pd.Series([guess, floor])])
    low, high = 0.93 * every.min(), 1.4 * every.max()
    for row in tables["known_entropy_regions"].to_dict("records"):
        _shade(axes, row, high, f"\n({row['points']} {'size' if row['points'] == 1 else 'sizes'})")
    _interval(axes, points, "low", "high", CURVE, "Interval")
    axes.plot(points.x, points.y, "o-", color=CURVE, markersize=4, zorder=4, label="Best-fit network")
    cut = points[~points.settled]
    if len(cut):
        style: Any = {"s": 28, "marker": "v", "facecolors": "white", "edgecolors": CURVE, "zorder": 5}
        axes.scatter(cut.x, cut.y, label=CUT[:1].upper() + CUT[1:], **style)
    _levels(axes, points, guess, floor)
    powers_of_two(axes, points.x.min(), points.x.max())
    axes.tick_params(labelbottom=False)
    plain_log(axes, low, high, (1, 1.5, 2, 2.5, 3, 4, 5, 7))
    axes.set_ylabel("Cross-entropy, nats\na token (log scale)")


def _above_floor(axes: Axes, upper: Axes, tables: Tables) -> None:
    """The networks' excess over the entropy, and its power law. The legend covers both panels."""
    points = tables["known_entropy"].sort_values("x")
    axes.set_title("The same, less the entropy", loc="left")
    seen = points[points.above.notna()]
    low, high = (seen.above.min() / 1.8, seen.above.max() * 1.8) if len(seen) else (0.1, 1.0)
    band = seen.assign(above_low=seen.above_low.clip(lower=low))  # an end at 0 or below cannot be drawn
    _interval(axes, band, "above_low", "above_high", ABOVE, "Excess, interval")
    axes.plot(seen.x, seen.above, color=ABOVE, linewidth=1.4, zorder=3, label="Excess over the entropy")
    for some, face, marker, name in (
        (seen[seen.fitted], ABOVE, "o", "_fitted"),
        (seen[seen.settled & ~seen.fitted], "white", "o", UNFITTED),
        (seen[~seen.settled], "white", "v", f"Excess, {CUT}"),
    ):
        if len(some):
            style: Any = {"s": 20, "marker": marker, "facecolors": face, "edgecolors": ABOVE, "zorder": 4}
            axes.scatter(some.x, some.above, label=name, **style)
    law = points[points.fitted]
    if law.law.notna().any():
        axes.plot(law.x, law.law, "--", color=THEORY, linewidth=1.6, zorder=5, label=_excess_law(tables))
    plain_log(axes, low, high, (1,) if high > 50 * low else (1, 2, 5))
    axes.set_xlabel(f"Training data set size, {points.unit.iloc[0]} (log scale)")
    axes.set_ylabel("Excess, nats\n(log scale)")
    drawn = [each.get_legend_handles_labels() for each in (upper, axes)]
    handles, labels = ([*first, *second] for first, second in zip(*drawn, strict=True))
    axes.legend(handles, labels, loc="upper center", bbox_to_anchor=(0.5, -0.36), ncols=2)


def _excess_law(tables: Tables) -> str:
    fits = tables["fits"]
    rows = fits[fits.law == "known-entropy:above-floor"].to_dict("records")
    alpha, beta = (next(row for row in rows if row["parameter"] == name) for name in ("alpha", "beta_g"))
    exponent = Value(beta["value"], beta["low"], beta["high"])
    return power(r"\varepsilon - H", factor(alpha["value"]), exponent, 2)


def _shade(axes: Axes, region: Mapping[Any, Any], top: float, note: str = "") -> None:
    """A region as a coloured stretch; its name and a note hang from a height."""
    low, high = float(region["x_low"]), float(region["x_high"])
    axes.axvspan(low, high, color=SHADES[region["region"]], alpha=0.13, linewidth=0)
    name = str(region["region"]).replace(" ", "\n")
    axes.text(np.sqrt(low * high), top / 1.06, name + note, ha="center", va="top")


def _interval(axes: Axes, points: pd.DataFrame, low: str, high: str, colour: str, label: str) -> None:
    if points[[low, high]].notna().any(axis=None):
        axes.fill_between(points.x, points[low], points[high], color=colour, alpha=0.15, lw=0, label=label)


def _levels(axes: Axes, curve: pd.DataFrame, guess: float, floor: float) -> None:
    """Best guess and irreducible error as dashed lines."""
    ends = [float(curve.x.min()), float(curve.x.max())]
    for level, colour, name in ((guess, GUESS, "Best guess error"), (floor, FLOOR, "Irreducible error")):
        label = f"{name}: {level:.3g}"
        axes.plot(ends, [level, level], "--", color=colour, linewidth=1.4, zorder=2, label=label)


def _coin(axes: Axes, tables: Tables, coin: str) -> None:
    """Expected losses of one coin over the number of draws, with the power laws fitted."""
    axes.set_title(COINS[coin], loc="left")
    every = where(tables["curves"], group="coin", setting=coin)
    shown: list[Line2D] = []
    for k, (loss, title) in enumerate(LOSSES.items()):
        curve = where(every, series=loss)
        alpha, beta = (
            _value(tables, "counting-model", f"{coin}:{loss}", name) for name in ("alpha", "beta_g")
        )
        label = rf"{title}: ${alpha:.2f}\,m^{{{beta:.3f}}}$"
        shown += axes.plot(curve.x, curve.y, color=f"C{k}", label=label)
        x = curve[curve.fitted].x
        _dashed(axes, x, alpha * x**beta, f"{title}, fitted")
    l1 = where(every, series="l1")
    label = r"L1, closed form: $\sqrt{2p(1-p)/(\pi m)}$"
    shown += axes.plot(l1.x, l1.law, ":", color="black", linewidth=1.4, zorder=4, label=label)
    _wide_log_log(axes, every.x, every.y, [*shown, _key("Power laws fitted")])
    axes.set_xlabel("Draws m (log scale)")
    axes.set_ylabel("Expected loss (log scale)")


def _amari(axes: Axes, tables: Tables) -> None:
    """An example of each of the four types, and the type's law fitted to it."""
    axes.set_title("Four types of Amari et al. 1992, by example", loc="left")
    every = where(tables["curves"], group="amari")
    shown: list[Line2D] = []
    for k, (law, (name, formula)) in enumerate(AMARI.items()):
        curve = where(every, setting=law)
        found = where(tables["fits"], law=law)
        constants = dict(zip(found.parameter, found.value, strict=True))
        beta = _value(tables, f"{law}:exponent", str(curve.series.iloc[0]), "beta_g")
        title = f"Type {k + 1}, {name}"
        label = rf"{title}: ${formula.format(**constants)}$ ($D^{{{beta:.3f}}}$)"
        shown += axes.plot(curve.x, curve.y, color=f"C{k}", label=label)
        used = curve[curve.fitted]
        _dashed(axes, used.x, used.law, f"{title}, its law fitted")
        if "known-floor" in constants:
            above = curve.y - constants["known-floor"]
            label = f"Type {k + 1}, less the entropy {constants['known-floor']:.3f}"
            shown += axes.plot(curve.x, above, "-.", color=f"C{k}", linewidth=1.2, label=label)
    _wide_log_log(axes, every.x, every.y, [*shown, _key("The type's law, fitted")])
    axes.set_xlabel("Examples D (log scale)")
    axes.set_ylabel("Expected error or loss (log scale)")


def _zipf(axes: Axes, tables: Tables) -> None:
    """The counting classifier's error above its floor, by Zipf's exponent."""
    axes.set_title("Counting classifier: what sets its exponent", loc="left")
    every = where(tables["curves"], group="classifier", series="above-floor")
    shown: list[Line2D] = []
    for k, (setting, curve) in enumerate(every.groupby("setting", sort=False)):
        beta = _value(tables, "counting-classifier:above-floor", str(setting), "beta_g")
        expected = _value(tables, "counting-classifier:theory", str(setting), "beta_g")
        title = f"Zipf's exponent {str(setting).removeprefix('zipf-')}"
        label = rf"{title}: $m^{{{beta:.3f}}}$ (theory {expected:.3f})"
        shown += axes.plot(curve.x, curve.y, color=f"C{k}", label=label)
        seen = curve[curve.fitted]
        _dashed(axes, seen.x, seen.law, f"{title}, theory")
    _wide_log_log(axes, every.x, every.y, [*shown, _key("Theory, through the last point")])
    axes.set_xlabel("Training data set size m, examples (log scale)")
    axes.set_ylabel("Error above the irreducible error (log scale)")


def _dashed(axes: Axes, x: "pd.Series[float]", y: "pd.Series[float]", label: str) -> None:
    """A law over a curve. It has a name in the figure's CSV; in the legend one key stands for all."""
    axes.plot(x, y, "--", color="black", linewidth=1.1, zorder=4, label=label)


def _key(label: str) -> Line2D:
    return Line2D([], [], linestyle="--", color="black", linewidth=1.1, label=label)


def _wide_log_log(axes: Axes, x: "pd.Series[float]", y: "pd.Series[float]", shown: Sequence[Line2D]) -> None:
    """Axes over many decades, labelled with powers of ten, and the legend below."""
    axes.set(xscale="log", yscale="log", xlim=(x.min(), x.max()), ylim=(y.min() / 1.6, y.max() * 1.6))
    axes.legend(handles=shown, **LEGEND, ncols=1)


def _value(tables: Tables, law: str, metric: str, parameter: str) -> float:
    """A value of the fits."""
    (found,) = where(tables["fits"], law=law, metric=metric, parameter=parameter).value
    return float(found)
