"""Table 1 of Kaplan et al. 2020, "Scaling Laws for Neural Language Models" (arXiv:2001.08361), drawn."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scalinglaws.plotting.colours import marker
from scalinglaws.plotting.layout.labels import beside_point
from scalinglaws.plotting.layout.panels import new_figure
from scalinglaws.plotting.style import fixed_ticks
from scalinglaws.plotting.tables.table import LINE, Table, draw_table, hand_over
from scalinglaws.tables.analysis import Tables

D, ATTN, FF = r"d_\mathrm{model}", r"d_\mathrm{attn}", r"d_\mathrm{ff}"
L, V, CTX = r"n_\mathrm{layer}", r"n_\mathrm{vocab}", r"n_\mathrm{ctx}"
FORMULAS = {
    "embed": ("Embed", f"$({V} + {CTX})\\,{D}$", f"$4\\,{D}$"),
    "qkv": ("Attention: QKV", f"${L}\\,{D}\\,3{ATTN}$", f"$2{L}\\,{D}\\,3{ATTN}$"),
    "mask": ("Attention: mask", None, f"$2{L}\\,{CTX}\\,{ATTN}$"),
    "project": ("Attention: project", f"${L}\\,{ATTN}\\,{D}$", f"$2{L}\\,{ATTN}\\,{D}$"),
    "feed_forward": ("Feed-forward", f"${L}\\,2{D}\\,{FF}$", f"$2{L}\\,2{D}\\,{FF}$"),
    "de_embed": ("De-embed", None, f"$2{D}\\,{V}$"),
    "norm": ("Layer norms", None, None),
    "total": ("Total (*)", f"$N = 2{D}\\,{L}(2{ATTN} + {FF})$", f"$2N + 2{L}\\,{CTX}\\,{ATTN}$"),
}
PARAMETERS = {
    "Operation": "Parameters",
    "Parameters": "Formula",
    "N by formula": "by formula",
    "N counted": "counted",
    "N of biases": "biases",
}
FLOPS = {
    "Operation": "FLOPs per token",
    "FLOPs per token": "Formula",
    "FLOPs by formula": "by formula",
    "FLOPs counted": "counted",
    "Ratio": "ratio",
    "Not in the other": "not in the other",
}
LINES = {
    "training_over_6N": ("Training FLOPs / 6 N, embeddings left out", r"training / $6N$", (1, 5, 2)),
    "forward_over_kaplan": (
        "Forward FLOPs / Kaplan's C_forward",
        r"forward / $C_\mathrm{forward}$",
        (0, 2, -14),
    ),
    "training_over_6N_total": ("Training FLOPs / 6 N, total", r"training / $6N_\mathrm{total}$", (0, 2, 5)),
}
"""Name, label, at which point the label is, and its offset in points, by column."""


def table_1(tables: Tables) -> Figure:
    """Above: Table 1, formulas and counts. Below: the ratio of the sums over model size."""
    table = _table(tables["parts"])
    of_parameters, of_flops = (
        Table(table.title, table.frame[table.frame[column].notna()], table.formats)
        for column in ("N counted", "FLOPs by formula")
    )
    heights = [LINE * (len(part.frame) + 1.4) for part in (of_parameters, of_flops)] + [2.0]
    figure = new_figure(sum(heights))
    first, second, below = figure.subfigures(3, 1, squeeze=False, height_ratios=heights).ravel()
    draw_table(first.subplots(), of_parameters, PARAMETERS, spare=("N by formula",))
    draw_table(second.subplots(), of_flops, FLOPS, spare=("Not in the other", "FLOPs by formula"))
    _ratios(below.subplots(), tables["sizes"])
    hand_over(figure, table)
    return figure


def _table(parts: pd.DataFrame) -> Table:
    """Kaplan's table with counts beside its formulas; where a column does not apply, a cell is empty."""
    names, parameters, flops = zip(*(FORMULAS[str(part)] for part in parts["part"]), strict=True)
    of_weights, of_products = ~pd.isna(pd.Series(parameters)), ~pd.isna(pd.Series(flops))
    counted = of_weights | (parts.biases_counted > 0)
    frame = pd.DataFrame(
        {
            "Operation": names,
            "Parameters": parameters,
            "N by formula": parts.parameters.where(of_weights),
            "N counted": parts.parameters_counted.where(counted),
            "N of biases": parts.biases_counted.where(counted),
            "FLOPs per token": flops,
            "FLOPs by formula": parts.flops.where(of_products),
            "FLOPs counted": parts.flops_counted,
            "Ratio": (parts.flops_counted / parts.flops.replace(0, np.nan)).where(of_products),
            "Not in the other": parts.note,
        }
    )
    return Table("Table 1", frame, {"Ratio": ".3f"})


def _ratios(axes: Axes, sizes: pd.DataFrame) -> None:
    axes.set_title("What the formulas leave out", loc="left")
    axes.axhline(1, color="0.45", linewidth=1, linestyle="--", zorder=1)
    axes.set_xscale("log")
    axes.set_yscale("log")
    for k, (column, (name, label, (at, *offset))) in enumerate(LINES.items()):
        axes.plot(sizes.N, sizes[column], marker=marker(k), markersize=4, color=f"C{k}", label=name)
        place = (sizes.N.iloc[at], sizes[column].iloc[at])
        beside_point(axes, place, label, f"C{k}", (offset[0], offset[1]))
    axes.set_ylim(0.7, 1000)
    fixed_ticks(axes.yaxis, (1, 10, 100, 1000), lambda ratio: f"{ratio:,.0f}")
    axes.set_xlabel("Parameters N, embeddings left out")
    axes.set_ylabel("Counted / formula")
