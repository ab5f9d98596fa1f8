"""Figures of Pearce and Song 2024, "Reconciling Kaplan and Chinchilla Scaling Laws" (arXiv:2406.12907)."""

from matplotlib.figure import Figure

from scalinglaws.plotting.colours import dash, marker
from scalinglaws.plotting.layout.labels import beside_point
from scalinglaws.plotting.layout.panels import row_of_panels
from scalinglaws.plotting.layout.venues import SMALLEST
from scalinglaws.plotting.style import fixed_ticks
from scalinglaws.tables.analysis import Tables

GREY = "0.45"
COUNTS = {"without": ("Embeddings left out", r"_{\backslash E}"), "total": ("Total", "")}
CONSTANTS = ("Besiroglu et al.", "Hoffmann et al.")


def local_exponent(tables: Tables) -> Figure:
    """The optimal size without embeddings and its local exponent, over compute without embeddings."""
    curve = tables["curve"]
    curve = curve[curve.constants == "Besiroglu et al."]
    figure, (left, right) = row_of_panels(2, 2.2)
    left.set_title("Optimal size", loc="left")
    left.plot(curve.C, curve.N, color="C0", label=r"$N^*_{\backslash E}$")
    left.set_yscale("log")
    fixed_ticks(left.yaxis, [10.0**k for k in range(2, 11, 2)])
    left.set_ylabel(r"$N^*_{\backslash E}$ (parameters)")
    right.set_title(r"Local exponent $g$", loc="left")
    right.plot(curve.C, curve.g, color="C0", label="$g$")
    for column, style, label, shift in (
        ("g_large", "--", r"$\beta/(\beta+\alpha)$", (3, 2)),
        ("g_small", ":", r"$\beta/(\alpha/3+\beta)$", (-3, 2)),
    ):
        right.plot(curve.C, curve[column], style, color=GREY, linewidth=1, label=label)
        end = curve.iloc[0 if shift[0] > 0 else -1]
        beside_point(right, (end.C, end[column]), label, GREY, shift)
    right.set_ylim(0.49, 1.01)
    right.set_ylabel("$g$")
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_xlim(curve.C.min(), curve.C.max())
        fixed_ticks(axes.xaxis, [10.0**k for k in range(12, 25, 4)])
        axes.set_xlabel(r"$C_{\backslash E}$ (FLOPs)")
    return figure


def simulated(tables: Tables) -> Figure:
    """The simulated experiment: the best of twenty models at each budget, by both counts."""
    points, fits = tables["simulated"], tables["fits"]
    figure, panels = row_of_panels(2, 2.4)
    for axes, (counted, (title, index)) in zip(panels, COUNTS.items(), strict=True):
        axes.set_title(title, loc="left")
        for k, constants in enumerate(CONSTANTS):
            part = points[(points.constants == constants) & (points.counted == counted)]
            metric, colour = f"{constants}, {title.lower()}", f"C{k}"
            slope = fits[(fits.law == "simulated") & (fits.metric == metric) & (fits.parameter == "a")]
            axes.scatter(
                part.C, part.N, s=7, marker=marker(k), facecolors="none", edgecolors=colour, linewidths=0.5,
                label=constants,
            )  # fmt: skip
            axes.plot(part.C, part.line, linestyle=dash(k), color=colour, label=f"{constants}, fitted")
            axes.text(
                0.04, 0.9 - 0.1 * k, f"{constants}: $N^* \\propto C^{{{slope['value'].iloc[0]:.3f}}}$",
                transform=axes.transAxes, color=colour, fontsize=SMALLEST,
            )  # fmt: skip
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_ylim(top=2e10)  # room for the equations
        fixed_ticks(axes.xaxis, [10.0**k for k in range(14, 21, 2)])
        axes.set_xlabel(f"$C{index}$ (FLOPs)")
        axes.set_ylabel(f"$N^*{index}$ (parameters)")
    return figure
