"""Fig 6 of Hestness et al. 2017, and theory: the counting model and Amari's four types of learning curves."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scalinglaws.plotting.captions.explained import Mark, draws_no_runs, drew
from scalinglaws.plotting.colours import dash, marker
from scalinglaws.plotting.layout.labels import beside_point, in_corner, is_wide, panel_legend
from scalinglaws.plotting.layout.panels import row_of_panels
from scalinglaws.plotting.learning_curves import CUT, digits_of, factor, power
from scalinglaws.plotting.style import fixed_ticks, plain_log, powers_of_two
from scalinglaws.tables.analysis import Tables, where
from scalinglaws.tables.value import Value

GREY, CURVE, THEORY, ABOVE = "0.4", "C0", "0.2", "C1"
UNFITTED = "Excess, not fitted"
SHADES = {"small data": "C2", "power law": "C5", "irreducible error": "C3"}
SKETCH_REGIONS = (0.28, 0.74)  # where the sketch of the paper has its vertical lines, shares of the width
SKETCH_LEVELS = (0.6, 0.14)  # and its dashed ones, shares of the height
EVERY = 0.25  # of a panel's diagonal is between the markers of a curve

LOSSES = {"l1": "L1", "absolute-kl": "absolute KL", "kl": "KL", "squared-l2": "squared L2"}
COINS = {"fair-coin": "A fair coin", "biased-coin": "A coin with p = 0.9"}
AMARI = {
    "amari-1": ("1, threshold", r"{c}/D"),
    "amari-2": ("2, gap", r"{c}/D^2"),
    "amari-3": ("3, L1", r"{c}/\sqrt{{D}}"),
    "amari-4": ("4, log loss", r"{c}/D + {E}"),
}


def regions(tables: Tables) -> Figure:
    """Fig 6: the paper's sketch, the regions of a computed curve, and networks between two known levels."""
    figure, (sketch, computed, networks, excess) = row_of_panels(4, 2.2 if is_wide() else 1.95)
    _sketch(sketch)
    _measured(computed, tables)
    _networks(networks, tables)
    _above_floor(excess, tables)
    return figure


def theory(tables: Tables) -> Figure:
    """The counting model by loss, Amari's four types, and the counting classifier by Zipf's exponent."""
    figure, panels = row_of_panels(4, 2.75 if is_wide() else 2.25)
    for axes, coin in zip(panels, COINS, strict=False):
        _coin(axes, tables, coin)
    _amari(panels[2], tables)
    _zipf(panels[3], tables)
    draws_no_runs(figure)
    return figure


def _sketch(axes: Axes) -> None:
    """The paper's sketch, redrawn. It has no numbers, and is left out of the figure's CSV."""
    axes.set_title("The paper's sketch", loc="left")
    (first, last), (top, bottom) = SKETCH_REGIONS, SKETCH_LEVELS
    x = np.linspace(0, 1, 201)
    bend = 0.035  # a line between the two levels, with rounded bends
    ramp = bend * (np.logaddexp(0, (x - first) / bend) - np.logaddexp(0, (x - last) / bend)) / (last - first)
    axes.plot(x, top - (top - bottom) * ramp, color=CURVE, linewidth=2, label="_sketch")
    for level in SKETCH_LEVELS:
        axes.plot(
            [0, 1], [level, level], linestyle=dash(1), color=GREY, linewidth=1, zorder=1, label="_sketch"
        )
    for border in SKETCH_REGIONS:
        axes.plot([border, border], [0, 1], color="0.7", linewidth=0.8, zorder=1, label="_sketch")
    beside_point(axes, ((first + last) / 2, top), "Best Guess Error", GREY, (0, 2))
    beside_point(axes, (0, bottom), "Irreducible Error", GREY, (3, -2))
    for x_text, text, side in (
        (0, "Small Data\nRegion", 2),
        ((first + last) / 2, "Power-law\nRegion", 0),
        (1, "Irreducible\nError\nRegion", -2),
    ):
        beside_point(axes, (x_text, 1), text, "0.2", (side, -3))
    axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
    axes.grid(visible=False)
    axes.set_xlabel("Training Data Set Size (Log-scale)")
    axes.set_ylabel("Generalization Error\n(Log-scale)")


