"""Figures of Pearce and Song 2024, "Reconciling Kaplan and Chinchilla Scaling Laws" (arXiv:2406.12907)."""

from matplotlib.figure import Figure

from scalinglaws.plotting.panels import new_figure
from scalinglaws.tables.analysis import Tables

BLUE, GREY = "C0", "0.45"
COUNTS = {"without": ("Embeddings left out", r"_{\backslash E}"), "total": ("Total", "")}
CONSTANTS = {"Besiroglu et al.": "C0", "Hoffmann et al.": "C1"}


def local_exponent(tables: Tables) -> Figure:
    """The optimal size without embeddings and its local exponent, over compute without embeddings."""
    curve = tables["curve"]
    curve = curve[curve.constants == "Besiroglu et al."]
    figure = new_figure(4.6)
    left = figure.subplots()
    right = left.twinx()
    left.set_title(r"$N^*_{\backslash E}$ (left axis)", loc="left")
    right.set_title("$g$ (right axis)")
    left.plot(curve.C, curve.N, "--", color="black", label=r"$N^*_{\backslash E}$")
    right.plot(curve.C, curve.g, "--", color=BLUE, label="$g$")
    for column, line, label in (
        ("g_large", "--", r"$\beta/(\beta+\alpha)$"),
        ("g_small", ":", r"$\beta/(\alpha/3+\beta)$"),
    ):
        right.plot(curve.C, curve[column], line, color=GREY, linewidth=1, label=label)
    left.set_xscale("log")
    left.set_yscale("log")
    left.set_xlim(curve.C.min(), curve.C.max())
    right.set_ylim(0.49, 1.003)
    right.grid(visible=False)
    left.set_xlabel(r"$C_{\backslash E}$, FLOPs (log scale)")
    left.set_ylabel(r"$N^*_{\backslash E}$, parameters (log scale)")
    right.set_ylabel("$g$")
    handles, labels = left.get_legend_handles_labels()
    more, names = right.get_legend_handles_labels()
    right.legend([*handles, *more], [*labels, *names], loc="upper left")
    return figure


def simulated(tables: Tables) -> Figure:
    """The simulated experiment: the best of twenty models at each budget, by both counts."""
    points, fits = tables["simulated"], tables["fits"]
    figure = new_figure(4.2)
    for axes, (counted, (title, index)) in zip(figure.subplots(1, 2), COUNTS.items(), strict=True):
        axes.set_title(title, loc="left")
        for constants, colour in CONSTANTS.items():
            part = points[(points.constants == constants) & (points.counted == counted)]
            metric = f"{constants}, {title.lower()}"
            slope = fits[(fits.law == "simulated") & (fits.metric == metric) & (fits.parameter == "a")]
            exponent = f"$N^* \\propto C^{{{slope['value'].iloc[0]:.3f}}}$"
            axes.scatter(part.C, part.N, s=9, color=colour, label=constants)
            axes.plot(part.C, part.line, color=colour, linewidth=1.2, label=f"{constants}: {exponent}")
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel(f"$C{index}$, FLOPs (log scale)")
        axes.set_ylabel(f"$N^*{index}$, parameters (log scale)")
        axes.legend()
    return figure
