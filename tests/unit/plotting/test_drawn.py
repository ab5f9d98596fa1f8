"""What the CSV of a figure lists: every labelled artist, at its place."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from scalinglaws.errors import ScalingLawsError
from scalinglaws.plotting.drawn import COLUMNS, drawn_data
from unit.figure_checks import misplaced
from unit.plotting.small_figure import small_figure

NAN = float("nan")


def rows(figure: Figure, series: str) -> list[tuple[float, ...]]:
    drawn = drawn_data(figure)
    return [
        tuple(row) for row in drawn[drawn.series == series][["x", "y", "low", "high"]].fillna(-1).to_numpy()
    ]


def test_every_labelled_artist_is_listed_and_no_other() -> None:
    drawn = drawn_data(small_figure())
    assert list(drawn.columns) == COLUMNS
    assert list(dict.fromkeys(zip(drawn.panel, drawn.series, strict=True))) == [
        ("Left", "line"),
        ("Left", "points"),
        ("Left", "band"),
        ("Right", "bars"),
    ]


def test_their_values_are_those_that_were_drawn() -> None:
    figure = small_figure()
    assert rows(figure, "line") == [(1, 3, -1, -1), (2, 2, -1, -1), (4, 1, -1, -1)]
    assert rows(figure, "points") == [(1, 5, -1, -1), (2, 6, -1, -1)]
    assert rows(figure, "band") == [(1, -1, 2, 4), (2, -1, 1, 3), (4, -1, 0.5, 1.5)]
    assert rows(figure, "bars") == [(1, 5, 4.5, 5.25), (2, 6, 5, 8)]


def test_a_band_with_a_gap_is_listed_on_both_sides_of_it() -> None:
    figure = Figure()
    low = np.array([1.0, 1.0, NAN, 1.0, 1.0])
    figure.subplots().fill_between([1, 2, 3, 4, 5], low, low + 1, label="band")
    assert rows(figure, "band") == [(x, -1, 1, 2) for x in (1, 2, 4, 5)]


def test_a_band_without_any_value_is_empty() -> None:
    figure = Figure()
    figure.subplots().fill_between([1, 2], [NAN, NAN], [NAN, NAN], label="band")
    assert rows(figure, "band") == []


def test_an_empty_figure_has_a_header_only() -> None:
    assert list(drawn_data(Figure()).columns) == COLUMNS


def test_bars_across_and_bands_across_have_intervals_of_x() -> None:
    figure = Figure()
    axes = figure.subplots()
    axes.errorbar([5.0, 6.0], [1, 2], xerr=[[0.5, NAN], [0.25, NAN]], label="bars")
    axes.errorbar([5.0], [3], xerr=1, yerr=0.5, label="cross")
    axes.fill_betweenx([1, 2], [0, 1], [2, 4], label="band")
    axes.hlines([1, 2], [3, 4], [5, 6], label="lines")
    data = drawn_data(figure).set_index("series")[["x", "y", "low", "high", "x_low", "x_high"]].fillna(-1)
    assert data.loc["bars"].to_numpy().tolist() == [[5, 1, -1, -1, 4.5, 5.25], [6, 2, -1, -1, -1, -1]]
    assert data.loc["cross"].to_list() == [5, 3, 2.5, 3.5, 4, 6]
    assert data.loc["band"].to_numpy().tolist() == [[-1, 1, -1, -1, 0, 2], [-1, 2, -1, -1, 1, 4]]
    assert data.loc["lines"].to_numpy().tolist() == [[-1, 1, -1, -1, 3, 5], [-1, 2, -1, -1, 4, 6]]


def test_a_line_across_the_panel_has_one_row_and_no_fraction_of_the_panel() -> None:
    figure = Figure()
    axes = figure.subplots()
    axes.axvline(3.0, label="upright")
    axes.axhline(4.0, label="level")
    assert rows(figure, "upright") == [(3, -1, -1, -1)]
    assert rows(figure, "level") == [(-1, 4, -1, -1)]


def test_a_panel_of_three_dimensions_has_z() -> None:
    figure = Figure()
    axes = figure.add_subplot(projection="3d")
    axes.plot([1, 2], [3, 4], [5, 6], label="line")
    axes.scatter([1], [2], [3], label="points")
    data = drawn_data(figure)
    assert data[["x", "y", "z"]].to_numpy().tolist() == [[1, 3, 5], [2, 4, 6], [1, 2, 3]]


def test_a_coloured_surface_has_its_values_as_z_at_corners_or_in_the_middle_of_cells() -> None:
    figure = Figure()
    axes = figure.subplots()
    axes.pcolormesh([1, 2], [3, 5], [[10, 20], [30, 40]], shading="gouraud", label="corners")
    axes.pcolormesh([1, 2, 4], [3, 5], [[10, 20]], label="cells")
    data = drawn_data(figure).set_index("series")[["x", "y", "z"]]
    assert data.loc["corners"].to_numpy().tolist() == [[1, 3, 10], [2, 3, 20], [1, 5, 30], [2, 5, 40]]
    assert data.loc["cells"].to_numpy().tolist() == [[1.5, 4, 10], [3, 4, 20]]


def test_what_cannot_be_listed_is_an_error_and_no_gap_in_the_csv() -> None:
    figure = Figure()
    figure.subplots().bar([1], [2], label="columns")
    with pytest.raises(ScalingLawsError, match="columns: a BarContainer cannot be listed in the CSV"):
        drawn_data(figure)


def test_the_check_of_places_finds_an_artist_elsewhere_and_a_drawing_trick() -> None:
    assert misplaced(small_figure()) == []
    shifted = small_figure()
    line = shifted.axes[0].get_lines()[0]
    line.set_transform(shifted.axes[1].transData)
    assert misplaced(shifted) == ["Left: line"]
    trick = Figure()
    trick.subplots().plot([1, 1], [1e-99, 1], label="line")
    assert len(misplaced(trick)) == 1
