"""Figs 1, 3 (left) and 5 of Hestness et al. 2017, from points read off them."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scalinglaws.plotting.panels import new_figure, row_of_panels
from scalinglaws.plotting.style import fixed_ticks, powers_of_two
from scalinglaws.tables.analysis import Tables, where

DECLARED, ALL, FLOOR = "learning-curve", "learning-curve:all-points", "learning-curve-with-floor"

# The y ticks of the paper: equally spaced in the logarithm, printed with two decimals.
TICKS = {
    "Fig 1 left": (0.41, 0.44, 0.48, 0.51, 0.54, 0.58, 0.62, 0.67),
    "Fig 1 right": (0.36, 0.39, 0.42, 0.46, 0.50, 0.55, 0.60, 0.65, 0.71),
    "Fig 3 left": (0.86, 0.93, 1.00, 1.08, 1.17, 1.26, 1.36, 1.47, 1.59),
    "Fig 5 left": (0.11, 0.14, 0.18, 0.23, 0.29, 0.37, 0.48, 0.61, 0.78),
    "Fig 5 right": (0.10, 0.13, 0.16, 0.19, 0.23, 0.29, 0.36, 0.44, 0.54),
}
X_LABEL = "Training data set size, {} (log scale)"


def translation(tables: Tables) -> Figure:
    """Fig 1: printed curves of two models of fixed size, and the best-fit model at each size."""
    figure, (left, right) = row_of_panels(2, 3.3)
    left.set_title("Fig 1 left: models of one size, as printed", loc="left")
    printed = where(tables["printed"], panel="Fig 1 left").set_index("series")
    for k, (series, row) in enumerate(printed.iterrows()):
        line = where(tables["lines"], panel="Fig 1 left", series=series)
        hidden = str(series).removeprefix("hidden_")
        label = rf"{hidden} hidden: $\varepsilon = {_power(row)} + {_digits(row.gamma)}$"
        left.plot(line.x, line.y, "--", color=f"C{k}", linewidth=1.4, label=label)
    _axes(left, "Fig 1 left", tables, "tokens", "Minimum test loss (log scale)")
    right.set_title("Fig 1 right: best-fit model at each size", loc="left")
    _learning_curve(right, tables, "token_error_rate", "C0")
    _axes(right, "Fig 1 right", tables, "tokens", "Minimum test loss: token error rate (log scale)")
    return figure


def characters(tables: Tables) -> Figure:
    """Fig 3 left: character language models, with either optimiser."""
    figure = new_figure(6.2)
    axes = figure.subplots()
    axes.set_title("Fig 3 left: character language models", loc="left")
    for k, series in enumerate(("char_lm_sgd", "char_lm_adam")):
        _learning_curve(axes, tables, series, f"C{k}")
    _axes(axes, "Fig 3 left", tables, "characters", "Minimum validation loss, nats a character (log scale)")
    return figure


def speech(tables: Tables) -> Figure:
    """Fig 5: speech models that are best at each size (left), and DS2 models of one size (right)."""
    figure, (left, right) = row_of_panels(2, 4.0)
    left.set_title("Fig 5 left: best-fit model at each size", loc="left")
    for k, series in enumerate(("ds2", "attention")):
        _learning_curve(left, tables, series, f"C{k}")
    _axes(left, "Fig 5 left", tables, "hours of audio", "Minimum validation loss (log scale)")
    right.set_title("Fig 5 right: DS2 models of one size", loc="left")
    for k, series in enumerate(("ds2_1.7M", "ds2_6M", "ds2_87M")):
        _with_floor(right, tables, series, f"C{k}")
    best = where(tables["points"], series="ds2_best")
    right.plot(best.x, best.y, color="0.35", linewidth=1.4, zorder=2, label="Best-fit model, as left")
    _axes(right, "Fig 5 right", tables, "hours of audio", "Minimum validation loss (log scale)")
    return figure


def _learning_curve(axes: Axes, tables: Tables, series: str, colour: str) -> None:
    """The curve as read off, the printed line, and both fits. Points left out are hollow."""
    points = where(tables["points"], series=series)
    title = str(points.title.iloc[0])
    axes.plot(points.x, points.y, color=colour, zorder=3, label=title)
    _markers(axes, points[points.used], colour, "_fitted", hollow=False)
    _markers(axes, points[~points.used], colour, f"{title}, not in the fit", hollow=True)
    printed = where(tables["printed"], series=series).iloc[0]
    fits = where(tables["fits"], metric=series)
    first = int(where(fits, law=DECLARED).points.iloc[0])
    for kind, style, what in (
        ("printed", "--", f"printed: ${_power(printed)}$"),
        (DECLARED, "-.", f"first {first}: {_equation(where(fits, law=DECLARED))}"),
        (ALL, ":", f"all {len(points)}: {_equation(where(fits, law=ALL))}"),
    ):
        line = where(tables["lines"], series=series, kind=kind)
        if len(line):
            shade = "0.2" if kind == "printed" else colour
            axes.plot(line.x, line.y, style, color=shade, linewidth=1.1, zorder=2, label=what)


def _with_floor(axes: Axes, tables: Tables, series: str, colour: str) -> None:
    """The curve of one model as read off, and the power law with a floor fitted to it."""
    points = where(tables["points"], series=series)
    title = str(points.title.iloc[0])
    axes.plot(points.x, points.y, color=colour, linewidth=1.4, zorder=3, label=title)
    _markers(axes, points, colour, "_fitted", hollow=False)
    fits = where(tables["fits"], metric=series, law=FLOOR).set_index("parameter")
    line = where(tables["lines"], series=series, kind=FLOOR)
    alpha, beta, gamma = (fits.loc[name] for name in ("alpha", "beta_g", "gamma"))
    label = (
        rf"fit, n = {gamma.points}: ${alpha.value:.2f}\,m^{{{beta.value:.2f}}} + {gamma.value:.3f}$"
        f"  floor [{gamma.low:.3f}, {gamma.high:.3f}]"
    )
    axes.plot(line.x, line.y, "-.", color=colour, linewidth=1.1, zorder=2, label=label)


def _markers(axes: Axes, points: pd.DataFrame, colour: str, label: str, *, hollow: bool) -> None:
    if len(points):
        face = "white" if hollow else colour
        axes.scatter(points.x, points.y, s=20, facecolors=face, edgecolors=colour, zorder=4, label=label)


def _axes(axes: Axes, panel: str, tables: Tables, unit: str, y_label: str) -> None:
    lines = where(tables["lines"], panel=panel)
    x = lines.x
    powers_of_two(axes, x.min(), x.max())
    ticks = TICKS[panel]
    axes.set_yscale("log")
    fixed_ticks(axes.yaxis, ticks, lambda value: f"{value:.2f}")
    drawn = pd.concat([lines.y, where(tables["points"], panel=panel).y])
    axes.set_ylim(0.97 * min(ticks[0], drawn.min()), 1.03 * max(ticks[-1], drawn.max()))
    axes.set_xlabel(X_LABEL.format(unit))
    axes.set_ylabel(y_label)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=1)


def _equation(fit: pd.DataFrame) -> str:
    """A fitted line and the interval of its exponent."""
    if fit.empty:
        return ""
    rows = fit.set_index("parameter")
    alpha, beta = rows.loc["alpha"], rows.loc["beta_g"]
    return rf"${alpha.value:.2f}\,m^{{{beta.value:.3f}}}$  [{beta.low:.3f}, {beta.high:.3f}]"


def _power(row: pd.Series) -> str:
    """alpha m^beta_g, in the digits that are printed."""
    return rf"{row.alpha:g}\,m^{{{_digits(row.beta_g)}}}"


def _digits(value: float) -> str:
    """A number as printed in the figures: with two decimals, or three where it has them."""
    return f"{value:.2f}" if abs(value - round(value, 2)) < 1e-9 else f"{value:g}"