def _measured(axes: Axes, tables: Tables) -> None:
    """The counting classifier's error, with the regions that the rule finds shaded."""
    found = tables["regions"]
    series = str(found.series.iloc[0])
    curve = where(tables["curves"], group="classifier", setting=series, series="error")
    guess, floor = float(found.guess.iloc[0]), float(found.floor.iloc[0])
    exponent = _value(tables, "counting-classifier:theory", series, "beta_g")
    axes.set_title("Computed: counting labels", loc="left")
    ends, low, high = (
        (float(curve.x.min()), float(curve.x.max())),
        floor / 2.2,
        guess * (7 if is_wide() else 12),
    )
    for row in found.to_dict("records"):
        _shade(axes, row, high, ends)
    axes.plot(curve.x, curve.y, color=CURVE, linewidth=2, zorder=4, label="Expected error, exact")
    law = rf"${floor:g} + c\,m^{{{exponent:.3f}}}$"
    seen = curve[curve.law < 2 * guess]
    axes.plot(seen.x, seen.law, ":", color=THEORY, zorder=5, label=f"Theory: {law}")
    middle = seen.iloc[len(seen) // 2]
    beside_point(axes, (middle.x, middle.law), f"theory:\n{law}", THEORY, (4, 3))
    _levels(axes, ends, guess, floor)
    commonest = float(found.commonest.iloc[0])
    axes.axvline(1 / commonest, color="0.6", linewidth=0.8, zorder=1, linestyle=dash(3), label="_commonest")
    beside_point(axes, (1 / commonest, low), r"$m = 1/p_\mathrm{max}$", GREY, (3, 2))
    axes.set(xscale="log", xlim=ends)
    fixed_ticks(axes.xaxis, [1, 1e4, 1e8, 1e12])
    plain_log(axes, low, high, (1,))
    axes.grid(visible=False)
    axes.set_xlabel("Training examples m")
    axes.set_ylabel("Share of wrong labels")


def _networks(axes: Axes, tables: Tables) -> None:
    """Trained networks between the two known levels, with the regions that the rule gives shaded."""
    points = tables["known_entropy"].sort_values("x")
    guess, floor = float(points.guess.iloc[0]), float(points.floor.iloc[0])
    axes.set_title("Trained: known entropy", loc="left")
    every = pd.concat([points.y, points.low, points.high, pd.Series([guess, floor])])
    low, high = 0.88 * every.min(), 2.1 * every.max()
    _sizes(axes, points.x, str(points.unit.iloc[0]))
    ends = axes.get_xlim()
    for row in tables["known_entropy_regions"].to_dict("records"):
        _shade(axes, row, high, ends, f"\n({row['points']} {'size' if row['points'] == 1 else 'sizes'})")
    _interval(axes, points, "low", "high", CURVE, "Interval")
    axes.plot(points.x, points.y, "o-", color=CURVE, markersize=3.5, zorder=4, label="Best-fit network")
    cut = points[~points.settled]
    if len(cut):
        style: Any = {"s": 24, "marker": "v", "facecolors": "white", "edgecolors": CURVE, "zorder": 5}
        axes.scatter(cut.x, cut.y, label=CUT[:1].upper() + CUT[1:], **style)
        drew(axes, Mark.NOT_CONVERGED)
    _levels(axes, ends, guess, floor)
    plain_log(axes, low, high, (1, 2, 3, 4, 5))
    axes.grid(visible=False)
    axes.set_ylabel("Cross-entropy (nats)")


def _above_floor(axes: Axes, tables: Tables) -> None:
    """The networks' excess over the entropy, and its power law."""
    points = tables["known_entropy"].sort_values("x")
    axes.set_title("The same, less H", loc="left")
    _sizes(axes, points.x, str(points.unit.iloc[0]))
    seen = points[points.above.notna()]
    low, high = (seen.above.min() / 2.5, seen.above.max() * 1.8) if len(seen) else (0.1, 1.0)
    band = seen.assign(above_low=seen.above_low.clip(lower=low))  # an end at 0 or below cannot be drawn
    _interval(axes, band, "above_low", "above_high", ABOVE, "Excess, interval")
    axes.plot(seen.x, seen.above, color=ABOVE, linewidth=1, zorder=3, label="Excess over the entropy")
    for some, face, marker_, name, mark in (
        (seen[seen.fitted], ABOVE, "o", "_fitted", None),
        (seen[seen.settled & ~seen.fitted], "white", "o", UNFITTED, Mark.HOLLOW),
        (seen[~seen.settled], "white", "v", f"Excess, {CUT}", Mark.NOT_CONVERGED),
    ):
        if len(some):
            style: Any = {"s": 16, "marker": marker_, "facecolors": face, "edgecolors": ABOVE, "zorder": 4}
            axes.scatter(some.x, some.above, label=name, **style)
            if mark is not None:
                drew(axes, mark)
    law = points[points.fitted]
    if law.law.notna().any():
        equation = _excess_law(tables)
        axes.plot(law.x, law.law, linestyle=dash(1), color=THEORY, zorder=5, label=equation)
        in_corner(axes, equation.replace("$ $[", "$\n$["), THEORY, ("lower", "left"))
    plain_log(axes, low, high, (1,) if high > 50 * low else (1, 2, 5))
    axes.set_ylabel("Excess (nats)")


def _sizes(axes: Axes, x: "pd.Series[float]", unit: str) -> None:
    """The axis of training set sizes, with a tick at every fourth power of two."""
    powers_of_two(axes, x.min(), x.max())
    fixed_ticks(axes.xaxis, 2.0 ** np.arange(np.ceil(np.log2(x.min())), np.log2(x.max()) + 0.1, 4))
    axes.set_xlabel(f"Training {unit} m")


def _excess_law(tables: Tables) -> str:
    fits = tables["fits"]
    rows = fits[fits.law == "known-entropy:above-floor"].to_dict("records")
    alpha, beta = (next(row for row in rows if row["parameter"] == name) for name in ("alpha", "beta_g"))
    exponent = Value(beta["value"], beta["low"], beta["high"])
    return power(r"\varepsilon - H", factor(alpha["value"]), exponent)


def _shade(
    axes: Axes, region: Mapping[Any, Any], top: float, ends: tuple[float, float], note: str = ""
) -> None:
    """A region as a coloured stretch; its name and a note hang from a height."""
    low, high = float(region["x_low"]), float(region["x_high"])
    axes.axvspan(low, high, color=SHADES[region["region"]], alpha=0.15, linewidth=0, label="_region")
    name = str(region["region"]).replace(" ", "\n") + note
    if low <= ends[0] * 1.5:
        beside_point(axes, (ends[0], top), name, "0.2", (2, -2))
    elif high >= ends[1] / 1.5:
        beside_point(axes, (ends[1], top), name, "0.2", (-2, -2))
    else:
        beside_point(axes, (np.sqrt(low * high), top), name, "0.2", (0, -2))


def _interval(axes: Axes, points: pd.DataFrame, low: str, high: str, colour: str, label: str) -> None:
    if points[[low, high]].notna().any(axis=None):
        axes.fill_between(points.x, points[low], points[high], color=colour, alpha=0.2, lw=0, label=label)


def _levels(axes: Axes, ends: tuple[float, float], guess: float, floor: float) -> None:
    """Best guess and irreducible error as dashed lines with their names."""
    for level, name in ((guess, "Best guess error"), (floor, "Irreducible error")):
        label = f"{name}: {level:.3g}"
        axes.plot(ends, [level, level], linestyle=dash(1), color=GREY, linewidth=1, zorder=2, label=label)
    beside_point(axes, (ends[1], guess), f"best guess {guess:.3g}", GREY, (-3, 1))
    beside_point(axes, (ends[0], floor), f"irreducible {floor:.3g}", GREY, (3, 1))


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
        shown.append(_curve(axes, curve, k, rf"{title}: ${digits_of(alpha)}\,m^{{{digits_of(beta)}}}$"))
        x = curve[curve.fitted].x
        _dashed(axes, x, alpha * x**beta, f"{title}, fitted")
    l1 = where(every, series="l1")
    label = r"L1: $\sqrt{2p(1-p)/(\pi m)}$"
    shown += axes.plot(l1.x, l1.law, ":", color="black", zorder=4, label=label)
    _wide_log_log(axes, every.x, every.y, shown)
    axes.set_xlabel("Draws m")
    axes.set_ylabel("Expected loss")


def _amari(axes: Axes, tables: Tables) -> None:
    """An example of each of the four types, and the type's law fitted to it."""
    axes.set_title("Amari's four types", loc="left")
    every = where(tables["curves"], group="amari")
    shown: list[Line2D] = []
    for k, (law, (title, formula)) in enumerate(AMARI.items()):
        curve = where(every, setting=law)
        found = where(tables["fits"], law=law)
        constants = dict(zip(found.parameter, found.value, strict=True))
        beta = _value(tables, f"{law}:exponent", str(curve.series.iloc[0]), "beta_g")
        equation = formula.format(**{name: digits_of(value) for name, value in constants.items()})
        shown.append(_curve(axes, curve, k, rf"{title}: ${equation}$ ($D^{{{digits_of(beta)}}}$)"))
        used = curve[curve.fitted]
        _dashed(axes, used.x, used.law, f"{title}, its law fitted")
        if "known-floor" in constants:
            above = curve.y - constants["known-floor"]
            label = f"{title}, less the entropy {digits_of(constants['known-floor'])}"
            shown += axes.plot(curve.x, above, linestyle=dash(3), color=f"C{k}", linewidth=1, label=label)
    _wide_log_log(axes, every.x, every.y, shown)
    axes.set_xlabel("Examples D")
    axes.set_ylabel("Expected error")


def _zipf(axes: Axes, tables: Tables) -> None:
    """The counting classifier's error above its floor, by Zipf's exponent."""
    axes.set_title("Counting classifier", loc="left")
    every = where(tables["curves"], group="classifier", series="above-floor")
    shown: list[Line2D] = []
    for k, (setting, curve) in enumerate(every.groupby("setting", sort=False)):
        beta = _value(tables, "counting-classifier:above-floor", str(setting), "beta_g")
        expected = _value(tables, "counting-classifier:theory", str(setting), "beta_g")
        title = f"Zipf {str(setting).removeprefix('zipf-')}"
        label = rf"{title}: $m^{{{digits_of(beta)}}}$ (theory ${digits_of(expected)}$)"
        shown.append(_curve(axes, curve, k, label))
        seen = curve[curve.fitted]
        _dashed(axes, seen.x, seen.law, f"{title}, theory")
    _wide_log_log(axes, every.x, every.y, shown)
    fixed_ticks(axes.xaxis, [1, 1e3, 1e6, 1e9, 1e12])
    axes.set_xlabel("Training examples m")
    axes.set_ylabel("Error above floor")


def _curve(axes: Axes, curve: pd.DataFrame, k: int, label: str) -> Line2D:
    """A computed curve, with markers for readers who do not see its colour."""
    (line,) = axes.plot(
        curve.x, curve.y, color=f"C{k}", marker=marker(k), markersize=3.5, markevery=(0.05 + 0.04 * k, EVERY),
        label=label,
    )  # fmt: skip
    return line


def _dashed(axes: Axes, x: "pd.Series[float]", y: "pd.Series[float]", label: str) -> None:
    """A law over a curve. It has a name in the figure's CSV; the caption explains all dashed lines."""
    axes.plot(x, y, linestyle=dash(1), color="black", linewidth=0.9, zorder=4, label=label)


def _wide_log_log(axes: Axes, x: "pd.Series[float]", y: "pd.Series[float]", shown: Sequence[Line2D]) -> None:
    """Axes over many decades, labelled with powers of ten, and the legend below."""
    margin = (x.max() / x.min()) ** 0.02  # for markers
    axes.set(
        xscale="log", yscale="log", xlim=(x.min() / margin, x.max() * margin),
        ylim=(y.min() / 1.6, y.max() * 1.6),
    )  # fmt: skip
    axes.minorticks_off()
    panel_legend(axes, shown)


def _value(tables: Tables, law: str, metric: str, parameter: str) -> float:
    """A value of the fits."""
    (found,) = where(tables["fits"], law=law, metric=metric, parameter=parameter).value
    return float(found)
