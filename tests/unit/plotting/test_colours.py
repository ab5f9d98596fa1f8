"""The cycle of colours, seen by eyes that lack one kind of cone."""

from itertools import combinations

import numpy as np
import pytest
from colorspacious import cspace_convert, deltaE
from matplotlib.colors import to_rgb

from scalinglaws.plotting.colours import COLOURS, DASHES, MARKERS

LEAST = 10.0  # of J'a'b' distance; the least that is visible side by side is about 1
DEFAULTS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2")


def closest(colours: tuple[str, ...], kind: str) -> float:
    """The distance of the two most similar colours under a simulated deficiency."""
    space = {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}
    seen = [np.clip(cspace_convert(to_rgb(each), space, "sRGB1"), 0, 1) for each in colours]
    return min(float(deltaE(one, other, input_space="sRGB1")) for one, other in combinations(seen, 2))


@pytest.mark.parametrize("kind", ["deuteranomaly", "protanomaly"])
def test_every_pair_of_colours_differs_to_colour_blind_eyes(kind: str) -> None:
    assert closest(COLOURS, kind) > LEAST
    assert closest(DEFAULTS, kind) < LEAST  # matplotlib's own cycle would fail


def test_every_colour_has_a_marker_and_a_dash_of_its_own() -> None:
    assert len(set(COLOURS)) == len(set(MARKERS)) == len(set(DASHES)) == len(COLOURS)
