"""The cycle of colours, seen by eyes that lack one kind of cone."""

from itertools import combinations

import pytest

from scalinglaws.plotting.colours import COLOURS, DASHES, MARKERS
from unit.figure_checks import KINDS, LEAST_DISTANCE, distance

DEFAULTS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2")


@pytest.mark.parametrize("kind", KINDS)
def test_every_pair_of_colours_differs_to_colour_blind_eyes(kind: str) -> None:
    def closest(colours: tuple[str, ...]) -> float:
        return min(distance(one, other, kind) for one, other in combinations(colours, 2))

    assert closest(COLOURS) > LEAST_DISTANCE
    assert closest(DEFAULTS) < LEAST_DISTANCE  # matplotlib's own cycle would fail


def test_every_colour_has_a_marker_and_a_dash_of_its_own() -> None:
    assert len(set(COLOURS)) == len(set(MARKERS)) == len(set(DASHES)) == len(COLOURS)
