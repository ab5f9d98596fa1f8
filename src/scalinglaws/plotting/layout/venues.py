"""Widths and fonts of venues, as settings of matplotlib; the bundles are those of tueplots."""

from collections.abc import Mapping
from typing import Any

from tueplots import bundles, figsizes, fontsizes

from scalinglaws.config.scale import Look

SMALLEST = 7.2
"""Least size of any text, in points at final size; superscripts, which have 0.7 of it, are not below 5."""
NEUTRAL_WIDTH = 5.5  # inches
# Inches, for one column and for two. tueplots has neither: 89 and 183 mm in Nature's guide to authors, and
# 21 and 43 picas in IEEEtran.
OWN_WIDTHS = {"nature": (3.504, 7.205), "ieee": (3.5, 7.16)}
SERIF, SANS = "STIXGeneral", "DejaVu Sans"
"""Both ship with matplotlib, so that a figure is the same on every machine."""
SIZES = (
    "font.size",
    "axes.labelsize",
    "axes.titlesize",
    "figure.titlesize",
    "legend.fontsize",
    "legend.title_fontsize",
    "xtick.labelsize",
    "ytick.labelsize",
)


def settings(look: Look) -> dict[str, Any]:
    """The settings of matplotlib for a look: `figure.figsize`, fonts and their sizes.

    Source: the bundles of tueplots for NeurIPS 2024, ICML 2024, ICLR 2024 and Beamer.
    """
    bundle = _bundle(look)
    width = look.width or bundle["figure.figsize"][0]
    serif = bundle.get("font.family", "sans-serif") == "serif"
    sizes = {key: max(SMALLEST, float(bundle.get(key, bundle["font.size"]))) for key in SIZES}
    return {
        **sizes,
        "figure.figsize": (width, bundle["figure.figsize"][1]),
        "font.family": [SERIF if serif else SANS],
        "mathtext.fontset": "stix" if serif else "dejavusans",
    }


def _bundle(look: Look) -> Mapping[str, Any]:
    if look.venue == "neurips":
        return dict(bundles.neurips2024(usetex=False))
    if look.venue == "iclr":
        return dict(bundles.iclr2024(usetex=False))
    if look.venue == "icml":
        return dict(bundles.icml2024(usetex=False, column="half" if look.columns == 1 else "full"))
    if look.venue == "beamer":
        return {**fontsizes.beamer(), **figsizes.beamer_169()}
    serif = {"font.family": "serif"} if look.venue == "ieee" else {}
    width = OWN_WIDTHS[look.venue][look.columns - 1] if look.venue in OWN_WIDTHS else NEUTRAL_WIDTH
    return {
        **serif,
        "font.size": 8,
        "axes.titlesize": 8,
        "axes.labelsize": 8,
        "legend.fontsize": SMALLEST,
        "xtick.labelsize": SMALLEST,
        "ytick.labelsize": SMALLEST,
        "figure.figsize": (width, 0.5 * width),
    }
