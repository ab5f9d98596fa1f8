"""Table 1 of Kaplan et al. 2020, "Scaling Laws for Neural Language Models" (arXiv:2001.08361), drawn."""

from collections.abc import Iterator

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scalinglaws.plotting.panels import new_figure
from scalinglaws.plotting.venues import SMALLEST
from scalinglaws.tables.analysis import Tables

D, ATTN, FF = r"d_\mathrm{model}", r"d_\mathrm{attn}", r"d_\mathrm{ff}"
L, V, CTX = r"n_\mathrm{layer}", r"n_\mathrm{vocab}", r"n_\mathrm{ctx}"
FORMULAS = {
    "embed": ("Embed", f"$({V} + {CTX})\\,{D}$", f"$4\\,{D}$"),
    "qkv": ("Attention: QKV", f"${L}\\,{D}\\,3{ATTN}$", f"$2{L}\\,{D}\\,3{ATTN}$"),
    "mask": ("Attention: Mask", "—", f"$2{L}\\,{CTX}\\,{ATTN}$"),
    "project": ("Attention: Project", f"${L}\\,{ATTN}\\,{D}$", f"$2{L}\\,{ATTN}\\,{D}$"),
    "feed_forward": ("Feedforward", f"${L}\\,2{D}\\,{FF}$", f"$2{L}\\,2{D}\\,{FF}$"),
    "de_embed": ("De-embed", "—", f"$2{D}\\,{V}$"),
    "norm": ("(Layer norms)", "", ""),
    "total": ("Total (*)", f"$N = 2{D}\\,{L}(2{ATTN} + {FF})$", f"$2N + 2{L}\\,{CTX}\\,{ATTN}$"),
}
HEAD = (
    *("Operation", "Parameters", "by formula", "counted", "+ biases"),
    *("FLOPs per token", "by formula", "counted", "ratio", "note"),
)
PLACES = (0.0, 0.12, 0.37, 0.45, 0.51, 0.525, 0.755, 0.835, 0.88, 0.89)
RIGHT = (2, 3, 4, 6, 7, 8)  # columns of numbers
LINES = {
    "forward_over_kaplan": ("Forward FLOPs / Kaplan's C_forward", "C0", "o"),
    "training_over_6N": ("Training FLOPs / 6 N, embeddings left out", "C3", "s"),
    "training_over_6N_total": ("Training FLOPs / 6 N, total", "C2", "D"),
}


def table_1(tables: Tables) -> Figure:
    """Above: Table 1, formulas and counts. Below: the ratio of the sums over model size."""
    figure = new_figure(6.4)
    above, below = figure.subplots(2, 1, height_ratios=(3.2, 3))
    _table(above, tables["parts"])
    _ratios(below, tables["sizes"])
    return figure


def _table(axes: Axes, parts: pd.DataFrame) -> None:
    axes.axis("off")
    axes.set_xlim(0, 1)
    rows = [HEAD, *_cells(parts)]
    axes.set_ylim(len(rows), 0)
    for y, cells in enumerate(rows):
        for k, (x, text) in enumerate(zip(PLACES, cells, strict=True)):
            bold = "bold" if y in (0, len(rows) - 1) else "normal"
            side = "right" if k in RIGHT else "left"
            axes.text(x, y + 0.5, text, ha=side, va="center", fontsize=SMALLEST, weight=bold)
    for y in (0, 1, len(rows) - 1, len(rows)):
        axes.axhline(y, color="black", linewidth=0.8)


def _cells(parts: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    for _, part in parts.iterrows():
        name, parameters, flops = FORMULAS[str(part["part"])]
        known = part["part"] != "norm"
        ratio = f"{part.flops_counted / part.flops:.3f}" if known else ""
        yield (
            name,
            parameters,
            f"{part.parameters:,}" if known and parameters != "—" else "",
            f"{part.parameters_counted:,}",
            f"{part.biases_counted:,}",
            flops,
            f"{part.flops:,.0f}" if known else "",
            f"{part.flops_counted:,.0f}",
            ratio,
            "" if pd.isna(part.note) else part.note,
        )


def _ratios(axes: Axes, sizes: pd.DataFrame) -> None:
    axes.set_title("What the formulas leave out", loc="left")
    for column, (label, colour, marker) in LINES.items():
        axes.plot(
            sizes.N, sizes[column], marker=marker, markersize=4, linewidth=1.2, color=colour, label=label
        )
    axes.axhline(1, color="0.45", linewidth=1, linestyle="--", zorder=1)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("N, embeddings left out (log scale)")
    axes.set_ylabel("Counted / formula (log scale)")
    axes.legend()
